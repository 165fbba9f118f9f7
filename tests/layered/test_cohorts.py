"""Several cohorts in one layered model: means and teachers of their own, everything else in common."""

import pandas as pd
import pytest
from layered.wright_sanders import invented_district

from valueadded.errors import DesignError
from valueadded.layered import compare_simple, effect_contributions, fit_layered, revise_effects

SHIFT = 100.0


def two_cohorts() -> pd.DataFrame:
    """One cohort, and the same students again under other names with scores SHIFT higher."""
    first = invented_district(n_students=80, holes=0.1)
    second = first.assign(
        student_id="again-" + first["student_id"], score=first["score"] + SHIFT, cohort="later"
    )
    return pd.concat([first.assign(cohort="earlier"), second], ignore_index=True)


@pytest.fixture(scope="module")
def one():
    return fit_layered(invented_district(n_students=80, holes=0.1), persistence="complete")


@pytest.fixture(scope="module")
def both():
    return fit_layered(two_cohorts(), persistence="complete")


def test_a_cohort_twice_has_the_maximum_of_one(one, both) -> None:
    """Two equal independent blocks: twice the log-likelihood, the same optimum."""
    assert both.log_likelihood == pytest.approx(2 * one.log_likelihood, abs=1e-6)
    # The deviance is flat at its minimum: parameters are known to the root of the tolerance of the search.
    covariance, expected = (fit.estimates.at.student_covariance for fit in (both, one))
    assert covariance == pytest.approx(expected, rel=1e-4)
    assert both.teacher_variances["variance"].to_numpy() == pytest.approx(
        one.teacher_variances["variance"].to_numpy(), rel=1e-3
    )


def test_every_cohort_has_its_own_means_and_teachers(one, both) -> None:
    means = both.fixed_effects
    assert set(means["term"]) == {"mean of cohort earlier", "mean of cohort later"}
    by_term = means.pivot(index="year", columns="term", values="estimate")
    apart = by_term["mean of cohort later"] - by_term["mean of cohort earlier"]
    assert apart.to_numpy() == pytest.approx(SHIFT, abs=1e-8)
    effects = both.teacher_effects()
    assert len(effects) == 2 * len(one.teacher_effects())
    wide = effects.pivot(index=["year", "teacher_id"], columns="cohort", values="effect")
    assert wide["later"].to_numpy() == pytest.approx(wide["earlier"].to_numpy(), abs=1e-8)
    assert effects["track"].nunique() == 2 * one.teacher_effects()["track"].nunique()


def test_the_first_year_of_each_cohort_is_no_value_added() -> None:
    """A cohort that enters in year 2 has no value added there, while the other has."""
    frame = two_cohorts()
    frame = frame[(frame["cohort"] == "earlier") | (frame["year"] > 1)]
    effects = fit_layered(frame).teacher_effects()
    told = effects.groupby(["cohort", "year"])["value_added"].unique().map(list)
    assert told["earlier", 1] == [False]
    assert told["later", 2] == [False]
    assert told["earlier", 2] == told["earlier", 3] == told["later", 3] == [True]


def test_contributions_and_revisions_name_the_cohort(both) -> None:
    with pytest.raises(DesignError, match="has 2 effects"):
        effect_contributions(both, "2-1", 2)
    table = effect_contributions(both, "2-1", 2, cohort="later")
    assert table["student_id"].str.startswith("again-").all()
    effects = both.teacher_effects().set_index(["teacher_id", "cohort"])["effect"]
    assert table["contribution"].sum() == pytest.approx(effects["2-1", "later"], abs=1e-9)
    revised = revise_effects({"model": both}).table
    wide = revised.pivot(index=["year", "teacher_id"], columns="cohort", values="change")
    assert wide["later"].to_numpy() == pytest.approx(wide["earlier"].to_numpy(), abs=1e-8)


def test_simple_measures_are_of_each_cohort() -> None:
    table = compare_simple(two_cohorts())
    wide = table.pivot(index=["year", "teacher_id"], columns="cohort")
    apart = wide["mean_score"]["later"] - wide["mean_score"]["earlier"]
    assert apart.to_numpy() == pytest.approx(SHIFT)
    for measure in ("mean_gain", "adjusted_mean"):
        later, earlier = (wide[measure][name].dropna().to_numpy() for name in ("later", "earlier"))
        assert later == pytest.approx(earlier, abs=1e-9)
