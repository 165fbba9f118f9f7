# In: the layered models. Out: which score counts how much in an effect, and the effects that may be handed on.

if settings.layered is not None:

    rule weigh_scores:
        """Write which score counts how much in the effects of named teachers."""
        input:
            scores="results/layered/scores.parquet",
            links="results/layered/links.parquet",
            variances="results/layered/variances.parquet",
            covariance="results/layered/covariance.parquet",
            persistence="results/layered/persistence.parquet",
        output:
            weights="results/layered/weights.parquet",
        log:
            "logs/weigh_scores/all.log",
        benchmark:
            "logs/weigh_scores/all.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=4000,
        params:
            section=fitted_section("weights_of"),
            code=code("weigh_scores"),
        script:
            "../../scripts/weigh_scores.py"

    rule publish_effects:
        """Write the effects that may be handed on."""
        input:
            effects="results/layered/effects.parquet",
        output:
            published_effects="results/layered/published_effects.parquet",
            csv="results/layered/published_effects.csv",
        log:
            "logs/publish_effects/all.log",
        benchmark:
            "logs/publish_effects/all.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=2000,
        params:
            teachers=settings.layered.publish_teachers,
            code=code("publish_effects"),
        script:
            "../../scripts/publish_effects.py"
