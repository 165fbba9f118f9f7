# What the layered models use of their input tables, and which tables they have.

from valueadded.config.layered import EVERY_DOMAIN


def used_of(table):
    """Year levels and domains that are used of one input table."""
    if table not in TEACHER_TABLES:
        return {"levels": LEVELS, "domains": DOMAINS}
    # A link to every domain is one to each of them.
    every = [EVERY_DOMAIN] if table == "teacher_links" else []
    return {"levels": settings.layered.year_levels, "domains": [*settings.layered.domains, *every]}


def validation_of(table):
    """What a value of one input table may be; scores of the layered models are of year levels of their own."""
    if table not in TEACHER_TABLES:
        return section("validation")
    given = section("validation") or {"year_levels": []}
    levels = {*given["year_levels"], *settings.layered.year_levels}
    return {**given, "year_levels": sorted(levels)}


def teacher_parts(table):
    """Accepted scores, or links, of every calendar year of the layered models."""
    return [part for year in years_used(table) for part in parts_of(table, year)]


def layered_tables():
    """Tables of the layered models; none without the section."""
    if settings.layered is None:
        return []
    names = [
        "fits",
        "fixed_effects",
        "variances",
        "covariance",
        "persistence",
        "effects",
        "notes",
        "findings",
    ]
    names += ["tracks", "track_links", "comparators", "published_effects"]
    names += ["revisions"] if several_periods() else []
    names += ["weights"] if settings.layered.weights_of else []
    return [f"results/layered/{name}.parquet" for name in names] + ["results/layered/published_effects.csv"]


def several_periods():
    """Whether later scores can revise an effect."""
    given = settings.layered
    return len(given.year_levels if given.time == "year_level" else given.years) > 1


def fitted_section(*more):
    """The section without what the fits do not use, so that its change does not fit again; `more` stays."""
    later = {"pulse_level", "weights_of", "publish_teachers"} - set(more)
    return settings.layered.model_dump(exclude=later)
