"""Contract of the truth planted in a synthetic cohort with teachers."""

from valueadded.contracts.columns import contract, number, text, whole

TRUTH_TEACHERS = contract(
    "truth_teachers",
    "True effects of the teachers of a synthetic cohort, of all who taught a part of somebody.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the teaching", "year"),
        "teacher_id": text("teacher"),
        "school_id": text("school of the teacher"),
        "track": whole("group of schools within which students move", "track", at_least=1),
        "year_level": whole("year level taught", "year level", at_least=0),
        "n_students": whole("students taught, alone or with another", "students", at_least=1),
        "n_scores": whole("of these, students with a score in that year", "students", at_least=0),
        "mean_omitted": number(
            "mean of the omitted variable over the students taught, by share", "standard deviations"
        ),
        "effect": number("true effect on the scores of that year", "scale points"),
    },
    key=["domain", "year", "teacher_id"],
)
