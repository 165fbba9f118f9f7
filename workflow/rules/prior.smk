# How the formulas depend on the prior score, and on which scales the scores of each cohort stand.

import re


def prior_formulas(response, formulas):
    """A formula whose terms are the prior score and its error variance, where a measure of it is in use."""
    names = set(re.findall(r"\w+", " ".join(formulas)))
    if names.isdisjoint(own_prior_measures()):
        return []
    error = "" if "matched" in TABLES else " + prior_error_variance"
    return [f"{response} ~ prior_score{error}"]


def own_prior_measures():
    """Names in a formula that are missing wherever the student's own prior score is."""
    measures = settings.intake.measures.items()
    return {"prior_score", *(name for name, measure in measures if measure.kind == "standardised_prior")}


def prior_roles():
    """How each name in a formula depends on the prior score; those that do not are left out."""
    roles = {"prior_score": "power_1"}
    for name, measure in settings.intake.measures.items():
        if measure.kind == "standardised_prior":
            roles[name] = f"power_{measure.power}"
        elif measure.kind == "school_prior_sd":
            roles[name] = "spread"
        elif measure.kind == "school_prior_mean":
            plain = measure.years == 1 and not measure.without_student
            roles[name] = "school_mean" if plain else "unclear"
        elif measure.kind == "prior_composite":
            roles[name] = "unclear"
    return roles


def scale_eras():
    """Outcome year -> scale eras of the outcome and of the prior; files that come matched have one for both."""
    cohorts = settings.cohorts
    if not cohorts.scale_links:
        return {}
    gap = 0 if "matched" in TABLES else cohorts.gap_years
    return {year: [cohorts.era_of(year), cohorts.era_of(year - gap)] for year in YEARS}


def drift_figures():
    """Figures of what moved in the system since the benchmark; one of them needs prior scores."""
    if not settings.benchmark or len(YEARS) == 1:
        return []
    prior = any("prior_score" in formula for formula in model_formulas())
    return ["system_drift", *(["prior_and_outcome"] if prior else [])]
