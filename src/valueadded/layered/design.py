"""The arrays of a layered model: students grouped by the scores and teachers they have."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from valueadded.layered.records import Records

Array = NDArray[np.float64]
Index = NDArray[np.intp]


@dataclass(frozen=True)
class Pattern:
    """Students with scores in the same cells and links of the same classes.

    cells : (o,) position of each observed cell
    classes : (m,) class of each link
    students : (n,) position of each student
    links : (n, m) effect behind each link
    shares : (n, m) its share
    columns : (n, o, p + 1) design columns, then the score
    n_behind : (n,) students behind each row: 1, or the size of a cell of means
    """

    cells: Index
    classes: Index
    students: Index
    links: Index
    shares: Array
    columns: Array
    n_behind: Array


@dataclass(frozen=True)
class LayeredDesign:
    """A layered model without its variances: C cells, K classes of effects, q effects, p coefficients.

    student_id : names of the students
    cells : (domain, year) of each cell, sorted
    classes : (layer, domain, year) of each class, sorted
    effects : DataFrame of q rows: `layer`, `unit`, `domain`, `year`, `n_students` (with a
        score there), `cohort`
    effect_class : (q,) class of each effect
    reach : (K, C) whether effects of a class may act on a cell: same domain, same or later year
    coefficients : (domain, year, term) of each coefficient: in each cell the mean, or the means of the
        cohorts, then the covariates
    covariates : their names
    origin : (p,) what was taken off the scores of each mean
    patterns : the students
    incidence : (q, links) shares; links in the order of the patterns, rows of a pattern first
    notes : outcomes a reader should know of
    """

    student_id: NDArray[np.object_]
    cells: tuple[tuple[str, object], ...]
    classes: tuple[tuple[str, str, object], ...]
    effects: pd.DataFrame
    effect_class: Index
    reach: NDArray[np.bool_]
    coefficients: tuple[tuple[str, object, str], ...]
    covariates: tuple[str, ...]
    origin: Array
    patterns: tuple[Pattern, ...]
    incidence: sparse.csr_array
    notes: tuple[str, ...]

    @property
    def n_coefficients(self) -> int:
        """Return p, the number of fixed effects."""
        return len(self.coefficients)

    @property
    def n_scores(self) -> int:
        """Return the number of scores."""
        return sum(pattern.columns.shape[0] * pattern.columns.shape[1] for pattern in self.patterns)


def arrange_design(records: Records, covariates: list[str], centre: bool = False) -> LayeredDesign:
    """Return the design of checked records.

    With `centre` the scores are those less the mean of their domain, year and cohort, so that scores far from
    0 cost no digits; only the means among the coefficients are less by it.

    Students are sorted by name, cells by domain and year, effects by layer, domain, year, cohort and name, so
    that the order of the rows has no part in any result.
    """
    scores, links = records.scores, _acting_links(records)
    cells, cell = _codes(scores, ["domain", "year"])
    classes, link_class = _codes(links, ["layer", "domain", "year"])
    effects, link_effect = _effects(links)
    students, score_student = np.unique(scores["student_id"].to_numpy(dtype=object), return_inverse=True)
    place = pd.Index(students)
    link_student = place.get_indexer(links["student_id"])
    counts = np.zeros((len(students), len(cells) + len(classes)), dtype=np.uint8)
    np.add.at(counts, (score_student, cell), 1)
    np.add.at(counts, (link_student, len(cells) + link_class), 1)
    kinds, kind = np.unique(counts, axis=0, return_inverse=True)
    coefficients, mean_place, covariate_place = _coefficients(scores, cells, cell, covariates)
    origin = np.zeros(len(coefficients))
    if centre:
        total = np.bincount(mean_place, weights=scores["score"], minlength=len(origin))
        origin = total / np.maximum(np.bincount(mean_place, minlength=len(origin)), 1)
    values = scores["score"].to_numpy() - origin[mean_place]
    features = scores[covariates].to_numpy(dtype=float)
    by_cell = np.lexsort([cell, score_student])
    by_link = np.lexsort([link_effect, link_class, link_student])
    first_score = np.searchsorted(score_student[by_cell], np.arange(len(students)))
    first_link = np.searchsorted(link_student[by_link], np.arange(len(students)))
    patterns = []
    for position, made_of in enumerate(kinds):
        members = np.flatnonzero(kind.ravel() == position)
        observed = np.flatnonzero(made_of[: len(cells)])
        slots = np.repeat(np.arange(len(classes)), made_of[len(cells) :])
        rows = by_cell[first_score[members][:, None] + np.arange(len(observed))]
        at = by_link[first_link[members][:, None] + np.arange(len(slots))] if len(slots) else None
        columns = np.zeros((len(members), len(observed), len(coefficients) + 1))
        for order, one in enumerate(observed):
            columns[np.arange(len(members)), order, mean_place[rows[:, order]]] = 1.0
            first = covariate_place[one]
            columns[:, order, first : first + len(covariates)] = features[rows[:, order]]
        columns[:, :, -1] = values[rows]
        none = np.zeros((len(members), 0))
        patterns.append(
            Pattern(
                cells=observed,
                classes=slots,
                students=members,
                links=none.astype(np.intp) if at is None else link_effect[at],
                shares=none if at is None else links["share"].to_numpy()[at],
                columns=columns,
                n_behind=scores["n_students"].to_numpy()[rows[:, 0]],
            )
        )
    reach = np.array(
        [[domain == d and year <= y for d, y in cells] for _, domain, year in classes], dtype=bool
    ).reshape(len(classes), len(cells))
    class_of = pd.Index(classes) if classes else pd.Index([])
    keys = list(zip(effects["layer"], effects["domain"], effects["year"], strict=True))
    return LayeredDesign(
        student_id=students,
        cells=tuple(cells),
        classes=tuple(classes),
        effects=effects,
        effect_class=class_of.get_indexer(pd.Index(keys)) if keys else np.zeros(0, dtype=np.intp),
        reach=reach,
        coefficients=tuple(coefficients),
        covariates=tuple(covariates),
        origin=origin,
        patterns=tuple(patterns),
        incidence=_incidence(patterns, len(effects)),
        notes=records.notes,
    )


def _coefficients(
    scores: pd.DataFrame, cells: list[tuple], cell: Index, covariates: list[str]
) -> tuple[list[tuple[str, object, str]], Index, Index]:
    """Return the names of the coefficients, the place of each score's mean, and of each cell's covariates."""
    means, mean = _codes(scores.assign(cell=cell), ["cell", "cohort"])
    several = scores["cohort"].nunique() > 1
    names: list[tuple[str, object, str]] = []
    at_mean, at_covariates = np.zeros(len(means), dtype=np.intp), np.zeros(len(cells), dtype=np.intp)
    for position, (domain, year) in enumerate(cells):
        for number, (where, cohort) in enumerate(means):
            if where == position:
                at_mean[number] = len(names)
                names.append((domain, year, f"mean of cohort {cohort}" if several else "mean"))
        at_covariates[position] = len(names)
        names += [(domain, year, name) for name in covariates]
    return names, at_mean[mean], at_covariates


def _acting_links(records: Records) -> pd.DataFrame:
    """Return the links that act on at least one score of their student."""
    last = records.scores.groupby(["student_id", "domain"], as_index=False).agg(last_year=("year", "max"))
    links = records.links.merge(last, on=["student_id", "domain"], how="inner")
    return links[links["year"] <= links["last_year"]].reset_index(drop=True)


def _codes(frame: pd.DataFrame, by: list[str]) -> tuple[list[tuple], Index]:
    grouped = frame.groupby(by, sort=True)
    keys = grouped.size().index.tolist()
    return keys, np.asarray(grouped.ngroup(), dtype=np.intp)


def _effects(links: pd.DataFrame) -> tuple[pd.DataFrame, Index]:
    grouped = links.groupby(["layer", "domain", "year", "cohort", "unit"], sort=True)
    effects = grouped["scored"].sum().astype(np.int64).rename("n_students").reset_index()
    order = ["layer", "unit", "domain", "year", "n_students", "cohort"]
    return effects[order], np.asarray(grouped.ngroup(), dtype=np.intp)


def _incidence(patterns: list[Pattern], n_effects: int) -> sparse.csr_array:
    effect = np.concatenate([pattern.links.ravel() for pattern in patterns])
    share = np.concatenate([pattern.shares.ravel() for pattern in patterns])
    return sparse.csr_array((share, (effect, np.arange(len(effect)))), shape=(n_effects, len(effect)))
