"""Contracts of the input tables, as accepted, and of what validation says about the rest."""

from valueadded.contracts import layered_records
from valueadded.contracts.columns import PARTICIPATION, contract, number, text, whole
from valueadded.contracts.whole_school_records import WHOLE_SCHOOL_TABLES

ASSESSMENTS = contract(
    "assessments",
    "Accepted test records, a part for each input file, calendar year and year level; covariates follow.",
    {
        "student_id": text("student identifier, kept as text"),
        "school_id": text("identifier of the school where the test was sat, kept as text"),
        "calendar_year": whole("calendar year of the test", "year"),
        "year_level": whole("school year level of the student", "year level"),
        "domain": text("tested domain, for example reading"),
        "participation": text("participation code", among=PARTICIPATION),
        "score": number("test score; missing unless the student was present", "scale points", missing=True),
        "score_se": number("standard error of the score", "scale points", at_least=0, missing=True),
        "source_row": whole("row of the source file, the first data row being 1", "row", at_least=1),
    },
    # Two records of one student in one level are a finding for matching, not a fault of the file.
    key=["source_row", "domain"],
)

STUDENTS = contract(
    "students",
    "Accepted student characteristics, one part for each input file and calendar year; covariates follow.",
    {
        "student_id": text("student identifier, kept as text"),
        "calendar_year": whole("calendar year the characteristics belong to", "year"),
    },
    key=["student_id", "calendar_year"],
)

SCHOOLS = contract(
    "schools",
    "Accepted school characteristics, one part for each input file and calendar year; covariates follow.",
    {
        "school_id": text("school identifier, kept as text"),
        "calendar_year": whole("calendar year the characteristics belong to", "year"),
    },
    key=["school_id", "calendar_year"],
)

MATCHED = contract(
    "matched",
    "Accepted records of files that come already matched: outcome and prior side by side; covariates follow.",
    {
        "student_id": text("student identifier, kept as text"),
        "school_id": text("school of the outcome year, kept as text"),
        "year": whole("calendar year of the outcome", "year"),
        "domain": text("tested domain"),
        "score": number("outcome score", "scale points"),
        "prior_score": number("prior score, where the file has one", "scale points", missing=True),
        "prior_school_id": text("school at the prior test, where the file has it", missing=True),
        "source_row": whole("row of the source file, the first data row being 1", "row", at_least=1),
    },
    key=["student_id", "domain", "year"],
)

SCHOOL_VALUES = contract(
    "school_values",
    "Accepted cells of files with ready-made values of schools: a value, or the reason why there is none.",
    {
        "source_file": text("input file"),
        "source_row": whole("row of the source file, the first data row being 1", "row", at_least=1),
        "record": whole("cell within the row, in the order of `measures`", "cell", at_least=1),
        "school_id": text("school, after changes of identifiers"),
        "calendar_year": whole("calendar year of the value", "year"),
        "school_type": text("school type, where the file has it", missing=True),
        "measure": text("yearly measure of the registry"),
        "value": number("yearly value", "as measured", missing=True),
        "n_students": number("students behind the value", "students", at_least=0, missing=True),
        "missing_reason": text("why there is no value", missing=True),
    },
    key=["source_file", "source_row", "record"],
)

INPUT_TABLES = {
    "assessments": ASSESSMENTS,
    "students": STUDENTS,
    "schools": SCHOOLS,
    "matched": MATCHED,
    "teacher_scores": layered_records.TEACHER_SCORES,
    "teacher_links": layered_records.TEACHER_LINKS,
    "school_values": SCHOOL_VALUES,
    **WHOLE_SCHOOL_TABLES,
}

SCHOOL_VALUE_REASONS = contract(
    "school_value_reasons",
    "Why a school has no value of a measure in a year that a file has a row for.",
    {
        "school_id": text("school, after changes of identifiers"),
        "measure": text("yearly measure of the registry"),
        "calendar_year": whole("calendar year", "year"),
        "reason": text("code of the file in words, an empty cell, or the reason code of the quarantine"),
        "source_file": text("input file"),
        "source_row": whole("row of the source file, the first data row being 1", "row", at_least=1),
    },
    key=["school_id", "measure", "calendar_year"],
)

SCHOOL_VALUE_ACCOUNT = contract(
    "school_value_account",
    "Every cell of every file with values of schools, counted once by what became of it.",
    {
        "source_file": text("input file"),
        "measure": text("yearly measure of the registry"),
        "fate": text(
            "what became of the cells", among=("value", "missing", "left out", "quarantined", "merged")
        ),
        "reason": text("why; empty for a value and for an exact repeat"),
        "cells": whole("cells", "cells", at_least=1),
    },
    key=["source_file", "measure", "fate", "reason"],
)

QUARANTINE = contract(
    "quarantine",
    "Every rejected row with one reason. Never a student's values.",
    {
        "source_file": text("name of the input file"),
        "table": text("input table the file was read as"),
        "source_row": whole("row of the source file, the first data row being 1", "row", at_least=1),
        "reason": text("reason code; docs/data-dictionary.md has a sentence for each"),
        "column": text("column at fault; empty where the whole row is"),
        "detail": text("what was expected, in words"),
        "record": whole(
            "record within the row: 1, or more where a row has several score columns", "record", at_least=1
        ),
    },
    key=["table", "source_file", "source_row", "record"],
)

LEDGER = contract(
    "ledger",
    "Rows in = accepted + quarantined + duplicates merged, for every input file.",
    {
        "source_file": text("name of the input file"),
        "table": text("input table the file was read as"),
        "rows_in": whole(
            "records read; a row with several score columns holds one record for each", "records"
        ),
        "accepted": whole("records accepted", "records", at_least=0),
        "quarantined": whole("records rejected with a reason", "records", at_least=0),
        "duplicates_merged": whole("exact repeats of an accepted record", "records", at_least=0),
        "outside_study": whole(
            "accepted records of other domains, year levels or years than the study uses",
            "records",
            at_least=0,
        ),
        "content": text("SHA-256 of the file's bytes, in hexadecimal"),
    },
    key=["table", "source_file"],
)

NOTES = contract(
    "notes",
    "What was noticed about accepted files, where no record is at fault. Never a student's values.",
    {
        "source_file": text("name of the input file"),
        "table": text("input table the file was read as"),
        "note": text("code of the note; docs/data-dictionary.md has a sentence for each"),
        "column": text("column concerned; empty where it is the whole file"),
        "records": whole(
            "records concerned; rows or lines where no record can be named", "records", at_least=0
        ),
        "detail": text("what to look at, in words"),
    },
    key=["table", "source_file", "note", "column"],
)

SCALE_LINKS = contract(
    "scale_links",
    "Links between scales: score on the `to_era` scale = intercept + slope x score on `from_era`. "
    "Two columns may follow: `slope_std_error`, and `anchor`, the `to_era` score at which `std_error` holds.",
    {
        "domain": text("tested domain"),
        "from_era": text("scale era the score was reported on"),
        "to_era": text("scale era the score is carried to"),
        "intercept": number("intercept of the link", "scale points of to_era"),
        "slope": number("slope of the link", "points of to_era for each point of from_era"),
        "std_error": number("standard error of the linked mean", "scale points of to_era", at_least=0),
    },
    key=["domain", "from_era", "to_era"],
)
