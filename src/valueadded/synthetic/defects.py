"""Deliberately defective rows, each with the reason code that validation must give it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

EXACT_DUPLICATE = "exact_duplicate"
CONFLICTING_DUPLICATE = "conflicting_duplicate"


@dataclass(frozen=True)
class Defect:
    """A way to spoil a row: this column gets this text, and validation says this reason."""

    reason: str
    column: str
    text: str


ASSESSMENT_DEFECTS = (
    Defect("student_id_missing", "student", ""),
    Defect("school_id_missing", "school", ""),
    Defect("year_not_a_number", "year", "two thousand"),
    Defect("year_outside_file", "year", "1999"),
    Defect("level_not_allowed", "level", "11"),
    Defect("domain_missing", "domain", ""),
    Defect("participation_unknown", "participation", "Z"),
    Defect("score_missing", "score", ""),
    Defect("score_not_a_number", "score", "4l2.O"),
    Defect("score_out_of_range", "score", "4120.0"),
    Defect("score_se_not_a_number", "score_se", "n/k"),
    Defect(EXACT_DUPLICATE, "", ""),
)
STUDENT_DEFECTS = (
    Defect("student_id_missing", "student", ""),
    Defect("year_not_a_number", "year", "two thousand"),
    Defect("covariate_code_unknown", "parent_education", "77"),
    Defect(CONFLICTING_DUPLICATE, "disability", "Y"),
    Defect(EXACT_DUPLICATE, "", ""),
)
SCHOOL_DEFECTS = (
    Defect("school_id_missing", "school", ""),
    Defect("year_not_a_number", "year", "two thousand"),
    Defect("covariate_not_a_number", "enrolments", "about 300"),
    Defect(CONFLICTING_DUPLICATE, "enrolments", "1.0"),
    Defect(EXACT_DUPLICATE, "", ""),
)


@dataclass(frozen=True)
class Spoiled:
    """A file with its defective rows.

    frame : the file as text
    defects : `source_row` (first data row 1) and `reason` of every row that validation must not accept
    """

    frame: pd.DataFrame
    defects: pd.DataFrame


def spoil_rows(
    frame: pd.DataFrame,
    kinds: tuple[Defect, ...],
    share: float,
    random: np.random.Generator,
    only: Mapping[str, str],
) -> Spoiled:
    """Return the file with a share of its rows made defective, each in one way.

    Parameters
    ----------
    frame
        The file as text.
    kinds
        Kinds of defects; they take turns, from a random one on.
    share
        Share of the rows to spoil (0 to 1).
    only
        Column: text of the rows that may be spoiled; every defect must tell by itself.

    A duplicate follows its original directly. Of an exact duplicate the copy is listed, of a
    conflicting one both rows, because nothing says which of them is right.
    """
    candidates = np.ones(len(frame), dtype=bool)
    for column, text in only.items():
        candidates &= (frame[column] == text).to_numpy()
    count = min(round(share * len(frame)), int(candidates.sum()))
    rows = np.sort(random.choice(np.flatnonzero(candidates), count, replace=False))
    turn = (random.permutation(count) + random.integers(len(kinds))) % len(kinds)
    doubled = np.array([kind.reason in (EXACT_DUPLICATE, CONFLICTING_DUPLICATE) for kind in kinds])[turn]

    copies = np.ones(len(frame), dtype=np.int64)
    copies[rows[doubled]] = 2
    origin = np.repeat(np.arange(len(frame)), copies)
    # Where a row stands once the copies before it are in; for a doubled row, where its copy stands.
    place = np.cumsum(copies)[rows] - 1
    spoiled = frame.iloc[origin].reset_index(drop=True) if doubled.any() else frame.copy()
    reasons = np.array([kind.reason for kind in kinds])[turn]
    for number, kind in enumerate(kinds):
        if kind.column:
            spoiled.loc[place[turn == number], kind.column] = kind.text
    both = place[reasons == CONFLICTING_DUPLICATE]
    source_row: npt.NDArray[np.int64] = np.concatenate([place, both - 1]) + 1
    defects = pd.DataFrame(
        {"source_row": source_row, "reason": np.append(reasons, np.full(len(both), CONFLICTING_DUPLICATE))}
    ).sort_values("source_row", ignore_index=True)
    return Spoiled(spoiled, defects)
