import pandas as pd
import pytest
from scipy.stats import norm

from valueadded.contracts.effects import SCHOOL_CHANGES
from valueadded.effects import measure_changes
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
