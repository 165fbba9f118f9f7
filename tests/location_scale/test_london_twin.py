"""The synthetic twin in full: the models find what was planted, and the signs of the published study."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

from valueadded.config.synthetic_twin import SyntheticTwin
from valueadded.location_scale.ladder import Ladder, compare_models
from valueadded.location_scale.ladder_plan import LadderPlan, prepare_cohort
from valueadded.synthetic import Twin, generate_twin

EXAMPLE = Path(__file__).parents[2] / "examples" / "london_twin" / "config.yaml"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def config() -> dict:
    return yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def twin(config) -> Twin:
    return generate_twin(SyntheticTwin(**config["synthetic_twin"]))


@pytest.fixture(scope="module")
def ladder(config, twin) -> Ladder:
    plan = LadderPlan(**config["location_scale"])
    return compare_models(prepare_cohort(twin.students, plan).students, plan.specifications)


def coefficients(ladder: Ladder, model: str) -> pd.DataFrame:
    return ladder.fits[model].coefficients.set_index(["function", "term"])


def test_counts_are_those_of_london(twin):
    sizes = twin.students["school_id"].value_counts()
    assert (len(twin.students), len(sizes), sizes.min(), sizes.max()) == (71_321, 465, 14, 330)
    assert round(sizes.mean()) == 153
    assert round((twin.students["ethnicity"] != "white").mean(), 4) == 0.61
    assert round((twin.students["fsm"] == "yes").mean(), 4) == 0.35


def test_prior_and_outcome_correlate_as_published(twin):
    assert abs(twin.students["score"].corr(twin.students["prior_score"]) - 0.72) < 0.01


def test_every_model_converges_off_the_boundary(ladder):
    assert len(ladder.fits) == 8
    assert ladder.comparison["converged"].all()
    assert not ladder.comparison["boundary"].any()


def test_model_8_finds_the_planted_coefficients(ladder, twin):
    truth = twin.coefficients.set_index(["function", "term"])["value"]
    found = coefficients(ladder, "Model 8")
    assert sorted(found.index) == sorted(truth.index)
    truth = truth.loc[found.index]
    outside = (truth < found["lower"]) | (truth > found["upper"])
    # More than this happens to 36 intervals of 95 per cent in one of a thousand cohorts.
    assert outside.sum() <= stats.binom.ppf(0.999, len(truth), 0.05)


def test_model_8_finds_the_planted_school_effects(ladder, twin):
    fit = ladder.fits["Model 8"]
    known = fit.school_effects().merge(twin.schools, on="school_id")
    inside = known["log_variance"].between(known["scale_effect_lower"], known["scale_effect_upper"])
    # Four standard errors of a share of 465 schools, sqrt(0.95 * 0.05 / 465) = 0.01.
    assert abs(inside.mean() - 0.95) < 0.04
    spread = np.sqrt(np.diag(twin.schools[["intercept", "log_variance"]].cov()))
    # The spread of 465 schools is known to 1 / sqrt(2 * 465) = 0.03 of itself; that of log variances,
    # behind a sampling error of sqrt(2 / 153), to twice as much. Two to three standard errors.
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(spread, rel=0.15)


def test_signs_of_the_published_study(ladder):
    assert coefficients(ladder, "Model 6").loc[("log_variance", "prior_score"), "lower"] > 0
    model = coefficients(ladder, "Model 8").loc["log_variance"]
    for term in ("prior_score", "fsm[T.yes]", "sen[T.yes]"):
        assert model.loc[term, "lower"] > 0, term
    for term in ("school_type[T.converter_academy]", "admissions[T.grammar]", "religion[T.religious]"):
        assert model.loc[term, "upper"] < 0, term


@pytest.mark.parametrize("model", ["Model 2", "Model 3", "Model 5", "Model 6", "Model 7", "Model 8"])
def test_schools_with_higher_means_vary_less(ladder, model):
    assert ladder.fits[model].covariance.loc["intercept", "log_variance"] < 0


def test_as_many_schools_are_separated_as_published(ladder):
    schools = ladder.fits["Model 2"].school_effects()
    # Two standard errors of a share of 465 schools, sqrt(0.69 * 0.31 / 465) = 0.02.
    assert abs(schools["separated_mean"].mean() - 320 / 465) < 0.04
    assert abs(schools["separated_variance"].mean() - 117 / 465) < 0.04


def test_characteristics_of_students_move_ranks(ladder):
    before, after = (
        ladder.fits[model].school_effects().set_index("school_id") for model in ("Model 3", "Model 7")
    )
    for effect in ("mean_effect", "scale_effect"):
        moved = (before[effect].rank() - after[effect].rank()).abs()
        # Most schools stay nearly where they were, some cross a tenth of all places.
        assert moved.median() < 46.5 < moved.max()
