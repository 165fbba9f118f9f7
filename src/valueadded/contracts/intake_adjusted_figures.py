"""Contracts of the data drawn in the figures of whole schools."""

import pandera.pandas as pa

from valueadded.contracts.columns import contract, flag, number, text, whole
from valueadded.contracts.intake_adjusted import BANDS, RESIDUAL, STATUSES, of_regression


def _of_school() -> dict[str, pa.Column]:
    return {
        "school_id": text("school"),
        "place": whole("place of the outcome in the figure, from above", "rank", at_least=1),
        "area": text("domain of outcome: learning, engagement, pathways or as the registry says"),
        **of_regression(),
        "words": text("outcome in words"),
        "calendar_year": whole("latest year of the window; 0 where no school has the outcome", "year"),
        "years_used": whole("years with a value", "years", at_least=0),
        "n_students": number("students behind the outcome, all years", "students", at_least=0, missing=True),
        "standardised_residual": number("observed minus expected, standardised", RESIDUAL, missing=True),
        "band": text("place against the limits", among=BANDS, missing=True),
        "status": text("whether there is a result", among=STATUSES),
        "reason": text("why there is none, or why it is capped; empty otherwise"),
        "higher_is_worse": flag("a high value is a poor result"),
        "limit": number("residuals up to this are similar", RESIDUAL, at_least=0),
    }


INTAKE_BARS = contract(
    "intake_bars",
    "Standardised residuals of one school on each of its outcomes, as drawn.",
    _of_school(),
    key=["school_id", "place", "window"],
)

SCHOOL_SUMMARY = contract(
    "school_summary",
    "One school on all its outcomes, with intervals and the probability of each band, as drawn.",
    {
        **_of_school(),
        "lower": number("lower end of the interval", RESIDUAL, missing=True),
        "upper": number("upper end of the interval", RESIDUAL, missing=True),
        "p_higher": number("probability of higher", "0 to 1", missing=True),
        "p_similar": number("probability of similar", "0 to 1", missing=True),
        "p_lower": number("probability of lower", "0 to 1", missing=True),
        "holds": text("what the error holds", among=("line", "line and years"), missing=True),
    },
    key=["school_id", "place", "window"],
)

INTAKE_FUNNEL = contract(
    "intake_funnel",
    "Standardised residual of every school against its students, with limits for schools of its size.",
    {
        **of_regression(),
        "words": text("outcome in words"),
        "calendar_year": whole("latest year of the window", "year"),
        "school_id": text("school"),
        "n_students": number("students behind the outcome, all years", "students", at_least=0),
        "standardised_residual": number("observed minus expected, standardised", RESIDUAL),
        "status": text("whether it is capped", among=("published", "capped")),
        "limit_95": number(
            "95 of 100 schools of its size are expected within this of 0; missing with fewer than "
            "three schools to estimate it from",
            RESIDUAL,
            at_least=0,
            missing=True,
        ),
        "limit_998": number("998 of 1,000 are", RESIDUAL, at_least=0, missing=True),
        "n_without": whole(
            "schools of the group without a result or a count of students", "schools", at_least=0
        ),
    },
    key=["outcome", "window", "group", "school_id"],
)
