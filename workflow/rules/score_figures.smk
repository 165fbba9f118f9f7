# In: weights and tracks. Out: figures of whose scores make an effect, and beside each the data it shows.

if settings.layered:

    rule draw_weight_map:
        """Draw whose scores count how much in one teacher's effect."""
        input:
            weights="results/layered/weights.parquet",
        output:
            png=report(
                "results/figures/weight_map_{domain}.png",
                caption="../report/weight_map.rst",
                category="Figures",
                subcategory="Weights",
                labels={"domain": "{domain}"},
            ),
            svg="results/figures/weight_map_{domain}.svg",
            plotted="results/figures/weight_map_{domain}.parquet",
            csv="results/figures/weight_map_{domain}.csv",
        log:
            "logs/draw_weight_map/{domain}.log",
        benchmark:
            "logs/draw_weight_map/{domain}.jsonl"
        wildcard_constraints:
            domain="|".join(settings.layered.domains),
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            teachers=settings.layered.weights_of,
            named=settings.layered.publish_teachers,
            figures=section("figures"),
            code=code("draw_weight_map"),
        script:
            "../../scripts/draw_weight_map.py"

    rule draw_track_graph:
        """Draw which teachers passed students to which."""
        input:
            effects="results/layered/effects.parquet",
            links="results/layered/track_links.parquet",
        output:
            png=report(
                "results/figures/track_graph_{domain}.png",
                caption="../report/track_graph.rst",
                category="Figures",
                subcategory="Tracks",
                labels={"domain": "{domain}"},
            ),
            svg="results/figures/track_graph_{domain}.svg",
            plotted="results/figures/track_graph_{domain}.parquet",
            csv="results/figures/track_graph_{domain}.csv",
        log:
            "logs/draw_track_graph/{domain}.log",
        benchmark:
            "logs/draw_track_graph/{domain}.jsonl"
        wildcard_constraints:
            domain="|".join(settings.layered.domains),
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            figures=section("figures"),
            code=code("draw_track_graph"),
        script:
            "../../scripts/draw_track_graph.py"
