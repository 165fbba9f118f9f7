"""Outcomes of hard data: terms without variation within schools, variances that separate."""

import numpy as np
import pytest
from location_scale.invented_schools import make_schools

from valueadded.errors import DesignError, FitError
from valueadded.location_scale import fit_location_scale


def test_a_covariate_constant_within_all_schools_is_a_school_term() -> None:
    """It may stand in both functions and has an error of schools, not of students."""
    students = make_schools(11, [30] * 40)
    fit = fit_location_scale(students, "y ~ x + selective", "~ x + selective")
    assert fit.record.converged
    errors = fit.coefficients.set_index(["function", "term"])["std_error"]
    for function, spread in (("mean", np.sqrt(0.12)), ("log_variance", np.sqrt(0.06))):
        # 14 of 40 schools: no less than the error of a difference of means of their effects alone, less the
        # error of that variance, 22%.
        alone = spread * np.sqrt(1 / 14 + 1 / 26)
        assert errors[function, "selective[T.yes]"] > 0.6 * alone
        assert errors[function, "selective[T.yes]"] > 1.5 * errors[function, "x"]
    with pytest.raises(DesignError, match="constant within every school"):
        fit_location_scale(students, "y ~ x + selective", random_slope="selective[T.yes]")


def test_a_term_that_marks_one_school_is_fitted() -> None:
    """The school's effects and the coefficients cannot both be known: its effects are the prior's, 0."""
    students = make_schools(12, [30] * 25)
    students["marked"] = (students["school_id"] == "003").astype(float)
    fit = fit_location_scale(students, "y ~ x + marked", "~ x + marked")
    assert fit.record.converged
    school = fit.school_effects().set_index("school_id").loc["003"]
    # The posterior mode is 0; its mean is off by the skewness of a log variance of 30 students.
    assert abs(school["scale_effect"]) < 0.1
    assert abs(school["mean_effect"]) < 0.05


@pytest.mark.parametrize("random_scale", [True, False])
def test_students_who_do_not_vary_are_refused_by_their_term(random_scale: bool) -> None:
    students = make_schools(13, [30] * 20)
    students.loc[students["girl"] == 1, "y"] = 0.5
    with pytest.raises(FitError, match="over the range of girl"):
        fit_location_scale(students, "y ~ girl", "~ girl", random_scale=random_scale)


def test_schools_of_one_kind_that_do_not_vary_are_refused() -> None:
    students = make_schools(14, [30] * 21)
    exact = students["selective"] == "yes"
    students.loc[exact, "y"] = 0.5
    with pytest.raises(FitError, match="constant scores: 000, 003, 006"):
        fit_location_scale(students, "y ~ selective", "~ selective")
