"""However a file is corrupted, it is refused by name or every record of it is accounted for."""

import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from validation.corrupt_files import PAGE, VALID, corrupted_files, outcome_of


def test_valid_file_is_accepted(tmp_path):
    # The remarks are not read, and a score of 0 beside a refused test is not used.
    assert outcome_of(VALID, tmp_path) == "accepted with a note"


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=corrupted_files())
def test_corrupted_file_is_refused_or_accounted_for(content: bytes, tmp_path: Path):
    assert outcome_of(content, tmp_path)


def test_long_run_is_on_record():
    page = PAGE.read_text(encoding="utf-8")
    counts = [int(count.replace(",", "")) for count in re.findall(r"\| ([\d,]+) \|$", page, re.MULTILINE)]
    (stated,) = re.findall(r"Of each of the\s+([\d,]+)\s+files", page)
    assert sum(counts) == int(stated.replace(",", "")) > 0
