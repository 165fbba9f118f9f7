# Which tables and figures the configured study has.


def families(table):
    """One table of every family of models that is configured."""
    benchmark = [f"results/benchmark/{table}.parquet"] if settings.benchmark else []
    return [f"results/mixed/{table}.parquet", *benchmark]


def joint_tables():
    """Tables of the joint model, name: file; a study of one cohort has none."""
    names = ["school_covariance", "school_covariance_error", "joint_correlations"]
    names += ["lag_profile", "structures", "joint_changes"]
    return {name: f"results/mixed/{name}.parquet" for name in names} if len(YEARS) > 1 else {}


def base_year():
    """Year that changes are measured from: the last benchmark year, or the first cohort."""
    return max(settings.benchmark.years) if settings.benchmark else YEARS[0]


def figure_names():
    """Figures that make sense for the configured study: some compare years, one compares with a benchmark."""
    several_years = ["school_trajectories", "year_correlations"] if len(YEARS) > 1 else []
    against = ["relative_against_benchmark"] if settings.benchmark else []
    return ["attrition_flow", "effect_distribution", "caterpillar", *against, *several_years]


def figure_files():
    """Every figure of the configured study, as picture, drawing and data."""
    return expand(
        "results/figures/{name}_{domain}.{suffix}",
        name=figure_names(),
        domain=DOMAINS,
        suffix=["png", "svg", "parquet", "csv"],
    )


def benchmark_years():
    """Outcome years of the benchmark cohort; none without a benchmark."""
    return settings.benchmark.years if settings.benchmark else []


def drift_tables():
    """The table of the system's drift; none without a benchmark."""
    return ["results/benchmark/drift.parquet"] if settings.benchmark else []
