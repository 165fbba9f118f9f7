# Which tables the configured study has.


def student_tables():
    """Tables of a study of students; none of whole schools alone."""
    if not STUDENTS:
        return []
    return [
        "results/cohorts/attrition.parquet",
        "results/cohorts/matched_comparison.parquet",
        "results/intake/schools.parquet",
        "results/mixed/fits.parquet",
        *joint_tables().values(),
        *drift_tables(),
        "results/effects/school_effects.parquet",
        "results/effects/reflated_effects.parquet",
        "results/effects/school_changes.parquet",
        "results/effects/year_correlations.parquet",
        *association_tables(),
        "results/effects/ranks.parquet",
        "results/effects/flags.parquet",
        "results/effects/comparisons.parquet",
        *location_scale_tables(),
    ]


def school_value_tables():
    """Tables of ready-made values of schools; none without such files."""
    names = ("annual", "school_types", "value_reasons", "value_account")
    return [f"results/intake_adjusted/{name}.parquet" for name in names if settings.input.school_values]


def whole_school_tables():
    """Yearly measures of whole schools and how they were made; none without records of them."""
    names = ("annual", "school_types", "aim_branches", "retention_sources")
    return [f"results/intake_adjusted/{name}.parquet" for name in names if WHOLE_SCHOOLS]


def families(table):
    """One table of every family of models that is configured."""
    benchmark = [f"results/benchmark/{table}.parquet"] if settings.benchmark else []
    return [f"results/mixed/{table}.parquet", *benchmark]


def joint_tables():
    """Tables of the joint model, name: file; a study of one cohort has none."""
    if len(YEARS) == 1:
        return {}
    return {
        "school_covariance": "results/mixed/school_covariance.parquet",
        "school_covariance_error": "results/mixed/school_covariance_error.parquet",
        "joint_correlations": "results/mixed/joint_correlations.parquet",
        "lag_profile": "results/mixed/lag_profile.parquet",
        "structures": "results/mixed/structures.parquet",
        "joint_changes": "results/mixed/joint_changes.parquet",
    }


def joint_table(name):
    """One table of the joint model, if the study has one."""
    return [table for found, table in joint_tables().items() if found == name]


def joint_inputs():
    """Tables of the joint model that correlations between years are judged by."""
    named = ("joint_correlations", "school_covariance")
    return {name: file for name, file in joint_tables().items() if name in named}


def association_tables():
    """The table of associations among three years or more; none for fewer."""
    return ["results/effects/associations.parquet"] if len(YEARS) > 2 else []


def base_year():
    """Year that changes are measured from: the last benchmark year, or the first cohort."""
    return max(settings.benchmark.years) if settings.benchmark else YEARS[0]


def benchmark_years():
    """Outcome years of the benchmark cohort; none without a benchmark."""
    return settings.benchmark.years if settings.benchmark else []


def drift_tables():
    """The table of the system's drift; none without a benchmark."""
    return ["results/benchmark/drift.parquet"] if settings.benchmark else []


def location_scale_tables():
    """Tables of the location-scale models; none without the section."""
    names = ("fits", "coefficients", "covariance", "school_effects", "comparison", "posteriors", "traces")
    names += ("year_correlations",) if location_scale_pairs() else ()
    configured = settings.location_scale is not None
    drift = ("variance_drift",) if settings.benchmark is not None else ()
    described = ("characteristics.parquet", "ladder.parquet", "tables.md")
    files = [f"{name}.parquet" for name in names + drift] + [f"tables/{name}" for name in described]
    return [f"results/location_scale/{file}" for file in files] if configured else []


include: "figure_files.smk"
include: "simulation_inputs.smk"
