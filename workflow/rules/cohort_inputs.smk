# What the jobs of a cohort read, from wildcards.


def outcome_parts(wildcards):
    """Records of the outcome year and level."""
    if "matched" in TABLES:
        return parts_of("matched", int(wildcards.year))
    return parts_of("assessments", int(wildcards.year), settings.cohorts.outcome_level)


def prior_parts(wildcards):
    """Records of the prior year and level."""
    prior_year = int(wildcards.year) - settings.cohorts.gap_years
    return parts_of("assessments", prior_year, settings.cohorts.prior_level)


def student_parts(wildcards):
    """Student characteristics of the outcome year."""
    return parts_of("students", int(wildcards.year))


def school_parts(wildcards):
    """School characteristics of the outcome year."""
    return parts_of("schools", int(wildcards.year))


def link_tables(wildcards):
    """The table that links the scales, if one is configured."""
    links = settings.cohorts.scale_links
    return [f"{DATA}/{links}"] if links else []


def cohort_files(domains, years):
    """Cohorts of some domains and years."""
    return [f"results/cohorts/{domain}/{year}.parquet" for domain in domains for year in years]


def benchmark_cohorts(wildcards):
    """Cohorts whose prior scores every other is measured by: the benchmark's; without one, the first."""
    years = settings.benchmark.years if settings.benchmark else YEARS[:1]
    return cohort_files(DOMAINS, years)


def earlier_cohorts(wildcards):
    """Cohorts of the domain within the widest window of years that an intake measure takes a mean over."""
    windows = [getattr(measure, "years", 1) for measure in settings.intake.measures.values()]
    year = int(wildcards.year)
    first = year - max(windows, default=1)
    return cohort_files([wildcards.domain], [earlier for earlier in YEARS if first < earlier < year])


def companion_cohorts(wildcards):
    """Cohorts of the year in the other domains that an intake measure averages over."""
    named = {
        domain for measure in settings.intake.measures.values() for domain in getattr(measure, "domains", [])
    }
    return cohort_files(sorted(named - {wildcards.domain}), [wildcards.year])


def all_outcome_parts(wildcards):
    """Records of the outcome level of every cohort."""
    level = None if RECORDS == "matched" else settings.cohorts.outcome_level
    return [part for year in YEARS for part in parts_of(RECORDS, year, level)]


def all_prior_parts(wildcards):
    """Records of the prior level of every tested year."""
    return [
        part
        for year in sorted(settings.study.tested_years)
        for part in parts_of("assessments", year, settings.cohorts.prior_level)
    ]


def model_formulas():
    """Every formula whose terms the moments must hold."""
    mixed = settings.mixed
    response = mixed.formula.split("~")[0].strip()
    slope = f"{response} ~ {mixed.slope}" if mixed.slope else None
    benchmark = settings.benchmark.formula if settings.benchmark else None
    free = settings.benchmark.free_terms if settings.benchmark else []
    released = f"{response} ~ {' + '.join(free)}" if free else None
    formulas = [formula for formula in (mixed.formula, slope, benchmark, released) if formula]
    # Whoever has a measure of the prior has the prior, so nobody is left out for it.
    return [*formulas, *prior_formulas(response, formulas)]


COHORTS = [(domain, year) for domain in DOMAINS for year in YEARS]


def moment_files(wildcards):
    """Moments of every cohort, in the order of COHORTS."""
    return [f"results/mixed/moments/{domain}/{year}.parquet" for domain, year in COHORTS]


def benchmark_formula():
    """Formula of the benchmark line: its own, or that of the relative model."""
    return settings.benchmark.formula or settings.mixed.formula
