include: "student_key_files.smk"
include: "student_key.smk"


INPUT_FILES = [(table, file) for table in TABLES + TEACHER_TABLES for file in files_of(table)]
VALIDATED = [f"{table}/{file.key}" for table, file in INPUT_FILES]
VALIDATED += ["school_values"] if settings.input.school_values else []
VALIDATED += ["whole_schools"] if WHOLE_SCHOOLS else []

# Records of assessments are parted by year level too.
PART_ENDINGS = {"assessments": [f"-{level}" for level in LEVELS]}

missing_files = [
    f"{DATA}/{file.path} (input.{table}.files)"
    for table, file in INPUT_FILES
    if not GENERATED and not Path(DATA, file.path).is_file()
]
missing_files += [
    f"{WHOLE_SCHOOL_DATA}/{file.path} (input.whole_schools.{table}.files)"
    for table, file in whole_school_files()
    if not settings.synthetic_whole_schools and not Path(WHOLE_SCHOOL_DATA, file.path).is_file()
]
# Values of schools are never generated.
missing_files += [
    f"{FOLDER}/{path} (input.school_values.{place})"
    for place, file in enumerate(settings.input.school_values)
    for path in [file.path, *([file.id_map.path] if file.id_map else [])]
    if not Path(FOLDER, path).is_file()
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
            key=student_key(table),
        output:
            parts=[
                f"results/validation/{table}/{file.key}/{year}{ending}.parquet"
                for year in years_of(table, file)
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
            validation=validation_of(table),
            study={"years": years_of(table, file), **used_of(table)},
            code=code("validate_file"),
        script:
            "../../scripts/validate_file.py"


rule gather_validation:
    """Gather the quarantine, ledger and notes of every input file; nothing depends on them."""
    input:
        quarantines=[f"results/validation/{part}/quarantine.parquet" for part in VALIDATED],
        ledgers=[f"results/validation/{part}/ledger.parquet" for part in VALIDATED],
        notes=[f"results/validation/{part}/notes.parquet" for part in VALIDATED],
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
