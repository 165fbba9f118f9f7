# In: tables of the location-scale models. Out: figures of means and variances, and beside each the data it shows.

if settings.location_scale:

    rule draw_score_distributions:
        """Draw the prior and outcome scores of the latest cohort."""
        input:
            students=latest_location_scale_students,
        output:
            png=report(
                "results/figures/score_distributions_{domain}.png",
                caption="../report/score_distributions.rst",
                category="Figures",
                subcategory="Scores",
                labels={"domain": "{domain}"},
            ),
            svg="results/figures/score_distributions_{domain}.svg",
            plotted="results/figures/score_distributions_{domain}.parquet",
            csv="results/figures/score_distributions_{domain}.csv",
        log:
            "logs/draw_score_distributions/{domain}.log",
        benchmark:
            "logs/draw_score_distributions/{domain}.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            figures=section("figures"),
            prior_term=settings.location_scale.prior_term,
            code=code("draw_score_distributions"),
        script:
            "../../scripts/draw_score_distributions.py"

    rule draw_means_against_variances:
        """Draw means against variances of the schools of the latest cohort."""
        input:
            fits="results/location_scale/fits.parquet",
            covariance="results/location_scale/covariance.parquet",
            school_effects="results/location_scale/school_effects.parquet",
        output:
            png=report(
                "results/figures/means_against_variances_{domain}.png",
                caption="../report/means_against_variances.rst",
                category="Figures",
                subcategory="Means and variances",
                labels={"domain": "{domain}"},
            ),
            svg="results/figures/means_against_variances_{domain}.svg",
            plotted="results/figures/means_against_variances_{domain}.parquet",
            csv="results/figures/means_against_variances_{domain}.csv",
        log:
            "logs/draw_means_against_variances/{domain}.log",
        benchmark:
            "logs/draw_means_against_variances/{domain}.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            figures=section("figures"),
            code=code("draw_means_against_variances"),
        script:
            "../../scripts/draw_means_against_variances.py"

    rule draw_twin_caterpillar:
        """Draw means and variances of the schools of the latest cohort in rank order."""
        input:
            fits="results/location_scale/fits.parquet",
            school_effects="results/location_scale/school_effects.parquet",
        output:
            png=report(
                "results/figures/twin_caterpillar_{domain}.png",
                caption="../report/twin_caterpillar.rst",
                category="Figures",
                subcategory="Means and variances in rank order",
                labels={"domain": "{domain}"},
            ),
            svg="results/figures/twin_caterpillar_{domain}.svg",
            plotted="results/figures/twin_caterpillar_{domain}.parquet",
            csv="results/figures/twin_caterpillar_{domain}.csv",
        log:
            "logs/draw_twin_caterpillar/{domain}.log",
        benchmark:
            "logs/draw_twin_caterpillar/{domain}.jsonl"
        conda:
            "../../envs/valueadded.yaml"
        threads: 1
        resources:
            mem_mb=800,
        params:
            figures=section("figures"),
            code=code("draw_twin_caterpillar"),
        script:
            "../../scripts/draw_twin_caterpillar.py"
