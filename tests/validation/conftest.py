"""A small valid file of test records, and the way from a text to a validated file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from valueadded.config.input import InputFile, Reading
from valueadded.config.stages import Validation
from valueadded.validation import ValidatedFile, validate_file

HEADER = "student_id,school_id,calendar_year,year_level,domain,participation,score,score_se"
RECORDS = [
    "0001,012,2017,3,reading,present,412.5,20.1",
    "12345678901234567890,012,2017,5,reading,present,530,19",
    "0003,013,2017,5,numeracy,absent,,",
    "0004,013,2017,5,numeracy,refused,0,",
    "0005,013,2017,7,spelling,present,600,22",
]


@pytest.fixture
def records() -> list[str]:
    """Return five valid records: two used, two of students without a score, one the study does not use."""
    return list(RECORDS)


@pytest.fixture
def validate(tmp_path: Path) -> Callable[..., ValidatedFile]:
    """Return a function that writes lines to a file and validates it."""

    def run(lines: list[str], table: str = "assessments", **options: Any) -> ValidatedFile:
        header, key = options.pop("header", HEADER), options.pop("key", None)
        file = InputFile(path="records.csv", calendar_year=options.pop("calendar_year", 2017))
        source = tmp_path / file.path
        source.write_text("\n".join([header, *lines, ""]), encoding="utf-8", newline="")
        return validate_file(
            source,
            table,
            file,
            Reading(files=[file], **options),
            Validation(year_levels=[3, 5, 7, 9], score_minimum=0.0, score_maximum=1000.0),
            years=[2017],
            levels=[3, 5],
            domains=["reading", "numeracy"],
            key=key,
        )

    return run
