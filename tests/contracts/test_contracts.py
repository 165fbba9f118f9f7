"""Contracts are complete: every column has a unit and a description, and every table a sorted key."""

import importlib
import pkgutil

import pandas as pd
import pandera.pandas as pa
import pytest

import valueadded.contracts
from valueadded.contracts.columns import contract, flag, number, text, whole
from valueadded.errors import ContractError
from valueadded.table_io import check_table

TABLES = {
    table.name: table
    for module in pkgutil.iter_modules(valueadded.contracts.__path__)
    for table in vars(importlib.import_module(f"valueadded.contracts.{module.name}")).values()
    if isinstance(table, pa.DataFrameSchema)
}


def test_tables_are_found():
    assert {"assessments", "cohort", "fits", "school_effects", "attrition_flow"} <= set(TABLES)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_contract_describes_its_table(name):
    table = TABLES[name]
    assert table.description
    assert table.unique, "a table is sorted by its key"
    assert set(table.unique) <= set(table.columns)
    for column in table.columns.values():
        assert column.description, column.name
        if str(column.dtype) in ("int64", "float64"):
            assert column.metadata["unit"], column.name


@pytest.mark.parametrize("name", sorted(TABLES))
def test_identifiers_are_text_and_keys_are_never_missing(name):
    for column in TABLES[name].columns.values():
        if column.name.endswith("_id"):
            assert str(column.dtype).startswith("str"), column.name
        if column.name in TABLES[name].unique:
            assert not column.nullable, column.name


@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [
        (text("words"), "a", None),
        (text("words", among=("a", "b")), "b", "c"),
        (whole("students", "students", at_least=1), 1, 0),
        (number("score", "points"), 1.5, None),
        (number("share", "0 to 1", at_least=0, at_most=1), 1.0, 1.1),
        (number("share", "0 to 1", at_least=0, at_most=1), 0.0, -0.1),
    ],
)
def test_a_column_refuses_what_it_must(column, good, bad):
    table = contract("table", "A table.", {"column": column}, key=[])
    types = {"column": "str" if isinstance(good, str) else type(good).__name__ + "64"}
    check_table(pd.DataFrame({"column": [good]}).astype(types), table, "good")
    with pytest.raises(ContractError, match="column column"):
        check_table(pd.DataFrame({"column": [bad]}).astype(types), table, "bad")


def test_missing_values_are_allowed_only_where_said():
    frame = pd.DataFrame({"column": [None]})
    for column, dtype in ((text("x", missing=True), "str"), (number("x", "points", missing=True), "float64")):
        check_table(frame.astype(dtype), contract("t", "A table.", {"column": column}, key=[]), "name")


def test_types_are_not_converted():
    for column, wrong in ((text("x"), [1]), (whole("x", "students"), [1.0]), (flag("x"), [1])):
        with pytest.raises(ContractError, match="dtype"):
            check_table(
                pd.DataFrame({"column": wrong}), contract("t", "A.", {"column": column}, key=[]), "name"
            )


def test_a_key_occurs_once():
    table = contract("t", "A table.", {"a": whole("a", "x"), "b": whole("b", "x")}, key=["a", "b"])
    check_table(pd.DataFrame({"a": [1, 1], "b": [1, 2]}), table, "name")
    with pytest.raises(ContractError, match="uniqueness"):
        check_table(pd.DataFrame({"a": [1, 1], "b": [2, 2]}), table, "name")
