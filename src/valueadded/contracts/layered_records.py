"""Contracts of what the layered models read: what students scored, and who taught them."""

from valueadded.contracts.columns import contract, number, text, whole

# In `teacher_links`: the teacher of every domain.
EVERY_DOMAIN = "all"

TEACHER_SCORES = contract(
    "teacher_scores",
    "Accepted scores of the layered models, one part for each input file and calendar year; covariates "
    "follow. A row without a score says that the student was taught that year and not tested.",
    {
        "student_id": text("student identifier, kept as text"),
        "calendar_year": whole("calendar year of the test", "year"),
        "year_level": whole("school year level of the student", "year level"),
        "domain": text("tested domain, for example reading"),
        "score": number("test score; missing where there is none", "scale points", missing=True),
        "school_id": text("school of the student that year, where the file has it", missing=True),
        "source_row": whole("row of the source file, the first data row being 1", "row", at_least=1),
    },
    key=["student_id", "domain", "calendar_year"],
)

TEACHER_LINKS = contract(
    "teacher_links",
    "Accepted links of students and teachers, one part for each input file and calendar year. Several links "
    "of one student, domain and year are team teaching.",
    {
        "student_id": text("student identifier, kept as text"),
        "calendar_year": whole("calendar year of the teaching", "year"),
        "domain": text(f"domain taught; `{EVERY_DOMAIN}` for a teacher of every domain"),
        "teacher_id": text("teacher identifier, kept as text"),
        "share": number(
            "part of the student's teaching; without one, the teachers of a student share equally",
            "0 to 1",
            at_least=0,
            at_most=1,
            missing=True,
        ),
        "source_row": whole("row of the source file, the first data row being 1", "row", at_least=1),
    },
    key=["student_id", "domain", "calendar_year", "teacher_id"],
)

LAYERED_SCORES = contract(
    "layered_scores",
    "Scores that the layered models are fitted to; covariates follow.",
    {
        "student_id": text("student identifier, kept as text"),
        "domain": text("tested domain"),
        "year": whole("calendar year of the test", "year"),
        "year_level": whole("school year level of the student", "year level"),
        "period": whole("year level, or calendar year, as `layered.time` says", "year"),
        "cohort": whole("calendar year less year level", "year"),
        "score": number("test score; missing where there is none", "scale points", missing=True),
        "school_id": text("school of the student that year, where the file has it", missing=True),
    },
    key=["student_id", "domain", "year"],
)

LAYERED_LINKS = contract(
    "layered_links",
    "Links of these scores and teachers, every domain written out; shares of a score add up to at most 1.",
    {
        "student_id": text("student identifier, kept as text"),
        "domain": text("domain taught"),
        "year": whole("calendar year of the teaching", "year"),
        "teacher_id": text("teacher identifier, kept as text"),
        "share": number("part of the student's teaching", "0 to 1", at_least=0, at_most=1),
    },
    key=["student_id", "domain", "year", "teacher_id"],
)
