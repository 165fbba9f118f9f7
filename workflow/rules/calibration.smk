# In: the section of the configuration alone. Out: whether the posterior of the location-scale models is calibrated.
# Not part of `rule all`: snakemake calibration

if settings.calibration:

    rule rank_truths:
        """Plant truths, draw their posteriors, rank the truths among the draws."""
        output:
            ranks="results/calibration/ranks/{chunk}.parquet",
        log:
            "logs/rank_truths/{chunk}.log",
        benchmark:
            "logs/rank_truths/{chunk}.jsonl"
        wildcard_constraints:
            chunk=r"\d+",
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            world=calibration_world(),
            replicates=chunk_of_truths,
            seed=settings.calibration.seed,
            code=code("rank_truths"),
        script:
            "../../scripts/rank_truths.py"

    rule calibration:
        """Test whether the ranks of planted truths are uniform, and write the page."""
        input:
            ranks=expand(
                "results/calibration/ranks/{chunk}.parquet", chunk=range(settings.calibration.chunks)
            ),
        output:
            summary="results/calibration/summary.parquet",
            page="results/calibration/calibration.md",
        log:
            "logs/calibration/all.log",
        benchmark:
            "logs/calibration/all.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            world=calibration_world(),
            seed=settings.calibration.seed,
            code=code("calibration"),
        script:
            "../../scripts/calibration.py"
