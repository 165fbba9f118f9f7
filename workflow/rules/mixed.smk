# In: moments of every cohort. Out: the relative models, and the joint model of all cohorts of a domain.


rule fit_mixed:
    """Fit the relative models of every cohort, and the joint model of all cohorts of each domain."""
    input:
        moments=moment_files,
    output:
        **joint_tables(),
        fits="results/mixed/fits.parquet",
        fixed_effects="results/mixed/fixed_effects.parquet",
        fit_records="results/mixed/fit_records.parquet",
        school_effects="results/mixed/school_effects.parquet",
    log:
        "logs/fit_mixed/all.log",
    benchmark:
        "logs/fit_mixed/all.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        mixed=section("mixed"),
        base_year=base_year(),
        benchmark_years=benchmark_years(),
        confidence=settings.effects.confidence,
        cohorts=COHORTS,
        code=code("fit_mixed"),
    script:
        "../../scripts/fit_mixed.py"
