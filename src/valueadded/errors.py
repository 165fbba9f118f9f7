"""The errors this package raises on purpose, one class for each kind of remedy.

A message names the file, school or column, what was found, what was expected and the
configuration key to change. It never shows a student's values.
"""


class ValueAddedError(Exception):
    """Base of every error raised on purpose."""


class ConfigError(ValueAddedError):
    """The configuration is refused; the message lists every fault at once."""


class SourceError(ValueAddedError):
    """An input file is refused as a whole: missing, empty, unreadable, or without a column.

    `rule` is the code of the rule it breaks, a key of `valueadded.validation.REFUSALS`; the message ends
    with it.
    """

    def __init__(self, message: str, rule: str = "") -> None:
        super().__init__(f"{message} (rule {rule})" if rule else message)
        self.rule = rule


class ContractError(ValueAddedError):
    """A table does not meet its contract."""


class ReconciliationError(ValueAddedError):
    """Rows in do not equal rows out plus rows explained."""


class CohortError(ValueAddedError):
    """A cohort cannot be built from the records, or its scores cannot be compared."""


class DesignError(ValueAddedError):
    """A formula cannot be turned into a usable design: unknown column, new level, aliased terms."""


class FitError(ValueAddedError):
    """A model cannot be estimated from these data."""


class AuditError(ValueAddedError):
    """A manifest cannot be read, or a run cannot be repeated."""


class DisclosureError(ValueAddedError):
    """A release is refused, since it would give students away."""


class RunError(ValueAddedError):
    """A study cannot be started: another run has it, or has left what cannot be cleared."""


class OwnershipError(ValueAddedError):
    """A job may not name its result, because another run has taken over the study."""
