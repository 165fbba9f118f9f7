# In: effects, correlations. Out: figures that compare years, and beside each the data it shows.


rule draw_relative_against_benchmark:
    """Draw relative against benchmark effects."""
    input:
        effects="results/effects/school_effects.parquet",
        correlations="results/effects/year_correlations.parquet",
    output:
        png=report(
            "results/figures/relative_against_benchmark_{domain}.png",
            caption="../report/relative_against_benchmark.rst",
            category="Figures",
            subcategory="Relative against benchmark",
            labels={"domain": "{domain}"},
        ),
        svg="results/figures/relative_against_benchmark_{domain}.svg",
        plotted="results/figures/relative_against_benchmark_{domain}.parquet",
        csv="results/figures/relative_against_benchmark_{domain}.csv",
    log:
        "logs/draw_relative_against_benchmark/{domain}.log",
    benchmark:
        "logs/draw_relative_against_benchmark/{domain}.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=800,
    params:
        figures=section("figures"),
        benchmark_years=benchmark_years(),
        code=code("draw_relative_against_benchmark"),
    script:
        "../../scripts/draw_relative_against_benchmark.py"


rule draw_school_trajectories:
    """Draw each school's effect over the years, and the drift of the system."""
    input:
        effects="results/effects/school_effects.parquet",
        drift=drift_tables(),
    output:
        png=report(
            "results/figures/school_trajectories_{domain}.png",
            caption="../report/school_trajectories.rst",
            category="Figures",
            subcategory="Trajectories and drift",
            labels={"domain": "{domain}"},
        ),
        svg="results/figures/school_trajectories_{domain}.svg",
        plotted="results/figures/school_trajectories_{domain}.parquet",
        csv="results/figures/school_trajectories_{domain}.csv",
    log:
        "logs/draw_school_trajectories/{domain}.log",
    benchmark:
        "logs/draw_school_trajectories/{domain}.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=800,
    params:
        figures=section("figures"),
        benchmark_years=benchmark_years(),
        code=code("draw_school_trajectories"),
    script:
        "../../scripts/draw_school_trajectories.py"


rule draw_year_correlations:
    """Draw the correlations of school effects between years."""
    input:
        correlations="results/effects/year_correlations.parquet",
    output:
        png=report(
            "results/figures/year_correlations_{domain}.png",
            caption="../report/year_correlations.rst",
            category="Figures",
            subcategory="Correlations between years",
            labels={"domain": "{domain}"},
        ),
        svg="results/figures/year_correlations_{domain}.svg",
        plotted="results/figures/year_correlations_{domain}.parquet",
        csv="results/figures/year_correlations_{domain}.csv",
    log:
        "logs/draw_year_correlations/{domain}.log",
    benchmark:
        "logs/draw_year_correlations/{domain}.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=800,
    params:
        figures=section("figures"),
        code=code("draw_year_correlations"),
    script:
        "../../scripts/draw_year_correlations.py"
