"""The rules a record of whole schools must keep: those of its contract, in the order of its columns."""

from functools import partial

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.api.checks import Check

from valueadded.contracts.whole_school_records import WHOLE_SCHOOL_TABLES
from valueadded.validation.mapping import number_columns, section_of
from valueadded.validation.row_check import Mask, RowCheck
from valueadded.validation.row_checks import not_a_number, row_blank, year_not_a_number, year_outside_file
from valueadded.validation.text_checks import (
    character_not_allowed,
    code_unknown,
    identifier_checks,
    spreadsheet_error,
    text_missing,
)


def whole_school_checks(table: str, calendar_year: int | None, read_columns: list[str]) -> list[RowCheck]:
    """Return the rules of one table in the order in which they are asked; arguments as of `checks_for`."""
    checks = [RowCheck("row_blank", "", "a row with values", partial(row_blank, columns=read_columns))]
    numbers = number_columns(table)
    for name, column in WHOLE_SCHOOL_TABLES[table].columns.items():
        where = f"({section_of(table)}.columns.{name})"
        if name == "calendar_year":
            checks += _year_checks(name, calendar_year, where)
        elif name in numbers:
            checks += _number_checks(name, column, where)
        else:
            checks += _text_checks(name, column, where)
    return checks


def value_missing(frame: pd.DataFrame, column: str) -> Mask:
    """There is no number."""
    return frame[column].isna().to_numpy()


def not_whole(frame: pd.DataFrame, column: str) -> Mask:
    """The number has decimals."""
    numbers = frame[column].to_numpy()
    return numbers != np.floor(numbers)


def out_of_range(frame: pd.DataFrame, column: str, checks: list[Check]) -> Mask:
    """The number is outside the limits of the contract."""
    numbers = frame[column].to_numpy()
    broken = np.zeros(len(numbers), dtype=bool)
    for check in checks:
        limits = check.statistics or {}
        if check.name == "greater_than":
            broken |= numbers <= limits["min_value"]
        elif "min_value" in limits:
            broken |= numbers < limits["min_value"]
        else:
            broken |= numbers > limits["max_value"]
    return broken


def word_unknown(frame: pd.DataFrame, column: str, words: list[str]) -> Mask:
    """The text is none of the words that the contract allows."""
    return (frame[column].notna() & ~frame[column].isin(words)).to_numpy()


def _year_checks(name: str, calendar_year: int | None, where: str) -> list[RowCheck]:
    expected = f"a whole number from 1900 to 2100, or a code for it {where}"
    checks = [RowCheck("year_not_a_number", name, expected, partial(year_not_a_number, column=name))]
    if calendar_year is not None:
        outside = partial(year_outside_file, column=name, calendar_year=calendar_year)
        checks.append(RowCheck("year_outside_file", name, str(calendar_year), outside))
    return checks


def _number_checks(name: str, column: pa.Column, where: str) -> list[RowCheck]:
    checks = [
        RowCheck(
            "value_not_a_number",
            name,
            f"a plain number such as 12.5 {where}",
            partial(not_a_number, column=name),
        )
    ]
    if not column.nullable:
        checks.append(
            RowCheck(
                "value_missing", name, f"a number in every row {where}", partial(value_missing, column=name)
            )
        )
    if str(column.dtype) == "int64":
        checks.append(
            RowCheck("value_not_whole", name, f"a whole number {where}", partial(not_whole, column=name))
        )
    if column.checks:
        limits = " and ".join(_limit_in_words(check) for check in column.checks)
        broken = partial(out_of_range, column=name, checks=column.checks)
        checks.append(RowCheck("value_out_of_range", name, f"{limits} {where}", broken))
    return checks


def _limit_in_words(check: Check) -> str:
    limits = check.statistics or {}
    if check.name == "greater_than":
        return f"more than {limits['min_value']}"
    return f"at least {limits['min_value']}" if "min_value" in limits else f"at most {limits['max_value']}"


def _text_checks(name: str, column: pa.Column, where: str) -> list[RowCheck]:
    checks = []
    if not column.nullable:
        reason = f"{name}_missing" if name in ("student_id", "school_id", "domain") else "text_missing"
        checks.append(
            RowCheck(reason, name, f"a value in every row {where}", partial(text_missing, column=name))
        )
    codes = f"one of the codes, or a value for `otherwise` {where}"
    checks += [
        RowCheck("code_unknown", name, codes, partial(code_unknown, column=name)),
        RowCheck(
            "character_not_allowed", name, "text on one line", partial(character_not_allowed, column=name)
        ),
        RowCheck("spreadsheet_error", name, "a value", partial(spreadsheet_error, column=name)),
    ]
    words = [word for check in column.checks for word in check.statistics["allowed_values"]]
    if words:
        expected = f"one of {', '.join(words)}, or a code for it {where}"
        checks.append(
            RowCheck("code_unknown", name, expected, partial(word_unknown, column=name, words=words))
        )
    if name.endswith("_id"):
        checks += identifier_checks(name)
    return checks
