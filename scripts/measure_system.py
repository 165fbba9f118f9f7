"""Measure what moved in the whole system since the benchmark."""

from valueadded.benchmark import measure_system, read_scales
from valueadded.config.stages import Benchmark
from valueadded.contracts.benchmark import DRIFT, MEASUREMENT_ERROR, PRIOR_DRIFT
from valueadded.contracts.mixed import MOMENTS
from valueadded.contracts.records import SCALE_LINKS
from valueadded.mixed import moments_from_frame
from valueadded.table_io import read_table, read_tables, write_table


def main(
    moments: list[str], links: list[str], benchmark: dict, formula: str, confidence: float, cohorts: list,
    eras: dict, reporting: str, roles: dict, output: dict,
) -> None:  # fmt: skip
    """Read the moments of every cohort and the links, measure, write the three tables."""
    line = Benchmark(**benchmark)
    frames = (moments_from_frame(read_table(path, MOMENTS)) for path in moments)
    by_cohort = dict(zip(map(tuple, cohorts), frames, strict=True))
    scales = read_scales(read_tables(links, SCALE_LINKS, foreign=True) if links else None, eras, reporting)
    found = measure_system(by_cohort, formula, line.years, scales, roles, line.prior_reliability, confidence)
    write_table(found.drift, output["drift"], DRIFT)
    write_table(found.prior_drift, output["prior_drift"], PRIOR_DRIFT)
    write_table(found.measurement_error, output["measurement_error"], MEASUREMENT_ERROR)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        names = ("benchmark", "formula", "confidence", "cohorts", "eras", "reporting", "roles")
        given = {name: snakemake.params[name] for name in names}
        files = snakemake.input
        main(files.moments, list(files.get("links", [])), **given, output=dict(snakemake.output.items()))
