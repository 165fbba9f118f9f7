"""However a file is corrupted, it is refused by name or every record of it is accounted for."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from validation.corrupt_files import PAGES, VALID, VALUES, corrupted_files, outcome_of, outcome_of_values


def test_valid_file_is_accepted(tmp_path):
    # The remarks are not read, and a score of 0 beside a refused test is not used.
    assert outcome_of(VALID, tmp_path) == "accepted with a note"


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=corrupted_files())
def test_corrupted_file_is_refused_or_accounted_for(content: bytes, tmp_path: Path):
    assert outcome_of(content, tmp_path)


def test_valid_values_are_accepted(tmp_path):
    assert outcome_of_values(VALUES, tmp_path) == "accepted"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=corrupted_files(VALUES))
def test_corrupted_values_are_refused_or_accounted_for(content: bytes, tmp_path: Path):
    assert outcome_of_values(content, tmp_path)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_long_runs_are_on_record(page):
    text = page.read_text(encoding="utf-8")
    counts = [int(count.replace(",", "")) for count in re.findall(r"\| ([\d,]+) \|$", text, re.MULTILINE)]
    (stated,) = re.findall(r"Of each of the\s+([\d,]+)\s+files", text)
    assert sum(counts) == int(stated.replace(",", "")) > 0
