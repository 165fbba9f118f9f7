"""Small hand-made records: everything not said is a present student of school A with a score of 500."""

from collections.abc import Callable

import pandas as pd
import pytest

from valueadded.config.study import Cohorts

Maker = Callable[..., pd.DataFrame]
TYPES = {
    "student_id": "str",
    "school_id": "str",
    "calendar_year": "int64",
    "year_level": "int64",
    "domain": "str",
    "participation": "str",
    "score": "float64",
    "score_se": "float64",
    "source_row": "int64",
}


def build(rows: list[dict], defaults: dict) -> pd.DataFrame:
    """Return records in the columns and types of accepted assessments; further keys become covariates."""
    fixed = {
        "school_id": "A",
        "domain": "reading",
        "participation": "present",
        "score": 500.0,
        "score_se": None,
    }
    complete = [fixed | defaults | row | {"source_row": place} for place, row in enumerate(rows, start=1)]
    frame = pd.DataFrame(complete, columns=None if complete else list(TYPES))
    frame.loc[frame["participation"].ne("present"), "score"] = None
    covariates = sorted(set(frame.columns) - set(TYPES))
    return frame.astype(TYPES)[[*TYPES, *covariates]]


@pytest.fixture(scope="session")
def outcome_records() -> Maker:
    return lambda *rows: build(list(rows), {"calendar_year": 2021, "year_level": 5})


@pytest.fixture(scope="session")
def prior_records() -> Maker:
    return lambda *rows: build(list(rows), {"calendar_year": 2019, "year_level": 3, "score": 400.0})


@pytest.fixture(scope="session")
def cohorts() -> Cohorts:
    return Cohorts(prior_level=3, outcome_level=5, gap_years=2)
