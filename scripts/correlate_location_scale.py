"""Correlate schools' means and variances over pairs of years."""

from valueadded.config.location_scale import LocationScale
from valueadded.contracts.intake import STUDENT_INTAKE
from valueadded.contracts.location_scale_years import LOCATION_SCALE_CORRELATIONS
from valueadded.location_scale import LadderPlan
from valueadded.location_scale.two_cohorts import correlate_years
from valueadded.table_io import read_table, write_table


def main(students: list[str], cohorts: list, pairs: list, section: dict, output: dict) -> None:
    """Read the students of the cohorts of every pair, fit, write the table."""
    given = LocationScale(**section)
    plan = LadderPlan(given.prior_term, [2], standardise=given.standardise, confidence=given.confidence)
    frames = (read_table(path, STUDENT_INTAKE, ["student_id", *plan.columns]) for path in students)
    named = dict(zip(map(tuple, cohorts), frames, strict=True))
    found = correlate_years(named, plan, list(map(tuple, pairs)))
    write_table(found, output["year_correlations"], LOCATION_SCALE_CORRELATIONS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given = {name: snakemake.params[name] for name in ("cohorts", "pairs", "section")}
        main(snakemake.input.students, **given, output=dict(snakemake.output.items()))
