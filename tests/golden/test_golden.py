"""The tiny state gives the numbers that were approved.

A number that moves is not wrong by itself, but nobody may move one without saying so. To approve new numbers:

    python tests/golden/test_golden.py --overwrite
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

APPROVED = Path(__file__).parent / "approved"
DIGITS = 8
# Approved numbers carry eight digits. The searches stop where the score vanishes; another processor, which
# adds in another order, stops within a millionth of the same place.
TOLERANCE = 1e-6


def take_fits(results: Path) -> pd.DataFrame:
    """Every model of every cohort. Flat directions of the random-slope model are left to its own tests."""
    fits = pd.concat(
        [pd.read_parquet(results / family / "fits.parquet") for family in ("mixed", "benchmark")]
    )
    variances = ["school_variance", "residual_variance"]
    fits.loc[fits["model"] == "relative_slope", variances] = np.nan
    key = ["domain", "year", "model"]
    return fits[[*key, "method", "n_students", "n_schools", *variances, "log_likelihood"]].sort_values(key)


def take_fixed_effects(results: Path) -> pd.DataFrame:
    """The line of the benchmark cohort, relative model."""
    terms = pd.read_parquet(results / "mixed" / "fixed_effects.parquet")
    return terms.query("model == 'relative' and year == 2017")


def take_drift(results: Path) -> pd.DataFrame:
    return pd.read_parquet(results / "benchmark" / "drift.parquet").query("year > 2017")


def take_school_effects(results: Path) -> pd.DataFrame:
    """Three schools in the last year, under every model with one effect a school."""
    effects = pd.read_parquet(results / "effects" / "school_effects.parquet")
    return effects.query("year == 2020 and school_id <= '0003' and model != 'relative_slope'")


def take_correlations(results: Path) -> pd.DataFrame:
    """By each method, between the benchmark year and the last one."""
    found = pd.read_parquet(results / "effects" / "year_correlations.parquet")
    return found.query("year_a == 2017 and year_b == 2020 and model_a == 'relative'").drop(
        columns="estimates"
    )


def take_attrition(results: Path) -> pd.DataFrame:
    return pd.read_parquet(results / "cohorts" / "attrition.parquet").query("year >= 2019")


def take_whole_school_terms(results: Path) -> pd.DataFrame:
    """Every term of four regressions of whole schools, both windows, primary and secondary."""
    terms = pd.read_parquet(results / "intake_adjusted" / "regressions.parquet")
    columns = ["outcome", "window", "group", "term", "estimate", "std_error", "r_squared", "n_schools"]
    return terms.query("outcome in ['NAPLANyr5Read', 'VCE']")[columns]


def take_whole_schools(results: Path) -> pd.DataFrame:
    """Three schools on every outcome of the latest year."""
    performance = pd.read_parquet(results / "intake_adjusted" / "performance.parquet")
    chosen = performance["school_id"].isin(sorted(set(performance["school_id"]))[:3])
    columns = ["school_id", "outcome", "group", "expected", "standardised_residual", "band", "status"]
    return performance[chosen & performance["window"].eq("LY")][columns].fillna({"band": "no band"})


def take_layered_fits(results: Path) -> pd.DataFrame:
    """Likelihood of every layered model."""
    fits = pd.read_parquet(results / "layered" / "fits.parquet")
    return fits[["model", "method", "log_likelihood"]]


TABLES: dict[str, Callable[[Path], pd.DataFrame]] = {
    "attrition": take_attrition,
    "drift": take_drift,
    "fits": take_fits,
    "fixed_effects": take_fixed_effects,
    "layered_fits": take_layered_fits,
    "school_effects": take_school_effects,
    "whole_school_terms": take_whole_school_terms,
    "whole_schools": take_whole_schools,
    "year_correlations": take_correlations,
}


def round_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers to eight significant digits; a zero with rounding error is a zero."""
    rounded = table.reset_index(drop=True)
    for column in rounded.select_dtypes("float64"):
        exact = rounded[column].mask(rounded[column].abs() < 1e-9, 0.0)
        rounded[column] = [float(f"{value:.{DIGITS}g}") for value in exact]
    return rounded


def read_approved(name: str) -> pd.DataFrame:
    approved = pd.read_csv(APPROVED / f"{name}.csv", dtype={"school_id": "str"})
    return approved.fillna({"reason": ""}) if "reason" in approved else approved


@pytest.mark.workflow
@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_the_approved_numbers_come_out(tiny_run, name):
    found = round_numbers(TABLES[name](tiny_run / "results"))
    approved = read_approved(name)
    try:
        pd.testing.assert_frame_equal(found, approved, check_dtype=False, rtol=TOLERANCE, atol=TOLERANCE)
    except AssertionError as moved:
        pytest.fail(
            f"the approved table '{name}' is not what comes out any more:\n{moved}\n\n"
            "If the change is meant, say in CHANGELOG.md which published number moved and why, then run\n"
            "    python tests/golden/test_golden.py --overwrite"
        )


def test_a_moved_number_is_noticed():
    approved = read_approved("drift")
    moved = approved.assign(drift=approved["drift"] * (1 + 1e-5))
    with pytest.raises(AssertionError):
        pd.testing.assert_frame_equal(moved, approved, rtol=TOLERANCE, atol=TOLERANCE)


def overwrite() -> None:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tiny_state import run_tiny_state

    with tempfile.TemporaryDirectory() as folder:
        run_tiny_state(Path(folder))
        APPROVED.mkdir(exist_ok=True)
        for name, take in TABLES.items():
            table = round_numbers(take(Path(folder) / "results"))
            table.to_csv(APPROVED / f"{name}.csv", index=False, lineterminator="\n")
            print(f"{APPROVED / name}.csv: {len(table)} rows")


if __name__ == "__main__":
    if sys.argv[1:] != ["--overwrite"]:
        sys.exit(__doc__)
    overwrite()
