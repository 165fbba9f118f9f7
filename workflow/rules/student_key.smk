# The key that student identifiers are hashed with, in the first step that reads them.

if STUDENT_FILES:

    rule mark_student_key:
        """Make the key of student identifiers where none is named, and write down which key the run has."""
        input:
            [NAMED_KEY] if NAMED_KEY else [],
        output:
            # A key made for the run is deleted once every file has been read.
            made=[] if NAMED_KEY else [STUDENT_KEY if FIXED_KEY else temp(STUDENT_KEY)],
            mark=KEY_MARK,
        log:
            "logs/mark_student_key/mark_student_key.log",
        benchmark:
            "logs/mark_student_key/mark_student_key.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=300,
        params:
            fixed=FIXED_KEY,
            code=code("mark_student_key"),
        script:
            "../../scripts/mark_student_key.py"
