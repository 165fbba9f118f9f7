# Which key student identifiers are hashed with, and where it lies.

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
