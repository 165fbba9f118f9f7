"""What a formula says, and which columns of a design belong to it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from valueadded.errors import DesignError

# Term -> its columns, in the order of the design.
TermColumns = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class FixedPart:
    """The fixed part of a model.

    response : name of the response
    factors : term -> the variables or functions it multiplies, sorted; the intercept is left out
    intercept : whether there is one
    """

    response: str
    factors: Mapping[str, tuple[str, ...]]
    intercept: bool

    @property
    def terms(self) -> tuple[str, ...]:
        """Return the terms without the intercept; `b:a` is `a:b`."""
        return tuple(self.factors)

    @property
    def key(self) -> str:
        """Return one text for every way of writing the same formula."""
        return " + ".join(["1" if self.intercept else "0", *sorted(self.factors)])

    @property
    def marginal(self) -> bool:
        """Return whether every part of every interaction is a term too, so that one coding serves all."""
        return self.intercept and all(
            ":".join(part) in self.factors
            for names in self.factors.values()
            for size in range(1, len(names))
            for part in combinations(names, size)
        )


@lru_cache(maxsize=256)
def read_formula(formula: str) -> FixedPart:
    """Return the fixed part a Wilkinson formula describes.

    Raises
    ------
    DesignError
        If the formula cannot be read or has no response.
    """
    # Jobs that only gather what was fitted import this package too, and need not wait for the library.
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    try:
        parsed = Formula(formula)
        response = " + ".join(str(term) for term in parsed.lhs)
        named = [tuple(sorted(str(factor) for factor in term.factors)) for term in parsed.rhs]
    except (FormulaicError, AttributeError) as fault:
        raise DesignError(
            f"formula '{formula}' cannot be read ({in_plain_words(fault)}); expected 'score ~ term + term'"
        ) from None
    factors = {":".join(names): names for names in named if names != ("1",)}
    return FixedPart(response, factors, ("1",) in named)


def formula_variables(formula: str) -> set[str]:
    """Return the names of the columns that a formula reads."""
    from formulaic import Formula

    return {str(name) for name in Formula(formula).required_variables}


def formula_columns(formula: str, known: Mapping[str, TermColumns]) -> tuple[list[str], bool]:
    """Return the columns that belong to `formula`, and whether it has an intercept; see `term_columns`."""
    columns = [column for columns in term_columns(formula, known).values() for column in columns]
    return columns, read_formula(formula).intercept


def term_columns(formula: str, known: Mapping[str, TermColumns]) -> TermColumns:
    """Return the columns of each term of `formula`.

    Parameters
    ----------
    formula
        The formula wanted.
    known
        Key of a formula that was summarised -> its terms and their columns. A formula that was not is
        served if the coding of its factors does not depend on its other terms.

    Raises
    ------
    DesignError
        If a term has no columns, or they would be coded otherwise.
    """
    fixed = read_formula(formula)
    if fixed.key in known:
        return {term: known[fixed.key][term] for term in fixed.terms}
    sources = [columns for key, columns in known.items() if read_formula(f"y ~ {key}").marginal]
    served = {term: columns for source in sources for term, columns in source.items()}
    absent = [term for term in fixed.terms if term not in served]
    if absent or not fixed.marginal:
        raise DesignError(
            f"formula '{formula}': the moments hold no columns for "
            f"{', '.join(absent) or 'its coding'}; they were"
            f" made for {', '.join(repr(key) for key in known)}; expected this formula among them"
        )
    return {term: served[term] for term in fixed.terms}


def in_plain_words(fault: Exception) -> str:
    """Return what the formula reader says, without the colours and marks it adds for a terminal."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m|[⧛⧚]", "", str(fault)).split())
