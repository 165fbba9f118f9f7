"""Every file of a study, validated without stopping at the first that is refused."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import pandas as pd

from valueadded.check_data.tables import Table, list_tables
from valueadded.config.school_values import SchoolValues
from valueadded.config.whole import SchoolConfig
from valueadded.errors import SourceError
from valueadded.validation import ValidatedFile, refuse_same_content, validate_file
from valueadded.validation.school_file import TABLE as SCHOOL_VALUES
from valueadded.validation.school_file import JudgedFile, judge_file
from valueadded.validation.school_values import read_school_values
from valueadded.validation.whole_schools import join_files

Found = TypeVar("Found")


@dataclass(frozen=True)
class Refused:
    """A file that is refused, or several of one table; then `source_file` is empty."""

    source_file: str
    table: str
    refusal: SourceError


@dataclass(frozen=True)
class CheckedFiles:
    """What came of every file, in the order of the configuration.

    validated : (table, key of the file) -> the file, of students, teachers and whole schools
    judged : files with ready-made values of schools
    refused : files, and files of one table that contradict each other
    """

    validated: dict[tuple[str, str], ValidatedFile] = field(default_factory=dict)
    judged: list[JudgedFile] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @property
    def accepted(self) -> list[ValidatedFile | JudgedFile]:
        """Return every file that is not refused."""
        return [*self.validated.values(), *self.judged]

    @property
    def ledger(self) -> pd.DataFrame:
        """Return one row for each file that is not refused, columns as in the contract."""
        ledgers = [one.ledger for one in self.accepted]
        return pd.concat(ledgers, ignore_index=True) if ledgers else pd.DataFrame()


def check_files(settings: SchoolConfig, folder: Path, generated: Path) -> CheckedFiles:
    """Return what validation makes of every file of a study.

    Parameters
    ----------
    folder, generated
        Where real files are, and those that the study generates.
    """
    found = CheckedFiles()
    for table in list_tables(settings):
        parts = _validate(table, generated if table.generated else folder, found)
        # Only of whole schools is every record used as it comes.
        if table.years is None and len(parts) == len(table.files):
            records = [part.parts[None, None] for part in parts]
            _judge(found, "", table.name, partial(join_files, records, table.name))
    _judge_school_values(settings.input.school_values, folder, found)
    if found.accepted:
        _judge(found, "", "", partial(refuse_same_content, found.ledger))
    return found


def _validate(table: Table, folder: Path, found: CheckedFiles) -> list[ValidatedFile]:
    """Return the files of one table that are accepted, and add all to what is found."""
    accepted = []
    for file in table.files:
        years = [file.calendar_year] if file.calendar_year and table.years is not None else table.years
        judge = partial(
            validate_file,
            folder / file.path,
            table.name,
            file,
            table.reading,
            table.validation,
            years,
            table.levels,
            table.domains,
        )
        one = _judge(found, Path(file.path).name, table.name, judge)
        if one is not None:
            found.validated[table.name, file.key] = one
            accepted.append(one)
    return accepted


def _judge_school_values(files: list[SchoolValues], folder: Path, found: CheckedFiles) -> None:
    for place, file in enumerate(files):
        judge = partial(judge_file, folder, file, f"input.{SCHOOL_VALUES}.{place}")
        one = _judge(found, file.path, SCHOOL_VALUES, judge)
        if one is not None:
            found.judged.append(one)
    if files and len(found.judged) == len(files):
        # Once more, for what one file cannot tell: whether another contradicts it.
        _judge(found, "", SCHOOL_VALUES, partial(read_school_values, folder, files))


def _judge(found: CheckedFiles, source_file: str, table: str, judge: Callable[[], Found]) -> Found | None:
    """Return what a function of validation returns, or None and add its refusal to what is found."""
    try:
        return judge()
    except SourceError as refusal:
        found.refused.append(Refused(source_file, table, refusal))
        return None
