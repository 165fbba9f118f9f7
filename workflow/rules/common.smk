# The configuration is checked before the set of jobs is known; then: file names from wildcards.

import os
from pathlib import Path

from snakemake.exceptions import WorkflowError

from valueadded.audit.digest import digest_script
from valueadded.config import Config, check_config, list_files
from valueadded.config.synthetic_whole_schools import generated_files
from valueadded.errors import ConfigError

# Whatever a run writes is private to who runs it, unless its folder is opened afterwards.
os.umask(0o077)

try:
    settings = check_config(config)
except ConfigError as fault:
    raise WorkflowError(str(fault))

SCRIPTS = Path(workflow.basedir) / "scripts"
# Without students there are whole schools only: no cohort, no model of students.
STUDENTS = isinstance(settings, Config)
DOMAINS = settings.study.domains if STUDENTS else []
YEARS = settings.plan.years if STUDENTS else []
LEVELS = sorted({settings.cohorts.prior_level, settings.cohorts.outcome_level}) if STUDENTS else []
TABLES = [
    table for table in ("assessments", "students", "schools", "matched") if getattr(settings.input, table)
]
TEACHER_TABLES = [table for table in ("teacher_scores", "teacher_links") if getattr(settings.input, table)]
RECORDS = "matched" if "matched" in TABLES else "assessments"
# A folder named on the command line goes before the variable, the variable before config.yaml.
ON_COMMAND_LINE = "data_folder" in workflow.config_settings.overwrite_config
FOLDER = (not ON_COMMAND_LINE and os.environ.get("VALUEADDED_DATA")) or settings.data_folder
GENERATED = any(
    getattr(settings, name, None) for name in ("synthetic", "synthetic_twin", "synthetic_teachers")
)
DATA = "results/synthetic" if GENERATED else FOLDER
WHOLE_SCHOOLS = settings.input.whole_schools
WHOLE_SCHOOL_DATA = "results/synthetic" if settings.synthetic_whole_schools else FOLDER


wildcard_constraints:
    domain="|".join(DOMAINS),
    year="|".join(str(year) for year in YEARS),


def code(rule_name):
    """Digest of the modules behind the script of a rule."""
    return digest_script(SCRIPTS / f"{rule_name}.py")


def section(name):
    """One section of the configuration, as plain values for `params`."""
    part = getattr(settings, name)
    return part.model_dump() if part is not None else None


def years_used(table):
    """Calendar years that are used of one table."""
    return sorted(settings.layered.years if table in TEACHER_TABLES else settings.study.tested_years)


def files_of(table):
    """Input files of one table."""
    return list_files(getattr(settings.input, table), years_used(table))


def whole_school_files():
    """Table and file of every record of whole schools."""
    readings = WHOLE_SCHOOLS.readings.items() if WHOLE_SCHOOLS else ()
    return [
        (table, file) for table, reading in readings for file in list_files(reading, WHOLE_SCHOOLS.file_years)
    ]


def years_of(table, file):
    """Calendar years one input file may hold."""
    return [file.calendar_year] if file.calendar_year else years_used(table)


def parts_of(table, calendar_year, level=None):
    """Accepted parts of one table for a calendar year, from every file that may hold it."""
    if table not in TABLES + TEACHER_TABLES:
        return []
    name = f"{calendar_year}-{level}" if level is not None else f"{calendar_year}"
    return [
        f"results/validation/{table}/{file.key}/{name}.parquet"
        for file in files_of(table)
        if calendar_year in years_of(table, file)
    ]


def outcome_parts(wildcards):
    """Records of the outcome year and level."""
    if "matched" in TABLES:
        return parts_of("matched", int(wildcards.year))
    return parts_of("assessments", int(wildcards.year), settings.cohorts.outcome_level)


def prior_parts(wildcards):
    """Records of the prior year and level."""
    prior_year = int(wildcards.year) - settings.cohorts.gap_years
    return parts_of("assessments", prior_year, settings.cohorts.prior_level)


def student_parts(wildcards):
    """Student characteristics of the outcome year."""
    return parts_of("students", int(wildcards.year))


def school_parts(wildcards):
    """School characteristics of the outcome year."""
    return parts_of("schools", int(wildcards.year))


def link_tables(wildcards):
    """The table that links the scales, if one is configured."""
    links = settings.cohorts.scale_links
    return [f"{DATA}/{links}"] if links else []


def cohort_files(domains, years):
    """Cohorts of some domains and years."""
    return [f"results/cohorts/{domain}/{year}.parquet" for domain in domains for year in years]


def benchmark_cohorts(wildcards):
    """Cohorts whose prior scores every other is measured by: the benchmark's; without one, the first."""
    years = settings.benchmark.years if settings.benchmark else YEARS[:1]
    return cohort_files(DOMAINS, years)


def earlier_cohorts(wildcards):
    """Cohorts of the domain within the widest window of years that an intake measure takes a mean over."""
    windows = [getattr(measure, "years", 1) for measure in settings.intake.measures.values()]
    year = int(wildcards.year)
    first = year - max(windows, default=1)
    return cohort_files([wildcards.domain], [earlier for earlier in YEARS if first < earlier < year])


def companion_cohorts(wildcards):
    """Cohorts of the year in the other domains that an intake measure averages over."""
    named = {
        domain for measure in settings.intake.measures.values() for domain in getattr(measure, "domains", [])
    }
    return cohort_files(sorted(named - {wildcards.domain}), [wildcards.year])


def all_outcome_parts(wildcards):
    """Records of the outcome level of every cohort."""
    level = None if RECORDS == "matched" else settings.cohorts.outcome_level
    return [part for year in YEARS for part in parts_of(RECORDS, year, level)]


def all_prior_parts(wildcards):
    """Records of the prior level of every tested year."""
    return [
        part
        for year in sorted(settings.study.tested_years)
        for part in parts_of("assessments", year, settings.cohorts.prior_level)
    ]


def model_formulas():
    """Every formula whose terms the moments must hold."""
    mixed = settings.mixed
    response = mixed.formula.split("~")[0].strip()
    slope = f"{response} ~ {mixed.slope}" if mixed.slope else None
    benchmark = settings.benchmark.formula if settings.benchmark else None
    free = settings.benchmark.free_terms if settings.benchmark else []
    released = f"{response} ~ {' + '.join(free)}" if free else None
    formulas = [formula for formula in (mixed.formula, slope, benchmark, released) if formula]
    # Whoever has a measure of the prior has the prior, so nobody is left out for it.
    return [*formulas, *prior_formulas(response, formulas)]


COHORTS = [(domain, year) for domain in DOMAINS for year in YEARS]


def moment_files(wildcards):
    """Moments of every cohort, in the order of COHORTS."""
    return [f"results/mixed/moments/{domain}/{year}.parquet" for domain, year in COHORTS]


def benchmark_formula():
    """Formula of the benchmark line: its own, or that of the relative model."""
    return settings.benchmark.formula or settings.mixed.formula
