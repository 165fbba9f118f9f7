"""Rules for integrals over one standard normal variable, one integral for each school.

Adaptive Gauss-Hermite nodes sit at the mode of the integrand and are as wide as its curvature says (Naylor
and Smith 1982). An integrand with two modes defeats them; equally spaced nodes over the whole range then
converge faster than any power of the spacing.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.polynomial.hermite import hermgauss
from numpy.typing import NDArray

Array = NDArray[np.float64]

# A standard normal variable is outside with probability 2e-17.
RANGE = 8.5


@dataclass(frozen=True)
class Rule:
    """A way to place nodes.

    kind : "point" (all mass at 0: nothing to integrate), "hermite" or "trapezoid"
    size : number of nodes
    """

    kind: Literal["point", "hermite", "trapezoid"]
    size: int

    @property
    def doubled(self) -> "Rule":
        """Return the rule with twice as many intervals between nodes."""
        return Rule(self.kind, 2 * self.size - 1)


POINT = Rule("point", 1)
# From cheap to certain; a school takes the first that doubling its nodes does not move.
LADDER = (
    Rule("hermite", 9),
    Rule("hermite", 17),
    Rule("hermite", 31),
    Rule("trapezoid", 101),
    Rule("trapezoid", 401),
    Rule("trapezoid", 1601),
)


def place(rule: Rule, mode: Array, width: Array) -> tuple[Array, Array]:
    """Return nodes (J, Q) and the logarithms of their weights (J, Q), for modes and widths (J,)."""
    if rule.kind == "point":
        return np.zeros((len(mode), 1)), np.full((len(mode), 1), np.log(2 * np.pi) / 2)
    if rule.kind == "trapezoid":
        nodes = np.linspace(-RANGE, RANGE, rule.size)
        shape = (len(mode), rule.size)
        return np.broadcast_to(nodes, shape), np.full(shape, np.log(nodes[1] - nodes[0]))
    points, weights = _gauss_hermite(rule.size)
    spread = np.sqrt(2.0) * width[:, None]
    return mode[:, None] + spread * points, np.log(spread) + np.log(weights) + points**2


@cache
def _gauss_hermite(size: int) -> tuple[Array, Array]:
    """Return points and weights (Q,); making them costs more than using them."""
    return hermgauss(size)
