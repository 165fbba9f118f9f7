# In: moments of every cohort. Out: the frozen line everything measured from it, and what moved in the system.

if settings.benchmark:

    rule fit_benchmark:
        """Fit the benchmark line, the models measured from it."""
        input:
            moments=moment_files,
        output:
            reference="results/benchmark/reference.parquet",
            fits="results/benchmark/fits.parquet",
            fixed_effects="results/benchmark/fixed_effects.parquet",
            fit_records="results/benchmark/fit_records.parquet",
            school_effects="results/benchmark/school_effects.parquet",
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

    rule measure_system:
        """Measure the drift of the system, of its prior scores, and the drift corrected for their error."""
        input:
            moments=moment_files,
            links=link_tables,
        output:
            drift="results/benchmark/drift.parquet",
            prior_drift="results/benchmark/prior_drift.parquet",
            measurement_error="results/benchmark/measurement_error.parquet",
        log:
            "logs/measure_system/all.log",
        benchmark:
            "logs/measure_system/all.jsonl"
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
            eras=scale_eras(),
            reporting=settings.cohorts.scale_eras[0].name if settings.cohorts.scale_eras else "",
            roles=prior_roles(),
            code=code("measure_system"),
        script:
            "../../scripts/measure_system.py"
