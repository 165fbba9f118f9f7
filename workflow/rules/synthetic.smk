if settings.synthetic is not None:
    # One file of students, or one a tested year if input.students.files says so.
    STUDENTS_BY_YEAR = "{calendar_year}" in str(settings.input.students.files)

    rule generate_state:
        """Invent a state of students, schools and test records, and save the truth beside it."""
        output:
            assessments=expand(
                "results/synthetic/assessments_{calendar_year}.csv",
                calendar_year=settings.synthetic.tested_years,
            ),
            students=(
                expand(
                    "results/synthetic/students_{calendar_year}.csv",
                    calendar_year=settings.synthetic.tested_years,
                )
                if STUDENTS_BY_YEAR
                else "results/synthetic/students.csv"
            ),
            schools="results/synthetic/schools.csv",
            scale_links="results/synthetic/scale_links.parquet",
            truth_scale_links="results/synthetic/truth_scale_links.parquet",
            truth_schools="results/synthetic/truth_schools.parquet",
            truth_system="results/synthetic/truth_system.parquet",
            truth_defects="results/synthetic/truth_defects.parquet",
        log:
            "logs/generate_state/generate_state.log",
        benchmark:
            "logs/generate_state/generate_state.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            # A file a year is let go of before the next one is made.
            mem_mb=300 + settings.synthetic.schools // (5 if STUDENTS_BY_YEAR else 1),
        params:
            synthetic=section("synthetic"),
            students_by_year=STUDENTS_BY_YEAR,
            code=code("generate_state"),
        script:
            "../../scripts/generate_state.py"


if settings.synthetic_twin is not None:

    rule generate_twin:
        """Invent one cohort whose schools differ in mean and variance, and save the truth beside it."""
        output:
            students="results/synthetic/twin.csv",
            truth_schools="results/synthetic/truth_twin_schools.parquet",
            truth_coefficients="results/synthetic/truth_twin_coefficients.parquet",
        log:
            "logs/generate_twin/generate_twin.log",
        benchmark:
            "logs/generate_twin/generate_twin.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=300 + settings.synthetic_twin.students // 200,
        params:
            twin=section("synthetic_twin"),
            code=code("generate_twin"),
        script:
            "../../scripts/generate_twin.py"
