"""Every intake measure of one cohort, under the names that formulas use."""

from dataclasses import dataclass

import pandas as pd

from valueadded.cohorts.covariates import join_characteristics
from valueadded.config.stages import Measure, PriorComposite, SchoolPrior, Share, Stability, StandardisedPrior
from valueadded.contracts.cohorts import COHORT
from valueadded.contracts.intake import SCHOOL_INTAKE, STUDENT_INTAKE
from valueadded.errors import CohortError
from valueadded.intake.composition import (
    mark_value,
    mean_without_student,
    measure_mean,
    measure_share,
    measure_spread,
    spread_without_student,
)
from valueadded.intake.prior_attainment import average_priors, square_errors, standardise_prior
from valueadded.intake.stability import measure_stability
from valueadded.intake.windows import average_years


@dataclass(frozen=True)
class MeasuredCohort:
    """One cohort with its intake measures.

    students : one row for each matched student: the columns of the contract `student_intake`, every
        measure in the order of the configuration, `prior_score`, then covariates of student and school;
        a school's value stands beside each of its students, so that slopes within and between schools
        can stand in one formula
    schools : one row for each school: the columns of the contract `school_intake`, every measure that
        has one value for a school, `<measure>_years_used` for means of several years and
        `<measure>_log_constant` for logarithms
    """

    students: pd.DataFrame
    schools: pd.DataFrame


def measure_intake(
    cohort: pd.DataFrame,
    history: pd.DataFrame,
    companions: pd.DataFrame,
    constants: pd.DataFrame,
    schools: pd.DataFrame | None,
    measures: dict[str, Measure],
) -> MeasuredCohort:
    """Measure the intake of one cohort.

    A value that cannot be formed is missing: a student without a prior score, a school of one without
    that student, a characteristic nobody's is known of. It is not replaced here; students with a missing
    value in a formula are left out of its moments, and counted.

    Parameters
    ----------
    cohort
        Matched students of one domain and outcome year, columns as the contract `cohort`.
    history
        The domain's cohorts of earlier years, for means of several years; no rows if there are none.
    companions
        The other domains' cohorts of the same year, for composites; no rows if there are none.
    constants
        Centre and scale of prior scores, columns as the contract `prior_constants`.
    schools
        School characteristics, of which those of the outcome year are joined; None without that table.
    measures
        Section `intake.measures` of the configuration: name -> measure.

    Raises
    ------
    CohortError
        If a measure needs a covariate or constants that are not there, or its name is taken.
    """
    domain, year = str(cohort["domain"].iloc[0]), int(cohort["year"].iloc[0])
    described = cohort
    if schools is not None:
        described = join_characteristics(cohort, schools, "school_id", year, "schools")
    _refuse_taken_names(measures, described)
    by_student, by_school = {}, {}
    for name, measure in measures.items():
        key = f"intake.measures.{name}"
        match measure:
            case StandardisedPrior():
                by_student[name] = standardise_prior(cohort, constants, domain, key) ** measure.power
            case PriorComposite():
                by_student[name] = average_priors(cohort, companions, constants, measure.domains, key)
            case SchoolPrior(without_student=True):
                leave_out = (
                    mean_without_student if measure.kind == "school_prior_mean" else spread_without_student
                )
                by_student[name] = leave_out(
                    standardise_prior(cohort, constants, domain, key), cohort["school_id"]
                )
            case _:
                window = _take_window(cohort, history, year, measure.years)
                values, years = average_years(_measure_years(window, measure, constants, domain, key))
                by_school[name] = values
                if measure.years > 1:
                    by_school[f"{name}_years_used"] = years
                if isinstance(measure, Share) and measure.log_constant is not None:
                    by_school[f"{name}_log_constant"] = pd.Series(measure.log_constant, values.index)
                by_student[name] = cohort["school_id"].map(values).astype("float64")
    return MeasuredCohort(_student_table(described, by_student), _school_table(cohort, by_school))


def _measure_years(
    window: pd.DataFrame,
    measure: SchoolPrior | Share | Stability,
    constants: pd.DataFrame,
    domain: str,
    key: str,
) -> dict[int, pd.Series]:
    """Return outcome year -> the annual value of a measure for each school of that year's cohort."""
    match measure:
        case Stability():
            return {year: measure_stability(cohort) for year, cohort in _by_year(window)}
        case Share():
            holds = mark_value(window, measure.covariate, measure.value, key)
            return {
                year: measure_share(holds[cohort.index], cohort["school_id"], measure.log_constant)
                for year, cohort in _by_year(window)
            }
        case SchoolPrior():
            prior = standardise_prior(window, constants, domain, key)
            summarise = measure_mean if measure.kind == "school_prior_mean" else measure_spread
            return {
                year: summarise(prior[cohort.index], cohort["school_id"]) for year, cohort in _by_year(window)
            }


def _take_window(cohort: pd.DataFrame, history: pd.DataFrame, year: int, years: int) -> pd.DataFrame:
    """Return the cohorts that exist among the `years` calendar years up to and including `year`."""
    recent = history[(history["year"] > year - years) & (history["year"] < year)]
    return cohort if recent.empty else pd.concat([recent, cohort], ignore_index=True)


def _by_year(window: pd.DataFrame) -> list[tuple[int, pd.DataFrame]]:
    return [(int(str(year)), cohort) for year, cohort in window.groupby("year", sort=True)]


def _student_table(described: pd.DataFrame, by_student: dict[str, pd.Series]) -> pd.DataFrame:
    fixed = list(STUDENT_INTAKE.columns)
    covariates = sorted(set(described.columns) - set(COHORT.columns))
    measured = described[fixed].assign(**by_student)
    measured["prior_error_variance"] = square_errors(described)
    return pd.concat([measured, described[["prior_score", *covariates]]], axis=1)


def _school_table(cohort: pd.DataFrame, by_school: dict[str, pd.Series]) -> pd.DataFrame:
    sizes = (
        cohort.groupby(["domain", "year", "school_id"], sort=True).size().rename("n_students").reset_index()
    )
    schools = sizes[list(SCHOOL_INTAKE.columns)]
    return schools.assign(**{name: schools["school_id"].map(values) for name, values in by_school.items()})


def _refuse_taken_names(measures: dict[str, Measure], described: pd.DataFrame) -> None:
    taken = sorted(set(measures) & {*described.columns, "n_students", "prior_error_variance"})
    if taken:
        raise CohortError(
            f"intake.measures: {taken} are names of columns that the cohort already has;"
            " expected names of their own"
        )
