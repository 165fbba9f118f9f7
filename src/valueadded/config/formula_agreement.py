"""Rules on formulas and intake measures: every name is known, every term can be had in every cohort."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from keyword import iskeyword
from typing import TYPE_CHECKING

from valueadded.config.formulas import (
    FUNCTIONS,
    LEARNING_FUNCTIONS,
    FormulaError,
    Term,
    is_function,
    read_formula,
    read_term,
)
from valueadded.config.section import Fault
from valueadded.config.sources import Source
from valueadded.config.stages import SchoolPrior, Share, Stability

if TYPE_CHECKING:
    from valueadded.config.whole import Config

RESPONSE = "score"
STUDENT_TABLES = ("assessments", "students", "matched")
# Names of columns that tables of cohorts and measures have, whatever the configuration.
TAKEN = (
    "student_id",
    "school_id",
    "year",
    "domain",
    "score",
    "prior_score",
    "prior_school_id",
    "score_se",
    "prior_score_se",
    "n_students",
)


def mixed_formula_faults(config: "Config") -> Iterator[Fault]:
    """The formula of the relative model can be read, and every name in it is known."""
    yield from _formula_faults("mixed.formula", config.mixed.formula, config)


def benchmark_formula_faults(config: "Config") -> Iterator[Fault]:
    """The formula of the line can be read, and every name in it is known."""
    if config.benchmark is not None and config.benchmark.formula is not None:
        yield from _formula_faults("benchmark.formula", config.benchmark.formula, config)


def benchmark_intercept_faults(config: "Config") -> Iterator[Fault]:
    """The line has an intercept, from which a drift is measured."""
    if config.benchmark is None:
        return
    own = config.benchmark.formula
    key, text = ("mixed.formula", config.mixed.formula) if own is None else ("benchmark.formula", own)
    try:
        formula = read_formula(text)
    except FormulaError:
        return
    if not formula.intercept:
        yield key, "found no intercept; expected one in the formula of the benchmark line: leave out 0 or -1"


def free_term_faults(config: "Config") -> Iterator[Fault]:
    """Every free term is a term by itself whose names are known."""
    for text in config.benchmark.free_terms if config.benchmark is not None else []:
        yield from own_term_faults("benchmark.free_terms", text, config)


def slope_faults(config: "Config") -> Iterator[Fault]:
    """The slope is a term of the formula, a number, and differs between students of a school."""
    key, slope = "mixed.slope", config.mixed.slope
    if slope is None:
        return
    own = list(own_term_faults(key, slope, config))
    yield from own
    # A slope is looked for in the formula once both can be read.
    if own or any(_formula_faults("", config.mixed.formula, config)):
        return
    terms = [other.text for other in read_formula(config.mixed.formula).terms]
    if read_term(slope).text not in terms:
        yield key, f"found '{slope}'; expected a term of mixed.formula by itself, one of {terms}"
        return
    yield from variation_faults(key, slope, config)


def own_term_faults(key: str, text: str, config: "Config") -> Iterator[Fault]:
    """A text is one term by itself whose names are known."""
    try:
        term = read_term(text)
    except FormulaError as fault:
        yield key, str(fault)
        return
    yield from _term_faults(key, [term], config)


def variation_faults(key: str, slope: str, config: "Config") -> Iterator[Fault]:
    """A term whose slope varies is a number and differs between the students of a school."""
    try:
        term = read_term(slope)
    except FormulaError:
        return
    texts = [name for name, source in _covariates(config) if name in term.columns and source.kind == "text"]
    if texts or "C" in term.functions:
        yield key, f"found '{slope}', which holds categories; expected a term that is a number"
    elif term.columns and all(_is_of_schools(name, config) for name in term.columns):
        yield (
            key,
            f"found '{slope}', one value for a whole school, which has no slope within a school; expected a"
            " term that differs between the students of a school",
        )


def measure_name_faults(config: "Config") -> Iterator[Fault]:
    """A measure has a name a formula can hold, and that no column has."""
    covariates = {name for name, _ in _covariates(config)}
    for name in config.intake.measures:
        key = f"intake.measures.{name}"
        if not name.isidentifier() or iskeyword(name):
            yield key, "found a name that a formula cannot hold; expected letters, digits and _"
        elif name in TAKEN or name in covariates:
            yield key, "found the name of a column that the cohort already has; expected a name of its own"


def share_faults(config: "Config") -> Iterator[Fault]:
    """A share counts a value that its covariate can have."""
    shares = {
        f"intake.measures.{name}": measure
        for name, measure in config.intake.measures.items()
        if isinstance(measure, Share)
    }
    if not shares:
        return
    covariates = _covariates(config, STUDENT_TABLES)
    for key, share in shares.items():
        sources = [source for name, source in covariates if name == share.covariate]
        if not sources:
            yield (
                f"{key}.covariate",
                f"found '{share.covariate}'; expected a covariate of the students, one of"
                f" {sorted({name for name, _ in covariates})}",
            )
        # What cannot be used has no codes either; another rule tells of it.
        coded = [source for source in sources if getattr(source, "codes", None) is not None]
        if not coded or len(coded) < len(sources):
            continue
        codes = {
            code for source in coded for code in (*(source.codes or {}).values(), source.otherwise) if code
        }
        numbers = any(source.kind == "number" for source in coded)
        if _as_value(share.value, numbers) not in {_as_value(code, numbers) for code in codes}:
            yield (
                f"{key}.value",
                f"found '{share.value}', which '{share.covariate}' never is; expected one of its codes,"
                f" {sorted(codes)}",
            )


def _as_value(text: str, numbers: bool) -> str | float:
    try:
        return float(text) if numbers else text
    except ValueError:
        return text


def _formula_faults(key: str, text: str, config: "Config") -> Iterator[Fault]:
    try:
        formula = read_formula(text)
    except FormulaError as fault:
        yield key, str(fault)
        return
    if formula.response != RESPONSE:
        yield key, f"found '{formula.response}' left of ~; expected {RESPONSE}"
    yield from _term_faults(key, formula.terms, config)


def _term_faults(key: str, terms: Sequence[Term], config: "Config") -> Iterator[Fault]:
    columns = list(dict.fromkeys(chain.from_iterable(sorted(term.columns) for term in terms)))
    functions = list(dict.fromkeys(chain.from_iterable(sorted(term.functions) for term in terms)))
    if RESPONSE in columns:
        yield key, f"found {RESPONSE} among the predictors; expected it only left of ~"
    for name in functions:
        if name in LEARNING_FUNCTIONS:
            yield (
                key,
                f"found {name}(), whose constants would differ between cohorts; expected a measure of"
                " intake.measures, which takes them from the benchmark cohort",
            )
        elif name not in FUNCTIONS:
            yield key, f"found the function '{name}'; expected one of {', '.join(FUNCTIONS)}"
    for term in terms:
        if not term.columns and term.functions <= set(FUNCTIONS):
            yield (
                key,
                f"found '{term.text}' without a column; expected a covariate or an intake measure in it",
            )
    known = {"prior_score", *config.intake.measures, *(name for name, _ in _covariates(config))}
    for name in columns:
        if is_function(name):
            yield key, f"found '{name}', which formulas read as a function; expected a column of another name"
        elif name not in known and name != RESPONSE and name not in functions:
            yield (
                key,
                f"found '{name}'; expected a covariate or an intake measure, one of {sorted(known)}",
            )


def _covariates(
    config: "Config", tables: Iterable[str] = (*STUDENT_TABLES, "schools")
) -> list[tuple[str, Source]]:
    """Return every covariate with where it comes from; one name may stand in several tables."""
    readings = [getattr(config.input, table) for table in tables]
    return [pair for reading in readings if reading is not None for pair in reading.covariates.items()]


def _is_of_schools(name: str, config: "Config") -> bool:
    measure = config.intake.measures.get(name)
    if isinstance(measure, SchoolPrior):
        return not measure.without_student
    schools = config.input.schools
    return isinstance(measure, Share | Stability) or (schools is not None and name in schools.covariates)
