"""The benchmark models and decomposition of every cohort, as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from valueadded.benchmark.drift import decompose
from valueadded.benchmark.offset_fit import BenchmarkFit, Variant, fit_offset
from valueadded.benchmark.reference import BenchmarkReference, LineKind, fit_reference
from valueadded.errors import ValueAddedError
from valueadded.mixed.by_cohort import Cohort, fit_row, label_rows, record_rows
from valueadded.mixed.fit import estimate_intercept_model
from valueadded.mixed.formula import formula_columns
from valueadded.mixed.moments import SchoolMoments, restrict
from valueadded.mixed.stacking import stack


@dataclass(frozen=True)
class BenchmarkModels:
    """Everything measured from the benchmark line, as tables.

    reference, fits, fixed_effects, fit_records, school_effects, decomposition : as their contracts say
    """

    reference: pd.DataFrame
    fits: pd.DataFrame
    fixed_effects: pd.DataFrame
    fit_records: pd.DataFrame
    school_effects: pd.DataFrame
    decomposition: pd.DataFrame


def fit_benchmark_models(
    moments: Mapping[Cohort, SchoolMoments],
    formula: str,
    years: Sequence[int],
    line: LineKind,
    variants: Sequence[Variant],
    free_terms: Sequence[str],
    confidence: float,
) -> BenchmarkModels:
    """Return the benchmark models of each (domain, year).

    The line is fitted to the benchmark `years` of each domain, pooled if several.

    Raises
    ------
    ValueAddedError
        Naming the domain and year whose model cannot be fitted.
    """
    references = fit_references(moments, formula, years, line)
    fits: dict[tuple[str, int, str], BenchmarkFit] = {}
    decompositions: list[pd.DataFrame] = []
    for (domain, year), cohort in moments.items():
        reference = references[domain]
        try:
            for variant in variants:
                released = [] if variant == "frozen" else free_terms
                fits[domain, year, f"benchmark_{variant}"] = fit_offset(cohort, reference, variant, released)
            focal = restrict(cohort, formula_columns(formula, cohort.formulas)[0])
            own_line = estimate_intercept_model(focal, True, "ML").coefficients
            decompositions.append(_labelled(decompose(focal, own_line, reference), domain, year))
        except ValueAddedError as fault:
            raise type(fault)(f"{domain} {year}: {fault}") from None
    methods = {key: "fixed" if key[2] == "benchmark_frozen" else "ML" for key in fits}
    return BenchmarkModels(
        reference=pd.concat(
            [
                reference.table.assign(domain=domain).astype({"domain": "str"})
                for domain, reference in references.items()
            ],
            ignore_index=True,
        ),
        fits=pd.DataFrame(
            [fit_row(*key, fit.estimates, fit.moments, methods[key]) for key, fit in fits.items()]
        ),
        fixed_effects=label_rows({key: fit.fixed_effects for key, fit in fits.items()}),
        fit_records=label_rows({key: record_rows(fit.estimates.record) for key, fit in fits.items()}),
        school_effects=label_rows({key: fit.school_effects(confidence) for key, fit in fits.items()}),
        decomposition=pd.concat(decompositions, ignore_index=True),
    )


def fit_references(
    moments: Mapping[Cohort, SchoolMoments], formula: str, years: Sequence[int], line: LineKind
) -> dict[str, BenchmarkReference]:
    """Return domain -> its benchmark line, the benchmark years pooled.

    Raises
    ------
    ValueAddedError
        Naming the domain and the benchmark years whose line cannot be fitted.
    """
    references = {}
    for domain in dict.fromkeys(domain for domain, _ in moments):
        try:
            pooled = stack([moments[domain, year] for year in years])
            references[domain] = fit_reference(pooled, formula, line=line)
        except ValueAddedError as fault:
            raise type(fault)(f"{domain}, benchmark {', '.join(map(str, years))}: {fault}") from None
    return references


def _labelled(frame: pd.DataFrame, domain: str, year: int) -> pd.DataFrame:
    return frame.assign(domain=domain, year=year).astype({"domain": "str"})
