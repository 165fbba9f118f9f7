"""Where each table of a contract lies, for the data dictionary."""

from valueadded.contracts import whole_school_records

PART = "`results/validation/{table}/{{file}}/{part}.parquet` and `outside_study.parquet` beside it"
TEST_PART = PART.format(table="assessments", part="{calendar_year}-{year_level}")
YEAR_PART = {
    name: PART.format(table=name, part="{calendar_year}")
    for name in ("students", "schools", "matched", "teacher_scores", "teacher_links")
}
GATHERED = (
    "`results/validation/{table}.parquet`, gathered from"
    " `results/validation/{{table}}/{{file}}/{table}.parquet`,"
    " `results/validation/whole_schools/{table}.parquet` and"
    " `results/validation/school_values/{table}.parquet`"
)
FAMILIES = "`results/mixed/{table}.parquet`, `results/benchmark/{table}.parquet`"
FIGURE = "`results/figures/{table}_{{domain}}.parquet`, and the same rows as `.csv`"
FILES = {
    "assessments": TEST_PART,
    **YEAR_PART,
    **{
        name: f"`results/validation/whole_schools/{name}.parquet`"
        for name in whole_school_records.WHOLE_SCHOOL_TABLES
    },
    "quarantine": GATHERED.format(table="quarantine"),
    "ledger": GATHERED.format(table="ledger"),
    "notes": GATHERED.format(table="notes"),
    "school_values": "`results/validation/school_values/values.parquet`",
    "school_value_reasons": "`results/intake_adjusted/value_reasons.parquet`",
    "school_value_account": "`results/intake_adjusted/value_account.parquet`",
    "scale_links": "the file of the data folder that `cohorts.scale_links` names; for a synthetic state"
    " `results/synthetic/scale_links.parquet` and, with the true constants,"
    " `results/synthetic/truth_scale_links.parquet`",
    "truth_schools": "`results/synthetic/truth_schools.parquet`",
    "truth_system": "`results/synthetic/truth_system.parquet`",
    "truth_defects": "`results/synthetic/truth_defects.parquet`, of the records of whole schools"
    " `results/synthetic/truth_whole_school_defects.parquet`",
    "truth_whole_schools": "`results/synthetic/truth_whole_schools.parquet`",
    "truth_whole_school_coefficients": "`results/synthetic/truth_whole_school_coefficients.parquet`",
    "truth_twin_schools": "`results/synthetic/truth_twin_schools.parquet`",
    "truth_twin_coefficients": "`results/synthetic/truth_twin_coefficients.parquet`",
    "truth_teachers": "`results/synthetic/truth_teachers.parquet`",
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
            "annual",
            "school_types",
            "aim_branches",
            "retention_sources",
            "measures",
            "regressions",
            "performance",
            "uncertainty",
            "multilevel",
            "agreement",
            "multiverse",
            "contest",
            "choices",
        )
    },
    **{
        f"layered_{name}": f"`results/layered/{name}.parquet`"
        for name in (
            *("fits", "fixed_effects", "variances", "covariance", "persistence", "effects", "tracks"),
            *("track_links", "revisions", "weights", "comparators", "findings", "notes"),
            *("scores", "links"),
        )
    },
    "layered_published_effects": "`results/layered/published_effects.parquet`, and the same rows as `.csv`",
    **{
        name: FIGURE.format(table=name)
        for name in (
            *("teacher_caterpillar", "revised_effects", "weight_map", "track_graph"),
            "persistence_by_lag",
        )
    },
    "intake_bars": "`results/figures/intake_bars_{school_id}.parquet`, and the same rows as `.csv`",
    "school_summary": "`results/figures/school_summary_{school_id}.parquet`, and the same rows as `.csv`",
    "intake_funnel": "`results/figures/intake_funnel_{variable}.parquet`, and the same rows as `.csv`",
    **{
        f"published_{name}": f"`results/published/{name}.parquet`, and the same rows as `.csv` and in"
        " `release.xlsx`"
        for name in (
            *("school_effects", "school_changes", "system_drift", "year_correlations"),
            *("location_scale", "performance"),
        )
    },
    "release_record": "`results/release_record.parquet`",
    "performance_record": "`results/performance_record.parquet`",
    "replicates": "`results/validate_benchmark/replicates/{scenario}/{chunk}.parquet`",
    "validation_summary": "`results/validate_benchmark/summary.parquet`, and the same rows as `.csv`",
    "validation_matrix": "`results/validate_benchmark/matrix.parquet`, and the same rows as `.csv`",
    "calibration_ranks": "`results/calibration/ranks/{chunk}.parquet`",
    "calibration": "`results/calibration/summary.parquet`",
    "recovery_sets": "`results/recovery_layered/effects/{scenario}/{chunk}.parquet`",
    "recovery_persistence_sets": "`results/recovery_layered/persistence/{scenario}/{chunk}.parquet`",
    "recovery": "`results/recovery_layered/recovery.parquet`",
    "recovery_persistence": "`results/recovery_layered/recovery_persistence.parquet`",
}
