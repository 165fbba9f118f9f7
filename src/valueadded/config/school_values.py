"""Entries of `input.school_values`: files that hold ready-made yearly values, one row a school."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from valueadded.config.section import Section
from valueadded.config.sources import ColumnSource

KEY_COLUMNS = ("school_id", "calendar_year", "school_type")


class SchoolRows(Section):
    """Which rows are schools of the study, by the codes of one column."""

    column: str = Field(description="column of the file (name)")
    keep: list[str] = Field(
        default_factory=list,
        description="codes of rows to keep (texts); every code but those of `drop` if left out",
    )
    drop: dict[str, str] = Field(
        default_factory=dict, description="code of rows to leave out: what they are, in words (texts)"
    )

    @model_validator(mode="after")
    def _one_fate(self) -> Self:
        both = sorted(set(self.keep) & set(self.drop))
        if both:
            raise ValueError(f"found {both} in `keep` and in `drop`; expected each code in one of them")
        if not self.keep and not self.drop:
            raise ValueError("found neither `keep` nor `drop`; expected one of them at least")
        return self


class StudentCount(Section):
    """How many students are behind a value: a column, another measure, or one number for every school."""

    column: str | None = Field(None, description="column of the file (name)")
    measure: str | None = Field(
        None, description="measure whose value of the same school and year is the number (name)"
    )
    constant: int | None = Field(None, ge=0, description="one number for every school (students)")

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if sum(each is not None for each in (self.column, self.measure, self.constant)) != 1:
            raise ValueError("found no or more than one of column, measure, constant; expected exactly one")
        return self


def _column_or_number(value: Any) -> Any:
    if isinstance(value, str):
        return {"column": value}
    return {"constant": value} if isinstance(value, int) and not isinstance(value, bool) else value


class ValueColumn(Section):
    """Where the yearly values of one measure come from."""

    column: str = Field(description="column of the file (name)")
    n_students: (
        Annotated[
            StudentCount,
            BeforeValidator(_column_or_number, json_schema_input_type=str | int | StudentCount),
        ]
        | None
    ) = Field(
        None,
        description="students behind each value; outcomes need it where a policy suppresses small schools",
    )
    codes: dict[str, str] = Field(
        default_factory=dict,
        description="text in this column: why there is no value, in words; before the `codes` above (texts)",
    )
    percent: bool = Field(False, description="values may end in a percent sign (true or false)")
    thousands: str | None = Field(
        None, min_length=1, max_length=1, description="sign between thousands, as in 1,234 (character)"
    )


def _column_is_enough(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


class IdMap(Section):
    """A file of schools whose identifier changed; chains of changes are followed."""

    path: str = Field(min_length=1, description="file, relative to the data folder (path)")
    old: str = Field(description="column of the identifier as it was (name)")
    new: str = Field(description="column of the identifier as it became (name)")


class SchoolValues(Section):
    """One file of ready-made yearly values in wide form."""

    path: str = Field(min_length=1, description="file, relative to the data folder (path)")
    sheet: str | None = Field(None, description="sheet of an Excel file; the first if left out (name)")
    delimiter: str = Field(
        ",", min_length=1, max_length=1, description="column separator of a text file (character)"
    )
    encoding: str = Field("utf-8-sig", description="character encoding of a text file (name)")
    last_line_end: bool = Field(
        True,
        description="whether the last line of a text file has a line end; one without may be cut"
        " off (true or false)",
    )
    missing: list[str] = Field(
        default_factory=lambda: ["", "NA", "N/A", "."], description="texts that mean no value (texts)"
    )
    calendar_year: int | None = Field(
        None, description="calendar year of every row; leave out where a column has it (year)"
    )
    columns: dict[str, ColumnSource] = Field(
        default_factory=dict,
        description="school_id, calendar_year or school_type: where it comes from; if left out, a column of"
        " that name, and no school types if there is none",
    )
    rows: list[SchoolRows] = Field(
        default_factory=list, description="which rows are schools of the study; every row if left out (list)"
    )
    id_map: IdMap | None = Field(None, description="schools whose identifier changed; none if left out")
    codes: dict[str, str] = Field(
        default_factory=dict,
        description="text in the place of a value, such as SUPP: why there is none, in words (texts)",
    )
    measures: dict[
        str,
        Annotated[ValueColumn, BeforeValidator(_column_is_enough, json_schema_input_type=str | ValueColumn)],
    ] = Field(description="yearly measure of the registry: its column (name: source)")

    @model_validator(mode="after")
    def _keys_are_known(self) -> Self:
        for name in self.columns:
            if name not in KEY_COLUMNS:
                raise ValueError(f"columns.{name}: no such column; expected one of {', '.join(KEY_COLUMNS)}")
        if self.calendar_year is not None and "calendar_year" in self.columns:
            raise ValueError("found calendar_year twice, as a year and as a column; expected one of the two")
        if not self.measures:
            raise ValueError("measures: found none; expected at least one measure of the registry")
        return self
