# In: tables of the layered models. Out: figures of them, and beside each the data it shows.

if settings.layered:

    rule draw_teacher_caterpillar:
        """Draw teachers in rank order."""
        input:
            effects="results/layered/effects.parquet",
        output:
            png=report(
                "results/figures/teacher_caterpillar_{domain}.png",
                caption="../report/teacher_caterpillar.rst",
                category="Figures",
                subcategory="Teachers",
                labels={"domain": "{domain}"},
            ),
            svg="results/figures/teacher_caterpillar_{domain}.svg",
            plotted="results/figures/teacher_caterpillar_{domain}.parquet",
            csv="results/figures/teacher_caterpillar_{domain}.csv",
        log:
            "logs/draw_teacher_caterpillar/{domain}.log",
        benchmark:
            "logs/draw_teacher_caterpillar/{domain}.jsonl"
        wildcard_constraints:
            domain="|".join(settings.layered.domains),
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            named=settings.layered.publish_teachers,
            figures=section("figures"),
            code=code("draw_teacher_caterpillar"),
        script:
            "../../scripts/draw_teacher_caterpillar.py"

    rule draw_revised_effects:
        """Draw teacher effects revised by later scores."""
        input:
            revisions="results/layered/revisions.parquet",
        output:
            png=report(
                "results/figures/revised_effects_{domain}.png",
                caption="../report/revised_effects.rst",
                category="Figures",
                subcategory="Teachers",
                labels={"domain": "{domain}"},
            ),
            svg="results/figures/revised_effects_{domain}.svg",
            plotted="results/figures/revised_effects_{domain}.parquet",
            csv="results/figures/revised_effects_{domain}.csv",
        log:
            "logs/draw_revised_effects/{domain}.log",
        benchmark:
            "logs/draw_revised_effects/{domain}.jsonl"
        wildcard_constraints:
            domain="|".join(settings.layered.domains),
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            named=settings.layered.publish_teachers,
            figures=section("figures"),
            code=code("draw_revised_effects"),
        script:
            "../../scripts/draw_revised_effects.py"

    rule draw_persistence_by_lag:
        """Draw how much of an effect acts on later scores."""
        input:
            persistence="results/layered/persistence.parquet",
        output:
            png=report(
                "results/figures/persistence_by_lag_{domain}.png",
                caption="../report/persistence_by_lag.rst",
                category="Figures",
                subcategory="Persistence",
                labels={"domain": "{domain}"},
            ),
            svg="results/figures/persistence_by_lag_{domain}.svg",
            plotted="results/figures/persistence_by_lag_{domain}.parquet",
            csv="results/figures/persistence_by_lag_{domain}.csv",
        log:
            "logs/draw_persistence_by_lag/{domain}.log",
        benchmark:
            "logs/draw_persistence_by_lag/{domain}.jsonl"
        wildcard_constraints:
            domain="|".join(settings.layered.domains),
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            figures=section("figures"),
            code=code("draw_persistence_by_lag"),
        script:
            "../../scripts/draw_persistence_by_lag.py"


include: "score_figures.smk"
