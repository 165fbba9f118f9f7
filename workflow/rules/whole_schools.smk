# In: files of the records of whole schools. Out: their yearly measures, as the policy says they are made.

if settings.synthetic_whole_schools:

    rule generate_whole_schools:
        """Invent records of whole schools, and save the planted residuals beside them."""
        output:
            files=[f"results/synthetic/{name}" for name in generated_files(settings.synthetic_whole_schools)],
            truth="results/synthetic/truth_whole_schools.parquet",
            coefficients="results/synthetic/truth_whole_school_coefficients.parquet",
            defects="results/synthetic/truth_whole_school_defects.parquet",
        log:
            "logs/generate_whole_schools/generate_whole_schools.log",
        benchmark:
            "logs/generate_whole_schools/generate_whole_schools.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=500 + settings.synthetic_whole_schools.schools,
        params:
            synthetic=section("synthetic_whole_schools"),
            code=code("generate_whole_schools"),
        script:
            "../../scripts/generate_whole_schools.py"


if WHOLE_SCHOOLS:

    rule validate_whole_schools:
        """Validate every file of the records of whole schools: accepted records, quarantine, ledger, notes."""
        input:
            files=[f"{WHOLE_SCHOOL_DATA}/{file.path}" for _, file in whole_school_files()],
            key=STUDENT_KEY,
        output:
            records=[f"results/validation/whole_schools/{table}.parquet" for table in WHOLE_SCHOOLS.readings],
            quarantine="results/validation/whole_schools/quarantine.parquet",
            ledger="results/validation/whole_schools/ledger.parquet",
            notes="results/validation/whole_schools/notes.parquet",
        log:
            "logs/validate_whole_schools/validate_whole_schools.log",
        benchmark:
            "logs/validate_whole_schools/validate_whole_schools.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=1500,
        params:
            first_path=whole_school_files()[0][1].path,
            tables=WHOLE_SCHOOLS.model_dump(),
            code=code("validate_whole_schools"),
        script:
            "../../scripts/validate_whole_schools.py"

    rule measure_whole_schools:
        """Make every yearly measure of the policy from the records of whole schools."""
        input:
            records=[f"results/validation/whole_schools/{table}.parquet" for table in WHOLE_SCHOOLS.readings],
            policy="results/intake_adjusted/policy.yaml",
        output:
            annual="results/intake_adjusted/annual.parquet",
            school_types="results/intake_adjusted/school_types.parquet",
            aim_branches="results/intake_adjusted/aim_branches.parquet",
            retention_sources="results/intake_adjusted/retention_sources.parquet",
        log:
            "logs/measure_whole_schools/measure_whole_schools.log",
        benchmark:
            "logs/measure_whole_schools/measure_whole_schools.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=1500,
        params:
            lower_c=WHOLE_SCHOOLS.lower_c,
            code=code("measure_whole_schools"),
        script:
            "../../scripts/measure_whole_schools.py"
