# The key that student identifiers are hashed with, in the first step that reads them.

STUDENT_FILES = bool({*TABLES, *TEACHER_TABLES} - {"schools"}) or bool(WHOLE_SCHOOLS)
# Invented identifiers are no secret.
INVENTED = (GENERATED or not TABLES + TEACHER_TABLES) and (
    not WHOLE_SCHOOLS or settings.synthetic_whole_schools is not None
)
FIXED_KEY = settings.input.student_key == "fixed" or (INVENTED and settings.input.student_key is None)
NAMED_KEY = (
    str(Path(settings.input.student_key).expanduser()) if settings.input.student_key and not FIXED_KEY else ""
)
STUDENT_KEY = NAMED_KEY or "results/validation/student.key"
KEY_MARK = "results/validation/student_key.txt"


def student_key(table):
    """Key file of a table with students; none of schools."""
    return [] if table == "schools" else [STUDENT_KEY]


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
