"""The catalogue of bad input: one folder for each case, and what really happens to its files.

`expected.yaml` says, besides `describes`, `outcome` and what differs from the plain configuration (`input`,
`study`, other `sections`): `counts` of each file (records, accepted, put aside, repeats merged), `aside`
(file, row, rule and column, the first three of each), `notes` (rule, column, records), `unmatched` (reason:
students of the cohort), `no_cohort` (years without a cohort, as nobody is left), `not_planned` (year: why the
configuration rules its cohort out), `refused` (rule) with what its message `says`, and `kept` (column: the
accepted values, each once).
"""

from pathlib import Path
from typing import Any

import yaml

from valueadded.check_data.study import StudyFindings, check_study
from valueadded.config.whole import check_config

CATALOGUE = Path(__file__).with_name("catalogue")
OUTCOMES = {
    "accepted": "accepted, nothing to say",
    "noted": "accepted with a note",
    "unmatched": "accepted, and left out of the cohort, or the cohort of the study, with a reason",
    "quarantined": "quarantined: put aside with a reason",
    "refused": "refused",
}


def list_cases() -> list[str]:
    return sorted(path.parent.name for path in CATALOGUE.glob("*/expected.yaml"))


def read_expected(case: str) -> dict[str, Any]:
    return yaml.safe_load((CATALOGUE / case / "expected.yaml").read_text(encoding="utf-8"))


def check_case(case: str, expected: dict[str, Any]) -> StudyFindings:
    """Run the real check on the files of a case."""
    tables = expected.get("input", {"assessments": {"files": "records.csv"}})
    limits = {"year_levels": [3, 5], "score_minimum": 0, "score_maximum": 1000}
    raw = {"input": tables, "validation": limits}
    if {"assessments", "matched"} & set(tables):
        study = {"domains": ["reading"], "tested_years": [2015, 2017], "outcome_years": [2017]}
        raw |= {
            "study": study | expected.get("study", {}),
            "cohorts": {"minimum_students": 1},
            "mixed": {"formula": "score ~ prior_score"},
        }
    return check_study(check_config(raw | expected.get("sections", {})), CATALOGUE / case)


def outcome_of(found: StudyFindings) -> str:
    """The gravest thing that was found."""
    outcomes = {one.outcome for one in found.findings}
    for outcome in ("refused", "quarantined"):
        if outcome in outcomes:
            return outcome
    if "note" in outcomes:
        return "noted"
    left_out = any(cohort.reasons or cohort.absent for cohort in found.cohorts)
    return "unmatched" if left_out else "accepted"


def describe_findings(found: StudyFindings) -> dict[str, Any]:
    """What happened, in the words of `expected.yaml`; parts in which nothing happened are left out."""
    counts = {
        row["source_file"]: [
            row[name] for name in ("rows_in", "accepted", "quarantined", "duplicates_merged")
        ]
        for row in found.ledger.to_dict("records")
    }
    aside = [
        [one.source_file, int(example.split(":")[0].removeprefix("row ")), one.rule, one.column]
        for one in found.findings
        if one.outcome == "quarantined"
        for example in one.examples
    ]
    notes = [[one.rule, one.column, one.records] for one in found.findings if one.outcome == "note"]
    unmatched = {reason: students for cohort in found.cohorts for reason, _, students, _ in cohort.reasons}
    parts = {
        "outcome": outcome_of(found),
        "counts": counts,
        "aside": aside,
        "notes": notes,
        "unmatched": unmatched,
        "no_cohort": [cohort.year for cohort in found.cohorts if cohort.refusal],
        "not_planned": {cohort.year: cohort.absent for cohort in found.cohorts if cohort.absent},
        "refused": [one.rule for one in found.findings if one.outcome == "refused"],
    }
    return {name: part for name, part in parts.items() if part}
