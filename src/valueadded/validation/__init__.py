"""Validation: read an input file, put every record that cannot be used aside with its reason, lose none."""

from valueadded.validation.reasons import REASONS
from valueadded.validation.validate import ValidatedFile, validate_file

__all__ = ["REASONS", "ValidatedFile", "validate_file"]
