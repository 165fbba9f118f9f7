"""The posterior of a location-scale model as draws, and its summaries in the units of the data."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.location_scale.coordinates import read_factor
from valueadded.location_scale.criteria import Criteria
from valueadded.location_scale.log_posterior import Target
from valueadded.location_scale.model import uncentred
from valueadded.location_scale.school_draws import SchoolDraws
from valueadded.location_scale.weighting import weighted_moments, weighted_quantiles

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """How the draws were made and whether they can be trusted.

    method : "importance" or "nuts"
    draws : number of draws in all
    pareto_k : shape of the tail of the importance weights; not a number for nuts
    effective_size : independent draws that the weights are worth; for nuts the least `ess`
    r_hat, ess : largest rank-normalised R-hat and least bulk effective size of any parameter; not numbers
        for importance sampling
    divergences : of nuts after tuning
    trustworthy : importance: k <= 0.7; nuts: R-hat < 1.01, effective sizes > 400 and no divergence
    status : the finding in words
    """

    method: str
    draws: int
    pareto_k: float
    effective_size: float
    r_hat: float
    ess: float
    divergences: int
    trustworthy: bool
    status: str


@dataclass(frozen=True)
class Posterior:
    """Draws from the posterior of parameters and school effects.

    target : the density they are from
    points : (S, P) in the coordinates
    weights : (S,) sum to 1
    chain : (S,) which chain a draw is from; 0 for importance sampling
    schools : draws of the effects
    evidence, criteria : see there; where `evidence.trustworthy` is false no summary is to be used
    """

    target: Target
    points: Array
    weights: Array
    chain: NDArray[np.int64]
    schools: SchoolDraws
    evidence: Evidence
    criteria: Criteria

    @property
    def coefficients(self) -> pd.DataFrame:
        """Return `function`, `term`, `estimate` (posterior mean), `std_error` (SD), `lower`, `upper`.

        Intervals hold 95 per cent, the same beyond each end.
        """
        meaning, design = self.target.meaning, self.target.design
        names = {
            "function": ["mean"] * meaning.n_location + ["log_variance"] * meaning.n_scale,
            "term": [*design.location_terms, *design.scale_terms],
        }
        columns = {name: pd.array(values, dtype="str") for name, values in names.items()}
        return pd.DataFrame(columns | summarise(coefficient_draws(self), self.weights))

    @property
    def covariance(self) -> pd.DataFrame:
        """Return `effect_a`, `effect_b`, `estimate`, `std_error`, `lower`, `upper`, and `correlation`.

        The correlation has `_lower` and `_upper` too. One row for each pair, a variance where both are the
        same; effects as in the fit's covariance.
        """
        names, values = covariance_draws(self)
        a, b = np.triu_indices(len(names))
        spread = np.sqrt(np.einsum("sdd->sd", values))
        correlation = summarise(values[:, a, b] / (spread[:, a] * spread[:, b]), self.weights)
        return pd.DataFrame(
            {
                "effect_a": pd.array([names[k] for k in a], dtype="str"),
                "effect_b": pd.array([names[k] for k in b], dtype="str"),
                **summarise(values[:, a, b], self.weights),
                "correlation": correlation["estimate"],
                "correlation_lower": correlation["lower"],
                "correlation_upper": correlation["upper"],
            }
        )

    @property
    def mean_school_variance(self) -> float:
        """Return the posterior mean of the population mean of the school variance, exp(alpha_0 + s^2 / 2)."""
        meaning = self.target.meaning
        square = read_factor(self.points, meaning)[:, 0, 0] ** 2 if meaning.random_scale else 0.0
        average = np.exp(self.points[:, meaning.n_location] + square / 2)
        return float(self.target.design.outcome_spread**2 * (self.weights @ average))

    def school_effects(self, confidence: float = 0.95) -> pd.DataFrame:
        """Return one row for each school, the columns as of the fit, the parameters' uncertainty included.

        Estimates are posterior means, `_std_error` posterior standard deviations, `_lower` and `_upper`
        quantiles. `separated_mean` and `separated_variance` say whether the interval leaves out the average:
        0, and the posterior mean of the population mean variance (M11).
        """
        design, meaning = self.target.design, self.target.meaning
        unit, effects = design.outcome_spread, self.schools.effects
        table: dict[str, object] = {
            "school_id": pd.array(design.moments.school_id, dtype="str"),
            "n_students": design.moments.n.astype(np.int64),
        }
        described = {"mean_effect": unit * effects[:, :, 0]}
        if design.slope is not None:
            described["slope_effect"] = unit / design.location_spread[design.random[1]] * effects[:, :, 1]
        v = scale_effect_draws(self)
        described["scale_effect"] = v
        within = unit**2 * np.exp(v)
        described["school_variance"] = np.exp(self.points[:, [meaning.n_location]]) * within
        slope = effects[:, :, 1] if design.slope is not None else np.zeros_like(v)
        described["reference_variance"] = unit**2 * slope**2 + self.schools.mean_factor[:, None] * within
        for name, draws in described.items():
            for column, values in summarise(draws, self.weights, confidence).items():
                if column != "std_error" or name.endswith("_effect"):
                    table[name if column == "estimate" else f"{name}_{column}"] = values
        frame, average = pd.DataFrame(table), self.mean_school_variance
        leaves_out = (frame["school_variance_lower"] > average) | (frame["school_variance_upper"] < average)
        return frame.assign(
            separated_mean=(frame["mean_effect_lower"] > 0) | (frame["mean_effect_upper"] < 0),
            separated_variance=leaves_out & meaning.random_scale,
        )

    def school_ranks(self, confidence: float = 0.95) -> pd.DataFrame:
        """Return `school_id`, `mean_rank` and `variance_rank`, each with `_lower` and `_upper`.

        Posterior means of the ranks of mean effect and of variance, 1 the lowest, and equal-tailed
        intervals in whole ranks. Without a scale effect all schools share the mean rank and the whole range.
        """
        table: dict[str, object] = {"school_id": pd.array(self.target.design.moments.school_id, dtype="str")}
        described = {"mean_rank": self.schools.effects[:, :, 0], "variance_rank": scale_effect_draws(self)}
        for name, draws in described.items():
            n_schools = draws.shape[1]
            if name == "variance_rank" and not self.target.meaning.random_scale:
                ends = np.repeat([[1.0], [float(n_schools)]], n_schools, axis=1)
                table |= _ranks(name, np.full(n_schools, (n_schools + 1) / 2), ends)
                continue
            ranks = np.argsort(np.argsort(draws, axis=1), axis=1) + 1.0
            tail = (1 - confidence) / 2
            ends = np.rint(weighted_quantiles(ranks, self.weights, np.array([tail, 1 - tail])))
            table |= _ranks(name, self.weights @ ranks, ends)
        return pd.DataFrame(table)


def coefficient_draws(posterior: Posterior) -> Array:
    """Return draws (S, p + m) of the coefficients, in the units of the data."""
    design, p = posterior.target.design, posterior.target.meaning.n_location
    beta = posterior.points[:, :p] @ uncentred(design.location_centre, design.location_spread).T
    beta *= design.outcome_spread
    alpha = posterior.points[:, p : posterior.target.meaning.n_coefficients]
    alpha = alpha @ uncentred(design.scale_centre, design.scale_spread).T
    beta[:, 0] += design.outcome_centre
    alpha[:, 0] += 2 * np.log(design.outcome_spread)
    return np.hstack([beta, alpha])


def covariance_draws(posterior: Posterior) -> tuple[list[str], Array]:
    """Return the names of the effects and draws (S, d, d) of their covariance, in the units of the data."""
    design, meaning = posterior.target.design, posterior.target.meaning
    q, at = meaning.n_random, list(design.random)
    factor = read_factor(posterior.points, meaning)
    if meaning.random_scale:
        factor = np.roll(factor, -1, axis=1)
    back = np.eye(meaning.n_effects)
    back[:q, :q] = design.outcome_spread * uncentred(design.location_centre[at], design.location_spread[at])
    factor = back @ factor
    names = ["intercept", *([design.slope] if design.slope else [])]
    return names + ["log_variance"] * meaning.random_scale, factor @ np.swapaxes(factor, 1, 2)


def scale_effect_draws(posterior: Posterior) -> Array:
    """Return draws (S, J) of v, 0 in a model without it."""
    effects = posterior.schools.effects
    return effects[:, :, -1] if posterior.target.meaning.random_scale else np.zeros(effects.shape[:2])


def summarise(draws: Array, weights: Array, confidence: float = 0.95) -> dict[str, Array]:
    """Return `estimate`, `std_error`, `lower`, `upper` (K,) of draws (S, K)."""
    tail = (1 - confidence) / 2
    mean, spread = weighted_moments(draws, weights)
    lower, upper = weighted_quantiles(draws, weights, np.array([tail, 1 - tail]))
    return {"estimate": mean, "std_error": spread, "lower": lower, "upper": upper}


def _ranks(name: str, expected: Array, ends: Array) -> dict[str, object]:
    lower, upper = ends.astype(np.int64)
    return {name: expected, f"{name}_lower": lower, f"{name}_upper": upper}
