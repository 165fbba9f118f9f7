"""The joint model in the table of correlations: its own rows, and what it expects of the others."""

import numpy as np
import pandas as pd
import pytest

from valueadded.contracts.effects import YEAR_CORRELATIONS
from valueadded.effects import JointTables, correlate_school_effects
from valueadded.effects.expected_bias import expected_joint_predictions
from valueadded.table_io import check_table

YEARS = (2017, 2019, 2021)
SCHOOL = np.array([[100.0, 80.0, 60.0], [80.0, 120.0, 90.0], [60.0, 90.0, 110.0]])
RESIDUAL = np.array([900.0, 1000.0, 950.0])
N_SCHOOLS = 4000


@pytest.fixture(scope="module")
def effects() -> pd.DataFrame:
    """Relative and joint effects of schools of uneven size, variances known."""
    draw = np.random.default_rng(1)
    n = draw.integers(4, 100, N_SCHOOLS)
    residual = draw.multivariate_normal(np.zeros(3), SCHOOL, N_SCHOOLS)
    residual += draw.normal(size=(N_SCHOOLS, 3)) * np.sqrt(RESIDUAL / n[:, None])
    reliability = np.diag(SCHOOL) / (np.diag(SCHOOL) + RESIDUAL / n[:, None])
    total = SCHOOL + np.eye(3) * (RESIDUAL / n[:, None])[:, None, :]
    joint = np.einsum("ab,jbc,jc->ja", SCHOOL, np.linalg.inv(total), residual)
    parts = []
    for k, year in enumerate(YEARS):
        common = pd.DataFrame(
            {
                "domain": "reading",
                "year": year,
                "school_id": [f"{j:05d}" for j in range(N_SCHOOLS)],
                "n_students": n,
                "mean_residual": residual[:, k],
                "reliability": reliability[:, k],
            }
        )
        shrunken = reliability[:, k] * residual[:, k]
        for model, effect in (("relative", shrunken), ("joint", joint[:, k]), ("benchmark_drift", shrunken)):
            parts.append(common.assign(model=model, effect=effect, deviation=effect))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def fits() -> pd.DataFrame:
    return pd.concat(
        pd.DataFrame({"domain": "reading", "year": YEARS, "model": model, "residual_variance": RESIDUAL})
        for model in ("relative", "joint", "benchmark_drift")
    )


@pytest.fixture(scope="module")
def tables() -> JointTables:
    pairs = [(a, b) for a in range(3) for b in range(a, 3)]
    covariance = pd.DataFrame(
        {
            "domain": "reading",
            "year_a": [YEARS[a] for a, _ in pairs],
            "year_b": [YEARS[b] for _, b in pairs],
            "covariance": [SCHOOL[a, b] for a, b in pairs],
        }
    )
    apart = [(a, b) for a, b in pairs if a != b]
    correlations = pd.DataFrame(
        {
            "domain": "reading",
            "year_a": [YEARS[a] for a, _ in apart],
            "year_b": [YEARS[b] for _, b in apart],
            "correlation": [SCHOOL[a, b] / np.sqrt(SCHOOL[a, a] * SCHOOL[b, b]) for a, b in apart],
            "lower": 0.1,
            "upper": 0.95,
            "n_schools": N_SCHOOLS,
        }
    )
    return JointTables(correlations, covariance)


def test_every_method_shows_what_is_expected_of_it(
    effects: pd.DataFrame, fits: pd.DataFrame, tables: JointTables
) -> None:
    found = correlate_school_effects(effects, 1, 0.95, fits, tables)
    check_table(found, YEAR_CORRELATIONS, "year_correlations")
    within = found[(found["model_a"] == found["model_b"]) & found["model_a"].isin(["relative", "joint"])]
    # 3 pairs of years: 5 naive methods and the moments, the joint predictions, the headline.
    assert len(within) == 3 * (5 + 1 + 1 + 1)
    assert within["expected"].notna().all()
    # 4,000 schools: standard error of a correlation at most .016.
    assert (within["correlation"] - within["expected"]).abs().max() < 0.05
    assert found[~found.index.isin(within.index)]["expected"].isna().all()


def test_the_headline_is_the_joint_models_own(
    effects: pd.DataFrame, fits: pd.DataFrame, tables: JointTables
) -> None:
    found = correlate_school_effects(effects, 1, 0.95, fits, tables)
    headline = found[found["method"] == "joint"]
    assert headline["estimates"].str.contains("the headline").all()
    assert (headline["expected"] == headline["correlation"]).all()
    assert headline[["lower", "upper"]].to_numpy().tolist() == [[0.1, 0.95]] * 3
    # Without rescaled forms: none is meant for joint predictions.
    predictions = found[(found["model_a"] == "joint") & (found["method"] != "joint")]
    assert set(predictions["method"]) == {"shrunken"}
    assert predictions["estimates"].str.contains("away from 0").all()
    true = headline.set_index(["year_a", "year_b"])["correlation"]
    assert (predictions.set_index(["year_a", "year_b"])["expected"] > true).all()


def test_joint_predictions_are_expected_with_all_years(
    effects: pd.DataFrame, fits: pd.DataFrame, tables: JointTables
) -> None:
    found = correlate_school_effects(effects, 1, 0.95, fits, tables)
    sizes = effects[(effects["model"] == "joint") & (effects["year"] == 2017)]["n_students"].to_numpy()
    by_hand = expected_joint_predictions(SCHOOL, np.diag(RESIDUAL), np.column_stack([sizes] * 3), (0, 2))
    row = found.query("model_a == 'joint' and method == 'shrunken' and year_a == 2017 and year_b == 2021")
    assert row["expected"].item() == pytest.approx(by_hand, rel=1e-12)


def test_without_a_joint_model_nothing_is_expected(effects: pd.DataFrame, fits: pd.DataFrame) -> None:
    found = correlate_school_effects(effects[effects["model"] != "joint"], 1, 0.95, fits)
    assert found["expected"].isna().all()
    assert "moment" in set(found["method"])


def test_a_year_outside_the_joint_model_expects_nothing(
    effects: pd.DataFrame, fits: pd.DataFrame, tables: JointTables
) -> None:
    early = JointTables(
        tables.joint_correlations.iloc[:1],
        tables.school_covariance[tables.school_covariance["year_b"] < 2021],
    )
    found = correlate_school_effects(effects[effects["model"] == "relative"], 1, 0.95, fits, early)
    known = found.query("year_b < 2021 and model_a == 'relative'")
    assert known["expected"].notna().all()
    assert found.query("year_b == 2021")["expected"].isna().all()
