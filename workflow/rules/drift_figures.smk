# In: what moved in the system. Out: figures, and beside each the data it shows.

if settings.benchmark:

    rule draw_system_drift:
        """Draw the drift of the system by year, with its parts and interval."""
        input:
            drift="results/benchmark/drift.parquet",
        output:
            png=report(
                "results/figures/system_drift_{domain}.png",
                caption="../report/system_drift.rst",
                category="Figures",
                subcategory="Trajectories and drift",
                labels={"domain": "{domain}"},
            ),
            svg="results/figures/system_drift_{domain}.svg",
            plotted="results/figures/system_drift_{domain}.parquet",
            csv="results/figures/system_drift_{domain}.csv",
        log:
            "logs/draw_system_drift/{domain}.log",
        benchmark:
            "logs/draw_system_drift/{domain}.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            figures=section("figures"),
            benchmark_years=benchmark_years(),
            code=code("draw_system_drift"),
        script:
            "../../scripts/draw_system_drift.py"

    rule draw_prior_and_outcome:
        """Draw the movement of the prior score beside the drift of the outcome."""
        input:
            prior_drift="results/benchmark/prior_drift.parquet",
        output:
            png=report(
                "results/figures/prior_and_outcome_{domain}.png",
                caption="../report/prior_and_outcome.rst",
                category="Figures",
                subcategory="Trajectories and drift",
                labels={"domain": "{domain}"},
            ),
            svg="results/figures/prior_and_outcome_{domain}.svg",
            plotted="results/figures/prior_and_outcome_{domain}.parquet",
            csv="results/figures/prior_and_outcome_{domain}.csv",
        log:
            "logs/draw_prior_and_outcome/{domain}.log",
        benchmark:
            "logs/draw_prior_and_outcome/{domain}.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            figures=section("figures"),
            benchmark_years=benchmark_years(),
            code=code("draw_prior_and_outcome"),
        script:
            "../../scripts/draw_prior_and_outcome.py"
