"""The posterior by chains (NUTS), to audit importance sampling or to replace it where it fails."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.location_scale.criteria import compute_criteria
from valueadded.location_scale.log_posterior import Summit, find_summit, log_density
from valueadded.location_scale.model import LocationScaleFit
from valueadded.location_scale.priors import Priors
from valueadded.location_scale.sampled import Evidence, Posterior, coefficient_draws, covariance_draws
from valueadded.location_scale.school_draws import draw_schools
from valueadded.location_scale.weighting import import_arviz
from valueadded.numerics.streams import open_stream

Array = NDArray[np.float64]

TUNING = 500
# Chains start this many posterior standard deviations from the mode, in each direction of the curvature.
OVERDISPERSION = 3.0
HIGHEST_R_HAT = 1.01
# The source's bar for every parameter.
LEAST_EFFECTIVE_SIZE = 400.0


def audit_posterior(
    fit: LocationScaleFit, priors: Priors, chains: int = 4, draws: int = 1000, seed: int = 1
) -> Posterior:
    """Return the posterior of a fitted model by NUTS on the same density (M9), `draws` from each chain.

    The sampler moves in directions of the curvature at the mode, where the posterior is near a standard
    normal. Where R-hat, effective sizes or divergences say that chains have not mixed,
    `evidence.trustworthy` is false.

    Raises
    ------
    FitError
        If a prior is improper, or the posterior has no strict maximum.
    """
    summit = find_summit(fit.design, fit.estimates.at, fit.random_scale, priors)
    stream = open_stream(seed, "location_scale", "nuts")
    standard, divergences = run_chains(summit, chains, draws, int(stream.integers(2**31)))
    points = summit.theta + standard.reshape(chains * draws, -1) @ summit.root.T
    schools = draw_schools(summit.target, points, stream)
    weights = np.full(len(points), 1.0 / len(points))
    r_hat, sizes = check_chains(points.reshape(chains, draws, -1))
    mixed = r_hat < HIGHEST_R_HAT and min(sizes) > LEAST_EFFECTIVE_SIZE and divergences == 0
    evidence = Evidence(
        method="nuts",
        draws=len(points),
        pareto_k=float("nan"),
        effective_size=min(sizes),
        r_hat=r_hat,
        ess=min(sizes),
        divergences=divergences,
        trustworthy=mixed,
        status=f"{chains} chains, R-hat {r_hat:.3f}, effective size {min(sizes):.0f}, "
        f"{divergences} divergences" + ("" if mixed else ": not mixed; draw more"),
    )
    return Posterior(
        target=summit.target,
        points=points,
        weights=weights,
        chain=np.repeat(np.arange(chains), draws),
        schools=schools,
        evidence=evidence,
        criteria=compute_criteria(summit.target, points, weights, schools),
    )


def run_chains(summit: Summit, chains: int, draws: int, seed: int) -> tuple[Array, int]:
    """Return draws (chains, draws, P) in units of the curvature, and the number of divergences."""
    import nutpie
    from nutpie.compiled_pyfunc import from_pyfunc

    size = len(summit.theta)

    def make_density() -> Callable[[Array], tuple[float, Array]]:
        def density(standard: Array) -> tuple[float, Array]:
            value, gradient = log_density(summit.theta + summit.root @ standard, summit.target)
            return float(value), summit.root.T @ gradient

        return density

    def make_expansion(seed1: int, seed2: int, chain: int) -> Callable[[Array], dict[str, Any]]:
        return lambda standard: {"standard": np.asarray(standard, dtype=np.float64)}

    def start(seed: int) -> Array:
        return OVERDISPERSION * np.random.default_rng(seed).uniform(-1.0, 1.0, size)

    model = from_pyfunc(
        size,
        make_density,
        make_expansion,
        [np.dtype("float64")],
        [(size,)],
        ["standard"],
        make_initial_point_fn=start,
    )
    import_arviz()
    # One core: chains hold the interpreter in turn anyway.
    trace = nutpie.sample(
        model, draws=draws, tune=TUNING, chains=chains, cores=1, seed=seed, progress_bar=False
    )
    return np.asarray(trace.posterior["standard"]), int(np.sum(trace.sample_stats["diverging"]))


def check_chains(points: Array) -> tuple[float, list[float]]:
    """Return the largest rank-normalised R-hat and each parameter's bulk effective size (P,)."""
    arviz = import_arviz()
    columns = [points[:, :, k] for k in range(points.shape[2])]
    return max(float(arviz.rhat(c)) for c in columns), [float(arviz.ess(c, method="bulk")) for c in columns]


def trace_draws(posterior: Posterior) -> pd.DataFrame:
    """Return `parameter`, `chain`, `draw`, `value`: every draw, in the units of the data."""
    terms = posterior.coefficients
    names, covariance = covariance_draws(posterior)
    a, b = np.triu_indices(len(names))
    labels = [
        *(terms["function"] + ": " + terms["term"]),
        *(f"{names[i]} x {names[j]}" for i, j in zip(a, b, strict=True)),
    ]
    values = np.hstack([coefficient_draws(posterior), covariance[:, a, b]])
    n_draws = len(values) // (int(posterior.chain.max()) + 1)
    return pd.DataFrame(
        {
            "parameter": pd.array(np.repeat(labels, len(values)), dtype="str"),
            "chain": np.tile(posterior.chain, len(labels)),
            "draw": np.tile(np.arange(len(values)) % n_draws, len(labels)),
            "value": values.T.ravel(),
        }
    )
