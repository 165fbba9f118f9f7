"""The variances, covariances and persistence of a layered model, and how they are numbered for a search."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.layered.design import LayeredDesign

Array = NDArray[np.float64]
Index = NDArray[np.intp]

STRUCTURES = ("unstructured", "toeplitz", "compound_symmetric")


@dataclass(frozen=True)
class Parameters:
    """Covariances of one model.

    student_covariance : (C, C) R, of a student's scores around the class means
    spread : (K,) standard deviation of the effects of each class; its sign has no meaning
    persistence : (K, C) part of an effect that acts on each cell: 1 in its own year, 0 out of reach
    """

    student_covariance: Array
    spread: Array
    persistence: Array

    @property
    def loading(self) -> Array:
        """Return (K, C) what one standard deviation of an effect adds to each cell."""
        return self.spread[:, None] * self.persistence


@dataclass(frozen=True)
class Numbering:
    """Which parameter stands where.

    covariance_label : (C, C) number of each entry of R among the covariance parameters, -1 for a fixed 0
    persistence_label : (K, C) number of each persistence among the free ones, -1 where it is fixed
    fixed_persistence : (K, C) persistence where it is fixed
    """

    covariance_label: Index
    persistence_label: Index
    fixed_persistence: Array

    @property
    def n_covariances(self) -> int:
        """Return the number of covariance parameters."""
        return int(self.covariance_label.max()) + 1

    @property
    def n_persistence(self) -> int:
        """Return the number of free persistence parameters."""
        return int(self.persistence_label.max(initial=-1)) + 1


def number_parameters(design: LayeredDesign, structure: str, persistence: str | float) -> Numbering:
    """Return the numbering for a structure of R and a kind of persistence.

    A covariance of two cells that no student has both of is not determined by the data: in an unstructured R
    it is fixed at 0, which enters no likelihood.
    """
    if structure not in STRUCTURES:
        raise DesignError(f"student_covariance is {structure!r}; expected one of {list(STRUCTURES)}")
    together = np.zeros((len(design.cells),) * 2, dtype=bool)
    for pattern in design.patterns:
        together[np.ix_(pattern.cells, pattern.cells)] = True
    keys = _covariance_keys(design, structure)
    number: dict[object, int] = {}
    for a, b in zip(*np.nonzero(np.tril(together)), strict=True):
        number.setdefault(keys[a][b], len(number))
    label = np.array([[number.get(key, -1) for key in row] for row in keys], dtype=np.intp)
    fixed, free = _persistence(design, persistence)
    return Numbering(label, free, fixed)


def _covariance_keys(design: LayeredDesign, structure: str) -> list[list[object]]:
    """Return (C, C) keys: entries of R with one key are one parameter."""
    years = sorted({year for _, year in design.cells})  # type: ignore[type-var]
    keys: list[list[object]] = []
    for a, (domain_a, year_a) in enumerate(design.cells):
        row: list[object] = []
        for b, (domain_b, year_b) in enumerate(design.cells):
            lag = abs(years.index(year_a) - years.index(year_b))
            if structure == "unstructured":
                row.append((max(a, b), min(a, b)))
            else:
                distance = lag if structure == "toeplitz" else min(lag, 1)
                row.append((*sorted((domain_a, domain_b)), distance))
        keys.append(row)
    return keys


def given_persistence(design: LayeredDesign, persistence: str | float) -> Array:
    """Return (K, C) persistence of a kind without free parameters."""
    fixed, free = _persistence(design, persistence)
    if (free >= 0).any():
        raise DesignError("persistence is 'variable'; expected 'complete', 'zero' or a number here")
    return fixed


def _persistence(design: LayeredDesign, persistence: str | float) -> tuple[Array, Index]:
    named = {"complete": 1.0, "zero": 0.0, "variable": 0.0}
    if isinstance(persistence, str) and persistence not in named:
        raise DesignError(
            f"persistence is {persistence!r}; expected 'complete', 'zero', 'variable' or a number"
        )
    later = named[persistence] if isinstance(persistence, str) else float(persistence)
    own = np.array(
        [[(domain, year) == cell for cell in design.cells] for _, domain, year in design.classes]
    ).reshape(design.reach.shape)
    fixed = np.where(own, 1.0, np.where(design.reach, later, 0.0))
    free = np.full(design.reach.shape, -1, dtype=np.intp)
    if persistence == "variable":
        where = np.nonzero(design.reach & ~own)
        free[where] = np.arange(len(where[0]))
    return fixed, free


def pack(at: Parameters, numbering: Numbering) -> Array:
    """Return the free parameters: covariances, spreads, persistence."""
    covariances = _mean_by_label(at.student_covariance, numbering.covariance_label)
    persistence = _mean_by_label(at.persistence, numbering.persistence_label)
    return np.concatenate([covariances, at.spread, persistence])


def unpack(theta: Array, numbering: Numbering) -> Parameters:
    """Return the parameters that `pack` numbered."""
    n, k = numbering.n_covariances, len(numbering.fixed_persistence)
    covariances, spread, free = theta[:n], theta[n : n + k], theta[n + k :]
    label = numbering.persistence_label
    return Parameters(
        student_covariance=np.where(
            numbering.covariance_label >= 0, np.append(covariances, 0.0)[numbering.covariance_label], 0.0
        ),
        spread=spread,
        persistence=np.where(label >= 0, np.append(free, 0.0)[label], numbering.fixed_persistence),
    )


def directions(at: Parameters, numbering: Numbering) -> tuple[Array, Array]:
    """Return the derivatives (P, C, C) of R and (P, K, C) of the loading by each free parameter."""
    n, k = numbering.n_covariances, len(at.spread)
    total = n + k + numbering.n_persistence
    covariance = np.zeros((total, *at.student_covariance.shape))
    loading = np.zeros((total, *at.persistence.shape))
    for number in range(n):
        covariance[number] = numbering.covariance_label == number
    for number in range(k):
        loading[n + number, number] = at.persistence[number]
    for number in range(numbering.n_persistence):
        where = numbering.persistence_label == number
        loading[n + k + number] = where * at.spread[:, None]
    return covariance, loading


def _mean_by_label(values: Array, label: Index) -> Array:
    free = label >= 0
    size = int(label.max(initial=-1)) + 1
    total = np.bincount(label[free], weights=values[free], minlength=size)
    return total / np.bincount(label[free], minlength=size)


def covariance_names(design: LayeredDesign, numbering: Numbering) -> Sequence[str]:
    """Return a name for each covariance parameter, after the first pair of cells that has it."""
    names = []
    for number in range(numbering.n_covariances):
        a, b = (int(found[0]) for found in np.nonzero(np.tril(numbering.covariance_label == number)))
        one, other = (".".join(map(str, design.cells[cell])) for cell in (b, a))
        names.append(f"covariance {one}:{other}")
    return names
