# In: yearly values and types of whole schools, and the policy. Out: their performance given their intake, every
# regression behind it, the contest of composition measures.

if settings.intake_adjusted:

    rule record_policy:
        """Keep the registry of the policy beside the results it decides."""
        output:
            policy="results/intake_adjusted/policy.yaml",
        log:
            "logs/record_policy/all.log",
        benchmark:
            "logs/record_policy/all.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=300,
        params:
            registry=REGISTRY,
            code=code("record_policy"),
        script:
            "../../scripts/record_policy.py"

    rule adjust_for_intake:
        """Regress every outcome on the intake of schools and say who stands above or below."""
        input:
            annual="results/intake_adjusted/annual.parquet",
            school_types="results/intake_adjusted/school_types.parquet",
            policy="results/intake_adjusted/policy.yaml",
        output:
            measures="results/intake_adjusted/measures.parquet",
            regressions="results/intake_adjusted/regressions.parquet",
            performance="results/intake_adjusted/performance.parquet",
            uncertainty="results/intake_adjusted/uncertainty.parquet",
            choices="results/intake_adjusted/choices.parquet",
        log:
            "logs/adjust_for_intake/all.log",
        benchmark:
            "logs/adjust_for_intake/all.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=1000,
        params:
            choices=settings.intake_adjusted.choices.model_dump(),
            code=code("adjust_for_intake"),
        script:
            "../../scripts/adjust_for_intake.py"

    rule contest_composition:
        """Compare what each composition measure explains of each outcome."""
        input:
            annual="results/intake_adjusted/annual.parquet",
            school_types="results/intake_adjusted/school_types.parquet",
            policy="results/intake_adjusted/policy.yaml",
        output:
            contest="results/intake_adjusted/contest.parquet",
        log:
            "logs/contest_composition/all.log",
        benchmark:
            "logs/contest_composition/all.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=1000,
        params:
            choices=settings.intake_adjusted.choices.model_dump(),
            code=code("contest_composition"),
        script:
            "../../scripts/contest_composition.py"

    rule compare_multilevel:
        """Set residuals beside random intercepts of the students, given the same intake."""
        input:
            tests="results/validation/whole_schools/tests.parquet",
            performance="results/intake_adjusted/performance.parquet",
            regressions="results/intake_adjusted/regressions.parquet",
            measures="results/intake_adjusted/measures.parquet",
        output:
            multilevel="results/intake_adjusted/multilevel.parquet",
            agreement="results/intake_adjusted/agreement.parquet",
        log:
            "logs/compare_multilevel/all.log",
        benchmark:
            "logs/compare_multilevel/all.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=1000,
        params:
            multilevel=section("intake_adjusted")["multilevel"],
            code=code("compare_multilevel"),
        script:
            "../../scripts/compare_multilevel.py"


include: "multiverse.smk"
