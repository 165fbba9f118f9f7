"""Small hand-made cohorts and constants."""

from collections.abc import Callable

import pandas as pd
import pytest


def build(rows: list[dict], **defaults: object) -> pd.DataFrame:
    """Return matched students in the columns and types of a cohort; further keys become covariates."""
    fixed = {"school_id": "A", "year": 2021, "domain": "reading", "score": 500.0, "prior_score": 400.0}
    fixed |= {"prior_school_id": None} | defaults
    frame = pd.DataFrame(
        [{"student_id": str(place)} | fixed | row for place, row in enumerate(rows, start=1)]
    )
    types = {"student_id": "str", "school_id": "str", "year": "int64", "domain": "str", "score": "float64"}
    return frame.astype(types | {"prior_score": "float64", "prior_school_id": "str"})


@pytest.fixture(scope="session")
def cohort_of() -> Callable[..., pd.DataFrame]:
    return lambda *rows, **defaults: build(list(rows), **defaults)


@pytest.fixture(scope="session")
def constants() -> pd.DataFrame:
    """Centre 400 and scale 50 for reading, 300 and 100 for numeracy."""
    return pd.DataFrame(
        {
            "domain": ["numeracy", "reading"],
            "centre": [300.0, 400.0],
            "scale": [100.0, 50.0],
            "n_students": [9, 9],
            "years": ["2017", "2017"],
        }
    )
