"""Make the release tables from the results that stay in the building, and the record of a release."""

from pathlib import Path

from valueadded.config.publish import Publish
from valueadded.contracts.cohorts import COHORT
from valueadded.contracts.published import PUBLISHED, RECORDS, RELEASE_RECORD, SOURCES
from valueadded.ownership import write_bytes
from valueadded.publish import ReleasePolicy, guard_release, release_tables
from valueadded.publish.exports import export_csv, export_workbook
from valueadded.table_io import read_table, read_tables, write_table, write_text


def main(
    results: dict[str, str], students: list[str], earlier: dict[str, str], section: dict, output: dict
) -> None:
    """Read results and students, make the release, write it three ways."""
    given = Publish(**section)
    policy = ReleasePolicy(given.minimum_students, given.count_bands, given.models, given.rounding)
    frames = {name: read_table(path, SOURCES[name]) for name, path in results.items()}
    release = release_tables(frames, read_tables(students, COHORT, list(RELEASE_RECORD.columns)), policy)
    before = {name: read_table(path, RECORDS[name]) for name, path in earlier.items()}
    guard_release(release, before, given.minimum_students)
    for table, text in zip(output["tables"], output["texts"], strict=True):
        frame = release.tables[Path(table).stem]
        write_table(frame, table, PUBLISHED[Path(table).stem])
        write_text(export_csv(frame), text)
    write_bytes(export_workbook(release.tables, PUBLISHED), output["workbook"])
    for name, record in release.records.items():
        write_table(record, output[name], RECORDS[name])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given = dict(snakemake.input.items())
        students = list(given.pop("students"))
        earlier = {name: given.pop(name) for name in RECORDS if name in given}
        main(given, students, earlier, snakemake.params.section, dict(snakemake.output.items()))
