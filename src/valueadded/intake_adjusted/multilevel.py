"""The multilevel view next to least squares, where student rows exist."""

from dataclasses import dataclass

import pandas as pd

from valueadded.errors import DesignError
from valueadded.mixed import fit_random_intercept


@dataclass(frozen=True)
class MultilevelAgreement:
    """Residuals of whole schools beside school effects of students.

    schools : `school_id`, `n_students`, `standardised_residual`, `effect`, `std_error`
    correlation, rank_correlation : of the residual with the effect; missing where no effect differs from 0
    n_schools : schools with both
    school_variance, residual_variance : of the random intercept, and of students within schools
    """

    schools: pd.DataFrame
    correlation: float
    rank_correlation: float
    n_schools: int
    school_variance: float
    residual_variance: float


def compare_with_multilevel(
    students: pd.DataFrame, formula: str, performance: pd.DataFrame, school: str = "school_id"
) -> MultilevelAgreement:
    """Set standardised residuals beside the effects of a composition-adjusted random intercept.

    Parameters
    ----------
    students
        One row a student, with the outcome score and every term of the formula, the school's intake measures
        among them.
    formula
        Wilkinson formula of the fixed part, fitted by maximum likelihood.
    performance
        Rows of one regression: `school_id`, `standardised_residual`.

    Raises
    ------
    DesignError
        If fewer than three schools have both.
    """
    fit = fit_random_intercept(students, formula, school=school)
    effects = fit.school_effects(interval="textbook")
    residuals = performance[[school, "standardised_residual"]].dropna()
    both = residuals.merge(
        effects[["school_id", "n_students", "effect", "std_error"]],
        left_on=school,
        right_on="school_id",
        validate="one_to_one",
    )
    if len(both) < 3:
        raise DesignError(
            f"{len(both)} schools have a residual and student rows; expected at least 3 with both"
        )
    residual, effect = both["standardised_residual"], both["effect"]
    differ = effect.nunique() > 1
    names = ["school_id", "n_students", "standardised_residual", "effect", "std_error"]
    return MultilevelAgreement(
        both[names].sort_values("school_id", kind="stable", ignore_index=True),
        float(residual.corr(effect)) if differ else float("nan"),
        float(residual.rank().corr(effect.rank())) if differ else float("nan"),
        len(both),
        fit.school_variance,
        fit.residual_variance,
    )
