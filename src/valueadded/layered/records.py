"""From a frame of scores and teachers to checked tables: one row a score, one row a link."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from valueadded.errors import DesignError

KEY = ["student_id", "domain", "year"]
ONE_DOMAIN = "all"
ONE_COHORT = 0
UNSCORED = ("ignore", "act")
# Shares are written with few digits: three thirds of 0.333 are one.
SHARE_TOLERANCE = 0.005


@dataclass(frozen=True)
class Records:
    """What students scored, and who taught them.

    scores : `student_id`, `domain`, `year`, `score`, `cohort`, `n_students` (students behind the score: 1, or
        the size of a cell of means) and the covariates; one row for each score, sorted
    links : `student_id`, `domain`, `year`, `cohort`, `layer` (teacher or school), `unit` (its identifier),
        `share`, `scored`; sorted
    notes : outcomes a reader should know of, as sentences
    """

    scores: pd.DataFrame
    links: pd.DataFrame
    notes: tuple[str, ...]


def read_records(
    frame: pd.DataFrame, covariates: list[str], unscored: str = "ignore", schools: bool = False
) -> Records:
    """Return the checked scores and links of a frame.

    Parameters
    ----------
    frame
        `student_id`, `year`, `teacher_id`, `score`; `share` (part of the teaching, 0 to 1; without the
        column the teachers of a score share it equally), `domain`, `cohort` (cohorts have means of their own,
        and a teacher has an effect for each), `n_students` if rows are means of students with the same
        teachers, `school_id` for a layer of schools. Team teaching is several rows of one student, year and
        domain, which repeat the score.
    covariates
        Columns of numbers.
    unscored
        Whether the teacher of a year without a score still acts on later scores: "ignore" takes rows
        without a score as absent, "act" keeps their teachers. These are different models.
    schools
        Whether schools are a layer of their own.

    Notes
    -----
    A score without a teacher is kept: it informs the means and the student. Shares that sum to less than 1
    leave the rest to nobody. Both are noted. Shares that sum to more than 1, a negative share and two scores
    of one student, year and domain are errors.
    """
    rows = _typed(frame, covariates, schools)
    if unscored not in UNSCORED:
        raise DesignError(f"unscored is {unscored!r}; expected one of {list(UNSCORED)}")
    notes = []
    missing = rows["score"].isna()
    if missing.any():
        word = "left out" if unscored == "ignore" else "kept for their teachers"
        notes.append(f"{int(missing.sum())} rows without a score are {word}.")
    if unscored == "ignore":
        rows = rows[~missing]
    if rows["score"].notna().sum() == 0:
        raise DesignError("column score holds no score; expected numbers")
    _check_shares(rows, notes)
    scores = _scores(rows, covariates)
    links = [_links(rows, "teacher", "teacher_id")]
    if schools:
        links.append(_links(rows, "school", "school_id"))
    taught = links[0].loc[links[0]["scored"], KEY].drop_duplicates()
    alone = len(scores) - len(taught)
    if alone:
        notes.append(f"{alone} scores have no teacher: they inform the means and the students only.")
    return Records(scores, pd.concat(links, ignore_index=True), tuple(notes))


def _typed(frame: pd.DataFrame, covariates: list[str], schools: bool) -> pd.DataFrame:
    needed = ["student_id", "year", "teacher_id", "score", *(["school_id"] if schools else []), *covariates]
    absent = [name for name in needed if name not in frame.columns]
    if absent:
        raise DesignError(f"column {absent[0]} is not in the data; expected among {sorted(frame.columns)}")
    rows = frame[needed].copy()
    for name in ("student_id", "teacher_id", *(["school_id"] if schools else [])):
        rows[name] = frame[name].astype("str").where(frame[name].notna())
    if rows["student_id"].isna().any() or rows["year"].isna().any():
        raise DesignError("student_id and year may not be missing in any row")
    if "cohort" in frame and frame["cohort"].isna().any():
        raise DesignError("cohort may not be missing in any row")
    rows["domain"] = frame["domain"].astype("str") if "domain" in frame else ONE_DOMAIN
    rows["cohort"] = frame.get("cohort", ONE_COHORT)
    rows["n_students"] = frame["n_students"].astype(float) if "n_students" in frame else 1.0
    for name in ("score", *covariates):
        rows[name] = _numbers(rows[name])
    for name in covariates:
        if (rows[name].isna() & rows["score"].notna()).any():
            raise DesignError(f"covariate {name} is missing beside a score; expected a number in every row")
    if rows.duplicated([*KEY, "teacher_id"]).any():
        raise DesignError(
            "a student has two rows with the same year, domain and teacher_id; expected one, "
            "with the share of that teacher"
        )
    equal = 1.0 / rows.groupby(KEY)["teacher_id"].transform("size")
    rows["share"] = frame["share"].astype(float) if "share" in frame else equal
    return rows


def _numbers(column: pd.Series) -> "pd.Series[float]":
    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    wrong = (numbers.isna() & column.notna()) | np.isinf(numbers)
    if wrong.any():
        raise DesignError(
            f"column {column.name} holds {int(wrong.sum())} values that are not finite numbers; expected "
            "numbers, missing where there is none"
        )
    return numbers


def _check_shares(rows: pd.DataFrame, notes: list[str]) -> None:
    taught = rows[rows["teacher_id"].notna()]
    if taught["share"].isna().any() or (taught["share"] <= 0).any():
        raise DesignError("column share holds a missing, zero or negative share; expected above 0, at most 1")
    sums = taught.groupby(KEY)["share"].sum()
    if (sums > 1 + SHARE_TOLERANCE).any():
        raise DesignError(
            f"column share sums to more than 1 for {int((sums > 1 + SHARE_TOLERANCE).sum())} scores "
            f"(at most {sums.max():.3g}); expected at most 1 over the teachers of a student, year and domain"
        )
    short = int((sums < 1 - SHARE_TOLERANCE).sum())
    if short:
        notes.append(f"The shares of {short} scores sum to less than 1: the rest acts through nobody.")


def _scores(rows: pd.DataFrame, covariates: list[str]) -> pd.DataFrame:
    columns = [*KEY, "score", "cohort", "n_students", *covariates]
    scored = rows[rows["score"].notna()].drop_duplicates(columns)
    if scored.duplicated(KEY).any():
        raise DesignError(
            "a student has two scores (cohorts, covariates) in one year and domain; expected one, repeated "
            "in the rows of its teachers"
        )
    return scored[columns].sort_values(KEY, ignore_index=True)


def _links(rows: pd.DataFrame, layer: str, column: str) -> pd.DataFrame:
    known = rows[rows[column].notna()]
    links = (
        known.groupby([*KEY, "cohort", column], as_index=False, sort=True).agg(
            share=("share", "sum"), scored=("score", lambda values: bool(values.notna().all()))
        )
        if layer == "school"
        else known.assign(scored=known["score"].notna())
    )
    links = links.rename(columns={column: "unit"}).assign(layer=layer)
    if layer == "school":
        # A school acts whole on its students, whatever part of the teaching its teachers recorded.
        whole = links.groupby(KEY)["share"].transform("sum")
        links["share"] = np.divide(links["share"], whole)
    return links[[*KEY, "cohort", "layer", "unit", "share", "scored"]].sort_values(
        [*KEY, "unit"], ignore_index=True
    )
