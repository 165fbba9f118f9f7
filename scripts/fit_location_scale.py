"""Fit the location-scale models of every cohort: schools that differ in mean and in variance."""

from valueadded.config.location_scale import LocationScale
from valueadded.contracts import location_scale as contracts
from valueadded.contracts import location_scale_chains as chains
from valueadded.contracts.intake import STUDENT_INTAKE
from valueadded.contracts.mixed import FIT_RECORDS
from valueadded.location_scale import LadderPlan, fit_ladders, plan_posterior
from valueadded.table_io import read_table, write_table


def main(students: list[str], cohorts: list, section: dict, output: dict) -> None:
    """Read the students of every cohort, fit, write the tables."""
    given = LocationScale(**section)
    plan = LadderPlan(
        given.prior_term, given.models, given.student_terms, given.school_terms, given.references,
        given.standardise, given.confidence,
    )  # fmt: skip
    frames = (read_table(path, STUDENT_INTAKE, ["student_id", *plan.columns]) for path in students)
    posterior = plan_posterior(**given.posterior.model_dump())
    models = fit_ladders(dict(zip(map(tuple, cohorts), frames, strict=True)), plan, posterior)
    write_table(models.fit_records, output["fit_records"], FIT_RECORDS)
    write_table(models.fits, output["fits"], contracts.LOCATION_SCALE_FITS)
    write_table(models.coefficients, output["coefficients"], contracts.LOCATION_SCALE_COEFFICIENTS)
    write_table(models.covariance, output["covariance"], contracts.LOCATION_SCALE_COVARIANCE)
    write_table(models.school_effects, output["school_effects"], contracts.LOCATION_SCALE_EFFECTS)
    write_table(models.comparison, output["comparison"], contracts.LOCATION_SCALE_COMPARISON)
    write_table(models.posteriors, output["posteriors"], contracts.LOCATION_SCALE_POSTERIORS)
    write_table(models.traces, output["traces"], chains.LOCATION_SCALE_TRACES)
    write_table(models.autocorrelations, output["autocorrelations"], chains.LOCATION_SCALE_AUTOCORRELATIONS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given = {name: snakemake.params[name] for name in ("cohorts", "section")}
        main(snakemake.input.students, **given, output=dict(snakemake.output.items()))
