import numpy as np
import pandas as pd
import pytest
from invented import FORMULA, make_cohort

from valueadded.errors import DesignError
from valueadded.mixed import moments_from_frame, summarise_cohort, summarise_schools
from valueadded.mixed.moments import pin, pool, restrict
from valueadded.mixed.stacking import stack


def full_cross_products(moments) -> np.ndarray:
    """Cross-products of (1, columns) over all schools, as rows would give them."""
    rows = np.column_stack([np.ones(moments.n_schools), moments.mean + moments.centre])
    cross = np.einsum("j,ja,jb->ab", moments.n, rows, rows)
    cross[1:, 1:] += moments.scatter.sum(axis=0)
    return cross


def test_moments_hold_the_cross_products_of_the_rows() -> None:
    frame = make_cohort(1)
    moments = summarise_schools(frame, FORMULA)
    rows = np.column_stack(
        [np.ones(len(frame)), frame["prior_score"], frame["sex"] == "male", frame["score"]]
    )
    assert moments.columns == ("prior_score", "sex[T.male]", "score")
    np.testing.assert_allclose(full_cross_products(moments), rows.T @ rows, rtol=1e-12)


def test_moments_of_parts_add_to_the_whole() -> None:
    early, late = make_cohort(1, year=2016), make_cohort(2, 55, year=2017)
    both = pd.concat([early, late])
    pooled = pool(stack([summarise_schools(part, FORMULA, cohort="year") for part in (early, late)]))
    whole = summarise_schools(both, FORMULA)
    assert list(pooled.school_id) == list(whole.school_id)
    np.testing.assert_allclose(pooled.mean + pooled.centre, whole.mean + whole.centre, rtol=1e-12)
    np.testing.assert_allclose(pooled.scatter, whole.scatter, rtol=1e-9, atol=1e-7)


def test_a_table_of_moments_gives_them_back_exactly() -> None:
    frame = make_cohort(1)
    moments = summarise_schools(frame, FORMULA, cohort="year")
    back = moments_from_frame(summarise_cohort(frame, [FORMULA]))
    assert back.columns == moments.columns
    assert back.levels == moments.levels == {"sex": ("female", "male")}
    assert back.formulas == moments.formulas
    for name in ("n", "centre", "mean", "scatter", "cohort"):
        np.testing.assert_array_equal(getattr(back, name), getattr(moments, name))


def test_pinning_terms_equals_subtracting_them_from_every_row() -> None:
    frame = make_cohort(1)
    coefficients = {"Intercept": 90.0, "prior_score": 0.7, "sex[T.male]": 4.0}
    frame["left"] = frame["score"] - 90.0 - 0.7 * frame["prior_score"] - 4.0 * (frame["sex"] == "male")
    pinned = pin(summarise_schools(frame, FORMULA), coefficients)
    rows = summarise_schools(frame, "left ~ 1")
    np.testing.assert_allclose(pinned.mean + pinned.centre, rows.mean + rows.centre, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(pinned.scatter, rows.scatter, rtol=1e-9)


def test_a_free_term_stays_among_the_columns_when_others_are_pinned() -> None:
    moments = summarise_schools(make_cohort(1), FORMULA)
    pinned = pin(moments, {"Intercept": 90.0, "prior_score": 0.7}, ["sex[T.male]"])
    assert pinned.columns == ("sex[T.male]", "score")
    np.testing.assert_array_equal(pinned.scatter[:, 0, 0], moments.scatter[:, 1, 1])


def test_a_level_nobody_has_in_one_cohort_is_a_column_of_zeros() -> None:
    girls = make_cohort(1, year=2016).query("sex == 'female'")
    stacked = stack(
        [
            summarise_schools(make_cohort(2), FORMULA, cohort="year"),
            summarise_schools(girls, FORMULA, cohort="year"),
        ]
    )
    sums = stacked.n * (stacked.mean + stacked.centre)[:, stacked.terms.index("sex[T.male]")]
    assert np.allclose(sums[stacked.cohort == 2016], 0.0, atol=1e-12)


def test_cohorts_measured_from_different_levels_are_refused() -> None:
    boys = make_cohort(1, year=2016).assign(sex=lambda f: f["sex"].replace("female", "boarder"))
    with pytest.raises(DesignError, match=r"sex.*'female'.*'boarder'|sex.*'boarder'.*'female'"):
        stack([summarise_schools(part, FORMULA) for part in (make_cohort(2), boys)])


def test_a_term_without_moments_is_named() -> None:
    with pytest.raises(DesignError, match="age"):
        restrict(summarise_schools(make_cohort(1), FORMULA), ["age"])


def test_a_cohort_given_twice_is_refused() -> None:
    part = summarise_schools(make_cohort(1), FORMULA, cohort="year")
    with pytest.raises(DesignError, match=r"2017.*twice"):
        stack([part, part])
