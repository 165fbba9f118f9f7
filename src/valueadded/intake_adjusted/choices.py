"""What the source leaves open, each choice with its default and in words."""

from dataclasses import dataclass, fields
from typing import Literal

import pandas as pd

from valueadded.errors import ConfigError

Population = Literal["group", "all"]
Weights = Literal["tests", "areas"]
Residual = Literal["standardised", "studentised"]

WORDS = {
    "log_constant": "percentage points added before the logarithm, since shares of 0 occur",
    "z_population": "group: z-scores within the fitted group of a year; all: within all groups together",
    "composite_weights": "tests: each test of a composite counts once; areas: literacy and numeracy do",
    "residual": "standardised: residual over the root of the mean square; studentised: leverage removed too",
    "outlier_passes": "times that schools beyond the cap are removed and the rest refitted",
}
STATED = {
    "absence": (
        "raw sign",
        "a high value is a poor result; `higher_is_worse` says so, nothing is turned round",
    ),
    "band_limits": ("similar", "a standardised residual of exactly +1 or -1 is similar"),
    "log_after_mean": ("yes", "the logarithm is taken of the window's percentage, after averaging years"),
    "suppressed_schools": (
        "fitted",
        "schools with too few students stay in the regression, their result is hidden",
    ),
    "size_of_window": ("own", "the size that splits a group is that of the window, LY or 4Y"),
}


@dataclass(frozen=True)
class Choices:
    """The five choices that change a residual; see `WORDS`."""

    log_constant: float = 1.0
    z_population: Population = "group"
    composite_weights: Weights = "tests"
    residual: Residual = "standardised"
    outlier_passes: int = 1

    def __post_init__(self) -> None:
        """Refuse values that mean nothing.

        Raises
        ------
        ConfigError
            Naming the choice.
        """
        for name, good, expected in (
            ("log_constant", self.log_constant > 0, "a number above 0"),
            ("z_population", self.z_population in ("group", "all"), "group or all"),
            ("composite_weights", self.composite_weights in ("tests", "areas"), "tests or areas"),
            ("residual", self.residual in ("standardised", "studentised"), "standardised or studentised"),
            ("outlier_passes", self.outlier_passes >= 0, "0 or more"),
        ):
            if not good:
                raise ConfigError(f"{name}: found {getattr(self, name)!r}; expected {expected}")


def describe_choices(choices: Choices) -> pd.DataFrame:
    """Return `choice`, `value`, `meaning`, also of what is stated and cannot be chosen."""
    rows = [(each.name, str(getattr(choices, each.name)), WORDS[each.name]) for each in fields(choices)]
    rows += [(name, value, words) for name, (value, words) in STATED.items()]
    return pd.DataFrame(rows, columns=["choice", "value", "meaning"]).astype("str")
