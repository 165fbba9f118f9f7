"""Fit the benchmark line and the models of every cohort measured from it."""

from valueadded.benchmark import fit_benchmark_models
from valueadded.config.stages import Benchmark
from valueadded.contracts import benchmark as contracts
from valueadded.contracts.effects import SCHOOL_EFFECTS
from valueadded.contracts.mixed import FIT_RECORDS, FITS, FIXED_EFFECTS, MOMENTS
from valueadded.mixed import moments_from_frame
from valueadded.table_io import read_table, write_table


def main(
    moments: list[str], cohorts: list, benchmark: dict, formula: str, confidence: float, output: dict
) -> None:
    """Read the moments of every cohort, fit, write the tables of the line, fits, and effects."""
    line = Benchmark(**benchmark)
    frames = (moments_from_frame(read_table(path, MOMENTS)) for path in moments)
    by_cohort = dict(zip(map(tuple, cohorts), frames, strict=True))
    models = fit_benchmark_models(
        by_cohort, formula, line.years, line.line, line.variants, line.free_terms, confidence
    )
    write_table(models.reference, output["reference"], contracts.REFERENCE)
    write_table(models.fits, output["fits"], FITS)
    write_table(models.fixed_effects, output["fixed_effects"], FIXED_EFFECTS)
    write_table(models.fit_records, output["fit_records"], FIT_RECORDS)
    write_table(models.school_effects, output["school_effects"], SCHOOL_EFFECTS)
    write_table(models.decomposition, output["decomposition"], contracts.DECOMPOSITION)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given = {name: snakemake.params[name] for name in ("cohorts", "benchmark", "formula", "confidence")}
        main(snakemake.input.moments, **given, output=dict(snakemake.output.items()))
