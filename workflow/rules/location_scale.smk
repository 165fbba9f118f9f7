# In: students with their intake, of every cohort. Out: the location-scale models, schools' means and variances.


rule fit_location_scale:
    """Fit the location-scale models of every chosen cohort, and their posteriors if asked for."""
    input:
        students=location_scale_students,
    output:
        fits="results/location_scale/fits.parquet",
        coefficients="results/location_scale/coefficients.parquet",
        covariance="results/location_scale/covariance.parquet",
        school_effects="results/location_scale/school_effects.parquet",
        comparison="results/location_scale/comparison.parquet",
        posteriors="results/location_scale/posteriors.parquet",
        fit_records="results/location_scale/fit_records.parquet",
    log:
        "logs/fit_location_scale/all.log",
    benchmark:
        "logs/fit_location_scale/all.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        section=section("location_scale"),
        cohorts=location_scale_cohorts(),
        code=code("fit_location_scale"),
    script:
        "../../scripts/fit_location_scale.py"
