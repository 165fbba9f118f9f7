# In: draws of the chains of location-scale models. Out: a figure of them, and beside it the data it shows.

if settings.location_scale:

    rule draw_sampling_trace:
        """Draw the chains of the latest cohort: traces and autocorrelations."""
        input:
            traces="results/location_scale/traces.parquet",
            autocorrelations="results/location_scale/autocorrelations.parquet",
        output:
            png=report(
                "results/figures/sampling_trace_{domain}.png",
                caption="../report/sampling_trace.rst",
                category="Figures",
                subcategory="Chains",
                labels={"domain": "{domain}"},
            ),
            svg="results/figures/sampling_trace_{domain}.svg",
            plotted="results/figures/sampling_trace_{domain}.parquet",
            csv="results/figures/sampling_trace_{domain}.csv",
        log:
            "logs/draw_sampling_trace/{domain}.log",
        benchmark:
            "logs/draw_sampling_trace/{domain}.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            figures=section("figures"),
            code=code("draw_sampling_trace"),
        script:
            "../../scripts/draw_sampling_trace.py"
