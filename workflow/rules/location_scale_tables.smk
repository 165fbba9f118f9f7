# In: students with their intake and the location-scale models. Out: Tables 1 to 5, and a page of them.


rule describe_location_scale:
    """Describe students, schools and the ladder of models in Tables 1 to 5."""
    input:
        students=location_scale_students,
        coefficients="results/location_scale/coefficients.parquet",
        covariance="results/location_scale/covariance.parquet",
        comparison="results/location_scale/comparison.parquet",
        fits="results/location_scale/fits.parquet",
    output:
        characteristics="results/location_scale/tables/characteristics.parquet",
        ladder="results/location_scale/tables/ladder.parquet",
        page="results/location_scale/tables/tables.md",
    log:
        "logs/describe_location_scale/all.log",
    benchmark:
        "logs/describe_location_scale/all.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        section=section("location_scale"),
        cohorts=location_scale_cohorts(),
        code=code("describe_location_scale"),
    script:
        "../../scripts/describe_location_scale.py"
