"""School effects that anyone can re-run: records -> cohorts -> intake -> models -> effects -> figures."""


configfile: "config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/location_scale_cohorts.smk"
include: "workflow/rules/outputs.smk"
include: "workflow/rules/prior.smk"
include: "workflow/rules/synthetic.smk"
include: "workflow/rules/validation.smk"
include: "workflow/rules/cohorts.smk"
include: "workflow/rules/intake.smk"
include: "workflow/rules/mixed.smk"
include: "workflow/rules/benchmark.smk"
include: "workflow/rules/effects.smk"
include: "workflow/rules/associations.smk"
include: "workflow/rules/location_scale.smk"
include: "workflow/rules/location_scale_tables.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/drift_figures.smk"
include: "workflow/rules/change_figures.smk"
include: "workflow/rules/location_scale_figures.smk"
include: "workflow/rules/ladder_figures.smk"
include: "workflow/rules/chain_figures.smk"
include: "workflow/rules/validate_benchmark.smk"
include: "workflow/rules/calibration.smk"


rule all:
    """Make every table and figure of the configured study."""
    default_target: True
    input:
        "results/validation/ledger.parquet",
        "results/validation/notes.parquet",
        "results/validation/quarantine.parquet",
        "results/cohorts/attrition.parquet",
        "results/cohorts/matched_comparison.parquet",
        "results/intake/schools.parquet",
        "results/mixed/fits.parquet",
        list(joint_tables().values()),
        drift_tables(),
        "results/effects/school_effects.parquet",
        "results/effects/reflated_effects.parquet",
        "results/effects/school_changes.parquet",
        "results/effects/year_correlations.parquet",
        association_tables(),
        "results/effects/ranks.parquet",
        "results/effects/flags.parquet",
        "results/effects/comparisons.parquet",
        location_scale_tables(),
        figure_files(),
