# In: results that stay in the building. Out: results/published/, the only folder meant to leave it, and the
# record of the students behind it, which stays.

if release_names():

    rule publish_tables:
        """Make the release tables: suppressed, rounded, banded; refuse a release that gives somebody away."""
        input:
            **release_inputs(),
            **earlier_releases(),
            students=cohort_files(DOMAINS, YEARS),
        output:
            **release_records(),
            tables=[f"results/published/{name}.parquet" for name in release_names()],
            texts=[f"results/published/{name}.csv" for name in release_names()],
            workbook=report(
                "results/published/release.xlsx",
                caption="../report/publish_tables.rst",
                category="Release",
            ),
        log:
            "logs/publish_tables/all.log",
        benchmark:
            "logs/publish_tables/all.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=1500,
        params:
            section=section("publish"),
            code=code("publish_tables"),
        script:
            "../../scripts/publish_tables.py"


if release_names() and STUDENTS:

    rule publish_report:
        """Make one page of the release, from its tables alone."""
        input:
            tables=[f"results/published/{name}.parquet" for name in release_names()],
        output:
            report(
                "results/published/report.html",
                caption="../report/publish_report.rst",
                category="Release",
            ),
        log:
            "logs/publish_report/all.log",
        benchmark:
            "logs/publish_report/all.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=1000,
        params:
            texts=report_texts(),
            figures=section("figures"),
            code=code("publish_report"),
        script:
            "../../scripts/publish_report.py"
