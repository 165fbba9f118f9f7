# In: effects, attrition. Out: figures, and beside each the data it shows.


rule draw_attrition_flow:
    """Draw the way from test records to matched cohorts."""
    input:
        attrition="results/cohorts/attrition.parquet",
    output:
        png=report(
            "results/figures/attrition_flow_{domain}.png",
            caption="../report/attrition_flow.rst",
            category="Figures",
            subcategory="From records to cohorts",
            labels={"domain": "{domain}"},
        ),
        svg="results/figures/attrition_flow_{domain}.svg",
        plotted="results/figures/attrition_flow_{domain}.parquet",
        csv="results/figures/attrition_flow_{domain}.csv",
    log:
        "logs/draw_attrition_flow/{domain}.log",
    benchmark:
        "logs/draw_attrition_flow/{domain}.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=800,
    params:
        figures=section("figures"),
        code=code("draw_attrition_flow"),
    script:
        "../../scripts/draw_attrition_flow.py"


rule draw_effect_distribution:
    """Draw the distribution of school effects by year."""
    input:
        effects="results/effects/school_effects.parquet",
    output:
        png=report(
            "results/figures/effect_distribution_{domain}.png",
            caption="../report/effect_distribution.rst",
            category="Figures",
            subcategory="Distribution by year",
            labels={"domain": "{domain}"},
        ),
        svg="results/figures/effect_distribution_{domain}.svg",
        plotted="results/figures/effect_distribution_{domain}.parquet",
        csv="results/figures/effect_distribution_{domain}.csv",
    log:
        "logs/draw_effect_distribution/{domain}.log",
    benchmark:
        "logs/draw_effect_distribution/{domain}.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=800,
    params:
        figures=section("figures"),
        benchmark_years=benchmark_years(),
        code=code("draw_effect_distribution"),
    script:
        "../../scripts/draw_effect_distribution.py"


rule draw_caterpillar:
    """Draw the schools of the latest year in rank order."""
    input:
        effects="results/effects/school_effects.parquet",
        ranks="results/effects/ranks.parquet",
    output:
        png=report(
            "results/figures/caterpillar_{domain}.png",
            caption="../report/caterpillar.rst",
            category="Figures",
            subcategory="Rank order",
            labels={"domain": "{domain}"},
        ),
        svg="results/figures/caterpillar_{domain}.svg",
        plotted="results/figures/caterpillar_{domain}.parquet",
        csv="results/figures/caterpillar_{domain}.csv",
    log:
        "logs/draw_caterpillar/{domain}.log",
    benchmark:
        "logs/draw_caterpillar/{domain}.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=800,
    params:
        figures=section("figures"),
        code=code("draw_caterpillar"),
    script:
        "../../scripts/draw_caterpillar.py"


include: "year_figures.smk"
