"""Fifty published regressions of whole schools: a midwestern state, 2007 to 2011 (`midsch` of eeptools).

The small schools behind the published lines, a third to a half of all, are not in the file: its rows alone
give somewhat other lines. But the published residuals hold the regression they come from. The ratio of the
two studentised residuals gives its number of schools, exactly; residual over internally studentised residual
is s sqrt(1 - h), which gives s2, the mean and the scatter of the intake; the predictions give the line. With
rows that stand for the absent schools (their number, means and cross-products) the regression is the
published one.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from valueadded.intake_adjusted import Choices, IntakeAdjustedFit, fit_intake_adjusted

pytestmark = [pytest.mark.agreement, pytest.mark.data]
CELL = ["grade", "subject", "test_year"]


@pytest.fixture(scope="module")
def schools() -> pd.DataFrame:
    path = Path(os.environ.get("VALUEADDED_DATA") or ".") / "eeptools_midsch.parquet"
    if not path.exists():
        pytest.skip("eeptools_midsch.parquet is not in the folder that VALUEADDED_DATA names")
    table = pd.read_parquet(path)
    # A school's number is its own only within its district.
    names = table["district_id"].astype(str) + "-" + table["school_id"].astype(str)
    return table.assign(school_id=names, n_students=table["n2"])


def fit(rows: pd.DataFrame, **choices: object) -> IntakeAdjustedFit:
    # The published residuals have every school in the line.
    return fit_intake_adjusted(rows, "ss2", ["ss1"], choices=Choices(outlier_passes=0, **choices))


def absent_schools(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the number, means and cross-products of the schools that are not in the file."""
    x, y, residual, z, t = (
        rows[name].to_numpy() for name in ("ss1", "ss2", "residuals", "resid_z", "resid_t")
    )
    slope, level = np.polyfit(x, rows["predicted"], 1)
    far = np.abs(z) > 1.5
    degrees = np.median(z[far] ** 2 * (t[far] ** 2 - 1) / (t[far] ** 2 - z[far] ** 2))
    # A whole number, which shows that the two residuals are what they are taken for.
    assert degrees == pytest.approx(round(degrees), abs=1e-3)
    total = round(degrees) + 2
    clear, about = np.abs(z) > 0.5, x.mean()
    bend, tilt, top = np.polyfit(x[clear] - about, (residual[clear] / z[clear]) ** 2, 2)
    mean = about - tilt / (2 * bend)
    square = (top - tilt**2 / (4 * bend)) / (1 - 1 / total)
    scatter = -square / bend
    whole = np.array(
        [[scatter, slope * scatter], [slope * scatter, slope**2 * scatter + square * (total - 2)]]
    )
    middle = np.array([mean, level + slope * mean])
    kept = np.column_stack([x, y])
    centre = kept.mean(axis=0)
    count = total - len(rows)
    other = (total * middle - len(rows) * centre) / count
    left = whole - (kept - centre).T @ (kept - centre)
    left -= len(rows) * np.outer(centre - middle, centre - middle) + count * np.outer(
        other - middle, other - middle
    )
    waves = np.cos(np.pi * np.outer(np.arange(count) + 0.5, [1, 2]) / count) * np.sqrt(2 / count)
    made = other + waves @ np.linalg.cholesky(left).T
    return pd.DataFrame(
        {"school_id": [f"absent-{k}" for k in range(count)], "ss1": made[:, 0], "ss2": made[:, 1]}
    )


def agreement(found: IntakeAdjustedFit, rows: pd.DataFrame) -> pd.DataFrame:
    return found.performance.merge(rows[["school_id", "resid_z"]], on="school_id", validate="one_to_one")


def test_all_fifty_published_regressions(schools: pd.DataFrame) -> None:
    cells = schools.groupby(CELL, observed=True)
    assert cells.ngroups == 50
    for cell, rows in cells:
        whole = pd.concat([rows, absent_schools(rows).assign(n_students=20)], ignore_index=True)
        both = agreement(fit(whole), rows)
        assert np.corrcoef(both["standardised_residual"], both["resid_z"])[0, 1] >= 0.9995, cell
        both = agreement(fit(whole, residual="studentised"), rows)
        # The moments of the absent schools are known to about as many digits as the file prints.
        assert (both["standardised_residual"] - both["resid_z"]).abs().max() < 1e-4, cell


def test_the_rows_alone_come_close(schools: pd.DataFrame) -> None:
    found = [
        agreement(fit(rows), rows)[["standardised_residual", "resid_z"]].corr().iloc[0, 1]
        for _, rows in schools.groupby(CELL, observed=True)
    ]
    # Without the small schools the slopes are other ones: found .9922 to .99999, the median .9990.
    assert min(found) > 0.992
    assert np.median(found) > 0.999


def test_extreme_schools_of_real_data_are_capped(schools: pd.DataFrame) -> None:
    beyond = schools.loc[schools["resid_z"].abs().idxmax()]
    rows = schools[(schools[CELL] == beyond[CELL]).all(axis=1)]
    found = fit_intake_adjusted(rows, "ss2", ["ss1"]).performance.set_index("school_id")
    school = found.loc[beyond["school_id"]]
    assert (school["status"], school["standardised_residual"]) == ("capped", 3 * np.sign(beyond["resid_z"]))
