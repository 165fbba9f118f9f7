# In: the section of the configuration alone. Out: how well each method finds what was planted.
# Not part of `rule all`: snakemake validate_benchmark

if settings.validate_benchmark:

    rule simulate_benchmark:
        """Invent some systems of one scenario and measure every method on them."""
        output:
            replicates="results/validate_benchmark/replicates/{scenario}/{chunk}.parquet",
        log:
            "logs/simulate_benchmark/{scenario}_{chunk}.log",
        benchmark:
            "logs/simulate_benchmark/{scenario}_{chunk}.jsonl"
        wildcard_constraints:
            scenario="|".join(settings.validate_benchmark.scenario_names()),
            chunk=r"\d+",
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            world=planted_world,
            replicates=chunk_of_replicates,
            seed=settings.validate_benchmark.seed,
            years=settings.validate_benchmark.years,
            negligible=settings.validate_benchmark.negligible_change,
            confidence=settings.effects.confidence,
            code=code("simulate_benchmark"),
        script:
            "../../scripts/simulate_benchmark.py"

    rule summarise_benchmark:
        """Gather every replicate of every scenario into one table of measures with Monte Carlo errors."""
        input:
            replicates=expand(
                "results/validate_benchmark/replicates/{scenario}/{chunk}.parquet",
                scenario=settings.validate_benchmark.scenario_names(),
                chunk=range(settings.validate_benchmark.chunks),
            ),
        output:
            summary="results/validate_benchmark/summary.parquet",
            csv="results/validate_benchmark/summary.csv",
            tables="results/validate_benchmark/tables.md",
        log:
            "logs/summarise_benchmark/all.log",
        benchmark:
            "logs/summarise_benchmark/all.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=1000,
        params:
            code=code("summarise_benchmark"),
        script:
            "../../scripts/summarise_benchmark.py"

    rule validate_benchmark:
        """Draw the study: every method in every scenario, its bias and the coverage of its intervals."""
        input:
            summary="results/validate_benchmark/summary.parquet",
        output:
            png=report(
                "results/validate_benchmark/matrix.png",
                caption="../report/validate_benchmark.rst",
                category="Does benchmarking work?",
            ),
            svg="results/validate_benchmark/matrix.svg",
            plotted="results/validate_benchmark/matrix.parquet",
            csv="results/validate_benchmark/matrix.csv",
        log:
            "logs/validate_benchmark/all.log",
        benchmark:
            "logs/validate_benchmark/all.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            figures=section("figures"),
            code=code("validate_benchmark"),
        script:
            "../../scripts/validate_benchmark.py"
