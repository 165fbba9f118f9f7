"""Contracts of schools' means and variances over the years."""

from valueadded.contracts.columns import contract, flag, number, text, whole

LOCATION_SCALE_VARIANCE_DRIFT = contract(
    "location_scale_variance_drift",
    "Change of the variance within schools since the benchmark cohort, a row for each domain and focal year. "
    "Model 3 of scores as they are; the log variance is pinned to the benchmark's slope and has an intercept "
    "of its own, the mean is the year's own. Both cohorts at their own mean terms, in the median school. A "
    "cohort that does not determine the model has a row without numbers.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "log_variance_ratio": number(
            "log of the variance over that of the benchmark cohort, the sum of the two parts",
            "log variance",
            missing=True,
        ),
        "std_error": number(
            "its standard error, of both cohorts, clustered on schools; missing at a boundary",
            "log variance",
            at_least=0,
            missing=True,
        ),
        "lower": number("lower end of its interval", "log variance", missing=True),
        "upper": number("upper end of its interval", "log variance", missing=True),
        "sd_ratio": number("ratio of the standard deviations", "ratio", at_least=0, missing=True),
        "sd_ratio_lower": number("lower end of its interval", "ratio", at_least=0, missing=True),
        "sd_ratio_upper": number("upper end of its interval", "ratio", at_least=0, missing=True),
        "intake_part": number(
            "part from the change of intake: benchmark slope times change of the mean term",
            "log variance",
            missing=True,
        ),
        "intake_part_std_error": number("its standard error", "log variance", at_least=0, missing=True),
        "like_part": number("the rest: change for students with the same term", "log variance", missing=True),
        "like_part_std_error": number("its standard error", "log variance", at_least=0, missing=True),
        "like_part_lower": number("lower end of its interval", "log variance", missing=True),
        "like_part_upper": number("upper end of its interval", "log variance", missing=True),
        "converged": flag("the certificate of a maximum holds for both cohorts"),
        "status": text("how the search ended, or why there is no fit"),
    },
    key=["domain", "year"],
)

LOCATION_SCALE_CORRELATIONS = contract(
    "location_scale_correlations",
    "Two years of a domain in one model (Model 2 in each): how far schools keep their mean, and how far the "
    "variance of their students. Correlations of true effects, not of estimates. Where these data do not "
    "determine the model, `status` says so and the numbers are missing.",
    {
        "domain": text("tested domain"),
        "year_a": whole("earlier calendar year", "year"),
        "year_b": whole("later calendar year", "year"),
        "what": text(
            "mean or log_variance: the same effect in both years; otherwise the mean of one year with the "
            "log variance of the same or the other",
            among=(
                "mean",
                "log_variance",
                "mean_a_log_variance_a",
                "mean_b_log_variance_b",
                "mean_a_log_variance_b",
                "mean_b_log_variance_a",
            ),
        ),
        "correlation": number(
            "correlation over schools", "correlation", at_least=-1, at_most=1, missing=True
        ),
        "std_error": number("its standard error", "correlation", at_least=0, missing=True),
        "lower": number("lower end of its interval (Fisher's z)", "correlation", missing=True),
        "upper": number("upper end of its interval", "correlation", missing=True),
        "n_schools": whole("schools with students in both years", "schools", at_least=0),
        "converged": flag("the certificate of a maximum holds"),
        "status": text("how the search ended, or why there is no fit"),
    },
    key=["domain", "year_a", "year_b", "what"],
)
