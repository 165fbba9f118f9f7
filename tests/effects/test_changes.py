import pandas as pd
import pytest
from invented import FORMULA, make_cohorts
from scipy.stats import norm

from valueadded.contracts.effects import SCHOOL_CHANGES
from valueadded.effects import measure_changes
from valueadded.mixed import fit_multi_cohort
from valueadded.table_io import check_table


def effects() -> pd.DataFrame:
    rows = [
        ("A", 2015, 2.0, 3.0),
        ("A", 2017, -13.0, 3.0),
        ("A", 2021, -27.4, 4.0),
        ("B", 2017, 1.0, 2.0),
        ("C", 2021, 5.0, 2.0),
    ]
    table = pd.DataFrame(rows, columns=["school_id", "year", "effect", "std_error"])
    return table.assign(domain="reading", model="relative")


def test_change_since_the_benchmark_year() -> None:
    table = measure_changes(effects(), 2017)
    check_table(table, SCHOOL_CHANGES, "school_changes")
    later = table.query("year_to == 2021").iloc[0]
    assert (later["year_from"], later["school_id"]) == (2017, "A")
    assert later["change"] == pytest.approx(-14.4)
    assert later["std_error"] == pytest.approx(5.0)
    assert later["lower"] == pytest.approx(-14.4 - norm.ppf(0.975) * 5)
    assert later["p_improved"] == pytest.approx(norm.cdf(-14.4 / 5), rel=1e-12)


def test_before_the_benchmark_the_change_runs_forward_in_time() -> None:
    earlier = measure_changes(effects(), 2017).query("year_to == 2017").iloc[0]
    assert earlier["year_from"] == 2015
    assert earlier["change"] == pytest.approx(-15.0)


def test_schools_in_one_of_the_years_only_have_no_change() -> None:
    assert set(measure_changes(effects(), 2017)["school_id"]) == {"A"}


def test_without_error_the_direction_is_certain() -> None:
    table = measure_changes(effects().assign(std_error=0.0), 2017)
    assert set(table["p_improved"]) == {0.0}


def test_changes_of_the_joint_model_come_from_it_and_not_from_its_effects() -> None:
    students, _ = make_cohorts(1, (2017, 2021))
    fit = fit_multi_cohort(students, FORMULA)
    table = fit.school_effects().assign(domain="reading", model="joint")
    joint = fit.changes(2017).assign(domain="reading")
    found = measure_changes(table, 2017, joint=joint)
    check_table(found, SCHOOL_CHANGES, "school_changes")
    assert set(found["model"]) == {"joint"}
    merged = found.merge(joint, on="school_id")
    assert (merged["std_error"] == merged["relative_std_error"]).all()
    effect = table.pivot(index="school_id", columns="year", values="effect").loc[merged["school_id"]]
    # The change is the difference of the effects; only its error is another.
    assert merged["change"].to_numpy() == pytest.approx((effect[2021] - effect[2017]).to_numpy())
