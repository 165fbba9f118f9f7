"""The layered model for given variances: estimates, and who contributed how much (Wright and Sanders)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.layered.design import LayeredDesign, arrange_design
from valueadded.layered.henderson import HendersonSolution, ScoreMatrices, score_matrices, solve_equations
from valueadded.layered.parameters import Parameters, given_persistence
from valueadded.layered.records import KEY, read_records
from valueadded.layered.tracks import tracks_of_effects

Array = NDArray[np.float64]

# Scores that `solve_layered` takes: it holds matrices of their number squared.
MOST_SCORES = 5_000


@dataclass(frozen=True)
class LayeredSolution:
    """Estimates of a layered model whose variances were given.

    design : the arrays
    matrices : the same as plain matrices
    solution : b, u, Q1, Q2 and what follows from them
    variances : (q,) variance of each effect
    notes : outcomes a reader should know of
    """

    design: LayeredDesign
    matrices: ScoreMatrices
    solution: HendersonSolution
    variances: Array
    notes: tuple[str, ...]

    @property
    def fixed_effects(self) -> pd.DataFrame:
        """Return `domain`, `year`, `term`, `estimate`: the overall mean of each year (b)."""
        frame = pd.DataFrame(self.design.coefficients, columns=["domain", "year", "term"])
        return frame.assign(estimate=self.solution.b)

    def teacher_effects(self) -> pd.DataFrame:
        """Return `layer`, `teacher_id`, `domain`, `year`, `n_students`, `track`, `effect`, `std_error`.

        Effects of different tracks are not comparable but for what the overall means carry between them.
        """
        frame = self.design.effects.rename(columns={"unit": "teacher_id"})
        errors = np.sqrt(np.diag(self.solution.prediction_variance))
        return frame.assign(track=tracks_of_effects(self.design), effect=self.solution.u, std_error=errors)

    @property
    def mean_weights(self) -> pd.DataFrame:
        """Return Q1: one row for each score (`student_id`, `domain`, `year`), a column for each mean."""
        names = [f"{term} {domain} {year}" for domain, year, term in self.design.coefficients]
        return self._scores().join(pd.DataFrame(self.solution.q1.T, columns=names))

    @property
    def effect_weights(self) -> pd.DataFrame:
        """Return Q2: one row for each pair of effect and score with a weight that is not 0.

        `layer`, `teacher_id`, `effect_domain`, `effect_year`; `student_id`, `domain`, `year`, `deviation`;
        `weight`, `contribution` (their product; the sum over an effect's rows is the effect).
        """
        effects = self.design.effects
        rows, columns = np.nonzero(self.solution.q2)
        weight = self.solution.q2[rows, columns]
        scores = self._scores().iloc[columns].reset_index(drop=True)
        deviation = self.solution.deviations[columns]
        return pd.DataFrame(
            {
                "layer": effects["layer"].to_numpy()[rows],
                "teacher_id": effects["unit"].to_numpy()[rows],
                "effect_domain": effects["domain"].to_numpy()[rows],
                "effect_year": effects["year"].to_numpy()[rows],
                "student_id": scores["student_id"],
                "domain": scores["domain"],
                "year": scores["year"],
                "deviation": deviation,
                "weight": weight,
                "contribution": weight * deviation,
            }
        )

    def expected_scores(self) -> pd.DataFrame:
        """Return what each score was expected to be from all the others (appendix 2, L10).

        `student_id`, `domain`, `year`, `deviation`, `expected`, `surprise` (deviation less expected),
        `variance` of the surprise. An effect is its variance times the sum over its scores of
        share x persistence x surprise / variance.
        """
        solution = self.solution
        return self._scores().assign(
            deviation=solution.deviations,
            expected=solution.expectation,
            surprise=solution.deviations - solution.expectation,
            variance=solution.expectation_variance,
        )

    def _scores(self) -> pd.DataFrame:
        cells = self.design.cells
        return pd.DataFrame(
            {
                "student_id": pd.array(self.design.student_id[self.matrices.student], dtype="str"),
                "domain": pd.array([cells[cell][0] for cell in self.matrices.cell], dtype="str"),
                "year": [cells[cell][1] for cell in self.matrices.cell],
            }
        )


def solve_layered(
    frame: pd.DataFrame,
    teacher_variance: float,
    residual_variance: float,
    student_correlation: float,
    persistence: str | float,
) -> LayeredSolution:
    """Return the estimates of the layered model for given variances, from students or from cell means.

    The four models of Wright and Sanders are persistence "zero" (NLM) or "complete" (LM), each with a
    student correlation of 0 or r; their difference decomposes the layered estimates (L3).

    Parameters
    ----------
    frame
        As for `fit_layered`; with `n_students`, rows are means of students with the same teachers.
    teacher_variance, residual_variance
        tau^2 of every class of effects and sigma^2 of every score.
    student_correlation
        Correlation between any two scores of one student, teachers apart.
    persistence
        "complete", "zero" or a number.
    """
    if len(frame) > MOST_SCORES:
        raise DesignError(
            f"solve_layered holds matrices of the number of scores squared; found {len(frame)} rows, "
            f"expected at most {MOST_SCORES}: give means of students with the same teachers, or a district"
        )
    if teacher_variance < 0 or residual_variance <= 0:
        raise DesignError("teacher_variance may not be negative and residual_variance must be positive")
    design = arrange_design(read_records(frame, []), [])
    if any((part.n_behind <= 0).any() for part in design.patterns):
        raise DesignError("column n_students holds a count that is not positive")
    n_cells = len(design.cells)
    correlation = np.full((n_cells, n_cells), student_correlation)
    np.fill_diagonal(correlation, 1.0)
    if np.linalg.eigvalsh(correlation).min() <= 0:
        raise DesignError(
            f"student_correlation is {student_correlation}; expected less than 1 and, with {n_cells} scores, "
            f"more than {-1 / max(n_cells - 1, 1):.3g}"
        )
    at = Parameters(
        student_covariance=residual_variance * correlation,
        spread=np.full(len(design.classes), np.sqrt(teacher_variance)),
        persistence=given_persistence(design, persistence),
    )
    matrices = score_matrices(design, at)
    variances = np.full(len(design.effects), float(teacher_variance))
    return LayeredSolution(design, matrices, solve_equations(matrices, variances), variances, design.notes)


def collapse_sequences(frame: pd.DataFrame) -> pd.DataFrame:
    """Return means of the scores of students with the same teachers in the same years (L9).

    The result is a frame for `solve_layered` with `n_students`; its `student_id` numbers the sequences. It
    carries no within-cell variation, so that variances cannot be estimated from it.
    """
    records = read_records(frame, [])
    teachers = records.links[records.links["layer"] == "teacher"].drop(columns="cohort")
    rows = records.scores.merge(teachers, on=KEY, how="left")
    rows = rows.sort_values(["student_id", "domain", "year", "unit"])
    keys = rows[["domain", "year", "unit", "share"]].astype("str").agg("|".join, axis=1)
    sequence = keys.groupby(rows["student_id"]).agg("/".join)
    number = pd.Series(pd.factorize(sequence, sort=True)[0], index=sequence.index)
    rows["sequence"] = number.reindex(rows["student_id"]).to_numpy()
    by = ["sequence", "domain", "year", "unit", "share"]
    means = rows.groupby(by, dropna=False, as_index=False).agg(
        score=("score", "mean"), n_students=("n_students", "sum")
    )
    renamed = means.rename(columns={"sequence": "student_id", "unit": "teacher_id"})
    width = len(str(len(number)))
    return renamed.assign(student_id=renamed["student_id"].astype("str").str.zfill(width))


def shrinkage(n_students: Array, teacher_variance: float, residual_variance: float) -> Array:
    """Return w = n theta / (n theta + 1), the part of a mean that the one-way model keeps (L4)."""
    scaled = np.asarray(n_students) * (teacher_variance / residual_variance)
    return np.asarray(scaled / (scaled + 1.0))
