"""What a formula says, read before any job: its response, its terms, their columns and functions."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

INTERCEPT = "1"
FUNCTIONS = (
    "C",
    "I",
    "contr.treatment",
    "exp",
    "log",
    "log10",
    "log2",
    "np.abs",
    "np.exp",
    "np.log",
    "np.log10",
    "np.sqrt",
)
# They take means, spreads or knots from the students at hand, and so would change with the cohort.
LEARNING_FUNCTIONS = ("bs", "cc", "center", "cr", "cs", "poly", "scale", "standardize", "te")


class FormulaError(ValueError):
    """A formula cannot be read; the message is one plain line that ends with what was expected."""


@dataclass(frozen=True)
class Term:
    """One term of a formula: its factors in one order, so that `b:a` is `a:b`, its columns, its functions."""

    text: str
    columns: frozenset[str]
    functions: frozenset[str]


@dataclass(frozen=True)
class Formula:
    """A formula: what stands left of ~, and the terms on the right without the intercept."""

    response: str
    terms: tuple[Term, ...]
    intercept: bool


def read_formula(text: str) -> Formula:
    """Return what a formula says.

    Raises
    ------
    FormulaError
        If it cannot be read.
    """
    if "~" not in text:
        raise FormulaError("found no ~; expected a formula such as score ~ prior_score")
    parsed = _parse(text)
    left, right = getattr(parsed, "lhs", ()), getattr(parsed, "rhs", parsed)
    if (isinstance(left, tuple) and left) or isinstance(right, tuple):
        raise FormulaError(_RANDOM_PART)
    response = " + ".join(str(term) for term in left)
    return Formula(response, _terms(right), INTERCEPT in [str(term) for term in right])


def read_term(text: str) -> Term:
    """Return the one term a text names.

    Raises
    ------
    FormulaError
        If it names no term or several, or adds or removes an intercept.
    """
    expected = f"found '{text}'; expected one term by itself, without intercept, sign or ~"
    if not text.strip() or "~" in text:
        raise FormulaError(expected)
    # Only a term by itself reads alike beside an intercept and without one.
    with_intercept, without = ([str(term) for term in _parse(start + text)] for start in ("", "0 + "))
    if len(without) != 1 or with_intercept != [INTERCEPT, *without]:
        raise FormulaError(expected)
    return _terms(_parse(text))[0]


def is_function(name: str) -> bool:
    """Return whether formulas read a name as a function, so that no column of that name is found."""
    from formulaic.transforms import TRANSFORMS

    return name in TRANSFORMS


_RANDOM_PART = (
    "found |; expected the fixed part only: the schools are the random part, and mixed.slope names a slope"
)


def _parse(text: str) -> Any:
    # Imported here because every job imports the configuration and only its check reads formulas.
    import formulaic
    from formulaic.errors import FormulaicError

    try:
        return formulaic.Formula(text)
    except (FormulaicError, SyntaxError) as fault:
        first = (getattr(fault, "msg", None) or str(fault)).strip().split("\n")[0]
        plain = re.sub(r"\x1b\[[0-9;]*m|[⧛⧚]", "", first).rstrip(".")
    if "`|`" in plain:
        raise FormulaError(_RANDOM_PART)
    if "`.` operator" in plain:
        plain = "`.` names no column"
    raise FormulaError(
        f"cannot be read ({plain[:1].lower()}{plain[1:]}); expected terms joined by + : or *,"
        " such as score ~ prior_score + sex"
    )


def _terms(parsed: Iterable[Any]) -> tuple[Term, ...]:
    return tuple(
        Term(
            ":".join(sorted(str(factor) for factor in term.factors)),
            frozenset(str(name) for factor in term.factors for name in factor.required_variables),
            frozenset(name for factor in term.factors for name in _functions(factor)),
        )
        for term in parsed
        if str(term) != INTERCEPT
    )


def _functions(factor: Any) -> list[str]:
    """Return the functions a factor calls, and the parts of objects it reaches for."""
    if factor.eval_method.value != "python":
        return []
    code = ast.parse(factor.expr, mode="eval").body
    if not isinstance(code, ast.Call):
        raise FormulaError(f"found {{{factor.expr}}}; expected I({factor.expr})")
    called = {ast.unparse(node.func) for node in ast.walk(code) if isinstance(node, ast.Call)}
    reached = {ast.unparse(node) for node in ast.walk(code) if isinstance(node, ast.Attribute)}
    found = called | reached
    # Of a.b.c only the whole, not a.b.
    return [name for name in found if not any(other.startswith(f"{name}.") for other in found)]
