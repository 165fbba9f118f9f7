"""One identified, unconstrained parametrisation for sampling: the log-Cholesky coordinates.

The factor C of the covariance of the effects in the order (v, u), CC', is lower triangular: s and c are its
first column and L, kept lower triangular here, the rest. A point is beta, alpha, then C by rows with the
logarithms of its diagonal. The square L that the search for a maximum needs would say the same covariance in
many ways, and no density could be given for it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.location_scale.design import LocationScaleDesign
from valueadded.location_scale.integrand import Parameters

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Coordinates:
    """What a point means.

    n_location, n_scale : p and m, coefficients of mean and log variance
    n_random : q effects on the mean
    random_scale : whether v is there; without it C is L alone
    """

    n_location: int
    n_scale: int
    n_random: int
    random_scale: bool

    @property
    def n_coefficients(self) -> int:
        """Return p + m."""
        return self.n_location + self.n_scale

    @property
    def n_effects(self) -> int:
        """Return the size d of the covariance."""
        return self.n_random + int(self.random_scale)

    @property
    def size(self) -> int:
        """Return the number of coordinates."""
        return self.n_coefficients + self.n_effects * (self.n_effects + 1) // 2


def coordinates_of(design: LocationScaleDesign, random_scale: bool) -> Coordinates:
    """Return the coordinates of a design's model."""
    return Coordinates(len(design.location_terms), len(design.scale_terms), len(design.random), random_scale)


def read_factor(theta: Array, meaning: Coordinates) -> Array:
    """Return C (..., d, d) of points (..., P)."""
    d = meaning.n_effects
    rows, columns = np.tril_indices(d)
    packed = np.array(theta[..., meaning.n_coefficients :])
    diagonal = rows == columns
    packed[..., diagonal] = np.exp(packed[..., diagonal])
    factor = np.zeros((*theta.shape[:-1], d, d))
    factor[..., rows, columns] = packed
    return factor


def read_point(theta: Array, meaning: Coordinates) -> Parameters:
    """Return the parameters of a point (P,)."""
    p, q = meaning.n_location, meaning.n_random
    factor = read_factor(theta, meaning)
    if not meaning.random_scale:
        return Parameters(
            theta[:p], theta[p : meaning.n_coefficients], np.column_stack([np.zeros(q), factor]), 0.0
        )
    return Parameters(theta[:p], theta[p : meaning.n_coefficients], factor[1:], float(factor[0, 0]))


def write_point(beta: Array, alpha: Array, factor: Array) -> Array:
    """Return the point (P,) of coefficients and a lower triangular C (d, d) with a positive diagonal."""
    rows, columns = np.tril_indices(len(factor))
    packed = factor[rows, columns]
    diagonal = rows == columns
    packed[diagonal] = np.log(packed[diagonal])
    return np.concatenate([beta, alpha, packed])


def pull_back(gradient: Parameters, factor: Array, meaning: Coordinates) -> Array:
    """Return the derivative (P,) in the coordinates, from that in the parameters, at C."""
    square = gradient.factor[:, 1:]
    if meaning.random_scale:
        square = np.zeros_like(factor)
        square[0, 0] = gradient.scale
        square[1:] = gradient.factor
    return np.concatenate([gradient.beta, gradient.alpha, pull_back_factor(square, factor)])


def pull_back_factor(gradient: Array, factor: Array) -> Array:
    """Return the derivative in the packed C from that in C (d, d)."""
    rows, columns = np.tril_indices(len(factor))
    packed = gradient[rows, columns]
    diagonal = rows == columns
    packed[diagonal] *= np.diag(factor)
    return packed
