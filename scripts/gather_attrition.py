"""Account for every student with an outcome record, in every cohort and school."""

from valueadded.cohorts import account_for_students
from valueadded.contracts.cohorts import ATTRITION, ATTRITION_BY_SCHOOL, COHORT, MATCHED_COMPARISON, UNMATCHED
from valueadded.contracts.records import ASSESSMENTS, MATCHED
from valueadded.table_io import read_tables, write_table

Files = list[str]


def main(
    records: Files, prior: Files, cohorts: Files, unmatched: Files, comparisons: Files, form: str,
    absent: dict[int, str], domains: list[str], gap_years: int, attrition: str, by_school: str,
    comparison: str,
) -> None:  # fmt: skip
    """Read who had a record and who is in a cohort, count every step, write the account."""
    recorded, year = (MATCHED, "year") if form == "matched" else (ASSESSMENTS, "calendar_year")
    in_test = ["student_id", "domain", "calendar_year"]
    account = account_for_students(
        read_tables(records, recorded, ["student_id", "domain", year]).rename(columns={year: "year"}),
        read_tables(cohorts, COHORT, ["student_id", "school_id", "domain", "year"]),
        read_tables(unmatched, UNMATCHED),
        read_tables(prior, ASSESSMENTS, in_test),
        absent,
        domains,
        gap_years,
    )
    write_table(account.by_cohort, attrition, ATTRITION)
    write_table(account.by_school, by_school, ATTRITION_BY_SCHOOL)
    write_table(read_tables(comparisons, MATCHED_COMPARISON), comparison, MATCHED_COMPARISON)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        files = dict(snakemake.input.items()) | dict(snakemake.output.items())
        study = {name: snakemake.params[name] for name in ("form", "absent", "domains", "gap_years")}
        main(**files, **study)
