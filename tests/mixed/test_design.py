import numpy as np
import pytest
from invented import FORMULA, make_cohort

from valueadded.errors import DesignError
from valueadded.mixed import summarise_schools
from valueadded.mixed.design import formula_terms
from valueadded.mixed.moments import term_of


def test_several_formulas_share_one_set_of_columns() -> None:
    frame = make_cohort(1)
    moments = summarise_schools(frame, ["score ~ prior_score", "score ~ sex + prior_score", "score ~ 1"])
    assert set(moments.terms) == {"prior_score", "sex[T.male]"}


def test_interactions_and_powers_find_their_columns() -> None:
    formula = "score ~ prior_score * sex + I(prior_score**2)"
    moments = summarise_schools(make_cohort(1), formula)
    terms, intercept = formula_terms(formula, moments.terms)
    assert intercept
    assert set(terms) == set(moments.terms)
    assert formula_terms("score ~ sex", moments.terms)[0] == ["sex[T.male]"]


def test_a_named_reference_level_is_used_and_remembered() -> None:
    moments = summarise_schools(make_cohort(1), "score ~ C(sex, contr.treatment('male'))")
    assert moments.terms == ("C(sex, contr.treatment('male'))[T.female]",)
    assert list(moments.reference_levels.values()) == ["male"]


def test_students_with_a_missing_value_are_left_out_and_counted() -> None:
    frame = make_cohort(1)
    frame.loc[[3, 7], "prior_score"] = np.nan
    frame.loc[7, "score"] = np.nan
    moments = summarise_schools(frame, FORMULA)
    assert moments.n_left_out == 2
    assert moments.n_students == len(frame) - 2


@pytest.mark.parametrize(
    ("formula", "named"),
    [
        ("score ~ absent_column", "absent_column"),
        ("points ~ prior_score", "points"),
        ("score ~ scale(prior_score)", "scale"),
        ("score ~ prior_score +* sex", "cannot be read"),
    ],
)
def test_a_formula_that_cannot_be_used_is_refused_by_name(formula: str, named: str) -> None:
    with pytest.raises(DesignError, match=named):
        summarise_schools(make_cohort(1), formula)


def test_an_absent_school_column_is_refused_by_name() -> None:
    with pytest.raises(DesignError, match="campus"):
        summarise_schools(make_cohort(1), FORMULA, school="campus")


def test_infinite_values_are_refused_with_the_column_and_no_value() -> None:
    frame = make_cohort(1)
    frame.loc[3, "prior_score"] = np.inf
    with pytest.raises(DesignError, match="prior_score has infinite"):
        summarise_schools(frame, FORMULA)


def test_no_complete_student_is_refused() -> None:
    with pytest.raises(DesignError, match="no student"):
        summarise_schools(make_cohort(1).assign(prior_score=np.nan), FORMULA)


def test_term_of_a_column() -> None:
    assert term_of("x:sex[T.male]") == "x:sex"
    assert term_of("C(k, contr.treatment('c'))[T.b]") == "C(k, contr.treatment('c'))"
    assert term_of("place[T.a [b] c]:x") == "place:x"


def test_factors_are_remembered_by_name_whatever_the_order_of_hashes() -> None:
    frame = make_cohort(1)
    names = ["f4", "f1", "f3", "f2", "f5"]
    for k, name in enumerate(names):
        frame[name] = frame["sex"].to_numpy()[np.random.default_rng(k).permutation(len(frame))]
    moments = summarise_schools(frame, "score ~ " + " + ".join(names))
    # The reference levels are columns of the table of moments, so that their order is in its bytes.
    assert list(moments.reference_levels) == sorted(names)
