"""What is likely behind a rule that is broken, and the configuration key to change."""

import re
from collections.abc import Sequence

from valueadded.validation.mapping import section_of

# Rule: likely cause, and the key to change; {section} is that of the file's table.
ADVICE: dict[str, tuple[str, str]] = {
    # Records put aside.
    "fields_too_few": ("a footnote, a cut line, or a line break within a cell without quotes", "(the file)"),
    "fields_too_many": (
        "the separator within a cell without quotes, or a separator after the last column",
        "{section}.delimiter",
    ),
    "header_repeated": ("several files were joined with their headers", "(the file)"),
    "row_blank": ("empty lines between or below the records", "(the file)"),
    "student_id_missing": ("a total or footnote, or another column", "{section}.columns.student_id"),
    "school_id_missing": ("a total or footnote, or another column", "{section}.columns.school_id"),
    "teacher_id_missing": ("a class without a teacher, or another column", "{section}.columns.teacher_id"),
    "identifier_damaged": ("the file was opened and saved by a spreadsheet: export it again", "(the file)"),
    "identifier_is_date": ("the file was opened and saved by a spreadsheet: export it again", "(the file)"),
    "total_row": ("sums or means below the records", "(the file)"),
    "formula_like": ("a spreadsheet's formula, or a code for a missing value", "{section}.missing"),
    "spreadsheet_error": ("a formula that failed before the file was saved", "(the file)"),
    "year_not_a_number": ("a school year as text, or another column", "{section}.columns.calendar_year"),
    "year_outside_file": ("the file of another year under this name", "{section}.files"),
    "level_not_allowed": ("a year level as text, or one that is not tested", "validation.year_levels"),
    "domain_missing": ("another column holds the domain", "{section}.columns.domain"),
    "participation_unknown": ("a code that is not listed", "{section}.columns.participation.codes"),
    "score_not_a_number": ("a code or a note where a score should be", "{section}.missing"),
    "score_missing": (
        "a student who was not there is coded as present",
        "{section}.columns.participation",
    ),
    "score_out_of_range": (
        "a code for a missing score, another scale, or limits that are too narrow",
        "validation.score_minimum, validation.score_maximum, {section}.missing",
    ),
    "score_se_not_a_number": ("a code where a standard error should be", "{section}.missing"),
    "share_not_a_share": ("percentages, or a code for a missing share", "{section}.columns.share"),
    "prior_score_not_a_number": ("a code where a prior score should be", "{section}.missing"),
    "code_unknown": ("a code that is not listed", "{section}.columns"),
    "covariate_not_a_number": ("a code or a note where a number should be", "{section}.missing"),
    "covariate_code_unknown": ("a code that is not listed", "{section}.covariates"),
    "school_type_missing": ("a type that is not listed", "{section}.columns.school_type"),
    "students_not_a_number": ("a code where a number of students should be", "{section}.codes"),
    "text_missing": ("another column, or a row of another kind", "{section}.columns"),
    "value_not_a_number": ("a code or a note where a number should be", "{section}.codes, {section}.missing"),
    "value_missing": ("a record that was not filled in", "{section}.columns"),
    "value_not_whole": ("another column", "{section}.columns"),
    "value_out_of_range": ("another column or unit, or a code for a missing value", "{section}.missing"),
    "character_not_allowed": (
        "text copied from a web page, or a file decoded by another encoding than its own",
        "{section}.encoding",
    ),
    "conflicting_duplicate": ("corrections were added and the old rows left", "(the file)"),
    # Notes.
    "byte_order_mark": ("the file was saved as UTF-8 by a spreadsheet", "(nothing)"),
    "carriage_returns": ("the file was saved for old Macintosh computers", "(nothing)"),
    "mixed_line_ends": ("files from several systems were joined", "(the file)"),
    "line_breaks_in_cells": ("comments of several lines", "(nothing)"),
    "spaces_removed": ("columns of fixed width", "(nothing)"),
    "characters_made_plain": ("text copied from a web page, or East Asian keyboards", "(nothing)"),
    "letters_not_ascii": ("look-alike letters, or identifiers with accents", "(the file)"),
    "wrongly_decoded": ("UTF-8 text read as Windows-1252", "{section}.encoding"),
    "columns_not_read": (
        "columns the study does not need, or a name spelt otherwise",
        "{section}.columns",
    ),
    "participation_assumed": (
        "the column has another name, or does not exist",
        "{section}.columns.participation",
    ),
    "score_ignored": ("a score of 0 beside an absent student", "{section}.columns.participation.codes"),
    "zeros_lost": ("a part of the file went through a spreadsheet", "(the file)"),
    "identifier_like_date": ("a part of the file went through a spreadsheet", "(the file)"),
    "identifier_rounded": ("the file went through a spreadsheet", "(the file)"),
    "identifiers_alike": ("several systems write identifiers in several ways", "(the file)"),
    "score_like_code": ("a code for a missing score", "{section}.missing"),
    "scores_crowded": ("percentages or standard scores in place of scale points", "validation.score_maximum"),
    "scores_shift": ("a file on another scale, or a new scale", "cohorts.scale_eras"),
    "value_varies": ("a mistake in one of the rows, or a true change", "(the file)"),
    "several_levels": ("two students under one identifier, or a move within the year", "(the file)"),
    "repeats_merged": ("a part of the file was added twice", "(the file)"),
    "outside_study": (
        "a domain spelt otherwise, or years and year levels the study leaves out",
        "study.domains, study.tested_years, cohorts.prior_level, cohorts.outcome_level",
    ),
    # Refusals.
    "file_missing": ("a name spelt otherwise, or another folder", "data_folder, {section}.files"),
    "file_empty": ("an export that failed", "(the file)"),
    "file_damaged": ("a download that broke off, or a wrong name", "(the file)"),
    "type_unknown": ("a type that is not read: save it as .csv or .xlsx", "{section}.files"),
    "another_type": ("a file with a wrong name", "{section}.files"),
    "encoding_unknown": ("a name spelt otherwise", "{section}.encoding"),
    "encoding_wrong": ("the file comes from another system than was thought", "{section}.encoding"),
    "separator_line": ("a file written for a spreadsheet", "{section}.delimiter"),
    "header_blank": ("empty lines above the header", "(the file)"),
    "header_nul": ("a file in utf-16 without its mark", "{section}.encoding"),
    "header_repeats": ("a title above the header, or a table joined to itself", "(the file)"),
    "header_only": ("an export without records", "(the file)"),
    "columns_missing": ("a column of another name, or another separator", "{section}.columns"),
    "last_line_unfinished": ("a copy or a download that broke off", "(the file)"),
    "quotation_open": ("a quotation mark within a cell", "(the file)"),
    "quotation_swallows_lines": ("a quotation mark within a cell", "(the file)"),
    "text_unreadable": ("another separator, or no text at all", "{section}.delimiter"),
    "lines_lost": ("line ends that the reader does not know", "(the file)"),
    "same_content": ("one file saved under two names", "{section}.files"),
    "record_in_two_files": ("a file for several years beside one for each year", "{section}"),
    "no_score_left": (
        "domains, years or year levels spelt otherwise than in the files",
        "layered.domains, layered.years, layered.year_levels",
    ),
    "id_map_faulty": ("a school that was merged with two others, or a slip", "{section}.id_map"),
    "school_types_differ": ("one of the files is out of date", "{section}.columns.school_type"),
    "school_types_lacking": ("a column of another name", "{section}.columns.school_type"),
}

# What the form of a value that should be a number says, by pattern; the first that fits.
FORMS = {
    r"[-+]?9{1,3}(,9{3})+(\.9+)?": "commas between thousands: export numbers without them",
    r"[-+]?9+,9+": "a comma in place of the decimal point: export numbers with a point",
    r"[-+]?9+([.,]9+)? ?%": "a percent sign: export plain numbers",
    r"#\S+": "a spreadsheet's error",
    r"A+9*|-+|\*+|\?+": "a code or a word for a missing value",
}
NUMBERS = (
    "score_not_a_number",
    "score_se_not_a_number",
    "prior_score_not_a_number",
    "covariate_not_a_number",
    "share_not_a_share",
    "students_not_a_number",
    "value_not_a_number",
)


def likely_cause(rule: str, forms: Sequence[str]) -> str:
    """Return the likely cause in words; `forms` are masked values, which may say more than the rule."""
    if rule in NUMBERS and forms:
        for pattern, words in FORMS.items():
            if all(re.fullmatch(pattern, form) for form in forms):
                return words
    return ADVICE.get(rule, ("", ""))[0]


def key_to_change(rule: str, table: str) -> str:
    """Return the configuration key to change; "(the file)" where it is the file that must be mended."""
    if rule == "outside_study" and table.startswith("teacher_"):
        return "layered.domains, layered.years, layered.year_levels"
    return ADVICE.get(rule, ("", ""))[1].format(section=section_of(table or "assessments"))
