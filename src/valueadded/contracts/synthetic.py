"""Contracts of the truth planted in a synthetic state."""

from valueadded.contracts.columns import contract, number, text, whole

TRUTH_SCHOOLS = contract(
    "truth_schools",
    "True school effects, given the observed prior score and intake.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "school_id": text("school of the outcome year"),
        "effect": number(
            "true effect around the system's mean of that year (each school counts once)", "scale points"
        ),
        "location": number(
            "effect plus drift: the school seen from the line of the first cohort", "scale points"
        ),
        "log_variance": number(
            "true effect on the log of the residual variance, the same in every year", "log variance"
        ),
    },
    key=["domain", "year", "school_id"],
)

TRUTH_SYSTEM = contract(
    "truth_system",
    "The true drift, and the line of the outcome on the observed prior and intake, the same every year.",
    {
        "domain": text("tested domain"),
        "year": whole("calendar year of the outcome", "year"),
        "drift": number("movement since the first outcome year whose prior year was tested", "scale points"),
        "school_sd": number("standard deviation of true school effects", "scale points", at_least=0),
        "residual_sd": number("standard deviation of student residuals", "scale points", at_least=0),
        "prior_centre": number("centre of the standardised prior of this line", "scale points"),
        "prior_scale": number("scale of the standardised prior of this line", "scale points", at_least=0),
        "intercept": number("outcome at the prior centre, all else 0, without drift", "scale points"),
        "prior_standard": number("coefficient of the standardised prior", "scale points"),
        "prior_standard_2": number("coefficient of its square", "scale points"),
        "female": number("coefficient of being a girl", "scale points"),
        "indigenous": number("coefficient of being Indigenous", "scale points"),
        "esl": number("coefficient of English as a second language", "scale points"),
        "school_mean_prior": number("coefficient of the school's mean standardised prior", "scale points"),
    },
    key=["domain", "year"],
)

TRUTH_DEFECTS = contract(
    "truth_defects",
    "Every deliberately defective row of the synthetic files and why it is one.",
    {
        "source_file": text("name of the file"),
        "table": text("input table the file is read as"),
        "source_row": whole("row of the file, the first data row being 1", "row", at_least=1),
        "reason": text("reason code of the quarantine; `exact_duplicate` for a row that is merged"),
    },
    key=["table", "source_file", "source_row"],
)

TRUTH_TWIN_SCHOOLS = contract(
    "truth_twin_schools",
    "True school effects of the synthetic twin.",
    {
        "school_id": text("school"),
        "n_students": whole("students of the cohort", "students", at_least=1),
        "intercept": number(
            "effect on the mean of a student with prior score 0", "score standard deviations"
        ),
        "slope": number("effect on the slope of the prior score", "score per prior standard deviation"),
        "log_variance": number("effect on the log of the residual variance", "log variance"),
    },
    key=["school_id"],
)

TRUTH_TWIN_COEFFICIENTS = contract(
    "truth_twin_coefficients",
    "True coefficients of the synthetic twin, as Model 8 names them.",
    {
        "function": text("what the term belongs to", among=("mean", "log_variance")),
        "term": text("term, a category against that of reference"),
        "value": number("true coefficient", "score standard deviations, or log variance, for one unit"),
    },
    key=["function", "term"],
)

TRUTH_WHOLE_SCHOOLS = contract(
    "truth_whole_schools",
    "Planted yearly outcomes of the synthetic whole schools; percentages before students are counted.",
    {
        "outcome": text("outcome of the registry"),
        "school_id": text("school"),
        "calendar_year": whole("calendar year of the outcome", "year"),
        "value": number("planted yearly value", "as measured"),
        "residual": number("planted difference from what the intake says", "as measured"),
    },
    key=["outcome", "school_id", "calendar_year"],
)

TRUTH_WHOLE_SCHOOL_COEFFICIENTS = contract(
    "truth_whole_school_coefficients",
    "Planted coefficients of the synthetic whole schools, for one unit of a measure as it enters.",
    {
        "outcome": text("outcome of the registry"),
        "measure": text("intake measure of the registry"),
        "coefficient": number(
            "planted difference of the outcome; of a composite for one unit of the planted one, whose tests"
            " are standardised by fixed numbers",
            "as measured, for one unit",
        ),
    },
    key=["outcome", "measure"],
)
