"""How the files of one table are read."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import Field

from valueadded.config.section import Fault, Section
from valueadded.config.sources import ColumnSource


class InputFile(Section):
    """One input file."""

    path: str = Field(min_length=1, description="file, relative to the data folder (path)")
    calendar_year: int | None = Field(
        None,
        description="the only calendar year the file may hold (year); leave out for files with several years",
    )

    @property
    def key(self) -> str:
        """Return the name of this file's folder among the results."""
        name = PurePosixPath(self.path).name
        stem = name.split(".")[0]
        return "".join(letter if letter.isalnum() or letter in "_-" else "_" for letter in stem)


class Reading(Section):
    """How the files of one table are read."""

    files: Annotated[str, Field(min_length=1)] | list[InputFile] = Field(
        description="a path, with {calendar_year} in it for one file a year, or a list of files (paths)"
    )
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
        default_factory=lambda: ["", "NA", "N/A", "."], description="texts that mean a missing value (texts)"
    )
    columns: dict[str, ColumnSource] = Field(
        default_factory=dict,
        description="column of the table: where it comes from; a column of the same name if left out",
    )
    score_columns: dict[str, str] = Field(
        default_factory=dict,
        description="domain: score column, for files with one row for several domains (names)",
    )
    covariates: dict[str, ColumnSource] = Field(
        default_factory=dict, description="covariate: where it comes from (name: source)"
    )


def unknown_columns(table: str, reading: Reading, columns: Sequence[str]) -> Iterator[Fault]:
    """Yield each key of `columns` that names no column of the table."""
    for name in reading.columns:
        if name not in columns:
            yield f"{table}.columns.{name}", f"no such column; expected one of {', '.join(columns)}"
