"""Make the release tables from the results that stay in the building, and the record of a release."""

from pathlib import Path

from valueadded.config.publish import Publish
from valueadded.contracts.cohorts import COHORT
from valueadded.contracts.published import PUBLISHED, RELEASE_RECORD, SOURCES
from valueadded.publish import ReleasePolicy, compare_releases, release_tables
from valueadded.publish.exports import export_csv, export_workbook
from valueadded.table_io import read_table, read_tables, write_bytes, write_table, write_text


def main(
    results: dict[str, str], students: list[str], earlier: list[str], section: dict, output: dict
) -> None:
    """Read results and students, make the release, write it three ways."""
    given = Publish(**section)
    policy = ReleasePolicy(given.minimum_students, given.count_bands, given.models, given.rounding)
    frames = {name: read_table(path, SOURCES[name]) for name, path in results.items()}
    release = release_tables(frames, read_tables(students, COHORT, list(RELEASE_RECORD.columns)), policy)
    for path in earlier:
        compare_releases(read_table(path, RELEASE_RECORD), release.record, given.minimum_students)
    for table, text in zip(output["tables"], output["texts"], strict=True):
        frame = release.tables[Path(table).stem]
        write_table(frame, table, PUBLISHED[Path(table).stem])
        write_text(export_csv(frame), text)
    write_bytes(export_workbook(release.tables, PUBLISHED), output["workbook"])
    write_table(release.record, output["record"], RELEASE_RECORD)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        files = {name: list(snakemake.input.get(name)) for name in ("students", "earlier")}
        results = {name: path for name, path in snakemake.input.items() if name not in files}
        main(results, **files, section=snakemake.params.section, output=dict(snakemake.output.items()))
