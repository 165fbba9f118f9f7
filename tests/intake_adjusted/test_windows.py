import numpy as np
import pandas as pd
import pytest

from valueadded.intake_adjusted import Choices, load_policy
from valueadded.intake_adjusted.panel import arrange_panel
from valueadded.intake_adjusted.windows import composite, intake_window, outcome_window, take_window

POLICY = load_policy("victoria_2011")
YEARS = np.arange(2007, 2011)


def panel_of(*rows):
    annual = pd.DataFrame(rows, columns=["school_id", "measure", "calendar_year", "value"]).assign(
        n_students=20.0
    )
    schools = pd.DataFrame({"school_id": sorted(annual["school_id"].unique()), "school_type": "Primary"})
    return arrange_panel(annual, schools, POLICY)


def test_latest_year_is_that_of_each_outcome():
    panel = panel_of(("A", "studabs_P6", 2009, 9.0), ("A", "CtoS_56", 2010, 4.0), ("B", "CtoS_56", 2009, 3.0))
    absence = outcome_window(panel, POLICY, POLICY.variable("studabs_P6_LY", outcome=True))
    survey = outcome_window(panel, POLICY, POLICY.variable("CtoS_LY_56", outcome=True))
    assert (absence.calendar_year, survey.calendar_year) == (2009, 2010)
    # B has no value in the latest year, but one in the long window.
    assert np.isnan(survey.values[1])
    assert outcome_window(panel, POLICY, POLICY.variable("CtoS_4Y_56", outcome=True)).values[1] == 3.0


def test_a_measure_has_at_most_its_years():
    rows = [("A", "NAPLANyr5Read", year, float(year - 1600)) for year in YEARS]
    panel = panel_of(*rows, *[("A", "studabs_P6", year, float(year)) for year in YEARS])
    three = outcome_window(panel, POLICY, POLICY.variable("NAPLANyr5Read_4Y", outcome=True))
    assert (three.values[0], three.years_used[0]) == (409.0, 3)
    absence = outcome_window(panel, POLICY, POLICY.variable("studabs_P6_4Y", outcome=True))
    assert (absence.values[0], absence.years_used[0]) == (2008.5, 4)


def test_a_lag_is_counted_back_from_the_outcome():
    panel = panel_of(*[("A", "NAPLANyr3Read", year, float(year - 1600)) for year in YEARS])
    variable = POLICY.variable("NAPLANyr3Read_LYL2")
    found = intake_window(panel, POLICY, variable, 2009, np.array([True]), Choices())
    assert found.values[0] == 407.0
    assert np.isnan(intake_window(panel, POLICY, variable, 2008, np.array([True]), Choices()).values[0])


def test_logarithm_is_of_the_percentage_plus_the_constant():
    panel = panel_of(("A", "pcPSD", 2009, 0.0), ("A", "pcPSD", 2010, 2.0))
    found = [
        intake_window(panel, POLICY, POLICY.variable(name), 2010, np.array([True]), Choices()).values[0]
        for name in ("pcPSDLY", "pcPSD4Y")
    ]
    # The logarithm of the mean percentage, not the mean of logarithms.
    assert found == [np.log(3), np.log(2)]


def test_composites_average_z_scores_within_the_population():
    panel = panel_of(
        *[
            (school, test, 2010, value)
            for test in POLICY.intake["ZNAPLAN_Y3"].tests
            for school, value in (("A", 400.0), ("B", 500.0), ("C", 900.0))
        ]
    )
    tests = POLICY.intake["ZNAPLAN_Y3"].tests
    two = composite(panel, tests, np.array([True, True, False]), "tests")[:, 0]
    # Mean 450, standard deviation 100 / sqrt(2).
    assert two == pytest.approx(np.array([-0.5, 0.5, 4.5]) * np.sqrt(2))


def test_weights_of_a_composite():
    tests = POLICY.intake["ZNAPLAN_Y3"].tests
    rows = []
    for test in tests:
        high = 600.0 if test == "NAPLANyr3Num" else 400.0
        rows += [("A", test, 2010, high), ("B", test, 2010, 500.0)]
    panel = panel_of(*rows)
    everyone = np.array([True, True])
    z = 1 / np.sqrt(2)
    assert composite(panel, tests, everyone, "tests")[0, 0] == pytest.approx(-3 / 5 * z)
    assert composite(panel, tests, everyone, "areas")[0, 0] == pytest.approx(0, abs=1e-15)


def test_a_composite_needs_every_test():
    tests = POLICY.intake["ZNAPLAN_Y3"].tests
    rows = [
        (s, t, 2010, 400.0 + k) for t in tests for k, s in enumerate("ABC") if (s, t) != ("A", "NAPLANyr3Num")
    ]
    found = composite(panel_of(*rows), tests, np.ones(3, bool), "tests")[:, 0]
    assert np.isnan(found).tolist() == [True, False, False]


def test_equal_years_are_exact():
    yearly = np.full((1, 3), 0.1)
    found = take_window(yearly, yearly, YEARS[:3], 2, 3)
    assert found.values[0] == 0.1
