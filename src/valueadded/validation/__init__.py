"""Validation: read an input file, put every record that cannot be used aside with its reason, lose none."""

from valueadded.validation.reasons import NOTES, REASONS, REFUSALS
from valueadded.validation.same_content import refuse_same_content
from valueadded.validation.validate import ValidatedFile, validate_file
from valueadded.validation.whole_schools import ValidatedWholeSchools, validate_whole_schools

__all__ = [
    "NOTES",
    "REASONS",
    "REFUSALS",
    "ValidatedFile",
    "ValidatedWholeSchools",
    "refuse_same_content",
    "validate_file",
    "validate_whole_schools",
]
