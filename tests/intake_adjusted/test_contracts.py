"""Tables that the library returns meet their contracts, also where there is nothing to return."""

import pandas as pd
import pytest
from intake_adjusted.invented_schools import invent
from intake_adjusted.test_hand_worked import POLICY, build

from valueadded.contracts import intake_adjusted as contracts
from valueadded.errors import ContractError
from valueadded.intake_adjusted import adjust_outcomes, contest_composition, load_policy, run_multiverse
from valueadded.table_io import check_table


def every_table(annual, schools, policy) -> dict[str, pd.DataFrame]:
    results = adjust_outcomes(annual, schools, policy)
    return {
        "measures": results.measures,
        "regressions": results.regressions,
        "performance": results.performance,
        "choices": results.choices,
        "uncertainty": results.uncertainty,
        "multiverse": run_multiverse(annual, schools, policy),
        "contest": contest_composition(annual, schools, policy),
    }


def without_secondary_schools() -> tuple[pd.DataFrame, pd.DataFrame, object]:
    """The hand-worked schools with one regression that does not stand."""
    annual, schools = build()
    return annual[~annual["school_id"].isin(["S2", "S3", "S4", "S5"])], schools, POLICY


@pytest.mark.parametrize(
    "make",
    [
        lambda: (*build(), POLICY),
        without_secondary_schools,
        lambda: (*invent(load_policy("england_ks2"), 60, 3), load_policy("england_ks2")),
    ],
    ids=["hand_worked", "one_regression_fails", "with_composition"],
)
def test_every_table_meets_its_contract(make):
    for name, table in every_table(*make()).items():
        contract = getattr(contracts, f"INTAKE_ADJUSTED_{name.upper()}")
        check_table(table, contract, name)
        assert set(table.columns) == set(contract.columns), name


def test_a_regression_that_does_not_stand_counts_its_schools():
    table = every_table(*without_secondary_schools())["regressions"]
    row = table[(table["outcome"] == "u") & (table["window"] == "LY")].iloc[0]
    # A and S1 are left, with the outcome and every intake measure.
    assert (row["n_schools"], row["n_removed"], row["n_missing_outcome"]) == (2, 0, 4)


def test_a_band_of_another_word_is_refused():
    table = adjust_outcomes(*build(), POLICY).performance.replace({"band": {"similar": "average"}})
    with pytest.raises(ContractError, match="column band"):
        check_table(table, contracts.INTAKE_ADJUSTED_PERFORMANCE, "performance")
