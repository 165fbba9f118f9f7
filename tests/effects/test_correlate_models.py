"""Relative against benchmark effects of the same schools, in each year and never across years (B12)."""

import numpy as np
import pandas as pd

from valueadded.effects import correlate_models


def test_each_benchmark_model_is_compared_with_the_relative_one_in_each_year() -> None:
    draw = np.random.default_rng(12)
    parts = {
        (year, model): pd.DataFrame(
            {
                "domain": "reading",
                "year": year,
                "model": model,
                "school_id": [f"{k:02d}" for k in range(20)],
                "effect": draw.normal(size=20),
            }
        )
        for year in (2017, 2019)
        for model in ("relative", "relative_slope", "benchmark_drift", "benchmark_frozen")
    }
    found = correlate_models(pd.concat(parts.values(), ignore_index=True))
    assert set(found["model_a"]) == {"relative"}
    assert len(found) == 2 * 2
    for row in found.itertuples():
        assert row.year_a == row.year_b
        pair = parts[row.year_a, "relative"]["effect"], parts[row.year_a, row.model_b]["effect"]
        assert abs(row.correlation - np.corrcoef(*pair)[0, 1]) < 1e-12  # the same sum, in another order
