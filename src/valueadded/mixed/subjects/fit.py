"""From the criterion of several subjects to estimates: the search over both covariances, and what follows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import FitError
from valueadded.mixed.criterion import solve_gls
from valueadded.mixed.fit import in_data_units
from valueadded.mixed.subjects.criterion import SubjectData, SubjectPoint, arrange_subjects, subject_deviance
from valueadded.mixed.subjects.design import SubjectMoments, check_subjects
from valueadded.numerics.scoring import ScoringPoint, ceiling, descend
from valueadded.numerics.search import SearchRecord
from valueadded.numerics.square_factor import (
    DEVIANCE_TOLERANCE,
    MAXIMUM_ESCAPES,
    bend,
    certify,
    factor_jacobian,
    find_downhill,
    is_singular,
    symmetric_root,
)

Array = NDArray[np.float64]

# Share of the variance that the search starts with between schools.
FIRST_SCHOOL_SHARE = 0.2
# The start keeps clear of singular covariances, which are found from inside.
FLOOR = 0.02


@dataclass(frozen=True)
class SubjectEstimates:
    """Estimates of one model of T subjects, in the units of the data.

    beta : for each subject its coefficients
    covariance : for each subject the covariance of its coefficients
    school_covariance, residual_covariance : (T, T); missing for two subjects that no school, or no student,
        has together
    element_covariance : covariance of the different elements of the school covariance and then of the
        residual covariance, each in the order (1,1), (1,2), ..., (2,2), ...; missing where it cannot be had
    deviance : -2 log-likelihood
    record : the evidence of the search
    data, factors, point : the moments with scores divided by their spreads, and the square factors of both
        covariances and the criterion there
    """

    beta: tuple[Array, ...]
    covariance: tuple[Array, ...]
    school_covariance: Array
    residual_covariance: Array
    element_covariance: Array
    deviance: float
    record: SearchRecord
    data: SubjectData
    factors: tuple[Array, Array]
    point: SubjectPoint


def estimate_subjects(moments: SubjectMoments, reml: bool) -> SubjectEstimates:
    """Return the ML or REML estimates of several subjects of the same students.

    Raises
    ------
    FitError
        If the design does not determine the coefficients, or a student's residuals in two subjects are one.
    """
    check_subjects(moments)
    residual = _least_squares_residuals(arrange_subjects(moments, np.ones(len(moments.subjects))))
    data = arrange_subjects(moments, np.sqrt(np.diag(residual)))
    start = _least_squares_residuals(data)
    factors, point, record = _search(data, start, reml)
    school, own = (factor @ factor.T for factor in factors)
    together = _together(moments)
    unit = np.outer(data.spread, data.spread)
    beta, covariance = _coefficients(moments, data, point)
    deviance = point.deviance + 2 * float(data.n_scores @ np.log(data.spread))
    deviance -= 2 * reml * float(data.n_terms @ np.log(data.spread))
    return SubjectEstimates(
        beta=beta,
        covariance=covariance,
        school_covariance=np.where(together[0], school * unit, np.nan),
        residual_covariance=np.where(together[1], own * unit, np.nan),
        element_covariance=_element_covariance(point, together, unit),
        deviance=deviance,
        record=record,
        data=data,
        factors=factors,
        point=point,
    )


def _search(
    data: SubjectData, start: Array, reml: bool
) -> tuple[tuple[Array, Array], SubjectPoint, SearchRecord]:
    """Return the factors of Sigma_u and Sigma_e at the minimum, the criterion there and the evidence."""
    size = len(start)
    path, deviances = [], []

    def split(flat: Array) -> tuple[Array, Array]:
        return flat[: size**2].reshape(size, size), flat[size**2 :].reshape(size, size)

    def visit(flat: Array) -> ScoringPoint:
        school, own = split(flat)
        found = subject_deviance(data, school, own @ own.T, reml)
        path.append(np.concatenate([(school @ school.T).ravel(), (own @ own.T).ravel()]))
        deviances.append(found.deviance if found else np.inf)
        return in_factors(found, school, own) if found else nowhere(len(flat))

    root = symmetric_root(start)
    flat = np.concatenate(
        [np.sqrt(FIRST_SCHOOL_SHARE) * root.ravel(), np.sqrt(1 - FIRST_SCHOOL_SHARE) * root.ravel()]
    )
    flat, now = descend(visit, flat, DEVIANCE_TOLERANCE)
    for _ in range(MAXIMUM_ESCAPES):
        downhill = find_downhill(_at(data, split(flat), reml).school_score, split(flat)[0])
        if downhill is None:
            break
        flat, now = descend(visit, flat + np.append(downhill.ravel(), np.zeros(size**2)), DEVIANCE_TOLERANCE)
    converged, status = certify(now, _at(data, split(flat), reml).school_score, split(flat)[0])
    without = np.append(np.zeros(size**2), flat[size**2 :])
    if np.isfinite(now.deviance) and visit(without).deviance <= ceiling(now.deviance):
        # Steps only approach a covariance of exactly 0; where it is as good as any, it is the answer.
        flat, status = without, "minimum at the boundary: school covariance exactly 0"
    school, own = split(flat)
    names = [f"{part}[{a},{b}]" for part in ("school", "residual") for a in range(size) for b in range(size)]
    record = SearchRecord(
        parameters=tuple(names),
        path=np.array(path),
        deviances=np.array(deviances),
        status=status,
        converged=converged,
        boundary=is_singular(school @ school.T) or is_singular(own @ own.T),
    )
    return (school, own), _at(data, (school, own), reml), record


def in_factors(found: SubjectPoint, school: Array, own: Array) -> ScoringPoint:
    """Return the criterion as a function of both square factors, that of Sigma_u first, row by row."""
    gradient = 2 * np.concatenate(
        [(found.school_score @ school).ravel(), (found.residual_score @ own).ravel()]
    )
    size = len(school) ** 2
    jacobian = np.zeros((2 * size, 2 * size))
    jacobian[:size, :size], jacobian[size:, size:] = factor_jacobian(school), factor_jacobian(own)
    curvature = jacobian.T @ found.information @ jacobian
    curvature[:size, :size] += bend(found.school_score)
    curvature[size:, size:] += bend(found.residual_score)
    return ScoringPoint(found.deviance, gradient, curvature)


def nowhere(size: int) -> ScoringPoint:
    """Return a point no search goes to."""
    return ScoringPoint(np.inf, np.zeros(size), np.eye(size))


def _at(data: SubjectData, factors: tuple[Array, Array], reml: bool) -> SubjectPoint:
    school, own = factors
    found = subject_deviance(data, school, own @ own.T, reml)
    if found is None:
        raise FitError(
            "a student's residual in one subject follows from the others; expected residuals of their own in"
            " each subject: leave out a subject that is a combination of others"
        )
    return found


def _least_squares_residuals(data: SubjectData) -> Array:
    """Return the covariance (T, T) of residuals from least squares, subject by subject, kept definite."""
    pairs = np.einsum("pd,pe,p->de", data.patterns, data.patterns, data.n.sum(axis=0))
    squares = data.squares.sum(axis=0)
    contrast = solve_gls(np.einsum("ddkl->kl", squares)).contrast
    products = np.einsum("k,dekl,l->de", contrast, squares, contrast)
    covariance = products / np.maximum(pairs, 1.0)
    scale = np.sqrt(np.diag(covariance))
    if (scale == 0).any():
        raise FitError("a subject's scores are explained without residual; expected scores that vary")
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    correlation = (vectors * np.maximum(values, FLOOR)) @ vectors.T
    return correlation * np.outer(scale, scale)


def _together(moments: SubjectMoments) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which pairs of subjects (T, T) some school has, and which some student has."""
    taught = (moments.n_scores > 0).astype(np.int64)
    tested = moments.patterns.astype(np.int64)
    return taught.T @ taught > 0, tested.T @ tested > 0


def _element_covariance(
    point: SubjectPoint, together: tuple[NDArray[np.bool_], NDArray[np.bool_]], unit: Array
) -> Array:
    """Return the covariance of the different elements of both covariances: twice the inverse information.

    Approximate where the school covariance is singular.
    """
    size = len(unit)
    upper = np.triu_indices(size)
    expand = np.zeros((size**2, len(upper[0])))
    for k, (a, b) in enumerate(zip(*upper, strict=True)):
        expand[a * size + b, k] = expand[b * size + a, k] = 1.0
    both = np.kron(np.eye(2), expand)
    information = both.T @ point.information @ both
    known = np.concatenate([part[upper] for part in together])
    found = np.full(information.shape, np.nan)
    units = np.tile(unit[upper], 2)[known]
    inverse = np.linalg.inv(information[np.ix_(known, known)])
    found[np.ix_(known, known)] = 2 * inverse * np.outer(units, units)
    return found


def _coefficients(
    moments: SubjectMoments, data: SubjectData, point: SubjectPoint
) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """Return coefficients and their covariance for columns that are neither centred nor scaled."""
    inverse = point.solution.system.inverse()
    beta, covariance = [], []
    term, column = 0, 0
    for t, names in enumerate(moments.terms):
        part, columns = slice(term, term + len(names)), slice(column, column + len(names) + 1)
        spread = data.spread[t]
        own, error = in_data_units(
            names,
            moments.centre[columns],
            point.solution.beta[part] * spread,
            inverse[part, part] * spread**2,
        )
        beta.append(own)
        covariance.append(error)
        term, column = part.stop, columns.stop
    return tuple(beta), tuple(covariance)
