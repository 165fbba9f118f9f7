"""Validate every file of a study and match every cohort, and gather what was found."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from valueadded.check_data.causes import key_to_change, likely_cause
from valueadded.check_data.files import CheckedFiles, Refused, check_files
from valueadded.check_data.matching import Outcome, count_cohorts
from valueadded.check_data.scores import compare_years
from valueadded.check_data.teachers import count_findings
from valueadded.config.layered import Layered
from valueadded.config.whole import Config, SchoolConfig
from valueadded.errors import SourceError
from valueadded.validation import NOTES, REASONS, ValidatedFile
from valueadded.validation.school_file import JudgedFile


@dataclass(frozen=True)
class Finding:
    """One thing found in one file.

    outcome : "refused", "quarantined" or "note"
    source_file, table, column : where; empty where it is not one file or column
    rule : code of the reason, note or refusal
    records : records concerned
    said : the rule in a sentence, or the message of the refusal
    cause : likely cause, in words
    key : configuration key to change
    examples : up to three, as "row 3: 9,999", masked
    """

    outcome: str
    source_file: str
    table: str
    rule: str
    column: str
    records: int
    said: str
    cause: str
    key: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class StudyFindings:
    """What was found in the files of a study.

    ledger : one row for each file that is not refused, columns as in the contract
    findings : refusals, then of each file records put aside and notes
    cohorts : what became of the students of each cohort
    """

    ledger: pd.DataFrame
    findings: list[Finding]
    cohorts: list[Outcome]

    @property
    def status(self) -> int:
        """Return 2 if a file or a cohort is refused, 1 if records are put aside, 0 otherwise."""
        if any(found.outcome == "refused" for found in self.findings) or any(
            cohort.refusal for cohort in self.cohorts
        ):
            return 2
        return int(any(found.outcome == "quarantined" for found in self.findings))


def check_study(
    settings: SchoolConfig,
    folder: str | Path,
    generated: str | Path | None = None,
    links: pd.DataFrame | None = None,
) -> StudyFindings:
    """Return what validation and matching find in the files of a study, without stopping at the first.

    Parameters
    ----------
    settings
        The checked configuration.
    folder, generated
        Where real files are, and those that the study generates; None if they are not elsewhere.
    links
        Links between scales, columns as the contract `scale_links`; None if not configured.
    """
    files = check_files(settings, Path(folder), Path(folder if generated is None else generated))
    findings = [_refused(one) for one in files.refused]
    for one in files.accepted:
        findings += _findings_of(one)
    cohorts: list[Outcome] = []
    if settings.layered is not None and not files.refused:
        findings += _joined_teachers(settings.layered, files)
    if isinstance(settings, Config):
        findings += _shifted_years(settings, files)
        # A cohort without one of its files would say that nobody is matched.
        cohorts = [] if files.refused else count_cohorts(settings, files.validated, links)
    return StudyFindings(files.ledger, findings, cohorts)


def _joined_teachers(layered: Layered, files: CheckedFiles) -> Iterator[Finding]:
    table, key = "teacher_links", "input.teacher_scores, input.teacher_links"
    cause = "what the files hold of one student differs, or is not in both"
    try:
        met = count_findings(layered, files.validated)
    except SourceError as refusal:
        yield _refused(Refused("", table, refusal))
        return
    for rule, (count, unit, outcome) in met.items():
        yield Finding("note", "", table, rule, "", count, f"Counted in {unit}. {outcome}", cause, key)


def _shifted_years(settings: Config, files: CheckedFiles) -> Iterator[Finding]:
    rule, table = "scores_shift", "assessments"
    for column, records, said in compare_years(files.validated, settings.cohorts):
        yield Finding("note", "", table, rule, column, records, said, *_advice(rule, table))


def _refused(one: Refused) -> Finding:
    rule, said = one.refusal.rule, str(one.refusal)
    return Finding("refused", one.source_file, one.table, rule, "", 0, said, *_advice(rule, one.table))


def _findings_of(validated: ValidatedFile | JudgedFile) -> list[Finding]:
    """Return the findings of one file: records put aside by reason and column, then notes."""
    findings = []
    examples = validated.examples
    by = ["table", "source_file", "reason", "column", "detail"]
    counts = validated.quarantine.groupby(by, sort=True).size().reset_index(name="records")
    for row in counts.to_dict("records"):
        here = examples.loc[examples["reason"].eq(row["reason"]) & examples["column"].eq(row["column"])]
        shown = tuple(
            f"row {place}" + (f": {form}" if form else "")
            for place, form in zip(here["source_row"], here["masked"], strict=True)
        )
        said = f"{REASONS.get(row['reason'], '')} Expected: {row['detail']}."
        cause = likely_cause(row["reason"], here["masked"].tolist())
        key = key_to_change(row["reason"], row["table"])
        findings.append(_finding("quarantined", row, row["reason"], said, cause, key, shown))
    for row in validated.notes.to_dict("records"):
        said = f"{NOTES.get(row['note'], '')} Expected: {row['detail']}."
        findings.append(_finding("note", row, row["note"], said, *_advice(row["note"], row["table"])))
    return findings


def _finding(
    outcome: str,
    row: Mapping[Hashable, Any],
    rule: str,
    said: str,
    cause: str,
    key: str,
    examples: tuple[str, ...] = (),
) -> Finding:
    place = (row["source_file"], row["table"], rule, row["column"], int(row["records"]))
    return Finding(outcome, *place, said, cause, key, examples)


def _advice(rule: str, table: str) -> tuple[str, str]:
    return likely_cause(rule, []), key_to_change(rule, table)
