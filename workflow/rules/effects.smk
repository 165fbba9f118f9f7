# In: school effects and fits of every model. Out: one table of effects, and what is made of it.


rule gather_school_effects:
    """Gather the school effects of every model in one table."""
    input:
        parts=families("school_effects"),
    output:
        "results/effects/school_effects.parquet",
    log:
        "logs/gather_school_effects/all.log",
    benchmark:
        "logs/gather_school_effects/all.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        code=code("gather_school_effects"),
    script:
        "../../scripts/gather_school_effects.py"


rule reflate_effects:
    """Rescale shrunken effects to the spread the model estimates, in each named form."""
    input:
        effects="results/effects/school_effects.parquet",
        fits=families("fits"),
    output:
        "results/effects/reflated_effects.parquet",
    log:
        "logs/reflate_effects/all.log",
    benchmark:
        "logs/reflate_effects/all.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        code=code("reflate_effects"),
    script:
        "../../scripts/reflate_effects.py"


rule measure_changes:
    """Measure each school's change between the benchmark year and every other year."""
    input:
        effects="results/effects/school_effects.parquet",
        joint=joint_table("joint_changes"),
    output:
        "results/effects/school_changes.parquet",
    log:
        "logs/measure_changes/all.log",
    benchmark:
        "logs/measure_changes/all.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        base_year=base_year(),
        confidence=settings.effects.confidence,
        code=code("measure_changes"),
    script:
        "../../scripts/measure_changes.py"


rule correlate_years:
    """Correlate school effects between years and between models."""
    input:
        **joint_inputs(),
        effects="results/effects/school_effects.parquet",
        fits=families("fits"),
    output:
        "results/effects/year_correlations.parquet",
    log:
        "logs/correlate_years/all.log",
    benchmark:
        "logs/correlate_years/all.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        effects=section("effects"),
        code=code("correlate_years"),
    script:
        "../../scripts/correlate_years.py"


rule rank_schools:
    """Rank schools with uncertainty, count wrong flags to expect, compare named schools."""
    input:
        effects="results/effects/school_effects.parquet",
        fits=families("fits"),
    output:
        ranks="results/effects/ranks.parquet",
        flags="results/effects/flags.parquet",
        comparisons="results/effects/comparisons.parquet",
    log:
        "logs/rank_schools/all.log",
    benchmark:
        "logs/rank_schools/all.jsonl"
    conda:
        "../../envs/valueadded.yaml"
    threads: 1
    resources:
        mem_mb=1000,
    params:
        effects=section("effects"),
        named_schools=settings.figures.named_schools,
        code=code("rank_schools"),
    script:
        "../../scripts/rank_schools.py"
