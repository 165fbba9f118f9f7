"""The error of the links between score scales, carried into the drift (N2, N3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

# Domain and era -> the link that carries the era's scores to the reporting scale.
Key = tuple[str, str]


@dataclass(frozen=True)
class LinkError:
    """What the linking table says of one link.

    std_error : of the linked mean (points of the reporting scale)
    slope : of the link
    slope_std_error : 0 where the table does not give it
    anchor : score at which `std_error` holds; None for the mean outcome of the cohort in hand
    """

    std_error: float
    slope: float
    slope_std_error: float = 0.0
    anchor: float | None = None


@dataclass(frozen=True)
class Scales:
    """On which scale the scores of each cohort were reported.

    eras : outcome year -> era of the outcome and era of the prior score; empty if all stand on one scale
    links : links of the eras that were carried; an era without a link has no error
    """

    eras: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    links: Mapping[Key, LinkError] = field(default_factory=dict)


def read_scales(links: pd.DataFrame | None, eras: Mapping[int, Sequence[str]], reporting: str) -> Scales:
    """Return the scales of every cohort from the linking table, None if there is none.

    `eras` is as in `Scales`, `reporting` the era that scores are carried to. The table's columns
    `slope_std_error` and `anchor` may be absent or empty.
    """
    if links is None:
        return Scales()
    table = links.reindex(columns=[*links.columns.union(["slope_std_error", "anchor"], sort=False)])
    found = {}
    for row in table[table["to_era"] == reporting].to_dict("records"):
        found[row["domain"], row["from_era"]] = LinkError(
            row["std_error"],
            row["slope"],
            0.0 if pd.isna(row["slope_std_error"]) else row["slope_std_error"],
            None if pd.isna(row["anchor"]) else row["anchor"],
        )
    return Scales({int(year): (pair[0], pair[1]) for year, pair in eras.items()}, found)


@dataclass(frozen=True)
class Heights:
    """Where in the scale a cohort is compared (points of the reporting scale).

    outcome, prior : the line's outcome and the prior score at the reference intake; prior None if unknown
    mean_outcome : mean outcome of the cohort, for links that name no anchor
    gradient : outcome points for each point of a shift of every prior score; None if unknown
    """

    outcome: float
    prior: float | None
    mean_outcome: float
    gradient: float | None


def outcome_error(domain: str, year: int, years: Sequence[int], scales: Scales, at: Heights) -> float:
    """Return the standard error that links add to the drift of `year` from the benchmark `years`.

    An error e of the outcome's link lifts the drift by e. An error of the prior's link shifts the intake of
    every student, so that the line is read e lower: it lowers the drift by gradient x e. Where one link
    carries both, the two are one error and partly cancel: (1 - gradient) e. An era that the benchmark cohort
    shares is no source of error. Where the gradient is unknown, the larger of the results for gradients
    0 and 1 is taken.
    """
    gradients = (0.0, 1.0) if at.gradient is None else (at.gradient,)
    outcome = _weights(year, years, scales, 0)
    prior = _weights(year, years, scales, 1)
    found = []
    for gradient in gradients:
        shares: dict[str, list[tuple[float, float | None]]] = {}
        for era, weight in outcome.items():
            shares.setdefault(era, []).append((weight, at.outcome))
        for era, weight in prior.items():
            shares.setdefault(era, []).append((-gradient * weight, at.prior))
        found.append(_total(domain, shares, scales, at.mean_outcome))
    return max(found)


def prior_error(
    domain: str, year: int, years: Sequence[int], scales: Scales, height: float, mean: float
) -> float:
    """Return the standard error that links add to the movement of the mean prior score."""
    shares = {era: [(weight, height)] for era, weight in _weights(year, years, scales, 1).items()}
    return _total(domain, shares, scales, mean)


def _weights(year: int, years: Sequence[int], scales: Scales, place: int) -> dict[str, float]:
    """Return era -> its weight in the comparison: 1 in the focal cohort, minus its share of the benchmark."""
    weights: dict[str, float] = {}
    if not scales.eras:
        return weights
    weights[scales.eras[year][place]] = 1.0
    for benchmark in years:
        era = scales.eras[benchmark][place]
        weights[era] = weights.get(era, 0.0) - 1.0 / len(years)
    return {era: weight for era, weight in weights.items() if abs(weight) > 1e-12}


def _total(
    domain: str,
    shares: Mapping[str, Sequence[tuple[float, float | None]]],
    scales: Scales,
    mean: float,
) -> float:
    variance = 0.0
    for era, parts in shares.items():
        link = scales.links.get((domain, era))
        if link is None:
            continue
        anchor = mean if link.anchor is None else link.anchor
        level = sum(weight for weight, _ in parts)
        tilt = sum(weight * (height - anchor) / link.slope for weight, height in parts if height is not None)
        variance += (level * link.std_error) ** 2 + (tilt * link.slope_std_error) ** 2
    return float(np.sqrt(variance))
