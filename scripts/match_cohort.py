"""Match one cohort: outcome records beside their prior records. Tables the study lacks have no files."""

from valueadded.cohorts import match_cohort
from valueadded.config.study import Cohorts
from valueadded.contracts.cohorts import COHORT, MATCHED_COMPARISON, UNMATCHED
from valueadded.contracts.records import ASSESSMENTS, MATCHED, SCALE_LINKS, STUDENTS
from valueadded.table_io import read_tables, write_table

Files = list[str]


def main(
    outcome: Files, prior: Files, students: Files, links: Files, form: str, cohorts: dict,
    domain: str, year: int, cohort: str, unmatched: str, comparison: str,
) -> None:  # fmt: skip
    """Read the records of two test years, match them, write the cohort and who is not in it."""
    matched = form == "matched"
    found = match_cohort(
        read_tables(outcome, MATCHED if matched else ASSESSMENTS),
        None if matched else read_tables(prior, ASSESSMENTS),
        read_tables(students, STUDENTS) if students else None,
        read_tables(links, SCALE_LINKS, foreign=True) if links else None,
        Cohorts(**cohorts),
        domain,
        year,
    )
    write_table(found.cohort, cohort, COHORT)
    write_table(found.unmatched, unmatched, UNMATCHED)
    write_table(found.comparison, comparison, MATCHED_COMPARISON)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        files = dict(snakemake.input.items()) | dict(snakemake.output.items())
        wanted = {"domain": snakemake.wildcards.domain, "year": int(snakemake.wildcards.year)}
        main(**files, **wanted, form=snakemake.params.form, cohorts=snakemake.params.cohorts)
