# In: the section of the configuration alone. Out: whether the layered models find planted teachers and persistence.
# Not part of `rule all`: snakemake recovery_layered

if settings.recovery_layered:

    rule recover_teachers:
        """Plant teachers in sets of records and let every layered model find them."""
        output:
            effects="results/recovery_layered/effects/{scenario}/{chunk}.parquet",
            persistence="results/recovery_layered/persistence/{scenario}/{chunk}.parquet",
        log:
            "logs/recover_teachers/{scenario}-{chunk}.log",
        benchmark:
            "logs/recover_teachers/{scenario}-{chunk}.jsonl"
        wildcard_constraints:
            scenario="|".join(settings.recovery_layered.scenarios),
            chunk=r"\d+",
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            world=planted_teachers,
            replicates=chunk_of_sets,
            code=code("recover_teachers"),
        script:
            "../../scripts/recover_teachers.py"

    rule recovery_layered:
        """Summarise what the layered models found, and write the page."""
        input:
            effects=expand(
                "results/recovery_layered/effects/{scenario}/{chunk}.parquet",
                scenario=settings.recovery_layered.scenarios,
                chunk=range(settings.recovery_layered.chunks),
            ),
            persistence=expand(
                "results/recovery_layered/persistence/{scenario}/{chunk}.parquet",
                scenario=settings.recovery_layered.scenarios,
                chunk=range(settings.recovery_layered.chunks),
            ),
        output:
            effects="results/recovery_layered/recovery.parquet",
            persistence="results/recovery_layered/recovery_persistence.parquet",
            page="results/recovery_layered/recovery_layered.md",
        log:
            "logs/recovery_layered/all.log",
        benchmark:
            "logs/recovery_layered/all.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            study=section("recovery_layered"),
            code=code("recovery_layered"),
        script:
            "../../scripts/recovery_layered.py"
