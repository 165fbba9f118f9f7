"""Invented students of two cohorts whose schools keep part of their mean and of their variance."""

import numpy as np
import pandas as pd

CORRELATION = np.array(
    [[1.0, 0.7, -0.3, -0.2], [0.7, 1.0, -0.2, -0.3], [-0.3, -0.2, 1.0, 0.6], [-0.2, -0.3, 0.6, 1.0]]
)
SPREAD = np.array([0.35, 0.4, 0.25, 0.3])
YEARS = (2017, 2019)


def make_cohorts(seed: int, schools: int, students: int, absent: int) -> pd.DataFrame:
    """Return students: y = 1 + t + .6 x + u_t + e, ln var e = -.6 + .1 x + v_t; `absent` schools miss each
    cohort.
    """
    stream = np.random.default_rng(seed)
    effects = stream.multivariate_normal(np.zeros(4), CORRELATION * np.outer(SPREAD, SPREAD), schools)
    parts = []
    for t, year in enumerate(YEARS):
        there = np.setdiff1d(np.arange(schools), np.arange(t * absent, (t + 1) * absent))
        school = np.repeat(there, students)
        x = stream.normal(size=len(school))
        deviation = np.exp((-0.6 + 0.1 * x + effects[school, 2 + t]) / 2)
        y = 1.0 + t + 0.6 * x + effects[school, t] + deviation * stream.normal(size=len(school))
        names = [f"{k:04d}" for k in school]
        parts.append(pd.DataFrame({"school_id": names, "year": year, "x": x, "y": y}))
    return pd.concat(parts, ignore_index=True)
