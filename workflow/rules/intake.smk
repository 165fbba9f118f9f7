# Required: the matched cohorts; accepted parts of schools.
# Makes: results/intake/: intake measures of students and schools; results/mixed/moments/: per-school moments.


rule measure_benchmark_constants:
    """Measure centre and scale of the prior score in the benchmark cohort of every domain."""
    input:
        cohorts=benchmark_cohorts,
    output:
        constants="results/intake/prior_constants.parquet",
    log:
        "logs/measure_benchmark_constants/measure_benchmark_constants.log",
    benchmark:
        "logs/measure_benchmark_constants/measure_benchmark_constants.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=800,
    params:
        code=code("measure_benchmark_constants"),
    script:
        "../../scripts/measure_benchmark_constants.py"


rule measure_intake:
    """Measure the intake of one cohort and sum its students up in per-school moments."""
    input:
        cohort="results/cohorts/{domain}/{year}.parquet",
        history=earlier_cohorts,
        companions=companion_cohorts,
        constants="results/intake/prior_constants.parquet",
        schools=school_parts,
    output:
        students="results/intake/students/{domain}/{year}.parquet",
        by_cohort="results/intake/schools_by_cohort/{domain}/{year}.parquet",
        moments="results/mixed/moments/{domain}/{year}.parquet",
    log:
        "logs/measure_intake/{domain}-{year}.log",
    benchmark:
        "logs/measure_intake/{domain}-{year}.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=1200,
    params:
        intake=section("intake"),
        formulas=model_formulas(),
        code=code("measure_intake"),
    script:
        "../../scripts/measure_intake.py"


rule gather_school_intake:
    """Gather the school-level intake measures of every cohort."""
    input:
        by_cohort=expand(
            "results/intake/schools_by_cohort/{domain}/{year}.parquet",
            domain=DOMAINS,
            year=YEARS,
        ),
    output:
        schools="results/intake/schools.parquet",
    log:
        "logs/gather_school_intake/gather_school_intake.log",
    benchmark:
        "logs/gather_school_intake/gather_school_intake.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=800,
    params:
        code=code("gather_school_intake"),
    script:
        "../../scripts/gather_school_intake.py"
