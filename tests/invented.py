"""Invented cohorts for tests: planted school effects, uneven schools, a factor and a slope."""

import numpy as np
import pandas as pd

FORMULA = "score ~ prior_score + sex"


def make_cohort(
    seed: int,
    n_schools: int = 40,
    *,
    year: int = 2017,
    drift: float = 0.0,
    effects: np.ndarray | None = None,
    school_sd: float = 12.0,
    residual_sd: float = 30.0,
    sizes: tuple[int, int] = (3, 60),
) -> pd.DataFrame:
    """Return students of one cohort: score = 100 + drift + 0.8 prior + 5 male + school effect + residual."""
    stream = np.random.default_rng(seed)
    effects = stream.normal(0.0, school_sd, n_schools) if effects is None else effects
    sizes_drawn = stream.integers(*sizes, len(effects))
    school = np.repeat(np.arange(len(effects)), sizes_drawn)
    prior = stream.normal(400.0, 60.0, len(school)) + 0.5 * effects[school]
    male = stream.random(len(school)) < 0.5
    residual = stream.normal(0.0, residual_sd, len(school))
    return pd.DataFrame(
        {
            "student_id": [f"{year}-{k:05d}" for k in range(len(school))],
            "school_id": [f"{k:03d}" for k in school],
            "year": year,
            "prior_score": prior,
            "sex": pd.array(np.where(male, "male", "female"), dtype="str"),
            "score": 100.0 + drift + 0.8 * prior + 5.0 * male + effects[school] + residual,
        }
    )


def make_cohorts(
    seed: int,
    years: tuple[int, ...] = (2017, 2018, 2020),
    n_schools: int = 40,
    *,
    correlation: float = 0.8,
    school_sd: float = 12.0,
    residual_sd: float = 30.0,
    absent: float = 0.1,
    sizes: tuple[int, int] = (3, 30),
    drift: tuple[float, ...] | None = None,
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return students of several cohorts of the same schools, and the true effects (schools, cohorts).

    Each pair of cohorts has the same `correlation` of true effects; a share of schools is `absent` from each.
    """
    stream = np.random.default_rng(seed)
    lasting = stream.normal(0, np.sqrt(correlation), (n_schools, 1))
    own = stream.normal(0, np.sqrt(1 - correlation), (n_schools, len(years)))
    effects = school_sd * (lasting + own)
    parts = []
    for t, year in enumerate(years):
        cohort = make_cohort(
            seed * 1000 + year,
            year=year,
            effects=effects[:, t],
            residual_sd=residual_sd,
            sizes=sizes,
            drift=drift[t] if drift else 0.0,
        )
        gone = {f"{k:03d}" for k in np.flatnonzero(stream.random(n_schools) < absent)}
        parts.append(cohort[~cohort["school_id"].isin(gone)])
    return pd.concat(parts, ignore_index=True), effects
