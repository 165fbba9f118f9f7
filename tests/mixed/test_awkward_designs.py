"""Every cell of docs/awkward-designs.md: the model of the column on the design of the row."""

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from awkward import FORMULA, make_students, spoil

from valueadded.benchmark import BenchmarkReference, fit_offset, fit_reference
from valueadded.errors import ValueAddedError
from valueadded.mixed import fit_multi_cohort, fit_random_intercept, fit_random_slope

PAGE = Path(__file__).parents[2] / "docs" / "awkward-designs.md"
BEFORE, STUDENTS = make_students(9, 2017), make_students(1, 2021)
SHIFTS = ("y + 1e9", "x + 1e8")


def read_tables() -> dict[str, pd.DataFrame]:
    """Return the tables of the page by the name of their second column, designs as rows."""
    tables = re.findall(r"(?:^\|.*\n)+", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = {}
    for table in tables:
        head, _, *rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in table.splitlines()]
        found[head[1]] = pd.DataFrame(rows, columns=head).set_index(head[0])
    return found


TABLES = read_tables()
CELLS = [
    pytest.param(design, model, cell, id=f"{design} - {model}")
    for model, column in TABLES["random intercept"].items()
    for design, cell in column.items()
]


def from_line(frame: pd.DataFrame, design: str, variant: str) -> Any:
    before = spoil(BEFORE, design) if design in SHIFTS else BEFORE
    reference = fit_reference(before, FORMULA)
    if design == "perfect fit":
        line = reference.mixed.estimates.coefficients if variant == "frozen" else reference.coefficients
        on_line = line["Intercept"] + line["x"] * frame["x"] + line["z"] * frame["z"]
        frame = frame.assign(score=on_line)
    return fit_offset(frame, reference, variant)


def joint(frame: pd.DataFrame, design: str) -> Any:
    both_years = design in (*SHIFTS, "school variance truly 0")
    before = spoil(BEFORE, design) if both_years else BEFORE
    return fit_multi_cohort(pd.concat([before, frame], ignore_index=True), FORMULA)


MODELS: dict[str, list[Callable[[pd.DataFrame, str], Any]]] = {
    "random intercept": [
        lambda frame, _: fit_random_intercept(frame, FORMULA),
        lambda frame, _: fit_random_intercept(frame, FORMULA, method="REML"),
    ],
    "random slope": [
        lambda frame, _: fit_random_slope(frame, FORMULA, "x"),
        lambda frame, _: fit_random_slope(frame, FORMULA, "x", method="REML"),
    ],
    "benchmark line": [
        lambda frame, _: fit_reference(frame, FORMULA, line="ols"),
        lambda frame, _: fit_reference(frame, FORMULA, line="mixed"),
    ],
    "offset, drift": [
        lambda frame, design: from_line(frame, design, "offset"),
        lambda frame, design: from_line(frame, design, "drift"),
    ],
    "frozen": [lambda frame, design: from_line(frame, design, "frozen")],
    "joint": [joint],
}


@pytest.mark.parametrize(("design", "model", "cell"), CELLS)
def test_cell(design: str, model: str, cell: str) -> None:
    word = re.match(r"exact 0|refused|same digits|fitted|weak|counted", cell).group()
    for fit in MODELS[model]:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            if word == "refused":
                with pytest.raises(ValueAddedError) as refusal:
                    fit(spoil(STUDENTS, design), design)
                texts = re.findall(r"`([^`]+)`", cell)
                assert texts
                for text in texts:
                    assert text in str(refusal.value)
            else:
                CHECKS[word](fit, design)


def numbers(found: Any) -> tuple[Any, np.ndarray, pd.DataFrame]:
    """Return the model behind an answer, its variances, and its coefficients."""
    if isinstance(found, BenchmarkReference):
        lines = found.table.query("used").rename(columns={"cov:Intercept": "std_error"})
        errors = np.sqrt(np.diag(found.covariance))
        return found.mixed, numbers(found.mixed)[1], lines.assign(std_error=errors)
    if hasattr(found, "school_covariance"):
        variances = np.append(found.school_covariance, found.residual_variances)
    else:
        variances = np.append(found.estimates.random_covariance, found.residual_variance)
    return found, variances, found.fixed_effects


def check_fitted(fit: Callable, design: str) -> Any:
    model, _, coefficients = numbers(fit(spoil(STUDENTS, design), design))
    assert model.record.converged, model.record.status
    effects = model.school_effects()
    expected = spoil(STUDENTS, design)["school_id"].nunique()
    assert len(effects) == expected + 20 * ("year" in effects)
    assert np.isfinite(effects[["effect", "std_error", "lower", "upper", "reliability"]]).all(axis=None)
    assert (effects["std_error"] >= 0).all()
    assert np.isfinite(coefficients["estimate"]).all()
    return model


def check_zero(fit: Callable, design: str) -> None:
    model = check_fitted(fit, design)
    _, variances, _ = numbers(model)
    years = 2 if hasattr(model, "school_covariance") else 1
    assert (variances[:-years] == 0).all()
    assert (variances[-years:] > 50).all()
    assert model.record.boundary
    assert "exactly 0" in model.record.status
    assert (model.school_effects()["deviation"] == 0).all()


def check_weak(fit: Callable, design: str) -> None:
    assert check_fitted(fit, design).record.status.endswith("weak: school variance from 2 schools")


def check_counted(fit: Callable, design: str) -> None:
    frame = spoil(STUDENTS, design)
    found, complete = fit(frame, design), fit(frame.dropna(), design)
    check_fitted(fit, design)
    moments = found.moments[2021] if isinstance(found.moments, dict) else found.moments
    assert moments.n_left_out == 24
    assert moments.n_students == 216
    np.testing.assert_array_equal(numbers(found)[1], numbers(complete)[1])


def check_same(fit: Callable, design: str) -> None:
    check_fitted(fit, design)
    model, variances, lines = numbers(fit(spoil(STUDENTS, design), design))
    plain, plain_variances, plain_lines = numbers(fit(STUDENTS, "as it is"))
    # The height of a pinned line near 1e9 is rounded to 1e-7, which moves every school's residual by as much.
    digits = 1e-7 if hasattr(model, "pinned") else 1e-9
    assert model.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-9)
    if design == "x + 1e8" and hasattr(model, "slope"):
        # The variance of the intercept is that at x = 0, another place.
        variances, plain_variances = variances[3:], plain_variances[3:]
    np.testing.assert_allclose(variances, plain_variances, rtol=digits)
    slopes, plain_slopes = (each[each["term"] != "Intercept"] for each in (lines, plain_lines))
    np.testing.assert_allclose(slopes["estimate"], plain_slopes["estimate"], rtol=1e-9)
    np.testing.assert_allclose(slopes["std_error"], plain_slopes["std_error"], rtol=digits)


CHECKS = {
    "exact 0": check_zero,
    "fitted": check_fitted,
    "weak": check_weak,
    "counted": check_counted,
    "same digits": check_same,
}


def test_both_tables_have_the_seventeen_designs() -> None:
    ours, others = TABLES["random intercept"], TABLES["lme4"]
    assert list(ours.index) == list(others.index)
    assert len(set(ours.index)) == 17
    assert list(ours.columns) == list(MODELS)
    assert set(TABLES["what the test asks"].index) == {*CHECKS, "refused"}


def test_a_school_of_one_student_says_least() -> None:
    effects = fit_random_intercept(spoil(STUDENTS, "some schools have 1 student"), FORMULA).school_effects()
    single = effects["n_students"] == 1
    assert single.sum() == 8
    assert effects.loc[single, "std_error"].min() > effects.loc[~single, "std_error"].max()
    assert effects.loc[single, "reliability"].max() < effects.loc[~single, "reliability"].min()


@pytest.mark.parametrize("design", ["z = 2x + 3", "constant z", "z = 2x + 3 + 1e-7 noise"])
def test_terms_that_are_pinned_need_not_be_told_apart(design: str) -> None:
    frame = spoil(STUDENTS, design)
    reference = fit_reference(BEFORE, FORMULA)
    found = fit_offset(frame, reference, "drift")
    line = reference.coefficients
    left = frame["score"] - line["Intercept"] - line["x"] * frame["x"] - line["z"] * frame["z"]
    alone = fit_random_intercept(frame.assign(left=left), "left ~ 1")
    assert found.drift == pytest.approx(alone.fixed_effects["estimate"].iloc[0], rel=1e-9)
    assert found.residual_variance == pytest.approx(alone.residual_variance, rel=1e-9)


def test_a_shift_of_the_later_year_alone_is_drift() -> None:
    reference = fit_reference(BEFORE, FORMULA)
    plain, far = (fit_offset(frame, reference, "drift") for frame in (STUDENTS, spoil(STUDENTS, "y + 1e9")))
    # Numbers near 1e9 are rounded to 1e-7.
    assert far.drift - plain.drift == pytest.approx(1e9, abs=1e-6)
    assert far.school_variance == pytest.approx(plain.school_variance, rel=1e-9)
    with pytest.raises(ValueAddedError, match="off the line"):
        fit_offset(spoil(STUDENTS, "y + 1e9"), reference, "offset")


@pytest.mark.parametrize("design", SHIFTS)
def test_cohorts_far_apart_are_fitted_jointly(design: str) -> None:
    near, far = (
        fit_multi_cohort(pd.concat([BEFORE, later], ignore_index=True), FORMULA)
        for later in (STUDENTS, spoil(STUDENTS, design))
    )
    # Each cohort's numbers are rounded about a centre common to both, half a shift away: to 1e-7 of a point.
    np.testing.assert_allclose(far.school_covariance, near.school_covariance, rtol=1e-6)
    np.testing.assert_allclose(far.residual_variances, near.residual_variances, rtol=1e-6)


def test_what_rounding_leaves_of_a_constant_is_constant() -> None:
    third = STUDENTS["x"] / 3
    almost = STUDENTS.assign(z=(third + 0.7) - third)
    assert almost["z"].nunique() > 1
    with pytest.raises(ValueAddedError, match=r"z \(the same for every student\)"):
        fit_random_intercept(almost, FORMULA)
    with pytest.raises(ValueAddedError, match="'score' is constant"):
        fit_random_intercept(STUDENTS.assign(score=almost["z"]), FORMULA)
