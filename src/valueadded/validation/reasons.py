"""Why a record is put aside: every reason code with a sentence for the people who must mend the file."""

REASONS: dict[str, str] = {
    "fields_too_few": "The line has fewer fields than the header.",
    "fields_too_many": "The line has more fields than the header.",
    "row_blank": "The row is empty in every column that is read.",
    "student_id_missing": "There is no student identifier.",
    "school_id_missing": "There is no school identifier.",
    "teacher_id_missing": "There is no teacher identifier.",
    "identifier_damaged": (
        "An identifier is written as a rounded number such as 1.2E+11: a spreadsheet or a number column has"
        " lost its last digits."
    ),
    "year_not_a_number": "The calendar year is missing or is not a whole number from 1900 to 2100.",
    "year_outside_file": "The calendar year is not the one year this file may hold.",
    "level_not_allowed": "The year level is missing or is not one of the year levels a record may have.",
    "domain_missing": "There is no tested domain.",
    "participation_unknown": "The participation code is missing or is not one of the known codes.",
    "score_not_a_number": "The student was present, and the score is not a plain number.",
    "score_missing": "The student was present, and there is no score.",
    "score_out_of_range": "The score is below the lowest or above the highest possible score.",
    "score_se_not_a_number": "The standard error of the score is not a plain number, or is negative.",
    "share_not_a_share": ("The share of a teacher is not a plain number, or not above 0 and at most 1."),
    "prior_score_not_a_number": "The prior score is not a plain number.",
    "code_unknown": "A value is not among the codes of its column.",
    "covariate_not_a_number": "A covariate that should be a number is not a plain number.",
    "covariate_code_unknown": "A covariate's value is not among its codes.",
    "school_type_missing": "A file with school types has none in this row.",
    "students_not_a_number": (
        "The number of students behind a school's value is neither a plain number of 0 or more nor a code."
    ),
    "text_missing": "A text of a record of whole schools is missing.",
    "value_not_a_number": "A value that should be a number is not a plain number.",
    "value_missing": "A number of a record of whole schools is missing.",
    "value_not_whole": "A number of a record of whole schools should be whole and is not.",
    "value_out_of_range": (
        "A number of a record of whole schools is outside its possible range: a percentage over 100,"
        " enrolments of 0, a year level that does not exist."
    ),
    "character_not_allowed": "A text holds a line break, a NUL or another control character.",
    "conflicting_duplicate": (
        "Several rows have the same key and different values; none of them can be trusted."
    ),
}
