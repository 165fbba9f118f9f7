"""Every code with a sentence for the people who must mend the file.

REASONS : why a record is put aside
NOTES : what was noticed about a file whose records were accepted all the same
REFUSALS : why a file is refused as a whole
"""

REASONS: dict[str, str] = {
    "fields_too_few": "The line has fewer fields than the header.",
    "fields_too_many": "The line has more fields than the header.",
    "header_repeated": "The row repeats the column names: two files were pasted into one.",
    "row_blank": "The row is empty in every column that is read.",
    "student_id_missing": "There is no student identifier.",
    "school_id_missing": "There is no school identifier.",
    "teacher_id_missing": "There is no teacher identifier.",
    "identifier_damaged": (
        "An identifier is written as a rounded number such as 1.2E+11: a spreadsheet or a number column has"
        " lost its last digits."
    ),
    "identifier_is_date": (
        "An identifier is written as a date such as 3-Apr: a spreadsheet has turned a code such as 3-4 into"
        " one."
    ),
    "total_row": "An identifier is a word such as Total: the row is a sum or a mean of others.",
    "formula_like": (
        "An identifier begins with =, +, - or @: it is a spreadsheet's formula or a code for a missing value."
    ),
    "spreadsheet_error": "A text is a spreadsheet's error such as #N/A or #REF!.",
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
    "character_not_allowed": (
        "A text holds a line break, a NUL, an invisible character or one that stands for damage (U+FFFD)."
    ),
    "conflicting_duplicate": (
        "Several rows have the same key and different values; none of them can be trusted."
    ),
}

NOTES: dict[str, str] = {
    "byte_order_mark": "The file begins with a byte order mark, which was removed.",
    "carriage_returns": "The lines end with a carriage return alone, as from old Macintosh programs.",
    "mixed_line_ends": "The lines do not all end alike: parts of several files may have been joined.",
    "line_breaks_in_cells": "Cells hold line breaks between quotation marks; a row is not always a line.",
    "spaces_removed": "Spaces before or after a value were removed.",
    "characters_made_plain": (
        "Characters that look like plain ones, such as no-break spaces and full-width digits, became plain."
    ),
    "letters_not_ascii": "An identifier has letters or signs outside ASCII, which may look like others.",
    "wrongly_decoded": (
        "Texts hold what an accented letter becomes when another encoding than the file's own is named."
    ),
    "columns_not_read": "The file has columns that nothing in the configuration reads.",
    "participation_assumed": (
        "The file has no participation column: who has a score counts as present, who has none as absent."
    ),
    "score_ignored": "Students who were not present have a score in the file, which is not used.",
    "zeros_lost": (
        "Some identifiers begin with zeros and others are shorter: a spreadsheet may have cut off zeros."
    ),
    "identifier_like_date": (
        "Among identifiers of another form are whole numbers such as 45123, as a spreadsheet keeps dates."
    ),
    "identifier_rounded": (
        "Identifiers have more than 15 digits, and too many have zeros from the sixteenth on, as a"
        " spreadsheet leaves them."
    ),
    "identifiers_alike": "Identifiers differ in leading zeros, capitals or punctuation only.",
    "score_like_code": "The lowest or highest score stands apart and is a usual code for a missing value.",
    "scores_crowded": "All scores lie in a small part of the possible range; they may be of another scale.",
    "scores_shift": "The scores of one year have another centre or spread than those of other years.",
    "value_varies": "A characteristic of one student differs between rows.",
    "several_levels": "Students have records of several year levels in one calendar year.",
    "repeats_merged": "Rows repeat an earlier one in everything that is read; each counts once.",
    "outside_study": "Records are of years, year levels or domains that the study does not use.",
}

REFUSALS: dict[str, str] = {
    "file_missing": "There is no such file.",
    "file_empty": "The file is empty.",
    "file_damaged": "The file is cut off or damaged, or is not what its name says.",
    "type_unknown": "The type of the file is not one that is read.",
    "another_type": "The name says text, and the file is something else.",
    "encoding_unknown": "The configuration names an encoding that does not exist.",
    "encoding_wrong": "The file is not written in the encoding that the configuration names.",
    "separator_line": "The first line tells a spreadsheet the separator; the column names should be there.",
    "header_blank": "The first line is blank; the column names should be there.",
    "header_nul": "The first line holds NUL characters, as in a file of two bytes a character.",
    "header_repeats": "Two columns have the same name, or several have none.",
    "header_only": "There is a header and no row.",
    "columns_missing": "A column that the configuration names is not in the file.",
    "last_line_unfinished": "The last line has no line end, so the file may be cut off.",
    "quotation_open": "A quotation mark is opened and never closed.",
    "quotation_swallows_lines": "Between two quotation marks there are whole rows.",
    "text_unreadable": "The file cannot be split into rows and columns.",
    "lines_lost": "The rows read are not as many as the lines in the file.",
    "same_content": "Two files of one table have the same content.",
    "record_in_two_files": "Two files hold the same record of whole schools.",
    "no_score_left": "No score of the domains, years and year levels of the layered models is left.",
    "id_map_faulty": (
        "The file of changed identifiers has a gap, gives one identifier two followers, or leads in a circle."
    ),
    "school_types_differ": "Two rows give one school different types in one year.",
    "school_types_lacking": "No file says of what type a school is.",
}
