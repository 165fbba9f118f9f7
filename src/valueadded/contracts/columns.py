"""The words in which contracts are written: one function for each type of column."""

from typing import Any

import pandera.pandas as pa
from pandera.api.checks import Check

PARTICIPATION = ("present", "absent", "exempt", "withdrawn", "refused", "sanctioned", "cancelled")


def text(description: str, *, among: tuple[str, ...] | None = None, missing: bool = False) -> pa.Column:
    """Return a text column; `among` lists the only words it may hold."""
    checks = [Check.isin(list(among))] if among else []
    return pa.Column("str", checks, nullable=missing, description=description)


def whole(
    description: str, unit: str, *, at_least: int | None = None, at_most: int | None = None
) -> pa.Column:
    """Return a column of whole numbers, never missing."""
    checks = [Check.ge(at_least)] if at_least is not None else []
    checks += [Check.le(at_most)] if at_most is not None else []
    return pa.Column("int64", checks, description=description, metadata={"unit": unit})


def number(
    description: str,
    unit: str,
    *,
    at_least: float | None = None,
    above: float | None = None,
    at_most: float | None = None,
    missing: bool = False,
) -> pa.Column:
    """Return a column of floating-point numbers."""
    checks = []
    if above is not None:
        checks.append(Check.gt(above))
    if at_least is not None:
        checks.append(Check.ge(at_least))
    if at_most is not None:
        checks.append(Check.le(at_most))
    return pa.Column("float64", checks, nullable=missing, description=description, metadata={"unit": unit})


def flag(description: str) -> pa.Column:
    """Return a column of true and false."""
    return pa.Column("bool", description=description)


def column_types(contract: pa.DataFrameSchema) -> dict[str, str]:
    """Return the pandas type of each fixed column; text is `str`, whatever holds it inside."""
    names = {name: str(column.dtype) for name, column in contract.columns.items()}
    return {name: "str" if kind.startswith("string") else kind for name, kind in names.items()}


def contract(
    name: str, description: str, columns: dict[str, pa.Column], *, key: list[str], **options: Any
) -> pa.DataFrameSchema:
    """Return the contract of one table on disk.

    `key` names the columns that together identify a row; tables are written in its order. Further
    columns may follow the fixed ones.
    """
    return pa.DataFrameSchema(
        columns, name=name, description=description, unique=key or None, strict=False, coerce=False, **options
    )
