# In: performance of whole schools. Out: figures of one school and of one outcome, and beside each the data it shows.

if settings.intake_adjusted:

    rule draw_intake_bars:
        """Draw one school's residual on each of its outcomes."""
        input:
            performance="results/intake_adjusted/performance.parquet",
            policy="results/intake_adjusted/policy.yaml",
        output:
            png=report(
                "results/figures/intake_bars_{school_id}.png",
                caption="../report/intake_bars.rst",
                category="Figures",
                subcategory="Whole schools",
                labels={"school": "{school_id}"},
            ),
            svg="results/figures/intake_bars_{school_id}.svg",
            plotted="results/figures/intake_bars_{school_id}.parquet",
            csv="results/figures/intake_bars_{school_id}.csv",
        log:
            "logs/draw_intake_bars/{school_id}.log",
        benchmark:
            "logs/draw_intake_bars/{school_id}.jsonl"
        wildcard_constraints:
            school_id="[^/]+",
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            figures=section("figures"),
            code=code("draw_intake_bars"),
        script:
            "../../scripts/draw_intake_bars.py"

    rule draw_school_summary:
        """Draw one school on all its outcomes, with intervals and the probability of each band."""
        input:
            performance="results/intake_adjusted/performance.parquet",
            uncertainty="results/intake_adjusted/uncertainty.parquet",
            policy="results/intake_adjusted/policy.yaml",
        output:
            png=report(
                "results/figures/school_summary_{school_id}.png",
                caption="../report/school_summary.rst",
                category="Figures",
                subcategory="Whole schools, with intervals",
                labels={"school": "{school_id}"},
            ),
            svg="results/figures/school_summary_{school_id}.svg",
            plotted="results/figures/school_summary_{school_id}.parquet",
            csv="results/figures/school_summary_{school_id}.csv",
        log:
            "logs/draw_school_summary/{school_id}.log",
        benchmark:
            "logs/draw_school_summary/{school_id}.jsonl"
        wildcard_constraints:
            school_id="[^/]+",
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            figures=section("figures"),
            confidence=settings.intake_adjusted.confidence,
            code=code("draw_school_summary"),
        script:
            "../../scripts/draw_school_summary.py"

    rule draw_intake_funnel:
        """Draw the residual of every school on one outcome against its number of students."""
        input:
            performance="results/intake_adjusted/performance.parquet",
            policy="results/intake_adjusted/policy.yaml",
        output:
            png=report(
                "results/figures/intake_funnel_{variable}.png",
                caption="../report/intake_funnel.rst",
                category="Figures",
                subcategory="Whole schools by number of students",
                labels={"outcome": "{variable}"},
            ),
            svg="results/figures/intake_funnel_{variable}.svg",
            plotted="results/figures/intake_funnel_{variable}.parquet",
            csv="results/figures/intake_funnel_{variable}.csv",
        log:
            "logs/draw_intake_funnel/{variable}.log",
        benchmark:
            "logs/draw_intake_funnel/{variable}.jsonl"
        wildcard_constraints:
            variable="[^/]+",
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            figures=section("figures"),
            code=code("draw_intake_funnel"),
        script:
            "../../scripts/draw_intake_funnel.py"
