"""Fit the relative models of every cohort to its moments."""

from valueadded.config.stages import Mixed
from valueadded.contracts.effects import SCHOOL_EFFECTS
from valueadded.contracts.mixed import FIT_RECORDS, FITS, FIXED_EFFECTS, MOMENTS
from valueadded.mixed import fit_relative_models, moments_from_frame
from valueadded.table_io import read_table, write_table


def main(
    moments: list[str], cohorts: list[tuple[str, int]], mixed: dict, confidence: float, output: dict[str, str]
) -> None:
    """Read the moments of every cohort, fit, write the tables of fits and effects."""
    settings = Mixed(**mixed)
    by_cohort = {
        (domain, year): moments_from_frame(read_table(path, MOMENTS))
        for (domain, year), path in zip(cohorts, moments, strict=True)
    }
    models = fit_relative_models(by_cohort, settings.formula, settings.slope, settings.method, confidence)
    write_table(models.fits, output["fits"], FITS)
    write_table(models.fixed_effects, output["fixed_effects"], FIXED_EFFECTS)
    write_table(models.fit_records, output["fit_records"], FIT_RECORDS)
    write_table(models.school_effects, output["school_effects"], SCHOOL_EFFECTS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            snakemake.input.moments,
            snakemake.params.cohorts,
            snakemake.params.mixed,
            snakemake.params.confidence,
            dict(snakemake.output.items()),
        )
