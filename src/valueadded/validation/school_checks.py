"""The rules that a cell of a file with ready-made values of schools must keep, in order."""

from functools import partial

from valueadded.config.school_values import SchoolValues
from valueadded.validation.row_check import RowCheck
from valueadded.validation.row_checks import (
    FIRST_YEAR,
    LAST_YEAR,
    not_a_number,
    not_a_size,
    year_not_a_number,
)
from valueadded.validation.text_checks import (
    character_not_allowed,
    code_unknown,
    identifier_checks,
    spreadsheet_error,
    text_missing,
)


def school_checks(file: SchoolValues, section: str, *, has_types: bool) -> list[RowCheck]:
    """Return the rules of one file; `section` is its configuration key, for messages."""
    years = f"a whole number from {FIRST_YEAR} to {LAST_YEAR} ({section}.columns.calendar_year)"
    number = f"a plain number such as 12.5, or a code that says why there is none ({section}.codes)"
    count = number.replace("such as 12.5", "of 0 or more")
    signs = f"; {section}.measures has `percent` and `thousands` for such signs"
    checks = [
        RowCheck(
            "code_unknown",
            "row_code",
            f"a code among `keep` or `drop` ({section}.rows)",
            partial(code_unknown, column="row_code"),
        ),
        RowCheck(
            "school_id_missing",
            "school_id",
            "a value in every row",
            partial(text_missing, column="school_id"),
        ),
        RowCheck(
            "code_unknown",
            "school_id",
            f"one of the codes, or a value for `otherwise` ({section}.columns.school_id)",
            partial(code_unknown, column="school_id"),
        ),
        RowCheck(
            "character_not_allowed",
            "school_id",
            "text on one line",
            partial(character_not_allowed, column="school_id"),
        ),
        RowCheck("spreadsheet_error", "school_id", "a value", partial(spreadsheet_error, column="school_id")),
        *identifier_checks("school_id"),
        RowCheck(
            "year_not_a_number", "calendar_year", years, partial(year_not_a_number, column="calendar_year")
        ),
    ]
    if has_types:
        types = f"one of the codes, or a value for `otherwise` ({section}.columns.school_type)"
        checks += [
            RowCheck(
                "school_type_missing", "school_type", types, partial(text_missing, column="school_type")
            ),
            RowCheck("code_unknown", "school_type", types, partial(code_unknown, column="school_type")),
            RowCheck(
                "character_not_allowed",
                "school_type",
                "text on one line",
                partial(character_not_allowed, column="school_type"),
            ),
        ]
    return [
        *checks,
        RowCheck("value_not_a_number", "value", number + signs, partial(not_a_number, column="value")),
        RowCheck(
            "students_not_a_number", "n_students", count + signs, partial(not_a_size, column="n_students")
        ),
    ]
