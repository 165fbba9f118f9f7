"""Fifty published regressions of whole schools: a midwestern state, 2007 to 2011 (`midsch` of eeptools).

Small schools were dropped after the published fits, so the lines differ a little: an agreement, no equality.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from valueadded.intake_adjusted import Choices, fit_intake_adjusted

pytestmark = [pytest.mark.agreement, pytest.mark.data]


@pytest.fixture(scope="module")
def schools() -> pd.DataFrame:
    path = Path(os.environ.get("VALUEADDED_DATA") or ".") / "eeptools_midsch.parquet"
    if not path.exists():
        pytest.skip("eeptools_midsch.parquet is not in the folder that VALUEADDED_DATA names")
    table = pd.read_parquet(path)
    # A school's number is its own only within its district.
    return table.assign(
        school_id=table["district_id"].astype(str) + "-" + table["school_id"].astype(str),
        n_students=table["n2"],
    )


def test_all_fifty_regressions_agree(schools: pd.DataFrame) -> None:
    cells = schools.groupby(["grade", "subject", "test_year"], observed=True)
    assert cells.ngroups == 50
    for cell, rows in cells:
        # The published residuals have every school in the line.
        fit = fit_intake_adjusted(rows, "ss2", ["ss1"], choices=Choices(outlier_passes=0))
        both = fit.performance.merge(rows[["school_id", "resid_z"]], on="school_id", validate="one_to_one")
        agreement = np.corrcoef(both["standardised_residual"], both["resid_z"])[0, 1]
        assert agreement >= 0.9995, cell


def test_extreme_schools_of_real_data_are_capped(schools: pd.DataFrame) -> None:
    beyond = schools.loc[schools["resid_z"].abs().idxmax()]
    keys = ["grade", "subject", "test_year"]
    rows = schools[(schools[keys] == beyond[keys]).all(axis=1)]
    found = fit_intake_adjusted(rows, "ss2", ["ss1"]).performance.set_index("school_id")
    school = found.loc[beyond["school_id"]]
    assert (school["status"], school["standardised_residual"]) == ("capped", 3 * np.sign(beyond["resid_z"]))
