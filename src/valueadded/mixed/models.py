"""Every mixed model of a study in one call: each cohort by itself, then all together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from valueadded.mixed.by_cohort import Cohort, fit_relative_models
from valueadded.mixed.fit import Method
from valueadded.mixed.joint.by_cohort import JointModels, fit_joint_models
from valueadded.mixed.joint.structures import StructureName
from valueadded.mixed.moments import SchoolMoments


@dataclass(frozen=True)
class MixedModels:
    """Every mixed model of a study, as tables.

    fits, fixed_effects, fit_records, school_effects : of every model, as their contracts say
    joint : what only the joint model has; None for a study of one cohort
    """

    fits: pd.DataFrame
    fixed_effects: pd.DataFrame
    fit_records: pd.DataFrame
    school_effects: pd.DataFrame
    joint: JointModels | None


def fit_mixed_models(
    moments: Mapping[Cohort, SchoolMoments],
    formula: str,
    slope: str | None,
    structures: Sequence[StructureName],
    method: Method,
    base_year: int,
    benchmark_years: Sequence[int],
    confidence: float,
) -> MixedModels:
    """Return the relative models of each (domain, year) and the joint model of each domain.

    Parameters
    ----------
    moments
        (domain, year) -> moments of that cohort.
    formula, slope, method
        As in `fit_relative_models`.
    structures
        Structures of the school covariance to compare with the unstructured one.
    base_year, benchmark_years
        Years that a school's change, and the line, are measured from.
    confidence
        Confidence of every interval.

    Raises
    ------
    ValueAddedError
        Naming the domain and year whose model cannot be fitted.
    """
    relative = fit_relative_models(moments, formula, slope, method, confidence)
    if len({year for _, year in moments}) < 2:
        return MixedModels(
            relative.fits, relative.fixed_effects, relative.fit_records, relative.school_effects, None
        )
    joint = fit_joint_models(moments, formula, structures, method, base_year, benchmark_years, confidence)
    pairs = {
        name: pd.concat([getattr(relative, name), getattr(joint.models, name)], ignore_index=True)
        for name in ("fits", "fixed_effects", "fit_records", "school_effects")
    }
    return MixedModels(**pairs, joint=joint)
