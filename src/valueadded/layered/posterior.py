"""Effects with their prediction error variances, the error of the fixed effects included."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.layered.criterion import fixed_part
from valueadded.layered.design import LayeredDesign
from valueadded.layered.equations import assemble
from valueadded.layered.factor import Layout, lay_out
from valueadded.layered.parameters import Parameters

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Posterior:
    """Estimates of fixed effects and predictions of effects, variances taken as known.

    beta : (p,) coefficients, less the design's origin
    beta_covariance : (p, p)
    effects : (q,) in the units of the scores
    prediction_variance : (q,) variance of estimate less true effect
    """

    beta: Array
    beta_covariance: Array
    effects: Array
    prediction_variance: Array


def effects_posterior(design: LayeredDesign, at: Parameters, layout: Layout | None = None) -> Posterior:
    """Return the predictions at parameters whose R is positive definite; the layout is made if not given.

    Var(v_hat - v) = C^-1 + U (X'V^-1X)^-1 U', U = C^-1 L Z'R^-1 X, in units of each class's spread.
    """
    layout = layout or lay_out(design)
    equations = assemble(design, layout, at)
    assert equations is not None
    fixed = fixed_part(equations)
    spread = at.spread[design.effect_class]
    entries = equations.factor.inverse_entries()
    diagonal = np.ones(len(spread))
    own = layout.rows == layout.columns
    diagonal[layout.rows[own]] = entries[own]
    by_mean = equations.solved[:, :-1]
    return Posterior(
        beta=fixed.beta,
        beta_covariance=fixed.covariance,
        effects=spread * (equations.solved[:, -1] - by_mean @ fixed.beta),
        prediction_variance=spread**2
        * (diagonal + np.einsum("qa,ab,qb->q", by_mean, fixed.covariance, by_mean)),
    )
