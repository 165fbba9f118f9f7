import numpy as np
import pytest
from invented import FORMULA, make_cohort

from valueadded.errors import DesignError
from valueadded.mixed import fit_random_intercept, summarise_schools
from valueadded.mixed.formula import formula_columns, read_formula


def test_several_formulas_share_one_set_of_columns() -> None:
    frame = make_cohort(1)
    moments = summarise_schools(frame, ["score ~ prior_score", "score ~ sex + prior_score", "score ~ 1"])
    assert set(moments.terms) == {"prior_score", "sex[T.male]"}


def test_interactions_and_powers_find_their_columns() -> None:
    formula = "score ~ prior_score * sex + I(prior_score**2)"
    moments = summarise_schools(make_cohort(1), formula)
    columns, intercept = formula_columns(formula, moments.formulas)
    assert intercept
    assert set(columns) == set(moments.terms)
    assert formula_columns("score ~ sex", moments.formulas) == (["sex[T.male]"], True)
    assert formula_columns("score ~ sex:prior_score + prior_score + sex", moments.formulas)[1]


def test_a_named_reference_level_is_used_and_remembered() -> None:
    moments = summarise_schools(make_cohort(1), "score ~ C(sex, contr.treatment('male'))")
    assert moments.terms == ("C(sex, contr.treatment('male'))[T.female]",)
    assert list(moments.levels.values()) == [("male", "female")]


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


OWN_CODING = ["score ~ 0 + sex + prior_score", "score ~ prior_score:sex + sex"]


@pytest.mark.parametrize("formula", OWN_CODING)
@pytest.mark.parametrize("beside", [[], ["score ~ prior_score + sex"]])
def test_the_coding_of_a_formula_does_not_depend_on_others(formula: str, beside: list[str]) -> None:
    # Both span what indicators of the two levels span: by hand, one column for each.
    frame = make_cohort(1)
    male = (frame["sex"] == "male").astype(float)
    by_hand = frame.assign(male=male, female=1 - male, prior_male=male * frame["prior_score"])
    by_hand["prior_female"] = by_hand["female"] * by_hand["prior_score"]
    same = "0 + male + female + " + ("prior_score" if "0" in formula else "prior_male + prior_female")
    found = fit_random_intercept(summarise_schools(frame, [*beside, formula]), formula)
    expected = fit_random_intercept(by_hand, f"score ~ {same}")
    assert found.log_likelihood == pytest.approx(expected.log_likelihood, rel=1e-10)


def test_moments_made_for_another_coding_are_refused() -> None:
    moments = summarise_schools(make_cohort(1), "score ~ prior_score * sex")
    with pytest.raises(DesignError, match="its coding"):
        formula_columns("score ~ prior_score:sex + sex", {**moments.formulas})


def test_a_formula_has_one_key_however_it_is_written() -> None:
    assert read_formula("y ~ b:a + a + b").key == read_formula("y ~ a*b").key
    assert read_formula("y ~ 0 + a").key != read_formula("y ~ a").key


@pytest.mark.parametrize("level", ["x]y", "mid (x]", "x:y", "b]:prior_score[", "T.[a]"])
def test_levels_with_odd_characters_keep_their_columns(level: str) -> None:
    odd = make_cohort(1).assign(sex=lambda f: f["sex"].replace("male", level))
    plain = fit_random_intercept(make_cohort(1), "score ~ prior_score * sex")
    found = fit_random_intercept(
        summarise_schools(odd, "score ~ prior_score * sex"), "score ~ prior_score * sex"
    )
    assert found.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-10)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("score ~ C(sex, contr.sum)", "treatment contrasts"),
        ("score ~ C(sex, levels=['female'])", "cannot be evaluated"),
        ("score ~ log(nothing)", "infinite|cannot be evaluated"),
    ],
)
def test_codings_that_mean_something_else_in_another_cohort_are_refused(formula: str, said: str) -> None:
    with pytest.raises(DesignError, match=said):
        summarise_schools(make_cohort(1).assign(nothing=0.0), formula)


def test_an_unused_level_of_a_categorical_is_no_column() -> None:
    frame = make_cohort(1).assign(sex=lambda f: f["sex"].astype("category").cat.add_categories(["other"]))
    assert summarise_schools(frame, FORMULA).levels == {"sex": ("female", "male")}


def test_factors_are_remembered_by_name_whatever_the_order_of_hashes() -> None:
    frame = make_cohort(1)
    names = ["f4", "f1", "f3", "f2", "f5"]
    for k, name in enumerate(names):
        frame[name] = frame["sex"].to_numpy()[np.random.default_rng(k).permutation(len(frame))]
    moments = summarise_schools(frame, "score ~ " + " + ".join(names))
    # The levels are columns of the table of moments, so that their order is in its bytes.
    assert list(moments.levels) == sorted(names)
