"""Associations among true effects: worked by hand, by numerical derivative, and by planted truth (K9)."""

import numpy as np
import pandas as pd
import pytest

from valueadded.contracts.effects import ASSOCIATIONS
from valueadded.effects import adjust_association, measure_associations
from valueadded.effects.associations import adjusted_slopes, slopes_jacobian
from valueadded.errors import FitError
from valueadded.mixed import fit_multi_cohort
from valueadded.table_io import check_table

# Outcome, then the two that explain it: 2 4; 3 4 2 by hand below.
THREE = np.array([[10.0, 6.0, 5.0], [6.0, 8.0, 4.0], [5.0, 4.0, 6.0]])


def wishart_error(covariance: np.ndarray, freedom: int) -> np.ndarray:
    """Covariance of the elements of a sample covariance: (s_ac s_bd + s_ad s_bc) / freedom."""
    pairs = list(zip(*np.triu_indices(len(covariance)), strict=True))
    s = covariance
    return np.array([[s[a, c] * s[b, d] + s[a, d] * s[b, c] for c, d in pairs] for a, b in pairs]) / freedom


def test_two_by_hand() -> None:
    # cov 6 over var 8; its variance by the delta method with s = (s_yy, s_yx, s_xx):
    # d(s_yx / s_xx) = (0, 1/8, -6/64).
    two = THREE[:2, :2]
    error = np.diag([4.0, 0.64, 1.0])
    found = adjust_association(two, error, outcome=0, on=1)
    assert found.estimate == pytest.approx(0.75)
    assert found.std_error == pytest.approx(np.sqrt(0.64 / 64 + (6 / 64) ** 2))
    assert found.upper - found.estimate == pytest.approx(1.959964 * found.std_error, rel=1e-6)


def test_three_by_hand() -> None:
    # Omega_xx = [[8, 4], [4, 6]], determinant 32, inverse [[6, -4], [-4, 8]] / 32;
    # slopes (6*6 - 4*5, -4*6 + 8*5) / 32 = (.5, .5).
    np.testing.assert_allclose(adjusted_slopes(THREE), [0.5, 0.5], rtol=1e-14)
    error = wishart_error(THREE, 300)
    found = adjust_association(THREE, error, outcome=0, on=1, given=[2])
    assert found.estimate == pytest.approx(0.5)
    # Of a sample covariance it is the variance of a least squares slope: residual variance
    # 10 - .5*6 - .5*5 = 4.5 times the inverse's diagonal 6/32, over the degrees of freedom.
    assert found.std_error == pytest.approx(np.sqrt(4.5 * 6 / 32 / 300), rel=1e-12)
    # Alike in both kinds: 10,000 draws, percentile to 3 per cent of a standard error.
    assert found.lower_simulated == pytest.approx(found.lower, abs=0.15 * found.std_error)
    assert found.upper_simulated == pytest.approx(found.upper, abs=0.15 * found.std_error)
    assert found.median == pytest.approx(0.5, abs=0.05 * found.std_error + 0.002)
    assert found.n_draws_refused == 0
    assert not found.near_singular


def test_derivative_is_the_numerical_one() -> None:
    jacobian = slopes_jacobian(THREE)
    upper = np.triu_indices(3)
    for k, (a, b) in enumerate(zip(*upper, strict=True)):
        change = np.zeros((3, 3))
        change[a, b] = change[b, a] = 1e-6
        numerical = (adjusted_slopes(THREE + change) - adjusted_slopes(THREE - change)) / 2e-6
        # Central differences of a smooth function: the step squared, and rounding 1e-10.
        np.testing.assert_allclose(jacobian[:, k], numerical, atol=1e-8)


def test_labels_choose_effects_in_any_order() -> None:
    order = [2, 0, 1]
    years = [2021, 2017, 2019]
    labelled = pd.DataFrame(THREE[np.ix_(order, order)], [years[k] for k in order], [years[k] for k in order])
    error = wishart_error(THREE[np.ix_(order, order)], 300)
    found = adjust_association(labelled, error, outcome=2021, on=2017, given=[2019])
    same = adjust_association(THREE, wishart_error(THREE, 300), outcome=0, on=1, given=[2])
    assert found.estimate == pytest.approx(same.estimate)
    assert found.std_error == pytest.approx(same.std_error)
    alone = adjust_association(labelled, error, outcome=2021, on=2017)
    assert alone.estimate == pytest.approx(0.75)


def test_a_fit_of_several_cohorts_says_which_element_is_which() -> None:
    draw = np.random.default_rng(5)
    school = np.repeat(np.arange(150), 20)
    effects = draw.multivariate_normal(np.zeros(3), 10 * THREE, 150)[school]
    frame = pd.concat(
        pd.DataFrame(
            {
                "year": year,
                "school_id": [f"{j:03d}" for j in school],
                "score": effects[:, k] + draw.normal(0, 20, len(school)),
            }
        )
        for k, year in enumerate((2021, 2019, 2017))
    )
    fit = fit_multi_cohort(frame, "score ~ 1")
    found = adjust_association(fit.school_covariance, fit.covariance_error, 2021, 2019, [2017])
    error = fit.covariance_error
    ordered = [(2017, 2017), (2017, 2019), (2017, 2021), (2019, 2019), (2019, 2021), (2021, 2021)]
    same = adjust_association(
        fit.school_covariance, error.loc[ordered, ordered].to_numpy(), 2021, 2019, [2017]
    )
    assert found == same
    assert found.lower < 0.5 < found.upper
    # A pair may be named either way round.
    swapped = error.set_axis(error.index.swaplevel(), axis=0).set_axis(error.columns.swaplevel(), axis=1)
    assert adjust_association(fit.school_covariance, swapped, 2021, 2019, [2017]) == found
    with pytest.raises(FitError, match="no row for"):
        adjust_association(fit.school_covariance, error.iloc[1:, 1:], 2021, 2019)


def test_planted_slopes_are_covered() -> None:
    draw = np.random.default_rng(3)
    inside = np.zeros(2)
    for _ in range(200):
        sample = np.cov(draw.multivariate_normal(np.zeros(3), THREE, 100).T)
        found = adjust_association(sample, wishart_error(sample, 99), 0, 1, [2], draws=1000)
        inside += found.lower < 0.5 < found.upper, found.lower_simulated < 0.5 < found.upper_simulated
    # 200 sets: standard error 1.5 per cent.
    assert (inside / 200 > 0.90).all()


def test_a_covariance_at_its_boundary_is_flagged() -> None:
    near = np.array([[10.0, 6.0, 6.0], [6.0, 8.0, 7.97], [6.0, 7.97, 8.0]])
    found = adjust_association(near, wishart_error(near, 20), 0, 1, [2])
    assert found.near_singular
    wide = np.diag(np.full(6, 4.0))
    refused = adjust_association(near, wide, 0, 1, [2])
    assert refused.n_draws_refused > 1000
    none = np.array([[10.0, 0.0], [0.0, 0.0]])
    empty = adjust_association(none, np.eye(3), 0, 1)
    assert np.isnan(empty.estimate)
    assert empty.near_singular
    unknown = adjust_association(THREE, np.full((6, 6), np.nan), 0, 1, [2])
    assert unknown.estimate == pytest.approx(0.5)
    assert np.isnan(unknown.std_error)
    assert unknown.n_draws_refused == 10_000


def test_what_does_not_fit_is_refused() -> None:
    error = wishart_error(THREE, 300)
    with pytest.raises(FitError, match=r"\[0, 7\]"):
        adjust_association(THREE, error, 0, 7)
    with pytest.raises(FitError, match="different ones"):
        adjust_association(THREE, error, 0, 1, [1])
    with pytest.raises(FitError, match=r"expected \(6, 6\)"):
        adjust_association(THREE, error[:3, :3], 0, 1)


def tables(covariance: np.ndarray, years: list[int], domain: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    pairs = list(zip(*np.triu_indices(len(years)), strict=True))
    error = wishart_error(covariance, 200)
    elements = pd.DataFrame(
        [(domain, years[a], years[b], covariance[a, b]) for a, b in pairs],
        columns=["domain", "year_a", "year_b", "covariance"],
    )
    errors = pd.DataFrame(
        [
            (domain, years[a], years[b], years[c], years[d], error[i, k])
            for i, (a, b) in enumerate(pairs)
            for k, (c, d) in enumerate(pairs)
            if k >= i
        ],
        columns=["domain", "year_a", "year_b", "year_c", "year_d", "covariance"],
    )
    return elements, errors


def test_table_of_consecutive_cohorts() -> None:
    years = [2017, 2019, 2021, 2023]
    covariance = 50 * 0.9 ** np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    elements, errors = tables(covariance, years, "reading")
    found = measure_associations(elements, errors, 0.95, 1000, 1)
    check_table(found, ASSOCIATIONS, "associations")
    assert len(found) == 2 * 3
    row = found.set_index(["outcome_year", "year", "given"])["estimate"]
    # Where each year depends on the one before only, nothing is left to the year before that.
    assert row[2021, 2019, "2017"] == pytest.approx(0.9)
    assert row[2021, 2017, "2019"] == pytest.approx(0.0, abs=1e-12)
    assert row[2023, 2021, "none"] == pytest.approx(0.9)


def test_draws_of_a_domain_do_not_depend_on_the_others() -> None:
    one, two = (tables(THREE, [2017, 2019, 2021], domain) for domain in ("numeracy", "reading"))
    alone = measure_associations(*two, 0.95, 1000, 1)
    both = measure_associations(*(pd.concat(parts) for parts in zip(one, two, strict=True)), 0.95, 1000, 1)
    again = both[both["domain"] == "reading"].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, alone)
    assert (both.iloc[:3]["median"].to_numpy() != alone["median"].to_numpy()).all()
    assert measure_associations(*tables(THREE[:2, :2], [2017, 2019], "x"), 0.95, 1000, 1).empty
