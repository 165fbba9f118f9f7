"""Reference values made by reference/make_reference.R, and the invented students they belong to."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

FOLDER = Path(__file__).parent / "reference"

# R's name of a coefficient -> ours, which is the name formulaic gives it.
TERMS = {
    "(Intercept)": "Intercept",
    "sexM": "sex[T.M]",
    "sexmale": "sex[T.male]",
    "typeSngl": "type[T.Sngl]",
}


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / name, dtype={"school_id": "str"})


@pytest.fixture(scope="session")
def fits() -> Callable[..., pd.Series]:
    """The values of one model by one program, quantity -> value; standard errors are `se:<term>`."""
    table = _read("fits.csv")
    prefix = table["quantity"].str.extract(r"^(se:)?(.*)$")
    table["quantity"] = prefix[0].fillna("") + prefix[1].replace(TERMS)

    def values(case: str, program: str = "lme4") -> pd.Series:
        found = table[(table["case"] == case) & (table["program"] == program)]
        assert len(found), f"fits.csv has nothing of {program} for {case}"
        return found.set_index("quantity")["value"]

    return values


@pytest.fixture(scope="session")
def effects() -> Callable[[str], pd.DataFrame]:
    """The school effects of one model, by `school_id`."""
    table = _read("effects.csv")
    return lambda case: table[table["case"] == case].set_index("school_id").drop(columns="case")


@pytest.fixture(scope="session")
def robust() -> Callable[[str], pd.DataFrame]:
    """The cluster-robust covariance of one line, term x term."""
    table = _read("robust.csv").replace({"term": TERMS, "column": TERMS})
    return lambda case: table[table["case"] == case].pivot(
        index="term", columns="column", values="covariance"
    )


@pytest.fixture(scope="session")
def two_years() -> dict[int, pd.DataFrame]:
    """The invented students of two cohorts, year -> frame; `prior` is the prior score in spreads of 50."""
    students = _read("two_years.csv").assign(prior=lambda frame: (frame["prior_score"] - 400) / 50)
    return {int(year): frame for year, frame in students.groupby("year")}
