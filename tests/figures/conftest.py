"""An invented study: schools whose effects persist, a system that drifts, a year without tests."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from valueadded.contracts.benchmark import DRIFT, PRIOR_DRIFT
from valueadded.contracts.cohorts import ATTRITION
from valueadded.contracts.effects import RANKS, SCHOOL_EFFECTS, YEAR_CORRELATIONS
from valueadded.effects import rank_schools
from valueadded.table_io import check_table

DRIFTS = {2016: -3.1, 2017: 0.0, 2018: 2.4, 2019: 4.0, 2021: -9.5, 2022: -6.2, 2023: -4.0}


@dataclass(frozen=True)
class InventedStudy:
    """The tables the figures read, each meeting its contract."""

    effects: pd.DataFrame
    ranks: pd.DataFrame
    drift: pd.DataFrame
    correlations: pd.DataFrame
    attrition: pd.DataFrame
    prior_drift: pd.DataFrame


def invent_study(
    n_schools: int = 40,
    years: tuple[int, ...] = (2017, 2018, 2019, 2021, 2022, 2023),
    *,
    domain: str = "reading",
) -> InventedStudy:
    random = np.random.default_rng(20170510)
    effects = _invent_effects(random, n_schools, years, domain)
    drift = pd.DataFrame(
        [
            (
                domain,
                year,
                basis,
                DRIFTS[year],
                0.8,
                DRIFTS[year] - 1.6,
                DRIFTS[year] + 1.6,
                DRIFTS[year] - 0.5,
                0.5,
                0.8 if year < 2022 else 0.5,
                0.0 if year < 2022 else 0.39**0.5,
            )
            for year in years
            for basis in ("student", "school")
        ],
        columns=list(DRIFT.columns),
    )
    return InventedStudy(
        check_table(effects, SCHOOL_EFFECTS, "effects"),
        check_table(_invent_ranks(effects), RANKS, "ranks"),
        check_table(drift, DRIFT, "drift"),
        check_table(_invent_correlations(effects, years, domain), YEAR_CORRELATIONS, "correlations"),
        check_table(_invent_attrition(years, n_schools, domain), ATTRITION, "attrition"),
        check_table(_invent_prior_drift(drift), PRIOR_DRIFT, "prior_drift"),
    )


def _invent_effects(random, n_schools, years, domain):
    students = random.integers(5, 150, n_schools)
    lasting = random.normal(0, 7, n_schools)
    parts = []
    for year in years:
        own = 0.8 * lasting + random.normal(0, 4, n_schools)
        reliability = students / (students + 18)
        deviation = reliability * (own - own.mean())
        error = np.sqrt((1 - reliability) * 60)
        for model, shift in (
            ("relative", 0.0),
            ("benchmark_drift", DRIFTS[year]),
            ("benchmark_offset", 0.9 * DRIFTS[year]),
        ):
            effect = deviation + shift + (0 if model == "relative" else random.normal(0, 0.5, n_schools))
            parts.append(
                pd.DataFrame(
                    {
                        "domain": domain,
                        "year": year,
                        "model": model,
                        "school_id": [f"{school:05d}" for school in range(n_schools)],
                        "n_students": students,
                        "mean_residual": effect / reliability,
                        "effect": effect,
                        "std_error": error,
                        "lower": effect - 1.96 * error,
                        "upper": effect + 1.96 * error,
                        "interval": "textbook",
                        "lower_textbook": effect - 1.96 * error,
                        "upper_textbook": effect + 1.96 * error,
                        "reliability": reliability,
                        "effect_plus_mean": effect + 500,
                        "deviation": effect - effect.mean(),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def _invent_ranks(effects):
    fits = effects[["domain", "year", "model"]].drop_duplicates().assign(school_variance=60.0)
    return rank_schools(effects, fits, draws=500)


def _invent_correlations(effects, years, domain):
    wide = effects.pivot(index="school_id", columns=["model", "year"], values="effect")
    rows = []
    for place, earlier in enumerate(years):
        for later in years[place + 1 :]:
            shrunken = (
                float(wide["relative", earlier].corr(wide["relative", later])) if len(wide) > 2 else np.nan
            )
            for method, value in (("shrunken", shrunken), ("disattenuated", shrunken * 1.18)):
                rows.append((domain, earlier, later, "relative", "relative", method, value))
        same = (
            float(wide["relative", earlier].corr(wide["benchmark_drift", earlier]))
            if len(wide) > 2
            else np.nan
        )
        rows.append((domain, earlier, earlier, "relative", "benchmark_drift", "shrunken", same))
    frame = pd.DataFrame(
        rows, columns=["domain", "year_a", "year_b", "model_a", "model_b", "method", "correlation"]
    )
    return frame.assign(
        correlation=frame["correlation"].astype(float),
        expected=np.nan,
        lower=np.nan,
        upper=np.nan,
        n_schools=len(wide),
        estimates="words",
    )


def _invent_prior_drift(drift):
    """Prior scores that rise where the outcome falls: 2021 is a shock to the prior."""
    prior = np.where(drift["year"] == 2021, 6.0, 0.3 * drift["drift"])
    return drift[["domain", "year", "basis"]].assign(
        prior_drift=prior,
        std_error=0.8,
        lower=prior - 1.6,
        upper=prior + 1.6,
        link_std_error=0.0,
        outcome_drift=drift["drift"],
        outcome_lower=drift["lower"],
        outcome_upper=drift["upper"],
        outcome=drift["drift"] + 0.8 * prior,
        disagree=drift["year"] == 2021,
        words=pd.array(["in words"] * len(drift), dtype="str"),
    )


def _invent_attrition(years, n_schools, domain):
    reasons = [
        ("not_scored", "absent", 0.035),
        ("not_scored", "exempt", 0.012),
        ("not_scored", "withdrawn", 0.015),
        ("identity", "two_records", 0.002),
        ("identity", "unused_reason", 0.0),
        ("not_matched", "no_prior_record", 0.09),
        ("not_matched", "prior_not_present", 0.04),
        ("not_eligible", "small_school", 0.004),
    ]
    rows = []
    for year in range(min(years), max(years) + 1):
        if year not in years:
            rows.append((domain, year, "no_cohort", "year_not_tested", 0))
            continue
        records = 70 * n_schools + 13 * (year - 2016)
        lost = [(domain, year, step, reason, round(records * share)) for step, reason, share in reasons]
        rows += [(domain, year, "records", "", records), *lost]
        rows.append((domain, year, "matched", "", records - sum(row[-1] for row in lost)))
    return pd.DataFrame(rows, columns=list(ATTRITION.columns))


@pytest.fixture(scope="session")
def study() -> InventedStudy:
    """Forty schools over seven years, 2020 untested, 2017 the benchmark."""
    return invent_study()


@pytest.fixture(scope="session")
def smallest_study() -> InventedStudy:
    """One school in one year."""
    return invent_study(1, (2019,))
