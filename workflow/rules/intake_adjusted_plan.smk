# The policy for whole schools, read before the set of jobs is known; which tables and figures they have.

from valueadded.errors import ValueAddedError


def read_registry():
    """Registry of the configured policy as text, once the study asks nothing of it that it does not have."""
    section = settings.intake_adjusted
    if section is None:
        return None
    from valueadded.intake_adjusted.plan import check_plan
    from valueadded.intake_adjusted.shipped import load_policy, registry_text

    outcomes = {
        "intake_adjusted.figures.outcomes": section.figures.outcomes,
        "intake_adjusted.multilevel": section.multilevel,
    }
    try:
        check_plan(load_policy(section.policy), outcomes, latest_only=["intake_adjusted.multilevel"])
        return registry_text(section.policy)
    except ValueAddedError as fault:
        raise WorkflowError(f"intake_adjusted.policy: {fault}")


REGISTRY = read_registry()


def intake_adjusted_tables():
    """Tables of whole schools; none without the section."""
    if settings.intake_adjusted is None:
        return []
    names = ["measures", "regressions", "performance", "uncertainty", "choices", "contest"]
    names += ["multilevel", "agreement"] if settings.intake_adjusted.multilevel else []
    return [f"results/intake_adjusted/{name}.parquet" for name in names]


def intake_adjusted_figures():
    """Figures of whole schools that are drawn without being asked for."""
    if settings.intake_adjusted is None:
        return []
    drawn = settings.intake_adjusted.figures
    names = [f"{name}_{school}" for name in ("intake_bars", "school_summary") for school in drawn.schools]
    names += [f"intake_funnel_{outcome}" for outcome in drawn.outcomes]
    return expand("results/figures/{name}.{suffix}", name=names, suffix=["png", "svg", "parquet", "csv"])
