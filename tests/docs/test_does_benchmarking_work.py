"""The page on the validation study against the numbers it was written from."""

import re
from pathlib import Path

import pandas as pd
import pytest

from valueadded.contracts.validate_benchmark import METHODS, SCENARIOS, SUMMARY
from valueadded.table_io import check_table
from valueadded.validate_benchmark import describe_summary
from valueadded.validate_benchmark.tables import show

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "does-benchmarking-work.md").read_text(encoding="utf-8")
TABLES = "### Drift of the system\n"
PROSE, _, LISTED = PAGE.partition(TABLES)
QUOTED = re.compile(r'\[([^\]]+)\]\(#(\w+)-(\w+)-(\w+) "(\w+)"\)')


@pytest.fixture(scope="module")
def summary() -> pd.DataFrame:
    return check_table(pd.read_csv(DOCS / "does-benchmarking-work" / "summary.csv"), SUMMARY, "summary.csv")


def test_every_number_quoted_is_that_of_the_row_it_links_to(summary: pd.DataFrame) -> None:
    values = summary.set_index(["scenario", "target", "method", "measure"])["value"].to_dict()
    quoted = QUOTED.findall(PROSE)
    assert len(quoted) > 50
    wrong = [
        (number, *key) for number, *key in quoted if number != show(key[-1], values.get(tuple(key), 9e9))
    ]
    assert wrong == []


def test_no_answer_quotes_a_result_without_its_row() -> None:
    answers = PROSE[PROSE.index("## Is it reasonable") : PROSE.index("## What this does not show")]
    bare = QUOTED.sub("", answers)
    # What is planted or comes from the question is named in whole numbers, but for these.
    named = ("27.4", "0.15", "95%")
    assert [number for number in re.findall(r"\d+\.\d+%?|\d+%", bare) if number not in named] == []


def test_the_tables_are_those_of_the_summary(summary: pd.DataFrame) -> None:
    assert describe_summary(summary) == TABLES + LISTED


def test_every_link_to_a_row_has_its_anchor() -> None:
    anchors = set(re.findall(r'<a id="([\w-]+)"></a>', LISTED))
    assert {f"{scenario}-{target}-{method}" for _, scenario, target, method, _ in QUOTED.findall(PROSE)} <= (
        anchors
    )


def test_the_study_is_the_one_the_issue_asks_for(summary: pd.DataFrame) -> None:
    assert set(summary["scenario"]) == set(SCENARIOS)
    assert set(summary["method"]) == set(METHODS)
    assert summary["replicates"].min() >= 500


@pytest.mark.parametrize("method", ["line_student", "line_school", "joint"])
@pytest.mark.parametrize("scenario", ["regular", "drift"])
def test_drift_intervals_hold_the_truth_as_often_as_they_claim(
    summary: pd.DataFrame, scenario: str, method: str
) -> None:
    values = summary.set_index(["scenario", "target", "method", "measure"])["value"]
    assert 0.93 <= values[scenario, "system", method, "coverage"] <= 0.97


def test_the_picture_is_small_enough_for_a_repository() -> None:
    assert (DOCS / "images" / "does_benchmarking_work.png").stat().st_size <= 150_000


def test_words_for_scenarios_and_methods_are_those_of_the_tables() -> None:
    described = PROSE[PROSE.index("## What was planted") : PROSE.index("## Is it reasonable")]
    assert [words for words in SCENARIOS.values() if f"| {words} |" not in described] == []
