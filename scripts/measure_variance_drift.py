"""Compare the variance within schools with that of the benchmark years."""

from valueadded.config.location_scale import LocationScale
from valueadded.contracts.intake import STUDENT_INTAKE
from valueadded.contracts.location_scale_years import LOCATION_SCALE_VARIANCE_DRIFT
from valueadded.location_scale import LadderPlan, measure_variance_drifts
from valueadded.table_io import read_table, write_table


def main(students: list[str], cohorts: list, benchmark_years: list[int], section: dict, path: str) -> None:
    """Read the students of every cohort, compare, write the table."""
    given = LocationScale(**section)
    plan = LadderPlan(given.prior_term, [3], confidence=given.confidence)
    frames = (read_table(path, STUDENT_INTAKE, ["student_id", *plan.columns]) for path in students)
    by_cohort = dict(zip(map(tuple, cohorts), frames, strict=True))
    write_table(
        measure_variance_drifts(by_cohort, benchmark_years, plan), path, LOCATION_SCALE_VARIANCE_DRIFT
    )


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given = {name: snakemake.params[name] for name in ("cohorts", "benchmark_years", "section")}
        main(snakemake.input.students, **given, path=snakemake.output.variance_drift)
