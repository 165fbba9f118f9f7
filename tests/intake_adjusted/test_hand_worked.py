"""Schools worked by hand, for every rule of the policy at once.

The line of every latest-year regression is 10 + 2x, by construction: at x = 0 and at x = 2 the residuals sum
to 0, so least squares passes through both group means.

Small primary schools (enrolments below 100), x and residual:

    A  x=0  +1   enrolments 99, Pri/Sec      D  x=2  +1   3 students
    B  x=0  -1                               E  x=2  -1
    C  x=0   0   2 students                  F  x=2   0   founded 2010

Six schools, two coefficients: mean square = (1+1+1+1) / 4 = 1, so A, B, D, E lie at +1, -1, +1, -1
exactly, which is similar. C is suppressed but stays in the fit; without it the mean square would be 4/3 or
more and the line another. G has no x: missing intake, and in no fit. H is a Special school: excluded. I has
no enrolments, which split the group: missing intake under the group's own name.

Large primary schools (100 or more, a01 with exactly 100): a01-a06 at x=0 with +1 -1 +1 -1 0 0, b01-b06 at
x=2 with the same, and Z at x=0, 1000 above the line. With Z the seven schools at x=0 have mean 10 + 1000/7;
Z's residual is 6000/7 and the residual sum of squares 1000^2 x 6/7 + 8, so its standardised residual is
(6000/7) / sqrt((857142.86 + 8) / 11) = 3.0706, just over 3. Removed; the rest has mean square 8 / 10 = 0.8,
so +-1 becomes +-1.1180 (higher, lower), and Z gets +3.

Secondary schools: A again (Pri/Sec) and S1-S5, outcome u, pattern of the small schools:
A x=0 +1, S1 x=0 -1, S2 x=0 0, S3 x=2 +1, S4 x=2 -1, S5 x=2 0.

Long window of y, B: 9 in 2010 with 90 students and 5 in 2009 with 10: mean of years 7, where pooled students
give (810 + 50) / 100 = 8.6. F has 2010 alone.
"""

import numpy as np
import pandas as pd
import pytest

from valueadded.errors import DesignError
from valueadded.intake_adjusted import adjust_outcomes, read_policy

REGISTRY = """
policy: hand
title: t
source: s
excluded_school_types: [Special]
thresholds: {minimum_students: 3, cap: 3.0, band: 1.0, window_years: 4}
intake:
  x: {name: x, unit: per cent, lowest: 0, highest: 100, definition: d, variables: {LY: x_LY, 4Y: x_4Y}}
  size: {name: size, unit: students, above: 0, definition: d, variables: {LY: size_LY, 4Y: size_4Y}}
outcomes:
  y: {name: y, area: learning, unit: points, definition: d, variables: {LY: y_LY, 4Y: y_4Y}}
  u: {name: u, area: learning, unit: points, definition: d, variables: {LY: u_LY, 4Y: u_4Y}}
groups:
  primary:
    name: n
    school_types: [Primary, Pri/Sec]
    intake: [x]
    size: size
    parts: {small: {below: 100}, large: {at_least: 100}}
    pairs: [{outcome: y_LY, composition: none}, {outcome: y_4Y, composition: none}]
  secondary:
    name: n
    school_types: [Secondary, Pri/Sec]
    intake: [x]
    parts: {secondary: {}}
    pairs: [{outcome: u_LY, composition: none}, {outcome: u_4Y, composition: none}]
"""
PATTERN = [1.0, -1.0, 0.0]
SMALL = dict(zip("ABCDEF", [(0, e) for e in PATTERN] + [(2, e) for e in PATTERN], strict=True))
LARGE = {
    **{f"a{k + 1:02d}": (0, e) for k, e in enumerate([1, -1, 1, -1, 0, 0])},
    **{f"b{k + 1:02d}": (2, e) for k, e in enumerate([1, -1, 1, -1, 0, 0])},
    "Z": (0, 1000),
}
SECONDARY = dict(zip(["A", "S1", "S2", "S3", "S4", "S5"], SMALL.values(), strict=True))


def build() -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = []

    def add(school, measure, value, students=20.0, year=2010):
        rows.append((school, measure, year, float(value), students))

    for school, (x, e) in (SMALL | LARGE | {"H": (0, 0), "G": (None, 0), "I": (0, 0)}).items():
        students = {"C": 2.0, "D": 3.0, "B": 90.0}.get(school, 20.0)
        add(school, "y", 10 + 2 * (x or 0) + e, students)
        if school not in "F":
            add(
                school,
                "y",
                5 if school == "B" else 10 + 2 * (x or 0) + e,
                10.0 if school == "B" else 20.0,
                2009,
            )
        if x is not None:
            add(school, "x", x)
        if school != "I":
            add(school, "size", 99 if school == "A" else 100 if school in LARGE else 50)
    for school, (x, e) in SECONDARY.items():
        add(school, "u", 10 + 2 * x + e)
        if school != "A":
            add(school, "x", x)
    annual = pd.DataFrame(rows, columns=["school_id", "measure", "calendar_year", "value", "n_students"])
    types = {"H": "Special", "A": "Pri/Sec"} | {f"S{k}": "Secondary" for k in range(1, 6)}
    schools = pd.DataFrame({"school_id": sorted(annual["school_id"].unique())})
    return annual, schools.assign(school_type=[types.get(s, "Primary") for s in schools["school_id"]])


POLICY = read_policy(REGISTRY)


@pytest.fixture(scope="module")
def latest() -> pd.DataFrame:
    found = adjust_outcomes(*build(), POLICY).performance
    return found[found["window"] == "LY"].set_index(["outcome", "school_id"])


def test_a_residual_of_exactly_1_is_similar(latest):
    rows = latest.loc["y"].loc[list("ABDE")]
    # Sums of small whole numbers, up to rounding.
    assert rows["standardised_residual"].to_numpy() == pytest.approx([1, -1, 1, -1], abs=1e-12)
    assert set(rows["band"]) == {"similar"}
    assert set(rows["status"]) == {"published"}
    assert rows["expected"].to_numpy() == pytest.approx([10, 10, 14, 14])


def test_fewer_than_three_students_are_suppressed_and_three_are_not(latest):
    assert latest.loc[("y", "C"), "status"] == "suppressed"
    assert latest.loc[("y", "C"), ["observed", "expected", "standardised_residual", "band"]].isna().all()
    assert latest.loc[("y", "D"), "status"] == "published"


def test_a_missing_intake_measure_means_no_result(latest):
    row = latest.loc[("y", "G")]
    assert (row["status"], row["reason"], row["group"]) == ("missing intake", "no value of x_LY", "small")
    assert np.isnan(row["standardised_residual"])
    sizeless = latest.loc[("y", "I")]
    assert (sizeless["status"], sizeless["group"]) == ("missing intake", "primary")


def test_schools_of_an_excluded_type_are_in_no_regression(latest):
    assert latest.loc[("y", "H"), "status"] == "excluded"


def test_99_is_small_and_100_is_large(latest):
    assert latest.loc[("y", "A"), "group"] == "small"
    assert latest.loc[("y", "a01"), "group"] == "large"


def test_a_school_with_both_kinds_of_students_is_in_both_groups(latest):
    assert latest.loc[("u", "A"), "group"] == "secondary"
    assert latest.loc[("u", "A"), "standardised_residual"] == pytest.approx(1, abs=1e-12)


def test_a_residual_just_over_3_is_removed_and_capped(latest):
    row = latest.loc[("y", "Z")]
    assert (row["status"], row["standardised_residual"], row["band"]) == ("capped", 3.0, "higher")
    assert row["expected"] == pytest.approx(10)
    rest = latest.loc["y"].loc[["a01", "a02", "a05", "b01", "b02", "b05"]]
    spread = 1 / np.sqrt(0.8)
    assert rest["standardised_residual"].to_numpy() == pytest.approx(
        [spread, -spread, 0, spread, -spread, 0], abs=1e-9
    )
    assert list(rest["band"]) == ["higher", "lower", "similar"] * 2


def test_the_long_window_is_the_mean_of_years_and_not_of_students():
    found = adjust_outcomes(*build(), POLICY).performance
    rows = found[(found["outcome"] == "y") & (found["window"] == "4Y")].set_index("school_id")
    assert rows.loc["B", "observed"] == 7.0
    assert rows.loc["B", "n_students"] == 100
    assert rows["years_used"][["B", "F"]].to_list() == [2, 1]
    assert rows.loc["F", "status"] == "published"


def test_the_appendix_counts_who_is_left_out():
    table = adjust_outcomes(*build(), POLICY).regressions
    rows = table[(table["outcome"] == "y") & (table["window"] == "LY")].set_index(["group", "term"])
    small, large = rows.loc[("small", "x_LY")], rows.loc[("large", "x_LY")]
    assert small["estimate"] == pytest.approx(2)
    # mean square 1, spread of x about its mean 6 x 1.
    assert small["std_error"] == pytest.approx(1 / np.sqrt(6))
    assert small["t"] == pytest.approx(2 * np.sqrt(6))
    # total = explained 6 x 2^2 + left 4
    assert small["r_squared"] == pytest.approx(24 / 28)
    assert (small["n_schools"], small["n_suppressed"], small["n_missing_intake"]) == (6, 1, 1)
    assert (large["n_schools"], large["n_removed"]) == (12, 1)


@pytest.mark.parametrize(
    ("measure", "value", "words"),
    [
        ("x", 101.0, "x is out of its range .* at most 100"),
        ("size", 0.0, "size is out of its range .* more than 0"),
    ],
)
def test_values_out_of_range_are_refused(measure, value, words):
    annual, schools = build()
    annual.loc[annual["measure"] == measure, "value"] = value
    with pytest.raises(DesignError, match=words):
        adjust_outcomes(annual, schools, POLICY)


def test_bad_tables_are_refused_by_name():
    annual, schools = build()
    with pytest.raises(DesignError, match="repeat a school, measure and year"):
        adjust_outcomes(pd.concat([annual, annual.head(1)]), schools, POLICY)
    with pytest.raises(DesignError, match=r"school type 'Night'.*not in registry hand"):
        adjust_outcomes(annual, schools.replace("Special", "Night"), POLICY)
    with pytest.raises(DesignError, match="unknown measure 'moon'"):
        adjust_outcomes(annual.replace("u", "moon"), schools, POLICY)
    uncounted = annual.assign(n_students=annual["n_students"].mask(annual["measure"] == "u"))
    with pytest.raises(DesignError, match="6 rows of outcome u have no n_students"):
        adjust_outcomes(uncounted, schools, POLICY)
    with pytest.raises(DesignError, match="'A' is not in schools"):
        adjust_outcomes(annual, schools[schools["school_id"] != "A"], POLICY)


def test_too_few_schools_are_a_status():
    annual, schools = build()
    found = adjust_outcomes(annual[~annual["school_id"].isin(["S2", "S3", "S4", "S5"])], schools, POLICY)
    rows = found.performance[found.performance["outcome"] == "u"]
    assert set(rows["status"]) == {"no regression", "missing outcome"}


def test_names_and_units_change_no_band():
    annual, schools = build()
    found = adjust_outcomes(annual, schools, POLICY).performance
    new = {old: f"{999 - k}" for k, old in enumerate(schools["school_id"])}
    scaled = annual.assign(school_id=annual["school_id"].map(new))
    scaled["value"] = scaled["value"].where(~scaled["measure"].isin(["y", "u"]), 7 + 3 * scaled["value"])
    other = adjust_outcomes(
        scaled, schools.assign(school_id=schools["school_id"].map(new)), POLICY
    ).performance
    key = ["outcome", "window", "school_id"]
    both = found.assign(school_id=found["school_id"].map(new)).merge(other, on=key, validate="one_to_one")
    assert len(both) == len(found)
    assert both["band_x"].fillna("").equals(both["band_y"].fillna(""))
    assert both["status_x"].equals(both["status_y"])


def test_equal_years_give_the_latest_year():
    annual, schools = build()
    annual = annual[annual["calendar_year"] == 2010]
    copies = pd.concat([annual.assign(calendar_year=year) for year in (2007, 2008, 2009, 2010)])
    found = adjust_outcomes(copies, schools, POLICY).performance
    windows = [
        found[found["window"] == window].set_index(["outcome", "school_id"])["standardised_residual"]
        for window in ("LY", "4Y")
    ]
    shown = windows[0].notna()
    assert windows[0][shown].equals(windows[1][shown])
