"""Validate every file of a study and match every cohort, and gather what was found."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from valueadded.check_data.causes import key_to_change, likely_cause
from valueadded.check_data.matching import Outcome, count_cohorts
from valueadded.check_data.scores import compare_years
from valueadded.config import Config, list_files
from valueadded.config.input import InputFile
from valueadded.errors import SourceError
from valueadded.validation import NOTES, REASONS, ValidatedFile, refuse_same_content, validate_file

TABLES = ("assessments", "students", "schools", "matched")


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
    findings : in the order of files; refusals first, then records put aside, then notes
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


def check_study(settings: Config, folder: str | Path, links: pd.DataFrame | None = None) -> StudyFindings:
    """Return what validation and matching find in the files of a study, without stopping at the first.

    Parameters
    ----------
    settings
        The checked configuration.
    folder
        Where the files are.
    links
        Links between scales, columns as the contract `scale_links`; None if not configured.
    """
    validated: dict[tuple[str, str], ValidatedFile] = {}
    findings: list[Finding] = []
    for table in TABLES:
        reading = getattr(settings.input, table)
        for file in list_files(reading, settings.study.tested_years) if reading else []:
            try:
                one = _validate(settings, table, file, Path(folder))
            except SourceError as refusal:
                findings.append(_refused(refusal, Path(file.path).name, table))
                continue
            validated[table, file.key] = one
            findings += _findings_of(one)
    ledgers = [one.ledger for one in validated.values()]
    ledger = pd.concat(ledgers, ignore_index=True) if ledgers else pd.DataFrame()
    if ledgers:
        try:
            refuse_same_content(ledger)
        except SourceError as refusal:
            findings.append(_refused(refusal, "", ""))
        findings += [
            Finding(
                "note", "", "assessments", "scores_shift", column, records, said, *_advice("scores_shift", "")
            )
            for column, records, said in compare_years(validated, settings.cohorts)
        ]
    refused = any(found.outcome == "refused" for found in findings)
    # A cohort without one of its files would say that nobody is matched.
    cohorts = [] if refused else count_cohorts(settings, validated, links)
    return StudyFindings(ledger, findings, cohorts)


def _validate(settings: Config, table: str, file: InputFile, folder: Path) -> ValidatedFile:
    cohorts = settings.cohorts
    return validate_file(
        folder / file.path,
        table,
        file,
        getattr(settings.input, table),
        settings.validation,
        [file.calendar_year] if file.calendar_year else sorted(settings.study.tested_years),
        sorted({cohorts.prior_level, cohorts.outcome_level}),
        settings.study.domains,
    )


def _refused(refusal: SourceError, source_file: str, table: str) -> Finding:
    said = str(refusal)
    return Finding("refused", source_file, table, refusal.rule, "", 0, said, *_advice(refusal.rule, table))


def _findings_of(validated: ValidatedFile) -> list[Finding]:
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
