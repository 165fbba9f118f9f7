# What the release is made from, its files, and what the manifest is written after.

from valueadded.audit.files import KEY_NAME


def release_inputs():
    """Results that the release is made from, name: file; every name is that of a release table, or ranks."""
    found = {}
    if STUDENTS:
        found["ranks"] = "results/effects/ranks.parquet"
        found["school_effects"] = "results/effects/school_effects.parquet"
        found["school_changes"] = "results/effects/school_changes.parquet"
        found["year_correlations"] = "results/effects/year_correlations.parquet"
    if STUDENTS and settings.benchmark:
        found["system_drift"] = "results/benchmark/drift.parquet"
    if STUDENTS and settings.location_scale:
        found["location_scale"] = "results/location_scale/school_effects.parquet"
    if settings.intake_adjusted:
        found["performance"] = "results/intake_adjusted/performance.parquet"
    return found


def release_names():
    """Release tables of the configured study; none without the section."""
    return [name for name in release_inputs() if name != "ranks"] if settings.publish else []


def release_files():
    """Everything of the release; the page is about schools' students."""
    if not release_names():
        return []
    tables = [f"results/published/{name}.{kind}" for name in release_names() for kind in ("parquet", "csv")]
    page = ["results/published/report.html"] if STUDENTS else []
    return [*tables, *page, "results/published/release.xlsx", *release_records().values()]


def release_records():
    """What the guard of the next release compares it with, name: file."""
    names = ["release_record", *(["performance_record"] if settings.intake_adjusted else [])]
    return {name: f"results/{name}.parquet" for name in names}


def earlier_releases():
    """The records of an earlier release that are named, name of the record: file."""
    given = settings.publish
    named = {"release_record": given.earlier_release, "performance_record": given.earlier_performance}
    return {name: path for name, path in named.items() if path}


def input_files():
    """Every file the study reads, name: place; a confidential file is named from the data folder, the key by its mark."""
    values = settings.input.school_values
    places = [(DATA, file.path) for table in TABLES + TEACHER_TABLES for file in files_of(table)]
    places += [(DATA, settings.cohorts.scale_links)] if STUDENTS and settings.cohorts.scale_links else []
    places += [(WHOLE_SCHOOL_DATA, file.path) for _, file in whole_school_files()]
    places += [(FOLDER, path) for file in values for path in (file.path, file.id_map and file.id_map.path)]
    found = {KEY_NAME: KEY_MARK} if STUDENT_FILES else {}
    return found | {
        path if folder == FOLDER else f"{folder}/{path}": f"{folder}/{path}"
        for folder, path in places
        if path
    }


def configured():
    """The configuration as a manifest tells it: without places on this machine and names of teachers."""
    found = settings.model_dump(exclude={"data_folder": True, "layered": {"weights_of"}})
    if NAMED_KEY:
        found["input"]["student_key"] = "named"
    for key in ("earlier_release", "earlier_performance"):
        if settings.publish and getattr(settings.publish, key):
            found["publish"][key] = Path(getattr(settings.publish, key)).name
    return found


def study_files():
    """Every table and figure of the configured study, and its release."""
    return [
        *expand("results/validation/{table}.parquet", table=["ledger", "notes", "quarantine"]),
        *([KEY_MARK] if STUDENT_FILES else []),
        *student_tables(),
        *school_value_tables(),
        *layered_tables(),
        *layered_figures(),
        *whole_school_tables(),
        *intake_adjusted_tables(),
        *(figure_files() if STUDENTS else []),
        *intake_adjusted_figures(),
        *release_files(),
    ]


def manifest_files():
    """The manifest of the run, and its copy that goes with the release."""
    return ["results/manifest.json", *(["results/published/manifest.json"] if release_files() else [])]


def report_texts():
    """What the report says beside its tables."""
    publish, benchmark = settings.publish, settings.benchmark
    return {
        "title": f"School effects in {' and '.join(DOMAINS)}, {YEARS[0]} to {YEARS[-1]}",
        "choices": {
            "Formula of the relative model": settings.mixed.formula,
            "Estimation": settings.mixed.method,
            "Formula of the benchmark line": benchmark_formula() if benchmark else "none",
            "Least number of students": str(publish.minimum_students),
            "Models": ", ".join(publish.models),
            "Rounding step": f"at most {publish.rounding:g} of the median standard error",
            "Invented data": "yes" if GENERATED else "no",
        },
        "benchmark_years": tuple(benchmark.years) if benchmark else (),
        "confidence": settings.effects.confidence,
    }
