"""Henderson's mixed model equations for given variances, and what they show about the estimates (L2, L9).

    [X'R^-1X   X'R^-1Z         ] [b]   [X'R^-1y]
    [Z'R^-1X   Z'R^-1Z + G^-1  ] [u] = [Z'R^-1y]

A row may be one student, or the mean of n students with the same teachers, whose R is that of one over n:
the sums, and so b and u, are the same (appendix 1 of Wright and Sanders).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import FitError
from valueadded.layered.design import LayeredDesign
from valueadded.layered.parameters import Parameters

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ScoreMatrices:
    """A design as plain matrices; N scores in the order of the patterns, students within, cells within.

    y : (N,)
    x : (N, p)
    z : (N, q) share times persistence
    precision : (N, N) R^-1
    student : (N,) position of the student
    cell : (N,) position of the cell
    """

    y: Array
    x: Array
    z: Array
    precision: Array
    student: NDArray[np.intp]
    cell: NDArray[np.intp]


@dataclass(frozen=True)
class HendersonSolution:
    """Estimates for given variances.

    b : (p,) fixed effects
    u : (q,) random effects
    q1 : (p, N) weights of the scores in b
    q2 : (q, N) weights of the deviations in u
    deviations : (N,) y - Xb
    expectation : (N,) deviation expected from all other deviations
    expectation_variance : (N,) variance of the deviation given all others
    prediction_variance : (q, q) of u - v, the error of b included
    """

    b: Array
    u: Array
    q1: Array
    q2: Array
    deviations: Array
    expectation: Array
    expectation_variance: Array
    prediction_variance: Array


def score_matrices(design: LayeredDesign, at: Parameters) -> ScoreMatrices:
    """Return the dense matrices of a small design."""
    x, y, z, blocks, students, cells = [], [], [], [], [], []
    for pattern in design.patterns:
        precision = np.linalg.inv(at.student_covariance[np.ix_(pattern.cells, pattern.cells)])
        acts = at.persistence[np.ix_(pattern.classes, pattern.cells)].T
        for row in range(len(pattern.students)):
            inside = np.zeros((len(pattern.cells), len(design.effects)))
            np.add.at(inside.T, pattern.links[row], (acts * pattern.shares[row]).T)
            z.append(inside)
            blocks.append(precision * pattern.n_behind[row])
            x.append(pattern.columns[row, :, :-1])
            y.append(pattern.columns[row, :, -1])
            students.append(np.full(len(pattern.cells), pattern.students[row]))
            cells.append(pattern.cells)
    total = sum(len(part) for part in y)
    precision, start = np.zeros((total, total)), 0
    for block in blocks:
        end = start + len(block)
        precision[start:end, start:end] = block
        start = end
    return ScoreMatrices(
        y=np.concatenate(y),
        x=np.concatenate(x),
        z=np.concatenate(z),
        precision=precision,
        student=np.concatenate(students),
        cell=np.concatenate(cells),
    )


def solve_equations(matrices: ScoreMatrices, variances: Array) -> HendersonSolution:
    """Return the solution for the variances (q,) of the effects; those of variance 0 are 0.

    Raises
    ------
    FitError
        If the fixed effects are not determined.
    """
    present = variances > 0
    x, z, y, precision = matrices.x, matrices.z[:, present], matrices.y, matrices.precision
    p = x.shape[1]
    both = np.hstack([x, z])
    weighted = precision @ both
    left = both.T @ weighted
    left[range(p, len(left)), range(p, len(left))] += 1.0 / variances[present]
    if np.linalg.matrix_rank(x) < p:
        raise FitError("the fixed effects are not determined by these scores")
    # One factor with a unit diagonal: effects of a very large variance leave the rest hardly conditioned.
    scale = 1.0 / np.sqrt(np.diag(left))
    scaled = left * np.outer(scale, scale)
    weights = scale[:, None] * np.linalg.solve(scaled, scale[:, None] * weighted.T)
    inverse = np.linalg.inv(scaled) * np.outer(scale, scale)
    inner = z.T @ (precision @ z) + np.diag(1.0 / variances[present])
    q2, prediction = np.zeros((len(variances), len(y))), np.diag(np.zeros(len(variances)))
    q2[present] = np.linalg.solve(inner, z.T @ precision)
    prediction[np.ix_(present, present)] = inverse[p:, p:]
    b = weights[:p] @ y
    deviations = y - x @ b
    # V^-1 = R^-1 - R^-1 Z (Z'R^-1Z + G^-1)^-1 Z'R^-1
    total = precision - (precision @ z) @ q2[present]
    variance = 1.0 / np.diag(total)
    return HendersonSolution(
        b=b,
        u=q2 @ deviations,
        q1=weights[:p],
        q2=q2,
        deviations=deviations,
        expectation=deviations - variance * (total @ deviations),
        expectation_variance=variance,
        prediction_variance=prediction,
    )
