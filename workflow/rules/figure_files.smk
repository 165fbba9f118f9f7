# Which figures the configured study has.


def figure_names():
    """Figures that make sense for the configured study: some compare years, one compares with a benchmark."""
    several_years = ["school_trajectories", "year_correlations", "joint_correlation_by_lag"]
    several_years = several_years if len(YEARS) > 1 else []
    against = ["relative_against_benchmark"] if settings.benchmark else []
    changes = ["school_changes"] if settings.benchmark and len(YEARS) > 1 else []
    always = ["attrition_flow", "effect_distribution", "caterpillar"]
    return [*always, *against, *several_years, *changes, *drift_figures(), *location_scale_figures()]


def figure_files():
    """Every figure of the configured study, as picture, drawing and data."""
    return expand(
        "results/figures/{name}_{domain}.{suffix}",
        name=figure_names(),
        domain=DOMAINS,
        suffix=["png", "svg", "parquet", "csv"],
    )


def layered_figures():
    """Every figure of the layered models; none without the section."""
    if settings.layered is None:
        return []
    later = ["revised_effects", "persistence_by_lag"] if several_periods() else []
    weights = ["weight_map"] if settings.layered.weights_of else []
    return expand(
        "results/figures/{name}_{domain}.{suffix}",
        name=["teacher_caterpillar", "track_graph", *later, *weights],
        domain=settings.layered.domains,
        suffix=["png", "svg", "parquet", "csv"],
    )
