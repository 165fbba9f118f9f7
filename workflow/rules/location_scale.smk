# In: students with their intake, of every cohort. Out: the location-scale models, schools' means and variances,
# and how the variance within schools has changed since the benchmark years.


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
        traces="results/location_scale/traces.parquet",
        autocorrelations="results/location_scale/autocorrelations.parquet",
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


rule measure_variance_drift:
    """Compare the variance within schools in every focal year with that of the benchmark years."""
    input:
        students=variance_drift_students,
    output:
        variance_drift="results/location_scale/variance_drift.parquet",
    log:
        "logs/measure_variance_drift/all.log",
    benchmark:
        "logs/measure_variance_drift/all.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        section=section("location_scale"),
        benchmark_years=benchmark_years(),
        cohorts=variance_drift_cohorts(),
        code=code("measure_variance_drift"),
    script:
        "../../scripts/measure_variance_drift.py"


rule correlate_location_scale:
    """Fit pairs of years jointly: how far schools keep their mean, and how far their variance."""
    input:
        students=location_scale_pair_students,
    output:
        year_correlations="results/location_scale/year_correlations.parquet",
    log:
        "logs/correlate_location_scale/all.log",
    benchmark:
        "logs/correlate_location_scale/all.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        section=section("location_scale"),
        cohorts=location_scale_pair_cohorts(),
        pairs=location_scale_pairs(),
        code=code("correlate_location_scale"),
    script:
        "../../scripts/correlate_location_scale.py"
