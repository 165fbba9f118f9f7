# The configuration is checked before the set of jobs is known; then: file names from wildcards.

import os
from pathlib import Path

from snakemake.exceptions import WorkflowError

from valueadded.audit.digest import digest_script
from valueadded.config.whole import Config, check_config, list_files
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


include: "cohort_inputs.smk"
