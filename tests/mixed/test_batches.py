"""Students read some at a time give the moments of all at once."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from invented import FORMULA, make_cohort, make_cohorts

from valueadded.errors import DesignError
from valueadded.location_scale import fit_location_scale
from valueadded.mixed import (
    SchoolMoments,
    fit_multi_cohort,
    fit_random_intercept,
    summarise_batches,
    summarise_schools,
)
from valueadded.table_io import read_batches


def in_parts(frame: pd.DataFrame, rows: int = 100) -> Callable[[list[str]], Iterable[pd.DataFrame]]:
    """The columns asked for, `rows` students at a time."""
    return lambda columns: (frame[columns].iloc[at : at + rows] for at in range(0, len(frame), rows))


def assert_same(found: SchoolMoments, expected: SchoolMoments) -> None:
    """The same rows, columns and levels; sums to the rounding of one addition for each batch."""
    assert list(found.school_id) == list(expected.school_id)
    assert list(found.cohort) == list(expected.cohort)
    assert found.columns == expected.columns
    assert found.levels == expected.levels
    assert found.formulas == expected.formulas
    assert found.n_left_out == expected.n_left_out
    np.testing.assert_array_equal(found.n, expected.n)
    mean, expected_mean = found.mean + found.centre, expected.mean + expected.centre
    np.testing.assert_allclose(mean, expected_mean, rtol=1e-12, atol=1e-12)
    scale = np.maximum(np.abs(expected.scatter).max(axis=0), 1e-300)
    np.testing.assert_allclose(found.scatter / scale, expected.scatter / scale, rtol=0, atol=1e-13)


def with_factors() -> pd.DataFrame:
    """Students of several years whose later schools have levels that earlier ones have not."""
    frame, _ = make_cohorts(7)
    random = np.random.default_rng(7)
    late = frame["school_id"] > "025"
    language = np.where(late, random.choice(["ga", "cy", "eo"], len(frame)), "en")
    frame["language"] = pd.array(language, dtype="str")
    # The first level of a categorical column is the reference, and some levels nobody has.
    frame["status"] = pd.Categorical(
        random.choice(["none", "some"], len(frame)), categories=["other", "some", "none"]
    )
    frame["grade"] = random.integers(3, 6, len(frame))
    frame["new"] = late
    frame.loc[random.random(len(frame)) < 0.05, "prior_score"] = np.nan
    frame.loc[random.random(len(frame)) < 0.02, "language"] = None
    # Whole batches of which nobody is complete.
    frame.loc[200:450, "score"] = np.nan
    return frame


@pytest.mark.parametrize(
    "formula",
    [
        "score ~ 1",
        "score ~ prior_score",
        "score ~ prior_score + language",
        "score ~ prior_score * language + I(prior_score**2)",
        "score ~ 0 + language + prior_score",
        "score ~ status + prior_score",
        "score ~ C(grade) + prior_score",
        "score ~ C(grade) + grade:prior_score",
        "score ~ C(language, contr.treatment('cy')) + new",
        ["score ~ prior_score", "score ~ status:new + prior_score"],
    ],
)
def test_moments_are_those_of_all_students(formula: str | list[str]) -> None:
    frame = with_factors()
    assert_same(summarise_batches(in_parts(frame), formula), summarise_schools(frame, formula))
    shuffled = frame.sample(frac=1, random_state=3)
    found = summarise_batches(in_parts(shuffled, 300), formula, cohort="year")
    assert_same(found, summarise_schools(shuffled, formula, cohort="year"))


@pytest.mark.parametrize("rows", [1, 7, 10_000])
def test_the_size_of_batches_does_not_matter(rows: int) -> None:
    frame = with_factors().iloc[::15]
    formula = "score ~ prior_score + language + status"
    assert_same(summarise_batches(in_parts(frame, rows), formula), summarise_schools(frame, formula))


def test_parts_may_know_different_levels() -> None:
    # As a file of several row groups, each with a dictionary of its own.
    frame = make_cohort(2)
    frame["sex"] = pd.Categorical(frame["sex"], categories=["male", "female"])
    parts = [frame.iloc[:200], frame.iloc[200:]]
    one = parts[0].assign(sex=parts[0]["sex"].cat.add_categories(["unknown"]))
    found = summarise_batches(lambda columns: [one[columns], parts[1][columns]], FORMULA)
    assert_same(found, summarise_schools(frame, FORMULA))


def test_fits_from_a_file_in_batches_are_those_of_its_students(tmp_path: Path) -> None:
    frame, _ = make_cohorts(5, residual_sd=30)
    file = tmp_path / "students.parquet"
    frame.to_parquet(file, index=False, row_group_size=500)
    read = partial(read_batches, file, rows=300)
    alone = fit_random_intercept(summarise_batches(read, FORMULA), FORMULA)
    expected = fit_random_intercept(frame, FORMULA)
    assert alone.log_likelihood == pytest.approx(expected.log_likelihood, rel=1e-12)
    pd.testing.assert_frame_equal(alone.school_effects(), expected.school_effects(), rtol=1e-9)
    together = fit_multi_cohort(summarise_batches(read, FORMULA, cohort="year"), FORMULA)
    assert together.log_likelihood == pytest.approx(
        fit_multi_cohort(frame, FORMULA).log_likelihood, rel=1e-12
    )
    spread = fit_location_scale(summarise_batches(read, FORMULA), FORMULA)
    assert spread.log_likelihood == pytest.approx(
        fit_location_scale(frame, FORMULA).log_likelihood, rel=1e-12
    )


class TestRefusals:
    def test_nobody_is_complete(self) -> None:
        frame = make_cohort(1).assign(prior_score=np.nan)
        with pytest.raises(DesignError, match=rf"found {len(frame)} students, no student has all of"):
            summarise_batches(in_parts(frame), FORMULA)

    def test_no_batch(self) -> None:
        with pytest.raises(DesignError, match="found 0 students"):
            summarise_batches(lambda columns: [], FORMULA)

    def test_an_absent_column(self) -> None:
        frame = make_cohort(1)
        with pytest.raises(DesignError, match="column sex is not in the data"):
            summarise_batches(lambda columns: [frame.drop(columns="sex")], FORMULA)

    def test_an_infinite_value_in_the_last_batch(self) -> None:
        frame = make_cohort(1)
        frame.loc[len(frame) - 1, "prior_score"] = np.inf
        with pytest.raises(DesignError, match="prior_score has infinite"):
            summarise_batches(in_parts(frame), FORMULA)

    @pytest.mark.parametrize("change", ["fewer", "a new school", "no one"])
    def test_students_that_change_between_the_readings(self, change: str) -> None:
        frame = make_cohort(1)
        later = {
            "fewer": frame.iloc[:-1],
            "a new school": frame.assign(school_id=frame["school_id"].replace("003", "new")),
            "no one": frame.iloc[:0],
        }[change]
        readings = iter([frame, later])
        with pytest.raises(DesignError, match="others at the second"):
            summarise_batches(lambda columns: in_parts(next(readings))(columns), FORMULA)
