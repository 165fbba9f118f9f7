"""What is found where scores and teachers of the layered models are joined."""

from collections.abc import Mapping

import pandas as pd

from valueadded.config.layered import Layered
from valueadded.errors import DesignError, SourceError
from valueadded.layered import join_teachers
from valueadded.validation import ValidatedFile


def count_findings(
    layered: Layered, validated: Mapping[tuple[str, str], ValidatedFile]
) -> dict[str, tuple[int, str, str]]:
    """Return finding -> number, what is counted, what becomes of it; those that are met.

    Raises
    ------
    SourceError
        If no score is left.
    """
    scores, links = (
        pd.concat(
            [part for (of, _), one in validated.items() if of == table for part in one.parts.values()],
            ignore_index=True,
        )
        for table in ("teacher_scores", "teacher_links")
    )
    try:
        found = join_teachers(scores, links, layered.time, layered.covariates, layered.schools).findings
    except DesignError as fault:
        raise SourceError(str(fault), "no_score_left") from None
    return {
        row["finding"]: (row["count"], row["unit"], row["outcome"])
        for row in found.to_dict("records")
        if row["count"]
    }
