# In: the joint model's covariance of school effects. Out: one year's effects given those of other years.


rule measure_associations:
    """Measure how one year's true school effects follow those of the years before."""
    input:
        covariance="results/mixed/school_covariance.parquet",
        errors="results/mixed/school_covariance_error.parquet",
    output:
        "results/effects/associations.parquet",
    log:
        "logs/measure_associations/all.log",
    benchmark:
        "logs/measure_associations/all.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        effects=section("effects"),
        code=code("measure_associations"),
    script:
        "../../scripts/measure_associations.py"
