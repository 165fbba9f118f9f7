"""CSV that no spreadsheet runs, a workbook that says the same, and the same bytes twice."""

import io

import openpyxl
import pandas as pd

from valueadded.contracts.published import PUBLISHED
from valueadded.publish.exports import describe_columns, export_csv, export_workbook, neutralise

NAMES = ["=HYPERLINK(1)", "+1", "-1", "@cmd", "\tx", "\rx", "plain", "007"]
TABLE = pd.DataFrame(
    {
        "domain": "reading", "year": 2020, "model": "relative", "school_id": NAMES, "status": "published",
        "students": "10-19", "effect": [-1.5, 2.0, float("nan"), 0.0, 1.0, 1.0, 1.0, 1.0], "std_error": 1.0,
        "lower": -2.0, "upper": 2.0, "percentile_lower": 5.0, "percentile_upper": 95.0,
    }
)  # fmt: skip


def test_texts_that_start_a_formula_get_an_apostrophe() -> None:
    found = neutralise(TABLE)["school_id"].tolist()
    # A return within a cell would be the end of a row to many readers.
    safe = [name.replace("\t", " ").replace("\r", " ") for name in NAMES]
    assert found == [*(f"'{name}" for name in safe[:6]), "plain", "007"]
    assert neutralise(TABLE)["effect"].equals(TABLE["effect"]), "a negative number is a number"
    assert TABLE["school_id"].tolist() == NAMES, "the table itself is left alone"


def test_no_cell_of_the_csv_starts_a_formula() -> None:
    for line in export_csv(TABLE).splitlines()[1:]:
        assert line.split(",")[3][0] not in "=+@\t"


def test_workbook_holds_texts_numbers_and_its_dictionary() -> None:
    content = export_workbook({"school_effects": TABLE}, PUBLISHED)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["dictionary", "school_effects"]
    rows = list(book["school_effects"].iter_rows(values_only=True))
    assert rows[0] == tuple(TABLE.columns)
    # A carriage return is written in the format's own code.
    assert [row[3] for row in rows[1:]] == [name.replace("\r", "_x000D_") for name in NAMES]
    assert all(cell.data_type == "s" for cell in book["school_effects"]["D"])
    assert rows[1][6] == -1.5
    assert rows[3][6] is None
    words = {row[1] for row in book["dictionary"].iter_rows(min_row=2, values_only=True)}
    assert set(TABLE.columns) <= words


def test_two_exports_are_the_same_bytes() -> None:
    tables = {"school_effects": TABLE}
    assert export_workbook(tables, PUBLISHED) == export_workbook(tables, PUBLISHED)
    assert export_csv(TABLE) == export_csv(TABLE.copy())


def test_every_published_column_is_described() -> None:
    empty = {name: pd.DataFrame(columns=list(contract.columns)) for name, contract in PUBLISHED.items()}
    found = describe_columns(empty, PUBLISHED)
    assert (found["description"].str.len() > 4).all()
    assert set(found["table"]) == set(PUBLISHED)
