# In: tables of the location-scale models. Out: figures that set models side by side, and beside each the data it shows.

if settings.location_scale:

    rule draw_two_schools:
        """Draw what each model lets differ between two schools."""
        input:
            students=latest_location_scale_students,
            fits="results/location_scale/fits.parquet",
            coefficients="results/location_scale/coefficients.parquet",
            covariance="results/location_scale/covariance.parquet",
        output:
            png=report(
                "results/figures/two_schools_{domain}.png",
                caption="../report/two_schools.rst",
                category="Figures",
                subcategory="Two schools",
                labels={"domain": "{domain}"},
            ),
            svg="results/figures/two_schools_{domain}.svg",
            plotted="results/figures/two_schools_{domain}.parquet",
            csv="results/figures/two_schools_{domain}.csv",
        log:
            "logs/draw_two_schools/{domain}.log",
        benchmark:
            "logs/draw_two_schools/{domain}.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            figures=section("figures"),
            prior_term=settings.location_scale.prior_term,
            code=code("draw_two_schools"),
        script:
            "../../scripts/draw_two_schools.py"

    rule draw_school_lines:
        """Draw the lines of all schools, with one slope and with slopes of their own."""
        input:
            students=latest_location_scale_students,
            fits="results/location_scale/fits.parquet",
            coefficients="results/location_scale/coefficients.parquet",
            school_effects="results/location_scale/school_effects.parquet",
        output:
            png=report(
                "results/figures/school_lines_{domain}.png",
                caption="../report/school_lines.rst",
                category="Figures",
                subcategory="School lines",
                labels={"domain": "{domain}"},
            ),
            svg="results/figures/school_lines_{domain}.svg",
            plotted="results/figures/school_lines_{domain}.parquet",
            csv="results/figures/school_lines_{domain}.csv",
        log:
            "logs/draw_school_lines/{domain}.log",
        benchmark:
            "logs/draw_school_lines/{domain}.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            figures=section("figures"),
            prior_term=settings.location_scale.prior_term,
            code=code("draw_school_lines"),
        script:
            "../../scripts/draw_school_lines.py"

    rule draw_model_comparison:
        """Draw schools by Model 7 against Model 3."""
        input:
            fits="results/location_scale/fits.parquet",
            school_effects="results/location_scale/school_effects.parquet",
        output:
            png=report(
                "results/figures/model_comparison_{domain}.png",
                caption="../report/model_comparison.rst",
                category="Figures",
                subcategory="Model 7 against Model 3",
                labels={"domain": "{domain}"},
            ),
            svg="results/figures/model_comparison_{domain}.svg",
            plotted="results/figures/model_comparison_{domain}.parquet",
            csv="results/figures/model_comparison_{domain}.csv",
        log:
            "logs/draw_model_comparison/{domain}.log",
        benchmark:
            "logs/draw_model_comparison/{domain}.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            figures=section("figures"),
            code=code("draw_model_comparison"),
        script:
            "../../scripts/draw_model_comparison.py"
