import numpy as np
import pandas as pd
import pytest

from valueadded.contracts.effects import YEAR_CORRELATIONS
from valueadded.effects import correlate_school_effects, correlate_years
from valueadded.effects.stability import METHODS, fisher_interval
from valueadded.errors import FitError
from valueadded.table_io import check_table

RHO, ICC = 0.8, 0.1


def two_years(n_schools: int, sizes: np.ndarray, seed: int = 1, seed_error: int = 2) -> pd.DataFrame:
    """Shrunken effects of two cohorts with known variances, the same sizes in both years."""
    stream = np.random.default_rng(seed)
    true = stream.multivariate_normal([0, 0], ICC * np.array([[1, RHO], [RHO, 1]]), n_schools)
    mean = true + np.random.default_rng(seed_error).normal(
        0, np.sqrt((1 - ICC) / sizes)[:, None], (n_schools, 2)
    )
    reliability = ICC / (ICC + (1 - ICC) / sizes)
    return pd.concat(
        pd.DataFrame(
            {
                "year": 2017 + 2 * k,
                "school_id": [f"{j:05d}" for j in range(n_schools)],
                "effect": reliability * mean[:, k],
                "reliability": reliability,
            }
        )
        for k in range(2)
    )


def correlation(table: pd.DataFrame, method: str) -> float:
    return float(correlate_years(table, method)["correlation"].iloc[0])


@pytest.mark.parametrize(("size", "expected"), [(30, 0.615), (10, 0.421)])
def test_closed_form_attenuation_of_separate_models(size: int, expected: float) -> None:
    # K7: ICC .10, rho .80. 40,000 schools: standard error of a correlation .004.
    table = two_years(40_000, np.full(40_000, size))
    assert correlation(table, "shrunken") == pytest.approx(expected, abs=0.015)
    assert correlation(table, "disattenuated") == pytest.approx(RHO, abs=0.02)


def test_disattenuation_holds_with_uneven_sizes() -> None:
    # K8 as corrected: the factor is sum(l1 l2) / sqrt(sum l1 sum l2), not the root of the mean reliabilities.
    sizes = np.random.default_rng(3).choice([3, 8, 20, 150], 40_000)
    table = two_years(40_000, sizes)
    assert correlation(table, "disattenuated") == pytest.approx(RHO, abs=0.02)
    assert correlation(table, "unshrunken") < correlation(table, "shrunken") < RHO - 0.1


def test_reflation_by_constants_changes_no_correlation() -> None:
    equal = two_years(200, np.full(200, 30))
    plain = correlation(equal, "shrunken")
    for method in ("unshrunken", "reflated_global", "reflated_school"):
        assert correlation(equal, method) == pytest.approx(plain, rel=1e-12)
    uneven = two_years(200, np.random.default_rng(4).integers(3, 100, 200))
    assert correlation(uneven, "reflated_global") == pytest.approx(correlation(uneven, "shrunken"), rel=1e-12)
    assert correlation(uneven, "unshrunken") != pytest.approx(correlation(uneven, "shrunken"), rel=1e-3)


def test_every_pair_of_years_and_only_schools_in_both() -> None:
    table = two_years(50, np.full(50, 30))
    third = table[table["year"] == 2019].assign(year=2021).iloc[:20]
    found = correlate_years(pd.concat([table, third])).set_index(["year_a", "year_b"])
    assert list(found.index) == [(2017, 2019), (2017, 2021), (2019, 2021)]
    assert found.loc[(2017, 2021), "n_schools"] == 20
    assert found.loc[(2019, 2021), "correlation"] == pytest.approx(1.0)


def test_what_cannot_be_formed_is_missing() -> None:
    table = two_years(50, np.full(50, 30))
    flat = table.assign(effect=table["effect"].where(table["year"] == 2017, 0.0))
    assert np.isnan(correlation(flat, "shrunken"))
    assert np.isnan(correlation(table.groupby("year").head(2), "shrunken"))


def test_fisher_interval() -> None:
    # r = .5, n = 28: atanh .5493 -+ 1.96 / 5.
    assert fisher_interval(0.5, 28, 0.95) == pytest.approx(
        (np.tanh(0.54930614 - 0.39199280), np.tanh(0.54930614 + 0.39199280)), rel=1e-6
    )
    assert np.isnan(fisher_interval(0.5, 3, 0.95)).all()


def test_each_row_says_what_it_estimates() -> None:
    table = two_years(50, np.full(50, 30)).assign(domain="reading", model="relative", n_students=30)
    drift = table.assign(model="benchmark_drift", effect=table["effect"] - 5)
    found = correlate_school_effects(pd.concat([table, drift]), 1, 0.95)
    check_table(found, YEAR_CORRELATIONS, "year_correlations")
    assert set(found["method"]) == set(METHODS)
    biased = found[found["method"].isin(["shrunken", "unshrunken", "reflated_global", "reflated_school"])]
    assert biased.query("year_a != year_b")["estimates"].str.contains("biased").all()
    assert not found.query("method == 'disattenuated'")["estimates"].str.contains("biased").any()
    across = found.query("model_a != model_b")
    assert len(across) == 2
    assert (across["year_a"] == across["year_b"]).all()
    np.testing.assert_allclose(across["correlation"], 1.0)


def test_small_schools_may_be_left_out() -> None:
    table = two_years(50, np.full(50, 30)).assign(domain="reading", model="relative", n_students=30)
    table.loc[table["school_id"] < "00010", "n_students"] = 4
    found = correlate_school_effects(table, 5, 0.95)
    assert (found["n_schools"] == 40).all()


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(FitError, match="'spearman'"):
        correlate_years(two_years(5, np.full(5, 9)), "spearman")


def test_a_drift_of_the_system_is_no_lasting_school_effect() -> None:
    # Frozen and offset effects shrink the drift by school size, alike in both years: without schools that
    # last, only a correlation that leaves the drift out is near 0.
    sizes = np.random.default_rng(9).integers(3, 150, 3000)
    reliability = sizes / (sizes + 15.0)
    draw = np.random.default_rng(10)
    years = []
    for year in (2019, 2021):
        residual = -25.0 + draw.normal(0, 10, 3000) + draw.normal(0, 38, 3000) / np.sqrt(sizes)
        level = reliability @ residual / reliability.sum()
        years.append(
            pd.DataFrame(
                {
                    "year": year,
                    "school_id": [f"{k:04d}" for k in range(3000)],
                    "model": "benchmark_frozen",
                    "effect": reliability * residual,
                    "deviation": reliability * (residual - level),
                    "reliability": reliability,
                }
            )
        )
    table = pd.concat(years)
    for method in ("unshrunken", "reflated_global", "reflated_school", "disattenuated"):
        # 3,000 schools: standard error .018.
        assert abs(correlation(table, method)) < 0.06
    shrunken = correlate_years(table, "shrunken")
    assert shrunken["correlation"].iloc[0] > 0.1
    assert "drift" in shrunken["estimates"].iloc[0]


def test_shrunken_effects_need_no_reliability() -> None:
    table = two_years(50, np.full(50, 30))
    assert correlation(table.drop(columns="reliability"), "shrunken") == correlation(table, "shrunken")


def test_a_school_given_twice_is_named() -> None:
    table = two_years(5, np.full(5, 9))
    with pytest.raises(FitError, match="school '00000' has two effects"):
        correlate_years(pd.concat([table, table.head(1)]))
