"""What a formula says, and that what it cannot say is told in one plain line."""

import subprocess
import sys

import pytest

from valueadded.config.formulas import FUNCTIONS, FormulaError, read_formula, read_term


def test_columns_and_functions_of_a_formula():
    formula = read_formula("score ~ x * sex + C(k, contr.treatment(base='a')) + I(prior**2) + np.log(size)")
    assert formula.response == "score"
    assert formula.intercept
    assert {name for term in formula.terms for name in term.columns} == {"x", "sex", "k", "prior", "size"}
    assert {name for term in formula.terms for name in term.functions} <= set(FUNCTIONS)
    assert [term.text for term in formula.terms if len(term.columns) == 2] == ["sex:x"]


@pytest.mark.parametrize("formula", ["score ~ 0 + x", "score ~ x - 1"])
def test_a_formula_without_intercept(formula):
    assert not read_formula(formula).intercept


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("score ~ a +* b", r"operator `\+\*` is incorrectly used"),
        ("score ~ x + (1|sex)", r"found \|; expected the fixed part only"),
        ("score ~ a | b", r"found \|"),
        ("score ~ a b", "missing operator between"),
        ("score ~ log(a", "cannot be read"),
        ("score ~ I(a+)", r"cannot be read \(invalid syntax\)"),
        ("score ~ .", "names no column"),
        ("score ~ {a + 1}", r"expected I\(a \+ 1\)"),
        ("score a", "found no ~"),
    ],
)
def test_a_formula_that_cannot_be_read_gets_one_plain_line(formula, words):
    with pytest.raises(FormulaError, match=words) as refusal:
        read_formula(formula)
    message = str(refusal.value)
    assert "expected" in message
    assert all(letter.isprintable() and letter not in "⧛⧚" for letter in message)


@pytest.mark.parametrize(
    ("text", "term"), [("x", "x"), (" b : a", "a:b"), ("I(x**2)", "I(x ** 2)"), ("C(k)", "C(k)")]
)
def test_a_term_by_itself(text, term):
    assert read_term(text).text == term


@pytest.mark.parametrize(
    "text", ["", "1", "0", "-x", "x - 1", "1 + x", "x + z", "x * z", "score ~ x", "x - x"]
)
def test_a_text_that_is_no_single_term_is_refused(text):
    with pytest.raises(FormulaError, match="one term by itself"):
        read_term(text)


def test_a_job_that_imports_the_configuration_does_not_pay_for_formulas():
    code = "import sys, valueadded.config.stages; sys.exit('formulaic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
