"""The contracts in Markdown: docs/data-dictionary.md is what this module returns."""

from collections.abc import Mapping

import pandera.pandas as pa

from valueadded.contracts import (
    benchmark,
    calibration,
    cohorts,
    effects,
    figures,
    intake,
    intake_adjusted,
    intake_adjusted_figures,
    intake_adjusted_records,
    layered,
    layered_figures,
    layered_records,
    layered_teachers,
    location_scale,
    location_scale_chains,
    location_scale_figures,
    location_scale_tables,
    location_scale_years,
    mixed,
    published,
    records,
    recovery_layered,
    synthetic,
    synthetic_teachers,
    validate_benchmark,
    whole_school_records,
)
from valueadded.contracts.table_files import FILES

STAGES = {
    "Validation": records,
    "Scores and teachers of the layered models": layered_records,
    "Records of whole schools": whole_school_records,
    "Synthetic state": synthetic,
    "Synthetic students with teachers": synthetic_teachers,
    "Cohorts": cohorts,
    "Intake": intake,
    "Relative models": mixed,
    "Benchmark": benchmark,
    "Effects": effects,
    "Location-scale models": location_scale,
    "Chains of location-scale models": location_scale_chains,
    "Location-scale models over the years": location_scale_years,
    "Tables of the location-scale models": location_scale_tables,
    "Yearly measures of whole schools": intake_adjusted_records,
    "Whole schools adjusted for their intake": intake_adjusted,
    "Layered models": layered,
    "Tracks, weights and revisions of the layered models": layered_teachers,
    "Figures": figures,
    "Figures of schools' means and variances": location_scale_figures,
    "Figures of whole schools": intake_adjusted_figures,
    "Figures of the layered models": layered_figures,
    "Release": published,
    "Validation of the benchmark": validate_benchmark,
    "Calibration of the posterior": calibration,
    "Recovery of planted teachers": recovery_layered,
}
TYPES = {"string": "text", "int64": "whole number", "float64": "number", "bool": "true or false"}
INTRODUCTION = """\
# Data dictionary

Every table the workflow writes, and every reason code. Generated from `src/valueadded/contracts/` by
`valueadded dictionary > docs/data-dictionary.md`; a test fails when the two differ.

Tables are Parquet files, sorted by their key. Identifiers are always text. Variances are variances, never
standard deviations. "May be missing" says that a row may have no value; any other column always has one."""


def describe_tables(reasons: Mapping[str, Mapping[str, str]]) -> str:
    """Return the data dictionary as Markdown.

    Parameters
    ----------
    reasons
        Heading -> code -> sentence, for the lists of codes at the end.
    """
    parts = [INTRODUCTION]
    for stage, module in STAGES.items():
        parts.append(f"## {stage}")
        parts += [
            _describe(contract)
            for contract in vars(module).values()
            if isinstance(contract, pa.DataFrameSchema)
        ]
    for heading, codes in reasons.items():
        rows = [f"| `{code}` | {sentence} |" for code, sentence in codes.items()]
        parts += [f"## {heading}", "\n".join(["| code | meaning |", "|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"


def _describe(contract: pa.DataFrameSchema) -> str:
    key = ", ".join(f"`{name}`" for name in contract.unique)
    rows = [_row(name, column) for name, column in contract.columns.items()]
    return "\n\n".join(
        [
            f"### {contract.name}",
            contract.description,
            f"File: {FILES[contract.name]}. Key: {key}.",
            "\n".join(["| column | type | unit | description |", "|---|---|---|---|", *rows]),
        ]
    )


def _row(name: str, column: pa.Column) -> str:
    unit = (column.metadata or {}).get("unit", "")
    words = [_limit_in_words(check.name, check.statistics) for check in column.checks]
    if column.nullable:
        words.append("may be missing")
    description = "; ".join([column.description, *words]).replace("|", "\\|")
    return f"| `{name}` | {TYPES[str(column.dtype).partition('[')[0]]} | {unit} | {description} |"


def _limit_in_words(name: str, limit: Mapping[str, object]) -> str:
    match limit:
        case {"allowed_values": [*allowed]}:
            return "one of " + ", ".join(f"`{value}`" for value in allowed)
        case {"min_value": least} if name == "greater_than":
            return f"more than {least}"
        case {"min_value": least}:
            return f"at least {least}"
        case {"max_value": most}:
            return f"at most {most}"
    raise ValueError(f"a contract has a check without words for it: {sorted(limit)}")
