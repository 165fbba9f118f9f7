"""What becomes of the students of each cohort, and where some of those without a match are in the files."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from valueadded.cohorts import match_cohort, refine_unmatched
from valueadded.cohorts.reasons import REASONS
from valueadded.config.whole import Config
from valueadded.contracts.columns import column_types
from valueadded.contracts.records import INPUT_TABLES
from valueadded.errors import CohortError
from valueadded.validation import ValidatedFile

EXAMPLES = 3
Validated = Mapping[tuple[str, str], ValidatedFile]


@dataclass(frozen=True)
class Outcome:
    """One cohort.

    records : students with an outcome record
    matched : students in the cohort
    reasons : reason, its sentence, number of students, and up to three places "file, row 3"
    refusal : why there is no such cohort though it is planned; empty where there is one
    absent : code of the reason why the configuration plans no such cohort; empty where it plans one
    """

    domain: str
    year: int
    records: int
    matched: int
    reasons: tuple[tuple[str, str, int, tuple[str, ...]], ...]
    refusal: str = ""
    absent: str = ""


def count_cohorts(settings: Config, validated: Validated, links: pd.DataFrame | None) -> list[Outcome]:
    """Return what becomes of the students of every cohort, and which years the configuration leaves out.

    Parameters
    ----------
    validated
        (table, key of the file) -> the validated file.
    links
        Links between scales, columns as the contract `scale_links`; None if not configured.
    """
    outcomes = []
    plan, tested = settings.plan, _tests_of_level(validated, settings.cohorts.prior_level)
    for domain in settings.study.domains:
        for year in plan.years:
            try:
                outcomes.append(_count(settings, validated, links, tested, domain, year))
            except CohortError as refusal:
                outcomes.append(Outcome(domain, year, 0, 0, (), str(refusal)))
        outcomes += [Outcome(domain, year, 0, 0, (), absent=reason) for year, reason in plan.absent.items()]
    return outcomes


def _count(
    settings: Config,
    validated: Validated,
    links: pd.DataFrame | None,
    tested: pd.DataFrame,
    domain: str,
    year: int,
) -> Outcome:
    """Return what becomes of the students of one cohort; `tested` has every year's prior records."""
    cohorts = settings.cohorts
    prior = None
    if settings.input.matched:
        outcome = _parts(validated, "matched", year, None)
    else:
        outcome = _parts(validated, "assessments", year, cohorts.outcome_level)
        earlier = _parts(validated, "assessments", year - cohorts.gap_years, cohorts.prior_level)
        prior = _join(earlier, "assessments")
    students = (
        _join(_parts(validated, "students", year, None), "students") if settings.input.students else None
    )
    table = "matched" if prior is None else "assessments"
    found = match_cohort(_join(outcome, table), prior, students, links, cohorts, domain, year)
    unmatched = refine_unmatched(found.unmatched, tested, cohorts.gap_years)
    reasons = tuple(
        (str(reason), REASONS[str(reason)], len(group), _places(outcome, domain, group["student_id"]))
        for reason, group in unmatched.groupby("reason", sort=True)
    )
    matched = len(found.cohort)
    return Outcome(domain, year, matched + len(unmatched), matched, reasons)


def _tests_of_level(validated: Validated, level: int) -> pd.DataFrame:
    """Return who was tested in which domain and year, of one year level."""
    parts = [
        part[["student_id", "domain", "calendar_year"]]
        for (table, _), one in validated.items()
        for (_, of), part in one.parts.items()
        if table == "assessments" and of == level
    ]
    return pd.concat(parts, ignore_index=True) if parts else _join({}, "assessments")


def _parts(validated: Validated, table: str, year: int, level: int | None) -> dict[str, pd.DataFrame]:
    """Return the accepted records of one table, year and year level, file by file."""
    return {
        one.ledger["source_file"].item(): one.parts[year, level]
        for (of, _), one in validated.items()
        if of == table and (year, level) in one.parts
    }


def _join(parts: Mapping[str, pd.DataFrame], table: str) -> pd.DataFrame:
    if not parts:
        types = column_types(INPUT_TABLES[table])
        return pd.DataFrame(columns=list(types)).astype(types)
    return pd.concat(list(parts.values()), ignore_index=True)


def _places(parts: Mapping[str, pd.DataFrame], domain: str, students: pd.Series) -> tuple[str, ...]:
    """Return where the first of some students have their outcome records."""
    few = students.iloc[:EXAMPLES].tolist()
    places = []
    for source_file, part in parts.items():
        rows = part.loc[part["domain"].eq(domain) & part["student_id"].isin(few), "source_row"]
        places += [f"{source_file}, row {row}" for row in rows]
    return tuple(places[:EXAMPLES])
