# Required: accepted parts of assessments and students, or of matched records; the table of scale links.
# Makes: results/cohorts/: the matched cohorts, who is not in them, and the account that adds up.


rule match_cohort:
    """Match the outcome records of one domain and year with the records `gap_years` earlier."""
    input:
        outcome=outcome_parts,
        prior=prior_parts,
        students=student_parts,
        links=link_tables,
    output:
        cohort="results/cohorts/{domain}/{year}.parquet",
        unmatched="results/cohorts/unmatched/{domain}/{year}.parquet",
        comparison="results/cohorts/comparison/{domain}/{year}.parquet",
    log:
        "logs/match_cohort/{domain}-{year}.log",
    benchmark:
        "logs/match_cohort/{domain}-{year}.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=800,
    params:
        form=RECORDS,
        cohorts=section("cohorts"),
        code=code("match_cohort"),
    script:
        "../../scripts/match_cohort.py"


rule gather_attrition:
    """Account for every student with an outcome record, step by step, in every cohort and school."""
    input:
        records=all_outcome_parts,
        prior=all_prior_parts,
        cohorts=expand("results/cohorts/{domain}/{year}.parquet", domain=DOMAINS, year=YEARS),
        unmatched=expand(
            "results/cohorts/unmatched/{domain}/{year}.parquet",
            domain=DOMAINS,
            year=YEARS,
        ),
        comparisons=expand(
            "results/cohorts/comparison/{domain}/{year}.parquet",
            domain=DOMAINS,
            year=YEARS,
        ),
    output:
        attrition="results/cohorts/attrition.parquet",
        by_school="results/cohorts/attrition_by_school.parquet",
        comparison="results/cohorts/matched_comparison.parquet",
    log:
        "logs/gather_attrition/gather_attrition.log",
    benchmark:
        "logs/gather_attrition/gather_attrition.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=2000,
    params:
        form=RECORDS,
        absent=settings.plan.absent,
        domains=DOMAINS,
        gap_years=settings.cohorts.gap_years,
        code=code("gather_attrition"),
    script:
        "../../scripts/gather_attrition.py"
