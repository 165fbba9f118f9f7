"""Fit every mixed model: the relative models of each cohort, and all cohorts of a domain together."""

from valueadded.config.stages import Mixed
from valueadded.contracts import mixed as contracts
from valueadded.contracts.effects import SCHOOL_EFFECTS
from valueadded.mixed import fit_mixed_models, moments_from_frame
from valueadded.table_io import read_table, write_table


def main(
    moments: list, cohorts: list, mixed: dict, base_year: int, benchmark_years: list, confidence: float,
    output: dict,
) -> None:  # fmt: skip
    """Read the moments of every cohort, fit, write the tables of fits, effects and what joins years."""
    given = Mixed(**mixed)
    frames = (moments_from_frame(read_table(path, contracts.MOMENTS)) for path in moments)
    models = fit_mixed_models(
        dict(zip(map(tuple, cohorts), frames, strict=True)),
        given.formula, given.slope, given.structures, given.method, base_year, benchmark_years, confidence,
    )  # fmt: skip
    write_table(models.school_effects, output.pop("school_effects"), SCHOOL_EFFECTS)
    for name, path in output.items():
        table = getattr(models, name) if hasattr(models, name) else getattr(models.joint, name)
        write_table(table, path, getattr(contracts, name.upper()))


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        names = ("cohorts", "mixed", "base_year", "benchmark_years", "confidence")
        given = {name: snakemake.params[name] for name in names}
        main(snakemake.input.moments, **given, output=dict(snakemake.output.items()))
