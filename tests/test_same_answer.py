"""The same answer whatever the order of rows, the names of schools, and the units and origins of scores."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from awkward import FORMULA, make_students
from layered.wright_sanders import invented_district

from valueadded.benchmark import fit_offset, fit_reference
from valueadded.intake_adjusted import fit_intake_adjusted
from valueadded.layered import fit_layered
from valueadded.location_scale import fit_location_scale
from valueadded.mixed import fit_multi_cohort, fit_random_intercept, fit_random_slope

# Sums in another order differ in the last digit, and so do the numbers that follow from them.
SAME = 1e-10
# A search that ends by its gradient stops anywhere inside its tolerance; a location-scale model is fitted to
# scores in spreads, so another unit changes where.
SEARCHED = 1e-5


@dataclass(frozen=True)
class Answer:
    """What is compared of one fit.

    points : school -> effects and the ends of their intervals, in scale points
    pure : numbers without a unit: probabilities, log variances, ratios
    variances : in squared scale points
    log_likelihood : per score, so that another unit moves it by its logarithm; None where there is none, and
        for REML, whose likelihood depends on the units of the terms
    """

    points: pd.DataFrame
    pure: list[float]
    variances: list[float]
    log_likelihood: float | None


BEFORE, AFTER = make_students(9, 2017), make_students(1, 2021)
YEARS = pd.concat([BEFORE, AFTER], ignore_index=True)
ENDS = ["effect", "std_error", "lower", "upper"]


def answer(fit: Any, keys: tuple[str, ...] = ("school_id",), scores: int = 240) -> Answer:
    effects = fit.school_effects().set_index(list(keys))
    if hasattr(fit, "school_covariance"):
        variances = [*fit.school_covariance.to_numpy().ravel(), *fit.residual_variances]
    else:
        variances = [*fit.estimates.random_covariance[:1].ravel()[:1], fit.residual_variance]
    reliability = effects.sort_index()["reliability"] if "reliability" in effects else []
    restricted = fit.method == "REML" if hasattr(fit, "method") else False
    likelihood = None if restricted else fit.log_likelihood / scores
    return Answer(effects[ENDS], list(reliability), variances, likelihood)


def benchmark(frame: pd.DataFrame, line: str, variant: str) -> Answer:
    reference = fit_reference(frame[frame["year"] == 2017], FORMULA, line=line)
    return answer(fit_offset(frame[frame["year"] == 2021], reference, variant))


def layered(frame: pd.DataFrame, method: str) -> Answer:
    fit = fit_layered(frame, method=method)
    effects = fit.teacher_effects()
    keys = [name for name in ("year", "teacher_id") if name in effects]
    return Answer(
        effects.set_index(keys)[["effect", "std_error"]],
        [],
        [*np.asarray(fit.student_covariance, dtype=float).ravel()],
        fit.log_likelihood / len(frame) if method == "ML" else None,
    )


def location_scale(frame: pd.DataFrame) -> Answer:
    fit = fit_location_scale(frame, "score ~ x + z", "~ z", school="school_id")
    effects = fit.school_effects().set_index("school_id").sort_index()
    names = ["mean_effect", "mean_effect_std_error", "mean_effect_lower", "mean_effect_upper"]
    slope = fit.coefficients.query("function == 'log_variance' and term == 'z'")["estimate"]
    return Answer(effects[names], [*slope, *effects["scale_effect"]], [*effects["school_variance"]], None)


def intake_adjusted(frame: pd.DataFrame) -> Answer:
    schools = frame.groupby("school_id")[["x", "z", "score"]].mean().reset_index().assign(n_students=12)
    fit = fit_intake_adjusted(schools, "score", ["x", "z"])
    table = fit.performance.set_index("school_id").sort_index()
    return Answer(table[["expected"]], list(table["standardised_residual"]), [], None)


MODELS: dict[str, tuple[pd.DataFrame, Callable[[pd.DataFrame], Answer], float]] = {
    "random intercept, ML": (AFTER, lambda f: answer(fit_random_intercept(f, FORMULA)), SAME),
    "random intercept, REML": (
        AFTER,
        lambda f: answer(fit_random_intercept(f, FORMULA, method="REML")),
        SAME,
    ),
    "random slope": (AFTER, lambda f: answer(fit_random_slope(f, FORMULA, "z")), SAME),
    **{
        f"{variant} from the {line} line": (YEARS, lambda f, a=line, b=variant: benchmark(f, a, b), SAME)
        for line in ("ols", "mixed")
        for variant in ("offset", "drift", "frozen")
    },
    "joint": (YEARS, lambda f: answer(fit_multi_cohort(f, FORMULA), ("school_id", "year"), 480), SAME),
    "location-scale": (AFTER, location_scale, SEARCHED),
    "intake-adjusted": (AFTER, intake_adjusted, SAME),
    "layered, ML": (invented_district(), lambda f: layered(f, "ML"), SEARCHED),
    "layered, REML": (invented_district(), lambda f: layered(f, "REML"), SEARCHED),
}


def compare(found: Answer, expected: Answer, tolerance: float) -> None:
    assert set(found.points.index) == set(expected.points.index)
    theirs = expected.points.loc[found.points.index]
    spread = float(theirs.iloc[:, 0].std())
    np.testing.assert_allclose(found.points, theirs, rtol=tolerance, atol=tolerance * spread)
    np.testing.assert_allclose(found.pure, expected.pure, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(found.variances, expected.variances, rtol=tolerance)
    if expected.log_likelihood is not None:
        assert found.log_likelihood == pytest.approx(expected.log_likelihood, rel=tolerance)


@pytest.mark.parametrize("model", MODELS)
def test_the_order_of_rows_means_nothing(model: str) -> None:
    frame, fit, tolerance = MODELS[model]
    compare(fit(frame.sample(frac=1, random_state=11)), fit(frame), min(tolerance, 1e-8))


@pytest.mark.parametrize("model", MODELS)
def test_two_runs_give_the_same_bytes(model: str) -> None:
    frame, fit, _ = MODELS[model]
    once, again = fit(frame), fit(frame.copy())
    pd.testing.assert_frame_equal(once.points, again.points, check_exact=True)
    assert (once.pure, once.variances, once.log_likelihood) == (
        again.pure,
        again.variances,
        again.log_likelihood,
    )


@pytest.mark.parametrize("model", MODELS)
def test_names_of_schools_mean_nothing(model: str) -> None:
    frame, fit, tolerance = MODELS[model]
    column = "teacher_id" if "teacher_id" in frame else "school_id"
    names = sorted(frame[column].unique())
    other = dict(
        zip(
            names, np.random.default_rng(4).permutation([f"n{k:03d}" for k in range(len(names))]), strict=True
        )
    )
    renamed = fit(frame.assign(**{column: frame[column].map(other)}))
    back = {new: old for old, new in other.items()}
    # Numbers that are not labelled come in the order of names where they are by school.
    plain, other_way = (
        replace(each, pure=sorted(each.pure), variances=sorted(each.variances))
        for each in (fit(frame), renamed)
    )
    compare(replace(other_way, points=renamed.points.rename(index=back)), plain, min(tolerance, 1e-8))


@pytest.mark.parametrize("model", MODELS)
def test_the_unit_and_the_origin_of_scores_are_free(model: str) -> None:
    frame, fit, tolerance = MODELS[model]
    scale, origin = 1000.0, 1e6
    found = fit(frame.assign(score=frame["score"] * scale + origin))
    expected = fit(frame)
    points = found.points / scale
    if model == "intake-adjusted":
        points -= origin / scale
    likelihood = found.log_likelihood
    if likelihood is not None:
        likelihood += np.log(scale)
    variances = [each / scale**2 for each in found.variances]
    compare(Answer(points, found.pure, variances, likelihood), expected, tolerance)


@pytest.mark.parametrize("model", [model for model in MODELS if "layered" not in model])
def test_the_unit_and_the_origin_of_intake_are_free(model: str) -> None:
    frame, fit, tolerance = MODELS[model]
    compare(fit(frame.assign(x=frame["x"] * 4.0 + 1e5)), fit(frame), tolerance)
