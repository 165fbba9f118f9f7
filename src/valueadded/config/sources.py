"""Where the values of one column of a table come from."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from valueadded.config.section import Section


class Source(Section):
    """Where the values of one column come from: a column, several joined, a constant or the row number."""

    column: str | None = Field(None, description="column of the file (name)")
    columns: list[str] | None = Field(
        None, description="columns of the file to join with `separator` (names)"
    )
    separator: str = Field("-", description="text between joined columns (text)")
    constant: str | None = Field(None, description="one value for every row (text)")
    row_number: bool = Field(
        False, description="take the row number, for files without an identifier (true or false)"
    )
    codes: dict[str, str] | None = Field(None, description="value in the file: value here (texts)")
    otherwise: str | None = Field(
        None, description="value for anything not among `codes` (text); without it such a row is quarantined"
    )
    kind: Literal["text", "number"] = Field(
        "text", description="for covariates: categories or numbers (choice)"
    )

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        origins = [
            self.column is not None,
            self.columns is not None,
            self.constant is not None,
            self.row_number,
        ]
        if sum(origins) != 1:
            raise ValueError(
                "found no or more than one of column, columns, constant, row_number; expected exactly one"
            )
        if self.otherwise is not None and self.codes is None:
            raise ValueError("found `otherwise` without `codes`; expected both")
        return self


def _column_name_is_enough(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


ColumnSource = Annotated[Source, BeforeValidator(_column_name_is_enough, json_schema_input_type=str | Source)]
