"""Simulation-based calibration of the posterior (Talts and others 2018).

Parameters are drawn from the prior, students from the parameters, and the posterior from the students. If
the sampler is right, the truth stands anywhere among the draws with the same probability.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import FitError
from valueadded.location_scale.coordinates import Coordinates, coordinates_of, read_factor
from valueadded.location_scale.design import LocationScaleDesign, arrange_design
from valueadded.location_scale.importance import weigh_proposals
from valueadded.location_scale.integrand import Parameters
from valueadded.location_scale.log_posterior import find_summit
from valueadded.location_scale.priors import InverseWishart, Priors, effect_scales
from valueadded.location_scale.sums import Students
from valueadded.numerics.streams import open_stream

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CalibrationPlan:
    """What is simulated: Model 6 (M6), or without `random_slope` Model 3, in schools of one size.

    n_schools, n_students : schools, and students of each
    draws : importance draws of each posterior
    ranked : draws kept of them, by their weights; the truth has a rank of 0 to this many
    priors : proper and informative enough that truths are schools one could meet
    """

    n_schools: int = 40
    n_students: int = 12
    random_slope: bool = True
    draws: int = 400
    ranked: int = 31
    priors: Priors = field(
        default_factory=lambda: Priors(
            mean_spread=0.5,
            log_variance_spread=0.5,
            covariance=InverseWishart(degrees_above_size=6.0, intercept=0.5, slope=0.25, log_variance=0.5),
        )
    )


def rank_truths(plan: CalibrationPlan, first: int, last: int, seed: int) -> pd.DataFrame:
    """Return `replicate`, `parameter`, `rank`, `pareto_k` for replicates `first` to `last`, both included.

    Each replicate has a stream of its own, so that chunks and one run give the same. A posterior without a
    strict maximum leaves the rank missing. Besides the parameters the effects of the first school are ranked.
    """
    parts = []
    for replicate in range(first, last + 1):
        stream = open_stream(seed, "location_scale", "calibration", replicate)
        design = _students_without_scores(plan, stream)
        meaning = coordinates_of(design, True)
        beta, alpha, covariance = draw_prior(plan.priors, meaning, stream)
        effects = stream.multivariate_normal(np.zeros(meaning.n_effects), covariance, plan.n_schools)
        design = _with_scores(design, beta, alpha, effects, stream)
        truth = _quantities(np.concatenate([beta, alpha])[None], covariance[None], effects[None, 0], meaning)
        try:
            ranks, shape = _rank(design, plan, truth, stream)
        except FitError:
            ranks, shape = np.full(truth.shape[1], np.nan), np.nan
        names = quantity_names(meaning)
        parts.append(
            pd.DataFrame(
                {
                    "replicate": replicate,
                    "parameter": pd.array(names, dtype="str"),
                    "rank": ranks,
                    "pareto_k": shape,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def assess_ranks(ranks: pd.DataFrame, ranked: int, bins: int = 16) -> pd.DataFrame:
    """Return for each parameter whether its ranks are uniform.

    Columns: `parameter`, `replicates` with a rank, `mean_rank` over its expectation, `chi_square` over bins
    of equal width and its `p_value`, and `largest_difference` of the distribution function of the ranks from
    the uniform one beside `envelope`, the difference that 95 per cent of samples of this size stay below.
    """
    from scipy.stats import chi2, kstwo

    if (ranked + 1) % bins:
        raise ValueError(f"bins {bins}: expected a divisor of {ranked + 1}, the number of ranks")
    rows = []
    for name, part in ranks.dropna(subset=["rank"]).groupby("parameter", sort=False):
        values, n = part["rank"].to_numpy().astype(np.int64), len(part)
        counts = np.bincount(values, minlength=ranked + 1)
        binned = counts.reshape(bins, -1).sum(axis=1)
        chi_square = float(np.sum((binned - n / bins) ** 2) / (n / bins))
        difference = np.cumsum(counts) / n - np.arange(1, ranked + 2) / (ranked + 1)
        rows.append(
            {
                "parameter": str(name),
                "replicates": n,
                "mean_rank": float(values.mean() / (ranked / 2)),
                "chi_square": chi_square,
                "p_value": float(chi2.sf(chi_square, bins - 1)),
                "largest_difference": float(np.abs(difference).max()),
                "envelope": float(kstwo.ppf(0.95, n)),
            }
        )
    return pd.DataFrame(rows)


def draw_prior(
    priors: Priors, meaning: Coordinates, stream: np.random.Generator
) -> tuple[Array, Array, Array]:
    """Return coefficients of mean (p,) and log variance (m,), and the covariance (d, d), v last.

    Raises
    ------
    FitError
        If the covariance has no inverse-Wishart prior: of others there is no draw here.
    """
    from scipy.stats import invwishart

    if not isinstance(priors.covariance, InverseWishart):
        raise FitError("calibration: the covariance has another prior; expected an inverse-Wishart one")
    beta = priors.mean_spread * stream.standard_normal(meaning.n_location)
    alpha = priors.log_variance_spread * stream.standard_normal(meaning.n_scale)
    scale = np.diag(effect_scales(priors.covariance, meaning))
    degrees = meaning.n_effects + priors.covariance.degrees_above_size
    covariance = np.atleast_2d(invwishart.rvs(degrees, scale, random_state=stream))
    order = np.roll(np.arange(meaning.n_effects), -int(meaning.random_scale))
    return beta, alpha, covariance[np.ix_(order, order)]


def quantity_names(meaning: Coordinates) -> list[str]:
    """Return the names of what is ranked."""
    effects = ["intercept", *["slope"][: meaning.n_random - 1], "log variance"]
    rows, columns = np.triu_indices(len(effects))
    return [
        *(f"mean: {term}" for term in ("intercept", "prior score")[: meaning.n_location]),
        *(f"log variance: {term}" for term in ("intercept", "prior score")[: meaning.n_scale]),
        *(
            f"variance of {effects[a]}" if a == b else f"covariance of {effects[a]} and {effects[b]}"
            for a, b in zip(rows, columns, strict=True)
        ),
        *(f"first school's effect on {effect}" for effect in effects),
    ]


def _quantities(coefficients: Array, covariance: Array, effects: Array, meaning: Coordinates) -> Array:
    """Return what is ranked (S, K), of draws or of the truth."""
    rows, columns = np.triu_indices(meaning.n_effects)
    return np.hstack([coefficients, covariance[:, rows, columns], effects])


def _students_without_scores(plan: CalibrationPlan, stream: np.random.Generator) -> LocationScaleDesign:
    school = np.repeat(np.arange(plan.n_schools), plan.n_students)
    frame = pd.DataFrame(
        {
            "school_id": pd.array([f"{number:04d}" for number in school], dtype="str"),
            "prior": stream.standard_normal(len(school)),
            "score": stream.standard_normal(len(school)),
        }
    )
    slope = "prior" if plan.random_slope else None
    return arrange_design(frame, "score ~ prior", "~ prior", "school_id", slope)


def _with_scores(
    design: LocationScaleDesign, beta: Array, alpha: Array, effects: Array, stream: np.random.Generator
) -> LocationScaleDesign:
    """Return the design with simulated scores, which the prior of standardised columns must not see."""
    data = design.data
    if not isinstance(data, Students):
        raise TypeError("calibration: found moments; expected students")
    of_student = np.repeat(effects, data.n.astype(np.int64), axis=0).T
    mean = beta @ data.x + np.sum(data.x[list(data.random)] * of_student[:-1], axis=0)
    spread = np.exp((alpha @ data.z + of_student[-1]) / 2)
    scores = mean + spread * stream.standard_normal(len(mean))
    return replace(design, data=replace(data, y=scores), outcome_centre=0.0, outcome_spread=1.0)


def _rank(
    design: LocationScaleDesign, plan: CalibrationPlan, truth: Array, stream: np.random.Generator
) -> tuple[Array, float]:
    """Return the ranks (K,) of the truth among draws of the posterior, and the Pareto k."""
    meaning = coordinates_of(design, True)
    q = meaning.n_random
    start = Parameters(
        np.zeros(meaning.n_location),
        np.zeros(meaning.n_scale),
        np.hstack([np.zeros((q, 1)), 0.3 * np.eye(q)]),
        0.3,
    )
    summit = find_summit(design, start, True, plan.priors)
    points, log_weights, shape, schools = weigh_proposals(summit, plan.draws, stream)
    upto = np.cumsum(np.exp(log_weights))
    places = (np.arange(plan.ranked) + stream.random()) / plan.ranked
    kept = np.minimum(np.searchsorted(upto, places * upto[-1]), plan.draws - 1)
    factor = np.roll(read_factor(points[kept], meaning), -1, axis=1)
    drawn = _quantities(
        points[kept, : meaning.n_coefficients],
        factor @ np.swapaxes(factor, 1, 2),
        schools.effects[kept, 0],
        meaning,
    )
    return np.sum(drawn < truth, axis=0).astype(np.float64), shape
