# Which cohorts the location-scale models use, and their files.


def location_scale_cohorts():
    """Cohorts with location-scale models; none without the section."""
    if settings.location_scale is None:
        return []
    years = settings.location_scale.years or YEARS
    return [(domain, year) for domain, year in COHORTS if year in years]


def variance_drift_cohorts():
    """Cohorts of the variance drift, those of the benchmark first; none without a benchmark."""
    if settings.benchmark is None:
        return []
    chosen, before = location_scale_cohorts(), settings.benchmark.years
    first = [(domain, year) for domain in DOMAINS for year in before if chosen]
    return first + [cohort for cohort in chosen if cohort not in first]


def variance_drift_students(wildcards):
    """Students and their intake, in the order of `variance_drift_cohorts`."""
    return [f"results/intake/students/{domain}/{year}.parquet" for domain, year in variance_drift_cohorts()]


def location_scale_pairs():
    """Pairs of years with correlated schools: the first benchmark year and the last year, unless given."""
    if settings.location_scale is None or settings.location_scale.year_pairs is not None:
        return settings.location_scale.year_pairs if settings.location_scale else []
    first = min(settings.benchmark.years) if settings.benchmark else YEARS[0]
    return [(first, YEARS[-1])] if first < YEARS[-1] else []


def location_scale_pair_cohorts():
    """Cohorts of these pairs."""
    years = {year for pair in location_scale_pairs() for year in pair}
    return [(domain, year) for domain, year in COHORTS if year in years]


def location_scale_pair_students(wildcards):
    """Students and their intake, in the order of `location_scale_pair_cohorts`."""
    cohorts = location_scale_pair_cohorts()
    return [f"results/intake/students/{domain}/{year}.parquet" for domain, year in cohorts]


def location_scale_students(wildcards):
    """Students and their intake, in the order of `location_scale_cohorts`."""
    return [f"results/intake/students/{domain}/{year}.parquet" for domain, year in location_scale_cohorts()]


def latest_location_scale_students(wildcards):
    """Students and their intake of the latest cohort of a domain."""
    year = max(year for domain, year in location_scale_cohorts() if domain == wildcards.domain)
    return f"results/intake/students/{wildcards.domain}/{year}.parquet"


def location_scale_figures():
    """Figures of schools' means and variances that the configured models allow."""
    if settings.location_scale is None:
        return []
    models = set(settings.location_scale.models)
    with_variances = ["means_against_variances", "twin_caterpillar"] if models - {1, 4} else []
    illustration = ["two_schools"] if models & set(range(1, 7)) else []
    lines = ["school_lines"] if {1, 4} <= models else []
    comparison = ["model_comparison"] if {3, 7} <= models else []
    chains = (
        ["sampling_trace"] if with_variances and settings.location_scale.posterior.method == "nuts" else []
    )
    return ["score_distributions", *illustration, *with_variances, *lines, *comparison, *chains]
