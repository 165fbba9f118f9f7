"""Release tables as people take them: CSV that no spreadsheet runs, one workbook with its dictionary."""

import datetime
import io
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pandera.pandas as pa
import xlsxwriter

# A spreadsheet takes a cell that starts with one of these for a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CONTROL = r"[\x00-\x1f\x7f\u2028\u2029]"
# A fixed date, so that two exports of the same tables are the same bytes.
DATE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
EXCEL_ROWS = 1_048_575  # rows of a sheet below its header


def neutralise(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with an apostrophe before every text that a spreadsheet would take for a formula.

    Control characters become spaces. Numbers are not touched: a negative number is a number. Names of columns
    are ours.
    """
    safe = frame.copy()
    for name in safe.columns:
        if pd.api.types.is_string_dtype(safe[name].dtype):
            risky = safe[name].str.startswith(FORMULA_STARTS).fillna(False).astype(bool)
            safe.loc[risky, name] = "'" + safe.loc[risky, name]
            # A return within a cell is the end of a row to many readers, quoted or not.
            safe[name] = safe[name].str.replace(CONTROL, " ", regex=True)
    return safe


def export_csv(frame: pd.DataFrame) -> str:
    """Return a table as comma-separated text, texts neutralised; a missing number is an empty cell."""
    return neutralise(frame).to_csv(index=False, lineterminator="\n")


def export_workbook(tables: Mapping[str, pd.DataFrame], contracts: Mapping[str, pa.DataFrameSchema]) -> bytes:
    """Return one Excel workbook: the sheet `dictionary`, then a sheet for each table.

    Texts are written as texts, never as formulas or links. A table longer than a sheet is left to the CSV
    file, and the dictionary says so.
    """
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": DATE, "title": "School effects: release tables"})
        head = book.add_format({"bold": True})
        _fill(book.add_worksheet("dictionary"), describe_columns(tables, contracts), head)
        for name, frame in tables.items():
            if len(frame) <= EXCEL_ROWS:
                _fill(book.add_worksheet(name), frame, head)
    return buffer.getvalue()


def describe_columns(
    tables: Mapping[str, pd.DataFrame], contracts: Mapping[str, pa.DataFrameSchema]
) -> pd.DataFrame:
    """Return `table`, `column`, `unit`, `description` of every published column."""
    rows = []
    for name, frame in tables.items():
        where = "" if len(frame) <= EXCEL_ROWS else f"; more rows than a sheet holds: see {name}.csv"
        rows.append((name, "", "", f"{contracts[name].description}{where}"))
        rows += [
            (name, column, (entry.metadata or {}).get("unit", ""), entry.description)
            for column, entry in contracts[name].columns.items()
        ]
    return pd.DataFrame(rows, columns=["table", "column", "unit", "description"]).astype("str")


def _fill(sheet: Any, frame: pd.DataFrame, head: Any) -> None:
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(frame.columns):
        sheet.write_string(0, column, name, head)
        values = frame[name]
        if pd.api.types.is_numeric_dtype(values.dtype):
            for row, value in enumerate(values.tolist(), start=1):
                if value == value:  # a missing number stays an empty cell
                    sheet.write_number(row, column, value)
        else:
            for row, value in enumerate(values.tolist(), start=1):
                sheet.write_string(row, column, str(value))
    if len(frame):
        sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
