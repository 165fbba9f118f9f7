"""Contracts of the data behind the figures of the layered models."""

from valueadded.contracts.columns import contract, flag, number, text, whole
from valueadded.contracts.layered import LAYERS, PERIOD, of_model

TEACHER_NAME = "teacher; missing unless `layered.publish_teachers` lets figures name teachers"

TEACHER_CATERPILLAR = contract(
    "teacher_caterpillar",
    "Teachers' effects of one model in rank order, by year and year level. Effects that are not value added "
    "are withheld: such a row counts the teacher.",
    {
        **of_model(),
        "domain": text("domain taught"),
        "year": whole("calendar year of the teaching", "year"),
        "year_level": whole("year level of the students taught", "year level"),
        "rank": whole(
            "place in the order of effects, 1 the lowest; a number where withheld", "rank", at_least=1
        ),
        "teacher_id": text(TEACHER_NAME, missing=True),
        "effect": number("shrunken effect", "scale points", missing=True),
        "lower": number("lower end of the interval", "scale points", missing=True),
        "upper": number("upper end of the interval", "scale points", missing=True),
        "separation": text("where the interval lies", among=("below", "not_separated", "above", "withheld")),
    },
    key=["domain", "year", "year_level", "rank"],
)

REVISED_EFFECTS = contract(
    "revised_effects",
    "First effects of teachers and the effects revised by later scores, as drawn.",
    {
        **of_model(),
        "domain": text("domain taught"),
        "number": whole("of the teacher in the order of first effects", "number", at_least=1),
        "teacher_id": text(TEACHER_NAME, missing=True),
        "year": whole("calendar year of the teaching", "year"),
        "first_effect": number("from the scores up to the period of the effect", "scale points"),
        "revised_effect": number("from all scores", "scale points"),
        "statistic": number("change over its standard error", "ratio", missing=True),
        "look": text(
            "a pulse up or down (the revised effect is higher or lower), none, or level: no earlier test",
            among=("level", "none", "up", "down"),
        ),
    },
    key=["model", "domain", "number"],
)

WEIGHT_MAP = contract(
    "weight_map",
    "Which scores count how much in one teacher's effect. Students are numbers, summed where without room.",
    {
        **of_model(),
        "teacher_id": text(TEACHER_NAME, missing=True),
        "teacher_domain": text("domain of the effect"),
        "teacher_year": whole("calendar year of the effect", "year"),
        "group": text(
            "students of the teacher, other students, and those of them who are summed",
            among=("taught", "others", "summed"),
        ),
        "place": whole("of the student in the group, from the top; 1 for those summed", "place", at_least=1),
        "domain": text("domain of the score"),
        "year": whole("calendar year of the score", "year"),
        "n_students": whole("students behind the row", "students", at_least=1),
        "weight": number("of the deviation of the score in the effect; their sum where summed", "ratio"),
        "contribution": number("weight x deviation; the sum over all rows is the effect", "scale points"),
        "value_added": flag("students of the effect were tested before; otherwise it is their level"),
    },
    key=["teacher_domain", "teacher_year", "group", "place", "domain", "year"],
)

TRACK_GRAPH = contract(
    "track_graph",
    "Teachers as points, by year level and track, and how many students they passed to which next teacher: "
    "a row for each line, and for each teacher without one.",
    {
        "domain": text("domain taught"),
        "line": whole("number of the line or of the point", "number", at_least=1),
        "component": whole("group of effects connected by students", "number", at_least=1),
        "stage": whole("year level of the teaching", "year level"),
        "place": number("height of the teacher", "teachers"),
        "next_stage": number(
            "year level of the next teaching; missing for a point", "year level", missing=True
        ),
        "next_place": number("height of the next teacher; missing for a point", "teachers", missing=True),
        "n_students": whole("students passed on", "students", at_least=0),
        "n_components": whole("tracks in the domain, drawn or not", "tracks", at_least=1),
        "n_teachers": whole("teachers in the domain, drawn or not", "teachers", at_least=1),
    },
    key=["domain", "line"],
)

PERSISTENCE_BY_LAG = contract(
    "persistence_by_lag",
    "Part of an effect that acts on later scores, as drawn.",
    {
        **of_model(),
        "layer": text("whose effects", among=LAYERS),
        "domain": text("domain"),
        "period": whole(f"of the teaching: {PERIOD}", "year"),
        "score_period": whole(f"of the later score: {PERIOD}", "year"),
        "lag": whole("periods between the two", "periods", at_least=1),
        "persistence": number("part that acts", "ratio"),
        "lower": number("lower end of its interval", "ratio", missing=True),
        "upper": number("upper end of its interval", "ratio", missing=True),
        "estimated": flag("estimated, not given by the model"),
    },
    key=["model", "layer", "domain", "period", "score_period"],
)
