"""Errors of scale links in the drift: closed forms, cancellation, and coverage with planted errors."""

import numpy as np
import pandas as pd
import pytest
from invented import FORMULA, make_cohort

from valueadded.benchmark import measure_system, read_scales
from valueadded.benchmark.link_error import Heights, LinkError, Scales, outcome_error, prior_error
from valueadded.benchmark.prior_terms import role_of
from valueadded.contracts.benchmark import DRIFT, MEASUREMENT_ERROR, PRIOR_DRIFT
from valueadded.mixed import SchoolMoments, summarise_schools
from valueadded.table_io import check_table

ROLES = {"prior_score": "power_1"}
LINK = LinkError(std_error=3.0, slope=1.1)
AT = Heights(outcome=500.0, prior=400.0, mean_outcome=490.0, gradient=0.8)


def scales(outcome: str, prior: str, link: LinkError = LINK) -> Scales:
    return Scales({2017: ("old", "old"), 2021: (outcome, prior)}, {("reading", "new"): link})


def error(outcome: str, prior: str, at: Heights = AT, link: LinkError = LINK) -> float:
    return outcome_error("reading", 2021, [2017], scales(outcome, prior, link), at)


def test_the_error_of_a_link_enters_once_for_each_score_it_carries() -> None:
    assert error("old", "old") == 0.0
    assert error("new", "old") == pytest.approx(3.0)
    assert error("old", "new") == pytest.approx(0.8 * 3.0)
    # One link for both is one error: it lifts the outcome and the intake, and partly cancels.
    assert error("new", "new") == pytest.approx((1 - 0.8) * 3.0)


def test_two_links_are_two_errors() -> None:
    links = {("reading", "new"): LINK, ("reading", "middle"): LinkError(4.0, 1.0)}
    found = outcome_error(
        "reading", 2021, [2017], Scales({2017: ("old", "old"), 2021: ("new", "middle")}, links), AT
    )
    assert found == pytest.approx(np.hypot(3.0, 0.8 * 4.0))


def test_an_era_shared_with_the_benchmark_has_no_error() -> None:
    eras = {2017: ("new", "old"), 2021: ("new", "old")}
    links = {("reading", "new"): LINK}
    assert outcome_error("reading", 2021, [2017], Scales(eras, links), AT) == 0.0
    # Half of a pooled benchmark on the old scale: half of the error stays.
    pooled = {2016: ("old", "old"), **eras}
    assert outcome_error("reading", 2021, [2016, 2017], Scales(pooled, links), AT) == pytest.approx(1.5)


def test_an_unknown_gradient_takes_the_larger_error() -> None:
    unknown = Heights(500.0, 400.0, 490.0, None)
    assert error("new", "new", unknown) == pytest.approx(3.0)
    assert error("new", "old", unknown) == pytest.approx(3.0)
    assert error("old", "new", unknown) == pytest.approx(3.0)


def test_the_error_of_the_slope_grows_with_the_distance_from_the_anchor() -> None:
    tilted = LinkError(3.0, 1.1, slope_std_error=0.02, anchor=420.0)
    assert error("new", "old", link=tilted) == pytest.approx(np.hypot(3.0, 80 / 1.1 * 0.02))
    both = (80 - 0.8 * -20) / 1.1 * 0.02
    assert error("new", "new", link=tilted) == pytest.approx(np.hypot(0.2 * 3.0, both))
    # Without an anchor the mean outcome of the cohort is where the link is best.
    assert error("new", "old", link=LinkError(3.0, 1.1, 0.02)) == pytest.approx(
        np.hypot(3.0, 10 / 1.1 * 0.02)
    )
    assert prior_error("reading", 2021, [2017], scales("new", "new"), 400.0, 400.0) == pytest.approx(3.0)


def test_the_linking_table_is_read_with_and_without_its_further_columns() -> None:
    table = pd.DataFrame(
        {
            "domain": ["reading", "reading"],
            "from_era": ["new", "new"],
            "to_era": ["old", "other"],
            "intercept": [0.0, 0.0],
            "slope": [1.1, 9.0],
            "std_error": [3.0, 9.0],
        }
    )
    eras = {2021: ["new", "old"]}
    assert read_scales(table, eras, "old") == Scales({2021: ("new", "old")}, {("reading", "new"): LINK})
    further = table.assign(slope_std_error=0.02, anchor=420.0)
    assert read_scales(further, eras, "old").links["reading", "new"] == LinkError(3.0, 1.1, 0.02, 420.0)
    assert read_scales(None, {}, "") == Scales()


def test_a_prior_inside_an_interaction_is_unclear_and_a_longer_name_is_none() -> None:
    assert role_of("prior_score", ROLES) == "power_1"
    assert role_of("prior_score:sex[T.male]", ROLES) == "unclear"
    assert role_of("prior_score_2", ROLES) is None


def moments_of(frame: pd.DataFrame) -> SchoolMoments:
    constants = frame.assign(z=(frame["prior_score"] - 400) / 60, z2=((frame["prior_score"] - 400) / 60) ** 2)
    constants["school_mean"] = constants.groupby("school_id")["z"].transform("mean")
    return summarise_schools(constants, [CURVED, "score ~ prior_score"], cohort="year")


CURVED = "score ~ z + z2 + school_mean"
CURVED_ROLES = {**ROLES, "z": "power_1", "z2": "power_2", "school_mean": "school_mean"}


def test_a_shift_of_every_prior_moves_the_drift_as_the_gradient_says() -> None:
    before, after = make_cohort(1), make_cohort(2, year=2021)
    shift = 0.01
    moved = after.assign(prior_score=after["prior_score"] + shift)
    found = []
    for focal in (after, moved):
        system = measure_system(
            {("reading", 2017): moments_of(before), ("reading", 2021): moments_of(focal)},
            CURVED, [2017], scales("old", "new"), CURVED_ROLES, None, 0.95,
        )  # fmt: skip
        found.append(system.drift.query("year == 2021").set_index("basis"))
    for basis in ("student", "school"):
        slope = (found[1].loc[basis, "drift"] - found[0].loc[basis, "drift"]) / shift
        # The derivative is a difference over a hundredth of a point; what is left out is of its order.
        assert found[0].loc[basis, "link_std_error"] == pytest.approx(3.0 * abs(slope), rel=1e-4)


def test_without_eras_the_interval_is_that_of_sampling() -> None:
    moments = {
        ("reading", year): summarise_schools(make_cohort(year, year=year), FORMULA, cohort="year")
        for year in (2017, 2021)
    }
    found = measure_system(moments, FORMULA, [2017], Scales(), ROLES, None, 0.95)
    assert (found.drift["link_std_error"] == 0).all()
    assert found.drift["std_error"].equals(found.drift["sampling_std_error"])
    check_table(found.drift, DRIFT, "drift")
    check_table(found.prior_drift, PRIOR_DRIFT, "prior_drift")
    check_table(found.measurement_error, MEASUREMENT_ERROR, "measurement_error")


@pytest.mark.slow
@pytest.mark.recovery
@pytest.mark.parametrize("prior_era", ["old", "new"])
def test_drift_intervals_cover_with_a_planted_link_error(prior_era: str) -> None:
    # 300 data sets: the standard error of a coverage of .95 is .013, so .91 to .985 is about 3 around it.
    stream = np.random.default_rng(23)
    covered = covered_by_sampling = 0
    link = LinkError(4.0, 1.0)
    for k in range(300):
        effects = stream.normal(0, 12, 60)
        before = make_cohort(5000 + 2 * k, effects=effects, sizes=(5, 40))
        later = effects + stream.normal(0, 5, 60)
        after = make_cohort(5001 + 2 * k, year=2021, effects=later, drift=-8.0, sizes=(5, 40))
        error = stream.normal(0, link.std_error)
        after["score"] += error
        if prior_era == "new":
            after["prior_score"] += error
        found = measure_system(
            {
                ("reading", 2017): summarise_schools(before, FORMULA, cohort="year"),
                ("reading", 2021): summarise_schools(after, FORMULA, cohort="year"),
            },
            FORMULA, [2017], scales("new", prior_era, link), ROLES, None, 0.95,
        )  # fmt: skip
        row = found.drift.query("year == 2021 and basis == 'student'").iloc[0]
        covered += row["lower"] < -8.0 < row["upper"]
        covered_by_sampling += abs(row["drift"] + 8.0) < 1.96 * row["sampling_std_error"]
    assert 0.91 <= covered / 300 <= 0.985
    if prior_era == "old":
        # Sampling alone leaves out the larger part of the error.
        assert covered_by_sampling / 300 < 0.75
