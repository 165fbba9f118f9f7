"""Agencies that share per-school moments get the fits that their students together would give (N6)."""

import numpy as np
import pandas as pd
import pytest

from valueadded.errors import DesignError
from valueadded.location_scale import fit_location_scale
from valueadded.mixed import (
    fit_multi_cohort,
    fit_multi_subject,
    fit_random_intercept,
    fit_random_slope,
    join_agencies,
    join_subject_agencies,
    summarise_schools,
    summarise_subjects,
)

FORMULA = "score ~ prior + esl"
# Sums over the same students in another order differ in the last digits; a search then stops as near.
SAME = 1e-10
AGENCIES = ("north", "south", "west")


def draw_students(seed: int, schools: int = 60, years: tuple[int, ...] = (2018, 2019)) -> pd.DataFrame:
    """Invented students of three agencies that number their schools alike, levels far apart."""
    rng = np.random.default_rng(seed)
    parts = []
    for j in range(schools):
        for year in years:
            n = int(rng.integers(12, 45))
            prior = 400 + 30 * rng.standard_normal() + 60 * rng.standard_normal(n) + 50 * (j % 3)
            parts.append(
                pd.DataFrame(
                    {
                        "agency": AGENCIES[j % 3],
                        "school_id": f"{j // 3:03d}",
                        "year": year,
                        "prior": prior,
                        "esl": rng.random(n) < 0.3,
                    }
                )
            )
    frame = pd.concat(parts, ignore_index=True)
    key = frame["agency"] + "/" + frame["school_id"]
    codes, _ = pd.factorize(key)
    level, slope, spread = (rng.standard_normal(codes.max() + 1) for _ in range(3))
    yearly = rng.standard_normal((codes.max() + 1, len(years)))[codes, frame["year"] - min(years)]
    noise = 40 * np.exp(0.2 * spread[codes]) * rng.standard_normal(len(frame))
    frame["score"] = (
        480
        + 0.6 * (frame["prior"] - 450)
        - 8 * frame["esl"]
        + 12 * level[codes]
        + 8 * yearly
        + 0.08 * slope[codes] * (frame["prior"] - 450)
        + noise
    )
    return frame.assign(everywhere=key, esl=frame["esl"].astype(float))


@pytest.fixture(scope="module")
def students() -> pd.DataFrame:
    return draw_students(11)


@pytest.fixture(scope="module")
def shared(students):
    """What the agencies send: moments of each, made from its own students alone."""
    return join_agencies(
        {
            agency: summarise_schools(own, FORMULA, cohort="year")
            for agency, own in students.groupby("agency", sort=True)
        }
    )


def agree(found, expected, key):
    found, expected = (table.sort_values(key).reset_index(drop=True) for table in (found, expected))
    pd.testing.assert_frame_equal(found[expected.columns], expected, check_exact=False, rtol=SAME, atol=1e-9)


@pytest.mark.parametrize("method", ["ML", "REML"])
def test_random_intercept(students, shared, method):
    found = fit_random_intercept(shared, FORMULA, method=method)
    expected = fit_random_intercept(students, FORMULA, school="everywhere", method=method)
    assert found.log_likelihood == pytest.approx(expected.log_likelihood, rel=SAME)
    assert found.school_variance == pytest.approx(expected.school_variance, rel=SAME)
    assert found.residual_variance == pytest.approx(expected.residual_variance, rel=SAME)
    agree(found.fixed_effects, expected.fixed_effects, "term")
    agree(found.school_effects(), expected.school_effects(), "school_id")


def test_random_slope(students, shared):
    found = fit_random_slope(shared, FORMULA, slope="prior")
    expected = fit_random_slope(students, FORMULA, slope="prior", school="everywhere")
    assert found.log_likelihood == pytest.approx(expected.log_likelihood, rel=SAME)
    # Where the search stops on a flat top differs by the square root of what the deviance can show.
    for name in ("school_variance", "slope_variance", "slope_covariance", "residual_variance"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-6)


def test_several_cohorts(students, shared):
    found = fit_multi_cohort(shared, FORMULA)
    expected = fit_multi_cohort(students, FORMULA, school="everywhere")
    assert found.log_likelihood == pytest.approx(expected.log_likelihood, rel=SAME)
    np.testing.assert_allclose(found.school_covariance, expected.school_covariance, rtol=1e-6)


def test_several_subjects(students):
    rng = np.random.default_rng(3)
    first = students[students["year"] == 2018].assign(
        student_id=lambda rows: [f"s{k:05d}" for k in range(len(rows))], domain="reading"
    )
    second = first.sample(frac=0.8, random_state=1).assign(
        domain="numeracy", score=lambda rows: rows["score"] + 30 * rng.standard_normal(len(rows))
    )
    # One agency tests one subject only: its students have patterns of their own.
    both = pd.concat([first, second[second["agency"] != "west"]], ignore_index=True)
    formulas = {"reading": "score ~ prior", "numeracy": "score ~ prior + esl"}
    parts = {
        agency: summarise_subjects(own, formulas)
        for agency, own in both.groupby("agency")
        if agency != "west"
    }
    joined = join_subject_agencies(parts)
    kept = both[both["agency"] != "west"]
    found = fit_multi_subject(joined)
    expected = fit_multi_subject(summarise_subjects(kept, formulas, school="everywhere"))
    assert found.log_likelihood == pytest.approx(expected.log_likelihood, rel=SAME)
    agree(found.fixed_effects, expected.fixed_effects, ["domain", "term"])
    with pytest.raises(DesignError, match="agency 'b': found subjects"):
        join_subject_agencies(
            {"a": parts["north"], "b": summarise_subjects(both, {"reading": "score ~ prior"})}
        )


@pytest.mark.parametrize(
    ("slope", "scale", "random_scale"),
    [(None, "~ 1", False), (None, "~ 1", True), ("prior", "~ 1", False), ("prior", "~ 1", True)],
    ids=["model 1", "model 2", "model 4", "model 5"],
)
def test_location_scale(students, shared, slope, scale, random_scale):
    models = {"location": FORMULA, "scale": scale, "random_slope": slope, "random_scale": random_scale}
    found = fit_location_scale(shared, **models)
    expected = fit_location_scale(students, school="everywhere", **models)
    assert found.log_likelihood == pytest.approx(expected.log_likelihood, rel=SAME)
    np.testing.assert_allclose(found.coefficients["estimate"], expected.coefficients["estimate"], rtol=1e-5)


def test_schools_of_two_agencies_with_one_number_stay_two(students, shared):
    assert set(shared.school_id) == set(students["everywhere"])
    assert shared.n_students == len(students)


def test_what_cannot_be_joined_is_refused(students):
    north = summarise_schools(students[students["agency"] == "north"], FORMULA)
    with pytest.raises(DesignError, match="no formula is common"):
        join_agencies({"north": north, "south": summarise_schools(students, "score ~ prior")})
    with pytest.raises(DesignError, match="different scores"):
        join_agencies({"north": north, "south": summarise_schools(students, "prior ~ esl")})
    with pytest.raises(DesignError, match="found no moments"):
        join_agencies({})
    lettered = students.assign(sex=np.where(students["esl"] > 0, "F", "M"))
    parts = {
        "north": summarise_schools(lettered, "score ~ sex"),
        "south": summarise_schools(lettered[lettered["sex"] == "M"], "score ~ sex"),
    }
    with pytest.raises(DesignError, match="column sex: coefficients are measured from level 'M'"):
        join_agencies(parts)
