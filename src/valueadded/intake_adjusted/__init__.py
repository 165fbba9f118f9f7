"""Intake-adjusted performance of whole schools: policy -> measures -> windows -> regression -> bands."""

from valueadded.intake_adjusted.annual import Annual, measure_annual
from valueadded.intake_adjusted.by_outcome import IntakeAdjusted, adjust_outcomes
from valueadded.intake_adjusted.choices import Choices, describe_choices
from valueadded.intake_adjusted.contest import contest_composition
from valueadded.intake_adjusted.model import IntakeAdjustedFit, fit_intake_adjusted
from valueadded.intake_adjusted.multiverse import run_multiverse
from valueadded.intake_adjusted.policy import Policy
from valueadded.intake_adjusted.registry_text import read_policy
from valueadded.intake_adjusted.shipped import load_policy

__all__ = [
    "Annual",
    "Choices",
    "IntakeAdjusted",
    "IntakeAdjustedFit",
    "Policy",
    "adjust_outcomes",
    "contest_composition",
    "describe_choices",
    "fit_intake_adjusted",
    "load_policy",
    "measure_annual",
    "read_policy",
    "run_multiverse",
]
