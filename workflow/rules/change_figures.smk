# In: tables of the joint model. Out: figures of change, and beside each the data it shows.


rule draw_school_changes:
    """Draw each school's change since the benchmark year."""
    input:
        changes="results/mixed/joint_changes.parquet",
    output:
        png=report(
            "results/figures/school_changes_{domain}.png",
            caption="../report/school_changes.rst",
            category="Figures",
            subcategory="Changes of schools",
            labels={"domain": "{domain}"},
        ),
        svg="results/figures/school_changes_{domain}.svg",
        plotted="results/figures/school_changes_{domain}.parquet",
        csv="results/figures/school_changes_{domain}.csv",
    log:
        "logs/draw_school_changes/{domain}.log",
    benchmark:
        "logs/draw_school_changes/{domain}.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=800,
    params:
        figures=section("figures"),
        code=code("draw_school_changes"),
    script:
        "../../scripts/draw_school_changes.py"


rule draw_joint_correlation_by_lag:
    """Draw correlations of school effects by lag."""
    input:
        joint="results/mixed/joint_correlations.parquet",
        correlations="results/effects/year_correlations.parquet",
    output:
        png=report(
            "results/figures/joint_correlation_by_lag_{domain}.png",
            caption="../report/joint_correlation_by_lag.rst",
            category="Figures",
            subcategory="Correlations by lag",
            labels={"domain": "{domain}"},
        ),
        svg="results/figures/joint_correlation_by_lag_{domain}.svg",
        plotted="results/figures/joint_correlation_by_lag_{domain}.parquet",
        csv="results/figures/joint_correlation_by_lag_{domain}.csv",
    log:
        "logs/draw_joint_correlation_by_lag/{domain}.log",
    benchmark:
        "logs/draw_joint_correlation_by_lag/{domain}.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=800,
    params:
        figures=section("figures"),
        code=code("draw_joint_correlation_by_lag"),
    script:
        "../../scripts/draw_joint_correlation_by_lag.py"
