"""Every case of the catalogue of bad input has the outcome it is said to have, and its page says the same."""

from pathlib import Path

import pytest
from validation.catalogue_cases import (
    CATALOGUE,
    OUTCOMES,
    check_case,
    describe_findings,
    list_cases,
    read_expected,
)
from validation.render_catalogue import render_catalogue

from valueadded.check_data.causes import ADVICE
from valueadded.config.input import Input
from valueadded.config.plan import list_files
from valueadded.config.stages import Validation
from valueadded.validation import NOTES, REASONS, REFUSALS, validate_file
from valueadded.validation.delimited import parse_delimited

PAGE = Path(__file__).parents[2] / "docs" / "bad-input.md"
SAID = {"describes", "input", "study", "sections", "says", "kept"}


@pytest.mark.parametrize("case", list_cases())
def test_case_ends_as_expected(case):
    expected = read_expected(case)
    found = check_case(case, expected)
    described = {name: part for name, part in expected.items() if name not in SAID}
    assert describe_findings(found) == described
    for row in found.ledger.to_dict("records"):
        assert row["rows_in"] == row["accepted"] + row["quarantined"] + row["duplicates_merged"]
    refused = [one for one in found.findings if one.outcome == "refused"]
    assert all("expected" in one.said and one.said.endswith(f"(rule {one.rule})") for one in refused)
    refusals = " ".join(one.said for one in refused)
    assert [words for words in expected.get("says", []) if words not in refusals] == []
    # A rule without advice would leave the reader alone.
    assert all(one.cause and one.key and one.said for one in found.findings)
    if "kept" in expected:
        assert accepted_values(case, expected) == expected["kept"]


def accepted_values(case, expected):
    """The accepted values of the columns that must keep them."""
    tables = Input.model_validate(expected.get("input", {"assessments": {"files": "records.csv"}}))
    reading = tables.assessments
    (file,) = list_files(reading, [2015, 2017])
    limits = Validation(year_levels=[3, 5])
    validated = validate_file(
        CATALOGUE / case / file.path, "assessments", file, reading, limits, [2015, 2017], [3, 5], ["reading"]
    )
    parts = list(validated.parts.values())
    return {name: sorted({value for part in parts for value in part[name]}) for name in expected["kept"]}


def test_there_are_enough_cases_of_every_outcome():
    outcomes = [read_expected(case)["outcome"] for case in list_cases()]
    assert len(outcomes) >= 60
    assert set(outcomes) == set(OUTCOMES)


def test_every_rule_has_a_case():
    expected = [read_expected(case) for case in list_cases()]
    refused = {rule for one in expected for rule in one.get("refused", [])}
    aside = {rule for one in expected for _, _, rule, _ in one.get("aside", [])}
    noted = {rule for one in expected for rule, _, _ in one.get("notes", [])}
    # Nothing known loses a line; see the test below.
    assert set(REFUSALS) - refused == {"lines_lost"}
    assert set(REASONS) - aside == set()
    assert set(NOTES) - noted == set()


def test_every_rule_has_advice():
    assert set(ADVICE) == {*REASONS, *NOTES, *REFUSALS}


def test_a_lost_line_is_refused(monkeypatch):
    from valueadded.config.input import Reading
    from valueadded.errors import SourceError
    from valueadded.validation import delimited

    whole = delimited._read_table
    monkeypatch.setattr(delimited, "_read_table", lambda *arguments: whole(*arguments).slice(1))
    with pytest.raises(SourceError, match="found 2 lines below the header and read 1 rows") as refusal:
        parse_delimited(b"a,b\n1,2\n3,4\n", Path("x.csv"), Reading(files="x.csv"), "input.students")
    assert refusal.value.rule == "lines_lost"


def test_page_is_current():
    command = ".venv/bin/python tests/validation/render_catalogue.py > docs/bad-input.md"
    assert PAGE.read_text(encoding="utf-8") == render_catalogue(), f"run: {command}"


def test_the_readme_counts_the_cases():
    readme = (PAGE.parents[1] / "README.md").read_text(encoding="utf-8")
    assert f"[{len(list_cases())} kinds of bad input](docs/bad-input.md)" in readme
