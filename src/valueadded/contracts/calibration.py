"""Contracts of the simulation that asks whether the posterior of the location-scale models is calibrated."""

from valueadded.contracts.columns import contract, number, text, whole

PARAMETER = text("parameter, or an effect of the first school")

CALIBRATION_RANKS = contract(
    "calibration_ranks",
    "Rank of each planted truth among the draws of its posterior.",
    {
        "replicate": whole("replicate", "replicates", at_least=1),
        "parameter": PARAMETER,
        "rank": number(
            "draws below the truth; missing where the posterior has no strict maximum",
            "draws",
            at_least=0,
            missing=True,
        ),
        "pareto_k": number("shape of the tail of the importance weights", "shape", missing=True),
    },
    key=["replicate", "parameter"],
)

CALIBRATION = contract(
    "calibration",
    "Whether the ranks of each parameter are uniform, as those of a calibrated posterior are.",
    {
        "parameter": PARAMETER,
        "replicates": whole("replicates with a rank", "replicates", at_least=1),
        "mean_rank": number("mean rank over its expectation", "ratio", at_least=0),
        "chi_square": number("sum over 16 bins of equal width", "chi-square", at_least=0),
        "p_value": number(
            "probability of a larger one where ranks are uniform", "0 to 1", at_least=0, at_most=1
        ),
        "largest_difference": number(
            "of the distribution function of the ranks from the uniform one", "0 to 1", at_least=0
        ),
        "envelope": number("what 95 per cent of calibrated samples stay below", "0 to 1", at_least=0),
    },
    key=["parameter"],
)
