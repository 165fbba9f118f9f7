# In: moments of every cohort. Out: the frozen line and everything measured from it.

if settings.benchmark:

    rule fit_benchmark:
        """Fit the benchmark line, the models measured from it, and the drift of the system."""
        input:
            moments=moment_files,
        output:
            reference="results/benchmark/reference.parquet",
            fits="results/benchmark/fits.parquet",
            fixed_effects="results/benchmark/fixed_effects.parquet",
            fit_records="results/benchmark/fit_records.parquet",
            school_effects="results/benchmark/school_effects.parquet",
            drift="results/benchmark/drift.parquet",
            decomposition="results/benchmark/decomposition.parquet",
        log:
            "logs/fit_benchmark/all.log",
        benchmark:
            "logs/fit_benchmark/all.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=1000,
        params:
            benchmark=section("benchmark"),
            formula=benchmark_formula(),
            confidence=settings.effects.confidence,
            cohorts=COHORTS,
            code=code("fit_benchmark"),
        script:
            "../../scripts/fit_benchmark.py"
