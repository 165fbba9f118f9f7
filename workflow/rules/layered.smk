# In: accepted scores and links of teachers. Out: the layered models, teachers' (and schools') effects over years,
# what later scores do to them, and simpler measures beside them.


if settings.layered is not None:

    rule describe_teachers:
        """Join scores and teachers; find tracks and simple measures, which need no model."""
        input:
            scores=teacher_parts("teacher_scores"),
            links=teacher_parts("teacher_links"),
        output:
            scores="results/layered/scores.parquet",
            links="results/layered/links.parquet",
            findings="results/layered/findings.parquet",
            tracks="results/layered/tracks.parquet",
            track_links="results/layered/track_links.parquet",
            comparators="results/layered/comparators.parquet",
        log:
            "logs/describe_teachers/all.log",
        benchmark:
            "logs/describe_teachers/all.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=2000,
        params:
            section=fitted_section(),
            code=code("describe_teachers"),
        script:
            "../../scripts/describe_teachers.py"

    rule fit_layered:
        """Fit every layered model: fixed effects, variances, covariance, persistence, effects."""
        input:
            scores="results/layered/scores.parquet",
            links="results/layered/links.parquet",
        output:
            fits="results/layered/fits.parquet",
            fixed_effects="results/layered/fixed_effects.parquet",
            variances="results/layered/variances.parquet",
            covariance="results/layered/covariance.parquet",
            persistence="results/layered/persistence.parquet",
            effects="results/layered/effects.parquet",
            notes="results/layered/notes.parquet",
        log:
            "logs/fit_layered/all.log",
        benchmark:
            "logs/fit_layered/all.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=4000,
        params:
            section=fitted_section(),
            code=code("fit_layered"),
        script:
            "../../scripts/fit_layered.py"

    rule revise_effects:
        """Compare effects before and after later scores arrived."""
        input:
            scores="results/layered/scores.parquet",
            links="results/layered/links.parquet",
            variances="results/layered/variances.parquet",
            covariance="results/layered/covariance.parquet",
            persistence="results/layered/persistence.parquet",
            effects="results/layered/effects.parquet",
        output:
            revisions="results/layered/revisions.parquet",
        log:
            "logs/revise_effects/all.log",
        benchmark:
            "logs/revise_effects/all.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=4000,
        params:
            section=fitted_section("pulse_level"),
            code=code("revise_effects"),
        script:
            "../../scripts/revise_effects.py"


include: "layered_tables.smk"
