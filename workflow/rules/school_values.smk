# Ready-made yearly values of schools, where there are no records to make them from.

if settings.input.school_values:

    rule read_school_values:
        """Read yearly values of schools: every cell ends as a value, or missing with a reason."""
        input:
            values=[f"{FOLDER}/{file.path}" for file in settings.input.school_values],
            id_maps=[f"{FOLDER}/{file.id_map.path}" for file in settings.input.school_values if file.id_map],
        output:
            annual="results/intake_adjusted/annual.parquet",
            school_types="results/intake_adjusted/school_types.parquet",
            value_reasons="results/intake_adjusted/value_reasons.parquet",
            value_account="results/intake_adjusted/value_account.parquet",
            values="results/validation/school_values/values.parquet",
            quarantine="results/validation/school_values/quarantine.parquet",
            ledger="results/validation/school_values/ledger.parquet",
            notes="results/validation/school_values/notes.parquet",
        log:
            "logs/read_school_values/read_school_values.log",
        benchmark:
            "logs/read_school_values/read_school_values.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=1500,
        params:
            first_path=settings.input.school_values[0].path,
            files=[file.model_dump() for file in settings.input.school_values],
            code=code("read_school_values"),
        script:
            "../../scripts/read_school_values.py"
