"""Contracts of what stands beside the layered effects: tracks, weights, revisions, comparators, findings."""

from valueadded.contracts.columns import contract, flag, number, text, whole
from valueadded.contracts.layered import EFFECT, of_model, of_place, of_teacher

LAYERED_TRACKS = contract(
    "layered_tracks",
    "Groups of effects that no student connects, directly or through others. Within a group the students "
    "compare the teachers, between groups only the overall means do.",
    {
        "component": whole("number of the group", "number", at_least=1),
        "n_effects": whole("effects", "effects", at_least=1),
        "n_teachers": whole("teachers", "teachers", at_least=0),
        "n_students": whole("students with a teacher of the group", "students", at_least=0),
        "first_year": whole("first calendar year of teaching", "year"),
        "last_year": whole("last calendar year of teaching", "year"),
        "domains": text("domains, joined by commas"),
    },
    key=["component"],
)

LAYERED_TRACK_LINKS = contract(
    "layered_track_links",
    "Which teachers passed students to which: students of a teacher who next had the other.",
    {
        **of_teacher(),
        "year_level": whole("year level of the students then", "year level"),
        "next_teacher_id": text("teacher whom they had next"),
        "next_year": whole("calendar year of that teaching", "year"),
        "next_year_level": whole("year level of the students then", "year level"),
        "n_students": whole("students who had both", "students", at_least=1),
        "component": whole("group of effects connected by students", "number", at_least=1),
    },
    key=["domain", "year", "year_level", "teacher_id", "next_year", "next_year_level", "next_teacher_id"],
)

LAYERED_WEIGHTS = contract(
    "layered_weights",
    "Which score counts how much in the effects of the teachers that `layered.weights_of` names. "
    "Confidential: a row is a student.",
    {
        **of_model(),
        "teacher_id": text("teacher"),
        "teacher_domain": text("domain of the effect"),
        "teacher_year": whole("calendar year of the effect", "year"),
        "teacher_year_level": whole("year level of the effect", "year level"),
        "student_id": text("student whose score counts"),
        "domain": text("domain of the score"),
        "year": whole("calendar year of the score", "year"),
        "year_level": whole("year level of the score", "year level"),
        "taught": flag("the student had the teacher in that domain, year and year level of the effect"),
        "deviation": number("score less its fixed part", "scale points"),
        "weight": number("of this deviation in the effect", "ratio"),
        "contribution": number("their product; the sum over scores is the effect", "scale points"),
        "value_added": flag("students of the effect were tested before; otherwise it is their level"),
    },
    key=[
        *("model", "teacher_id", "teacher_domain", "teacher_year", "teacher_year_level"),
        *("student_id", "domain", "year"),
    ],
)

LAYERED_REVISIONS = contract(
    "layered_revisions",
    "Effects from the scores up to their period, and from all scores. Under the model the change over its "
    "standard error is standard normal; a large one speaks of something that touched one year only.",
    {
        **of_model(),
        **of_teacher(),
        "first_effect": number("from the scores up to the period of the effect", "scale points"),
        "revised_effect": number("from all scores", "scale points"),
        "change": number("revised less first effect", "scale points"),
        "std_error": number(
            "of the change; missing where no later score touches the effect",
            "scale points",
            at_least=0,
            missing=True,
        ),
        "statistic": number("change over its standard error", "ratio", missing=True),
        "pulse": flag("the statistic is beyond its critical value"),
        "value_added": flag("the students were tested before"),
        **of_place(),
    },
    key=EFFECT,
)

LAYERED_COMPARATORS = contract(
    "layered_comparators",
    "Simpler measures of the same teachers. Gains and adjusted means leave out students without the score "
    "one period before.",
    {
        **of_teacher(),
        "n_students": whole("students with a score", "students", at_least=1),
        "mean_score": number("mean score", "scale points"),
        "n_gains": whole("students with the score one period before", "students", at_least=0),
        "mean_gain": number("mean of score less that score", "scale points", missing=True),
        "adjusted_mean": number(
            "mean residual of the score on that score, the slope pooled within teachers",
            "scale points",
            missing=True,
        ),
        "year_level": whole("year level of the students", "year level"),
    },
    key=["domain", "year", "year_level", "teacher_id"],
)

LAYERED_FINDINGS = contract(
    "layered_findings",
    "What was found among scores and teachers that a reader should know, and what became of it.",
    {
        "finding": text("code; docs/data-dictionary.md has a sentence for each"),
        "count": whole("how many", "as `unit` says", at_least=0),
        "unit": text("what is counted"),
        "outcome": text("what became of it, in words"),
    },
    key=["finding"],
)
