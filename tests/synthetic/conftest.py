"""A small state that every test of this stage may ask for, and alter."""

from collections.abc import Callable
from typing import Any

import pytest

from valueadded.config.synthetic import Synthetic
from valueadded.synthetic import State, generate_state

TESTED_YEARS = [2015, 2016, 2017, 2018, 2019, 2021, 2022, 2023, 2024, 2025]
DRIFT = {2017: 1.0, 2019: -4.0, 2021: -8.0, 2024: -6.0}


def describe_state(**changes: Any) -> Synthetic:
    """A state of 40 schools with every kind of student in it; `changes` replace whole keys."""
    tested_years = changes.get("tested_years", TESTED_YEARS)
    drift = {year: points for year, points in DRIFT.items() if year in tested_years}
    settings: dict[str, Any] = {
        "seed": 3,
        "schools": 40,
        "tested_years": TESTED_YEARS,
        "domains": {
            "reading": {"drift": drift, "line": {"female": 3.0}},
            "numeracy": {"school_sd": 14.0, "prior_female": -0.1, "drift": drift},
        },
        "year_correlations": [1, 0.9, 0.8, 0.72],
        "places": {
            "city": {"share": 0.6, "students": 45, "advantage": 0.2, "indigenous": 0.03, "esl": 0.25},
            "remote": {"share": 0.4, "students": 20, "advantage": -0.6, "indigenous": 0.3, "esl": 0.1},
        },
        "school_types": {"government": 0.7, "independent": 0.3},
        "new_scale": {"first_year": 2023},
        "defects": 0.01,
    }
    return Synthetic(**(settings | changes))


@pytest.fixture(scope="session")
def describe() -> Callable[..., Synthetic]:
    return describe_state


@pytest.fixture(scope="session")
def settings() -> Synthetic:
    return describe_state()


@pytest.fixture(scope="session")
def state(settings: Synthetic) -> State:
    return generate_state(settings)


@pytest.fixture(scope="session")
def clean_state() -> State:
    """The same state without a defective row and without a student recorded twice."""
    return generate_state(describe_state(defects=0.0, movement={"two_schools": 0.0, "two_records": 0.0}))
