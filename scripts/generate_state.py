"""Generate the synthetic state: input files as a department would export them, and the planted truth."""

from valueadded.config.synthetic import Synthetic
from valueadded.contracts.records import SCALE_LINKS
from valueadded.contracts.synthetic import TRUTH_DEFECTS, TRUTH_SCHOOLS, TRUTH_SYSTEM
from valueadded.synthetic import generate_state
from valueadded.table_io import write_csv, write_table


def main(synthetic: dict, assessments: list[str], files: dict[str, str]) -> None:
    """Generate the state; write one test file a tested year and every other file under its name."""
    settings = Synthetic(**synthetic)
    state = generate_state(settings)
    for year, path in zip(settings.tested_years, assessments, strict=True):
        write_csv(state.assessments[year], path)
    write_csv(state.students, files["students"])
    write_csv(state.schools, files["schools"])
    write_table(state.scale_links, files["scale_links"], SCALE_LINKS)
    write_table(state.truth_scale_links, files["truth_scale_links"], SCALE_LINKS)
    write_table(state.truth_schools, files["truth_schools"], TRUTH_SCHOOLS)
    write_table(state.truth_system, files["truth_system"], TRUTH_SYSTEM)
    write_table(state.truth_defects, files["truth_defects"], TRUTH_DEFECTS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(snakemake.params.synthetic, snakemake.output.assessments, dict(snakemake.output.items()))
