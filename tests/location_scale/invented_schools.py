"""Invented students whose schools differ in mean, slope and variance."""

import numpy as np
import pandas as pd

COVARIANCE = np.array([[0.12, 0.02, -0.03], [0.02, 0.02, 0.0], [-0.03, 0.0, 0.06]])


def make_schools(seed: int, sizes: list[int], covariance: np.ndarray = COVARIANCE) -> pd.DataFrame:
    """Return students: y = .1 + (.6 + u1) x + .2 girl + u0 + e, ln var e = -.6 + .1 x + .15 girl + v."""
    stream = np.random.default_rng(seed)
    school = np.repeat(np.arange(len(sizes)), sizes)
    effects = stream.multivariate_normal(np.zeros(3), covariance, len(sizes))[school]
    x, girl = stream.normal(size=len(school)), stream.random(len(school)) < 0.5
    log_variance = -0.6 + 0.1 * x + 0.15 * girl + effects[:, 2]
    y = 0.1 + (0.6 + effects[:, 1]) * x + 0.2 * girl + effects[:, 0]
    y = y + np.exp(log_variance / 2) * stream.normal(size=len(school))
    selective = pd.array(np.where(school % 3 == 0, "yes", "no"), dtype="str")
    return pd.DataFrame(
        {
            "school_id": [f"{k:03d}" for k in school],
            "y": y,
            "x": x,
            "girl": girl.astype(float),
            "selective": selective,
        }
    )
