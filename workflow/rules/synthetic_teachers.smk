# In: the section of the configuration alone. Out: files of students with teachers, and the truth behind them.

if settings.synthetic_teachers is not None:

    rule generate_teachers:
        """Invent a cohort of students with teachers, and save the truth beside it."""
        output:
            scores="results/synthetic/teacher_scores.csv",
            links="results/synthetic/teacher_links.csv",
            truth_teachers="results/synthetic/truth_teachers.parquet",
        log:
            "logs/generate_teachers/generate_teachers.log",
        benchmark:
            "logs/generate_teachers/generate_teachers.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=300 + settings.synthetic_teachers.students // 100,
        params:
            teachers=section("synthetic_teachers"),
            code=code("generate_teachers"),
        script:
            "../../scripts/generate_teachers.py"
