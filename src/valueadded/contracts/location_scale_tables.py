"""Contracts of the tables that describe the location-scale models: who is in them, and what they found."""

import pandera.pandas as pa

from valueadded.contracts.columns import contract, number, text, whole
from valueadded.contracts.location_scale import ESTIMATORS, MODELS

BLOCKS = ("mean function", "log variance function", "school effects", "fit")


def _share(words: str) -> pa.Column:
    """Return a share of students or schools."""
    return number(words, "percent", at_least=0, at_most=100, missing=True)


CHARACTERISTICS = contract(
    "characteristics",
    "Tables 1 and 2: levels of the student terms, then of the school terms, of the students that the models "
    "are fitted to. Cells of fewer than 10 students have no numbers, nor have those from which they would "
    "follow.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "table": text("Table 1 students, Table 2 schools", among=("Table 1", "Table 2")),
        "position": whole("place of the row in its table", "rows", at_least=1),
        "term": text("column of the term; `all` for the first row"),
        "level": text("category, or range of numbers: cut at the quarters of students or of schools"),
        "count_band": text(
            "students as text; `under 10`; `withheld` where an `under 10` would follow from it"
        ),
        "n_students": number("students", "students", at_least=10, missing=True),
        "percent_students": _share("of all students"),
        "n_schools": number("schools; Table 2 only", "schools", at_least=1, missing=True),
        "percent_schools": _share("of all schools; Table 2 only"),
        "mean_prior": number("students' mean of the prior term", "units of the prior term", missing=True),
        "mean_prior_standard": number(
            "the same, standardised among these students", "standard deviations", missing=True
        ),
        "mean_score": number("students' mean outcome score", "scale points", missing=True),
        "mean_score_standard": number(
            "the same, standardised among these students", "standard deviations", missing=True
        ),
    },
    key=["domain", "year", "table", "position"],
)

LADDER = contract(
    "ladder",
    "Tables 3 (Models 1 to 3), 4 (Models 4 to 6) and 5 (Models 7 and 8), long: a row for each parameter and "
    "model that has it.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "table": text("table", among=("Table 3", "Table 4", "Table 5")),
        "position": whole("place of the parameter in its table", "rows", at_least=1),
        "block": text("part of the table", among=BLOCKS),
        "label": text("parameter in words"),
        "model": text("model of the ladder", among=MODELS),
        "estimator": text(
            "posterior: posterior mean and standard deviation; ml: maximum of the likelihood and standard "
            "error. Of the fit always ml but for DIC",
            among=ESTIMATORS,
        ),
        "estimate": number("estimate", "as in the tables it comes from", missing=True),
        "std_error": number("standard error or posterior SD", "as the estimate", at_least=0, missing=True),
    },
    key=["domain", "year", "table", "position", "model"],
)
