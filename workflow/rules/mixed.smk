# In: moments of every cohort. Out: the relative models.


rule fit_relative:
    """Fit the relative models, a random intercept and a random slope, to every cohort."""
    input:
        moments=moment_files,
    output:
        fits="results/mixed/fits.parquet",
        fixed_effects="results/mixed/fixed_effects.parquet",
        fit_records="results/mixed/fit_records.parquet",
        school_effects="results/mixed/school_effects.parquet",
    log:
        "logs/fit_relative/all.log",
    benchmark:
        "logs/fit_relative/all.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        mixed=section("mixed"),
        confidence=settings.effects.confidence,
        cohorts=COHORTS,
        code=code("fit_relative"),
    script:
        "../../scripts/fit_relative.py"
