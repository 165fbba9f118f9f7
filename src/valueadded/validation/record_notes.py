"""What is worth saying about accepted records taken together, where each alone keeps every rule."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from valueadded.config.stages import Validation
from valueadded.contracts.records import INPUT_TABLES
from valueadded.validation.mapping import YEAR_COLUMN
from valueadded.validation.notes import Note
from valueadded.validation.values import is_ascii

# Days since 1900 as a spreadsheet counts them: from 1982 to 2064.
FIRST_DAY, LAST_DAY = 30_000, 60_000
# A spreadsheet keeps this many digits.
DIGITS_KEPT = 15
CODES = (-999, -99, -9, -1, 0, 9, 99, 999, 9999)
# A score stands apart when the gap to the next is wider than those between others, and this share of the
# range of all others.
GAP = 0.05
# Scores are crowded when they leave all but this share of the possible range empty.
CROWDED = 0.2
FEWEST_SCORES = 3
# Among so few identifiers of another form, one that looks like a date is suspicious.
FEW = 0.5


def note_records(
    accepted: pd.DataFrame, origins: dict[str, str], table: str, validation: Validation, covariates: list[str]
) -> Iterator[Note]:
    """Yield what is worth saying about the accepted records of one file."""
    for name in INPUT_TABLES[table].columns:
        if name.endswith("_id") and name in origins:
            yield from note_identifiers(accepted[name].dropna(), origins[name])
    if "score" in INPUT_TABLES[table].columns:
        yield from note_scores(
            accepted["score"].dropna().to_numpy(), origins.get("score", "score"), validation
        )
    if "student_id" in accepted:
        yield from _note_varying(accepted, covariates, origins)
    if {"student_id", "year_level"} <= set(origins):
        yield from _note_levels(accepted, YEAR_COLUMN[table], origins["year_level"])


def note_identifiers(texts: pd.Series, column: str) -> Iterator[Note]:
    """Yield what is doubtful about the identifiers of one column; missing ones left out."""
    identifiers = pd.Series(texts.unique(), dtype="str")
    if not is_ascii(identifiers):
        strange = ~identifiers.str.isascii()
        named = int(texts.isin(identifiers[strange]).sum())
        yield Note("letters_not_ascii", column, named, "identifiers of ASCII letters, digits and signs")
    length = identifiers.str.len().to_numpy()
    if not len(length):
        return
    number = identifiers.str.fullmatch("[0-9]+").to_numpy(dtype=bool)
    zero = number & identifiers.str.startswith("0").to_numpy(dtype=bool)
    yield from _note_numbers(texts, column, identifiers, length, number, zero)
    if zero.any() or not number.all():
        plain = identifiers.str.casefold().str.replace("[^0-9a-z]", "", regex=True).str.lstrip("0")
        alike = plain.duplicated(keep=False) & plain.ne("")
        if alike.any():
            named = int(texts.isin(identifiers[alike]).sum())
            yield Note("identifiers_alike", column, named, "one way of writing each identifier")


def _note_numbers(
    texts: pd.Series,
    column: str,
    identifiers: pd.Series,
    length: np.ndarray,
    number: np.ndarray,
    zero: np.ndarray,
) -> Iterator[Note]:
    """Yield doubts about identifiers that are whole numbers; arrays (n,) for each distinct identifier."""
    as_text = "identifiers exported as text, with all their digits"
    if zero.any() and len(set(length[zero])) == 1:
        cut = number & (length < length[zero][0])
        if cut.any():
            yield Note("zeros_lost", column, int(texts.isin(identifiers[cut]).sum()), as_text)
    serial = number & ~zero & (length == 5)
    if 0 < serial.sum() < FEW * len(length) and serial.sum() == number.sum():
        days = identifiers[serial].astype("int64")
        dates = identifiers[serial][days.between(FIRST_DAY, LAST_DAY)]
        if len(dates):
            yield Note("identifier_like_date", column, int(texts.isin(dates).sum()), as_text)
    long = number & (length > DIGITS_KEPT)
    if long.any():
        rounded = long & (identifiers.str[DIGITS_KEPT:].str.strip("0") == "").to_numpy(dtype=bool)
        by_chance = (0.1 ** (length[long] - DIGITS_KEPT)).sum()
        # Three standard deviations of a count that is rare by chance.
        if rounded.sum() > by_chance + 3 * np.sqrt(by_chance):
            yield Note("identifier_rounded", column, int(texts.isin(identifiers[rounded]).sum()), as_text)


def note_scores(scores: np.ndarray, column: str, validation: Validation) -> Iterator[Note]:
    """Yield what is doubtful about the scores of one file, shape (n,), none missing."""
    distinct = np.unique(scores)
    if len(distinct) < FEWEST_SCORES:
        return
    gaps = np.diff(distinct)
    for extreme, gap, others in ((distinct[0], gaps[0], gaps[1:]), (distinct[-1], gaps[-1], gaps[:-1])):
        # Points such as 0, 2, 4 are as far apart everywhere; there may be a code at either end.
        if extreme in CODES and gap > max(GAP * others.sum(), gaps[1:-1].max(initial=0)):
            expected = f"{extreme:g} among input.*.missing, unless it is a score"
            yield Note("score_like_code", column, int((scores == extreme).sum()), expected)
    lowest, highest = validation.score_minimum, validation.score_maximum
    if lowest is not None and highest is not None and np.ptp(scores) < CROWDED * (highest - lowest):
        expected = "scores of the scale that validation.score_minimum and score_maximum describe"
        yield Note("scores_crowded", column, len(scores), expected)


def _note_levels(accepted: pd.DataFrame, year: str, column: str) -> Iterator[Note]:
    """Yield how many students have several year levels in one calendar year."""
    students, _ = pd.factorize(accepted["student_id"])
    years, known = pd.factorize(accepted[year])
    levels, both = accepted["year_level"].to_numpy(), students * len(known) + years
    one_of_them = np.zeros(both.max(initial=0) + 1, dtype=levels.dtype)
    one_of_them[both] = levels
    several = len(np.unique(students[levels != one_of_them[both]]))
    if several:
        yield Note("several_levels", column, several, "one year level for each student and year")


def _note_varying(accepted: pd.DataFrame, covariates: list[str], origins: dict[str, str]) -> Iterator[Note]:
    """Yield how many students have several values of one characteristic."""
    for name in covariates:
        pairs = accepted[["student_id", name]].dropna().drop_duplicates()
        students = int(pairs.loc[pairs["student_id"].duplicated(), "student_id"].nunique())
        if students:
            expected = "the same value in every row of a student, unless it may change"
            yield Note("value_varies", origins.get(name, name), students, expected)
