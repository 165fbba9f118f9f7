"""The rules of texts and identifiers: frame in, mask of the records that break it out."""

from functools import partial

import numpy as np
import pandas as pd

from valueadded.validation.row_check import Mask, RowCheck
from valueadded.validation.values import UNKNOWN_CODE, holds_any, is_plain

# A number that lost its digits on the way into a text: 1.23457E+11 or 1,23457E+11, but not the code 12E3.
ROUNDED_NUMBER = r"[0-9][.,]?[0-9]*[eE]\+[0-9]+"
MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
# 3-Apr, Apr-03, 03-Apr-2017, 3/04/2017, 2017-04-03 and 2017-04-03 00:00:00.
DATE = (
    f"(?i)(?:[0-9]{{1,2}}-{MONTH}(?:-[0-9]{{2,4}})?|{MONTH}-[0-9]{{2,4}}|[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}}"
    "|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9:.]+)?)"
)
# NAT is what a national table calls its total.
TOTAL = "(?i)(?:(?:sub-?|grand )?totals?|sum|average|mean|overall|nat|all (?:schools|students|pupils))"
TOTAL_LETTERS = "aAuU"
SPREADSHEET_ERROR = r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)"
# The characters themselves, not escapes: an escape would make the search ten times as slow.
CONTROL_CHARACTER = (
    "[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffd]"
)


def text_missing(frame: pd.DataFrame, column: str) -> Mask:
    """There is no text."""
    return frame[column].isna().to_numpy()


def code_unknown(frame: pd.DataFrame, column: str) -> Mask:
    """The value is not among the column's codes."""
    return (frame[column] == UNKNOWN_CODE).to_numpy(dtype=bool)


def identifier_damaged(frame: pd.DataFrame, column: str) -> Mask:
    """The identifier is a number rounded by a spreadsheet or by a floating-point column."""
    return _is(frame[column], ROUNDED_NUMBER, needs="+")


def identifier_is_date(frame: pd.DataFrame, column: str) -> Mask:
    """The identifier is a date, which a spreadsheet has made of it."""
    return _is(frame[column], DATE, needs="-/")


def total_row(frame: pd.DataFrame, column: str) -> Mask:
    """The identifier is the word for a sum or a mean."""
    return _is(frame[column], TOTAL, needs=TOTAL_LETTERS)


def formula_like(frame: pd.DataFrame, column: str) -> Mask:
    """The identifier begins as a formula does."""
    return _is(frame[column], r"[=+\-@].*", needs="=+-@")


def spreadsheet_error(frame: pd.DataFrame, column: str) -> Mask:
    """The text is a spreadsheet's error."""
    return _is(frame[column], SPREADSHEET_ERROR, needs="#")


def character_not_allowed(frame: pd.DataFrame, column: str) -> Mask:
    """The text holds a control character, an invisible one or one that stands for damage."""
    if is_plain(frame[column]):
        return np.zeros(len(frame), dtype=bool)
    return frame[column].str.contains(CONTROL_CHARACTER, regex=True).fillna(False).to_numpy(dtype=bool)


def _is(texts: pd.Series, pattern: str, needs: str) -> Mask:
    """Return which texts are as `pattern` says; no text is without one of the characters in `needs`."""
    result = np.zeros(len(texts), dtype=bool)
    for character in needs:
        if holds_any(texts, character):
            result |= texts.str.contains(character, regex=False).fillna(False).to_numpy(dtype=bool)
    # Ten times as fast as to try the pattern on every text.
    result[result] = texts[result].str.fullmatch(pattern).to_numpy(dtype=bool)
    return result


def identifier_checks(name: str) -> list[RowCheck]:
    """Return the rules of an identifier beyond those of every text."""
    as_text = "an identifier exported as text, with all its characters"
    digits = as_text.replace("characters", "digits")
    return [
        RowCheck("identifier_damaged", name, digits, partial(identifier_damaged, column=name)),
        RowCheck("identifier_is_date", name, as_text, partial(identifier_is_date, column=name)),
        RowCheck("total_row", name, "rows of one student or school only", partial(total_row, column=name)),
        RowCheck(
            "formula_like", name, f"{as_text} and no sign before it", partial(formula_like, column=name)
        ),
    ]


def text_checks(name: str, table: str, unknown: str, *, missing_allowed: bool) -> list[RowCheck]:
    """Return the rules of a text; `unknown` is the reason for a value without a code."""
    part = "covariates" if unknown.startswith("covariate") else "columns"
    codes = f"one of the codes, or a value for `otherwise` (input.{table}.{part}.{name})"
    checks = [
        RowCheck(unknown, name, codes, partial(code_unknown, column=name)),
        RowCheck(
            "character_not_allowed",
            name,
            "visible text on one line",
            partial(character_not_allowed, column=name),
        ),
        RowCheck("spreadsheet_error", name, "a value", partial(spreadsheet_error, column=name)),
    ]
    if not missing_allowed:
        missing = RowCheck(
            f"{name}_missing", name, "a value in every row", partial(text_missing, column=name)
        )
        checks.insert(0, missing)
    return checks
