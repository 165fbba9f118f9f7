"""Who sits beside a student: shares of characteristics, mean and spread of prior attainment."""

import warnings

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from valueadded.errors import CohortError


def measure_share(holds: pd.Series, schools: pd.Series, log_constant: float | None) -> pd.Series:
    """Return the percentage of each school's students with a characteristic.

    Parameters
    ----------
    holds
        1.0 for students with the characteristic, 0.0 for those without, missing where it is not known;
        n values. Students not known are in neither part of the percentage.
    schools
        School of each student; n values.
    log_constant
        c of ln(percent + c), which a share of 0 needs; None for the percentage itself.

    Returns
    -------
    Series
        One value for each school (index `school_id`): percent or ln(percent + c), missing for a school
        where nobody's characteristic is known.
    """
    percent = 100.0 * holds.groupby(schools, sort=True).mean()
    return percent if log_constant is None else np.log(percent + log_constant)


def mark_value(frame: pd.DataFrame, covariate: str, value: str, key: str) -> pd.Series:
    """Return 1.0 where `covariate` equals `value`, 0.0 where it does not, missing where it is missing.

    Nobody may have the value: a share of 0 is possible in a small cohort. Because a mistyped value would
    look the same where the configuration names no codes to hold it against, a warning tells of it.

    Raises
    ------
    CohortError
        If there is no such covariate, or it holds numbers and `value` is none.
    """
    if covariate not in frame:
        raise CohortError(
            f"{key}.covariate: found '{covariate}'; expected a covariate of the students, one of"
            f" input.assessments.covariates, input.students.covariates or input.matched.covariates"
        )
    column = frame[covariate]
    if is_numeric_dtype(column):
        holds = column.astype("float64").eq(_as_number(value, covariate, key))
    else:
        holds = column.astype("str").eq(value)
    if not holds.any():
        warnings.warn(
            f"{key}.value: nobody in this cohort has '{value}' as '{covariate}'; the share is 0 in every"
            " school where it is known",
            stacklevel=2,
        )
    return holds.astype("float64").where(column.notna())


def _as_number(value: str, covariate: str, key: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise CohortError(
            f"{key}.value: found '{value}' for the covariate '{covariate}', which holds numbers;"
            " expected a number in quotes"
        ) from None


def measure_mean(values: pd.Series, schools: pd.Series) -> pd.Series:
    """Return the mean of `values` among each school's students, missing values apart."""
    return values.groupby(schools, sort=True).mean()


def measure_spread(values: pd.Series, schools: pd.Series) -> pd.Series:
    """Return the standard deviation (divisor n - 1) in each school, missing where fewer than 2 are known."""
    return values.groupby(schools, sort=True).std(ddof=1)


def mean_without_student(values: pd.Series, schools: pd.Series) -> pd.Series:
    """Return, for each student, the mean among the school's other students.

    Missing where no other student's value is known, as in a school of one. Every value counts as its
    distance from the school mean, so that large scores lose no digits.
    """
    count, mean, own = _school_parts(values, schools)
    others = count - own.notna()
    return mean - (own.fillna(0.0) / others.where(others > 0))


def spread_without_student(values: pd.Series, schools: pd.Series) -> pd.Series:
    """Return, for each student, the standard deviation (divisor n - 1) among the school's other students.

    Missing where fewer than 2 other students' values are known.
    """
    count, _, own = _school_parts(values, schools)
    squares = own.pow(2).groupby(schools).transform("sum")
    others = count - own.notna()
    removed = own.fillna(0.0).pow(2) * count / others.where(others > 0)
    remaining = (squares - removed).clip(lower=0.0)
    return (remaining / (others - 1).where(others > 1)).pow(0.5)


def _school_parts(values: pd.Series, schools: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return, for each student, the school's known values, their mean, and the student's distance from it."""
    grouped = values.groupby(schools)
    mean = grouped.transform("mean")
    return grouped.transform("count"), mean, values - mean
