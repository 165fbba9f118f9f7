"""Contracts of the chains that a posterior was drawn by, and of the figure of them."""

import pandera.pandas as pa

from valueadded.contracts.columns import contract, number, text, whole
from valueadded.contracts.location_scale import MODELS


def _of_chain() -> dict[str, pa.Column]:
    """Return the columns that say which parameter of which chain a row is of."""
    return {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "model": text("model of the ladder", among=MODELS),
        "parameter": text("coefficient, or pair of effects of the covariance"),
        "chain": whole("chain", "chain", at_least=0),
    }


LOCATION_SCALE_TRACES = contract(
    "location_scale_traces",
    "Every draw of every chain after tuning; no rows unless the posterior is drawn by chains.",
    {
        **_of_chain(),
        "draw": whole("number of the draw", "draws", at_least=0),
        "value": number("value drawn", "as the parameter"),
    },
    key=["domain", "year", "model", "parameter", "chain", "draw"],
)

LOCATION_SCALE_AUTOCORRELATIONS = contract(
    "location_scale_autocorrelations",
    "How far draws of a chain are related; no rows unless the posterior is drawn by chains.",
    {
        **_of_chain(),
        "lag": whole("distance of the draws", "draws", at_least=0),
        "correlation": number("correlation at that distance", "-1 to 1"),
    },
    key=["domain", "year", "model", "parameter", "chain", "lag"],
)

SAMPLING_TRACE = contract(
    "sampling_trace",
    "The draws behind the figure of the chains: one model of the latest cohort.",
    dict(LOCATION_SCALE_TRACES.columns),
    key=["domain", "year", "model", "parameter", "chain", "draw"],
)
