LEVELS = sorted({settings.cohorts.prior_level, settings.cohorts.outcome_level})
INPUT_FILES = [(table, file) for table in TABLES for file in files_of(table)]

# Records of assessments are parted by year level too.
PART_ENDINGS = {"assessments": [f"-{level}" for level in LEVELS]}

missing_files = [
    f"{DATA}/{file.path} (input.{table}.files)"
    for table, file in INPUT_FILES
    if not GENERATED and not Path(DATA, file.path).is_file()
]
if missing_files:
    raise WorkflowError(
        "Input files are missing; expected them in the folder that data_folder or VALUEADDED_DATA names:\n  "
        + "\n  ".join(missing_files)
    )


for table, file in INPUT_FILES:

    rule:
        """Validate one input file: accepted records in parts, quarantine, ledger, notes."""
        name:
            f"validate_file_{table}_{file.key}"
        input:
            source=f"{DATA}/{file.path}",
        output:
            parts=[
                f"results/validation/{table}/{file.key}/{year}{ending}.parquet"
                for year in years_of(file)
                for ending in PART_ENDINGS.get(table, [""])
            ],
            outside_study=f"results/validation/{table}/{file.key}/outside_study.parquet",
            quarantine=f"results/validation/{table}/{file.key}/quarantine.parquet",
            ledger=f"results/validation/{table}/{file.key}/ledger.parquet",
            notes=f"results/validation/{table}/{file.key}/notes.parquet",
        log:
            f"logs/validate_file/{table}-{file.key}.log",
        benchmark:
            f"logs/validate_file/{table}-{file.key}.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=1500,
        params:
            table=table,
            # The other files of the table are left out, so that their change does not rerun this job.
            reading=getattr(settings.input, table).model_copy(update={"files": [file]}).model_dump(),
            validation=section("validation"),
            study={"years": years_of(file), "levels": LEVELS, "domains": DOMAINS},
            code=code("validate_file"),
        script:
            "../../scripts/validate_file.py"


rule gather_validation:
    """Gather the quarantine, ledger and notes of every input file; nothing depends on them."""
    input:
        quarantines=[
            f"results/validation/{table}/{file.key}/quarantine.parquet" for table, file in INPUT_FILES
        ],
        ledgers=[f"results/validation/{table}/{file.key}/ledger.parquet" for table, file in INPUT_FILES],
        notes=[f"results/validation/{table}/{file.key}/notes.parquet" for table, file in INPUT_FILES],
    output:
        quarantine="results/validation/quarantine.parquet",
        ledger="results/validation/ledger.parquet",
        notes="results/validation/notes.parquet",
    log:
        "logs/gather_validation/gather_validation.log",
    benchmark:
        "logs/gather_validation/gather_validation.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=800,
    params:
        code=code("gather_validation"),
    script:
        "../../scripts/gather_validation.py"
