"""Validation: read an input file, put every record that cannot be used aside with its reason, lose none."""

from valueadded.validation.reasons import REASONS
from valueadded.validation.validate import ValidatedFile, validate_file
from valueadded.validation.whole_schools import ValidatedWholeSchools, validate_whole_schools

__all__ = ["REASONS", "ValidatedFile", "ValidatedWholeSchools", "validate_file", "validate_whole_schools"]
