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
    location_scale,
    location_scale_chains,
    location_scale_figures,
    location_scale_tables,
    location_scale_years,
    mixed,
    records,
    synthetic,
    validate_benchmark,
)

STAGES = {
    "Validation": records,
    "Synthetic state": synthetic,
    "Cohorts": cohorts,
    "Intake": intake,
    "Relative models": mixed,
    "Benchmark": benchmark,
    "Effects": effects,
    "Location-scale models": location_scale,
    "Chains of location-scale models": location_scale_chains,
    "Location-scale models over the years": location_scale_years,
    "Tables of the location-scale models": location_scale_tables,
    "Whole schools adjusted for their intake": intake_adjusted,
    "Figures": figures,
    "Figures of schools' means and variances": location_scale_figures,
    "Figures of whole schools": intake_adjusted_figures,
    "Validation of the benchmark": validate_benchmark,
    "Calibration of the posterior": calibration,
}
PART = "`results/validation/{table}/{{file}}/{part}.parquet` and `outside_study.parquet` beside it"
TEST_PART = PART.format(table="assessments", part="{calendar_year}-{year_level}")
YEAR_PART = {
    name: PART.format(table=name, part="{calendar_year}") for name in ("students", "schools", "matched")
}
GATHERED = (
    "`results/validation/{table}.parquet`, gathered from"
    " `results/validation/{{table}}/{{file}}/{table}.parquet`"
)
FAMILIES = "`results/mixed/{table}.parquet`, `results/benchmark/{table}.parquet`"
FIGURE = "`results/figures/{table}_{{domain}}.parquet`, and the same rows as `.csv`"
FILES = {
    "assessments": TEST_PART,
    **YEAR_PART,
    "quarantine": GATHERED.format(table="quarantine"),
    "ledger": GATHERED.format(table="ledger"),
    "notes": GATHERED.format(table="notes"),
    "scale_links": "the file of the data folder that `cohorts.scale_links` names; for a synthetic state"
    " `results/synthetic/scale_links.parquet` and, with the true constants,"
    " `results/synthetic/truth_scale_links.parquet`",
    "truth_schools": "`results/synthetic/truth_schools.parquet`",
    "truth_system": "`results/synthetic/truth_system.parquet`",
    "truth_defects": "`results/synthetic/truth_defects.parquet`",
    "truth_twin_schools": "`results/synthetic/truth_twin_schools.parquet`",
    "truth_twin_coefficients": "`results/synthetic/truth_twin_coefficients.parquet`",
    "cohort": "`results/cohorts/{domain}/{year}.parquet`",
    "unmatched": "`results/cohorts/unmatched/{domain}/{year}.parquet`",
    "attrition": "`results/cohorts/attrition.parquet`",
    "attrition_by_school": "`results/cohorts/attrition_by_school.parquet`",
    "matched_comparison": "`results/cohorts/matched_comparison.parquet`, gathered from"
    " `results/cohorts/comparison/{domain}/{year}.parquet`",
    "student_intake": "`results/intake/students/{domain}/{year}.parquet`",
    "school_intake": "`results/intake/schools.parquet`, gathered from"
    " `results/intake/schools_by_cohort/{domain}/{year}.parquet`",
    "prior_constants": "`results/intake/prior_constants.parquet`",
    "moments": "`results/mixed/moments/{domain}/{year}.parquet`",
    "fits": FAMILIES.format(table="fits"),
    "fixed_effects": FAMILIES.format(table="fixed_effects"),
    "fit_records": FAMILIES.format(table="fit_records") + ", `results/location_scale/fit_records.parquet`",
    "school_covariance": "`results/mixed/school_covariance.parquet`",
    "school_covariance_error": "`results/mixed/school_covariance_error.parquet`",
    "lag_profile": "`results/mixed/lag_profile.parquet`",
    "joint_correlations": "`results/mixed/joint_correlations.parquet`",
    "structures": "`results/mixed/structures.parquet`",
    "joint_changes": "`results/mixed/joint_changes.parquet`",
    "reference": "`results/benchmark/reference.parquet`",
    "drift": "`results/benchmark/drift.parquet`",
    "prior_drift": "`results/benchmark/prior_drift.parquet`",
    "measurement_error": "`results/benchmark/measurement_error.parquet`",
    "decomposition": "`results/benchmark/decomposition.parquet`",
    "school_effects": "`results/effects/school_effects.parquet`, gathered from "
    + FAMILIES.format(table="school_effects"),
    "reflated_effects": "`results/effects/reflated_effects.parquet`",
    "school_changes": "`results/effects/school_changes.parquet`",
    "year_correlations": "`results/effects/year_correlations.parquet`",
    "associations": "`results/effects/associations.parquet`",
    "ranks": "`results/effects/ranks.parquet`",
    "flags": "`results/effects/flags.parquet`",
    "comparisons": "`results/effects/comparisons.parquet`",
    **{
        f"location_scale_{name}": f"`results/location_scale/{table}.parquet`"
        for name, table in {
            "fits": "fits",
            "coefficients": "coefficients",
            "covariance": "covariance",
            "effects": "school_effects",
            "comparison": "comparison",
            "posteriors": "posteriors",
            "traces": "traces",
            "autocorrelations": "autocorrelations",
            "variance_drift": "variance_drift",
            "correlations": "year_correlations",
        }.items()
    },
    "characteristics": "`results/location_scale/tables/characteristics.parquet`",
    "ladder": "`results/location_scale/tables/ladder.parquet`",
    "effect_distribution": FIGURE.format(table="effect_distribution"),
    "caterpillar": FIGURE.format(table="caterpillar"),
    "relative_against_benchmark": FIGURE.format(table="relative_against_benchmark"),
    "school_trajectories": FIGURE.format(table="school_trajectories"),
    "year_correlation_matrix": FIGURE.format(table="year_correlations"),
    "school_change_figure": FIGURE.format(table="school_changes"),
    "joint_correlation_by_lag": FIGURE.format(table="joint_correlation_by_lag"),
    "system_drift": FIGURE.format(table="system_drift"),
    "prior_and_outcome": FIGURE.format(table="prior_and_outcome"),
    "attrition_flow": FIGURE.format(table="attrition_flow"),
    "score_distributions": FIGURE.format(table="score_distributions"),
    "two_schools": FIGURE.format(table="two_schools"),
    "means_against_variances": FIGURE.format(table="means_against_variances"),
    "twin_caterpillar": FIGURE.format(table="twin_caterpillar"),
    "school_lines": FIGURE.format(table="school_lines"),
    "sampling_trace": FIGURE.format(table="sampling_trace"),
    "model_comparison": FIGURE.format(table="model_comparison"),
    **{
        f"intake_adjusted_{name}": f"`results/intake_adjusted/{name}.parquet`"
        for name in (
            "measures",
            "regressions",
            "performance",
            "uncertainty",
            "multiverse",
            "contest",
            "choices",
        )
    },
    "intake_bars": "`results/figures/intake_bars_{school_id}.parquet`, and the same rows as `.csv`",
    "school_summary": "`results/figures/school_summary_{school_id}.parquet`, and the same rows as `.csv`",
    "intake_funnel": "`results/figures/intake_funnel_{outcome}.parquet`, and the same rows as `.csv`",
    "replicates": "`results/validate_benchmark/replicates/{scenario}/{chunk}.parquet`",
    "validation_summary": "`results/validate_benchmark/summary.parquet`, and the same rows as `.csv`",
    "validation_matrix": "`results/validate_benchmark/matrix.parquet`, and the same rows as `.csv`",
    "calibration_ranks": "`results/calibration/ranks/{chunk}.parquet`",
    "calibration": "`results/calibration/summary.parquet`",
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
    limits = [check.statistics for check in column.checks]
    words = [_limit_in_words(found) for found in limits]
    if column.nullable:
        words.append("may be missing")
    description = "; ".join([column.description, *words]).replace("|", "\\|")
    return f"| `{name}` | {TYPES[str(column.dtype).partition('[')[0]]} | {unit} | {description} |"


def _limit_in_words(limit: Mapping[str, object]) -> str:
    match limit:
        case {"allowed_values": [*allowed]}:
            return "one of " + ", ".join(f"`{value}`" for value in allowed)
        case {"min_value": least}:
            return f"at least {least}"
        case {"max_value": most}:
            return f"at most {most}"
    raise ValueError(f"a contract has a check without words for it: {sorted(limit)}")
