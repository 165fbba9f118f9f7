"""What several figures select from the school effects, and the words for it."""

from collections.abc import Collection

import pandas as pd

from valueadded.errors import ContractError

BENCHMARK_MODELS = ("benchmark_drift", "benchmark_offset", "benchmark_frozen")
"""Benchmark models in order of preference: figures show the first that was fitted."""

MODEL_WORDS = {
    "relative": "Relative: from each year's own line",
    "benchmark_drift": "Benchmark: from the frozen line, drift included",
    "benchmark_offset": "Benchmark: from the frozen line (offset)",
    "benchmark_frozen": "Benchmark: from the frozen line, variances frozen",
}


def effects_of(effects: pd.DataFrame, domain: str, models: Collection[str]) -> pd.DataFrame:
    """Return the rows of one domain and some models, sorted by model (in the order given), year and school.

    Raises
    ------
    ContractError
        If the first model has no row in this domain.
    """
    order = {model: place for place, model in enumerate(models)}
    chosen = effects[(effects["domain"] == domain) & effects["model"].isin(list(order))]
    for model in list(order)[:1]:
        if not (chosen["model"] == model).any():
            raise ContractError(
                f"school_effects: no row of model '{model}' in domain '{domain}';"
                " expected one for each school and year"
            )
    return (
        chosen.assign(place=chosen["model"].map(order))
        .sort_values(["place", "year", "school_id"], kind="stable", ignore_index=True)
        .drop(columns="place")
    )


def benchmark_model(effects: pd.DataFrame, domain: str) -> str | None:
    """Return the benchmark model that figures of this domain show, or None if none was fitted."""
    fitted = set(effects.loc[effects["domain"] == domain, "model"])
    return next((model for model in BENCHMARK_MODELS if model in fitted), None)


def relative_and_benchmark(effects: pd.DataFrame, domain: str) -> pd.DataFrame:
    """Return the effects of the relative model and of the benchmark model, where there is one."""
    model = benchmark_model(effects, domain)
    return effects_of(effects, domain, ["relative"] if model is None else ["relative", model])
