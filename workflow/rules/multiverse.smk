# In: yearly values and types of whole schools, and the policy. Out: how far the open choices decide who stands above
# or below. Not part of `rule all`: snakemake multiverse

if settings.intake_adjusted:

    rule multiverse:
        """Run every combination of the open choices and count whose band changes."""
        input:
            annual="results/intake_adjusted/annual.parquet",
            school_types="results/intake_adjusted/school_types.parquet",
            policy="results/intake_adjusted/policy.yaml",
        output:
            multiverse="results/intake_adjusted/multiverse.parquet",
        log:
            "logs/multiverse/all.log",
        benchmark:
            "logs/multiverse/all.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=1000,
        params:
            choices=settings.intake_adjusted.choices.model_dump(),
            other_levels=settings.intake_adjusted.multiverse.model_dump(),
            code=code("multiverse"),
        script:
            "../../scripts/multiverse.py"
