"""School effects that anyone can re-run: records -> cohorts -> intake -> models -> effects -> figures."""


include: "workflow/rules/configuration.smk"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/location_scale_cohorts.smk"
include: "workflow/rules/intake_adjusted_plan.smk"
include: "workflow/rules/outputs.smk"
include: "workflow/rules/layered_files.smk"
include: "workflow/rules/publish_files.smk"
include: "workflow/rules/synthetic_teachers.smk"
include: "workflow/rules/validation.smk"
include: "workflow/rules/school_values.smk"
include: "workflow/rules/layered.smk"
include: "workflow/rules/layered_figures.smk"
include: "workflow/rules/recovery_layered.smk"
include: "workflow/rules/whole_schools.smk"
include: "workflow/rules/intake_adjusted.smk"
include: "workflow/rules/intake_adjusted_figures.smk"


# What needs students; a study of whole schools ends here.
if STUDENTS:

    include: "workflow/rules/prior.smk"
    include: "workflow/rules/synthetic.smk"
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


include: "workflow/rules/publish.smk"
include: "workflow/rules/manifest.smk"


rule all:
    """Make every table and figure of the configured study."""
    default_target: True
    input:
        study_files(),
        manifest_files(),
