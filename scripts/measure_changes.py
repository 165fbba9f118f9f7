"""Measure each school's change between the benchmark year and every other year."""

from valueadded.contracts.effects import SCHOOL_CHANGES, SCHOOL_EFFECTS
from valueadded.contracts.mixed import JOINT_CHANGES
from valueadded.effects import measure_changes
from valueadded.table_io import read_table, write_table


def main(effects: str, joint: list[str], base_year: int, confidence: float, changes: str) -> None:
    """Read effects and, where there are several years, the joint model's changes; measure, write."""
    together = read_table(joint[0], JOINT_CHANGES) if joint else None
    found = measure_changes(read_table(effects, SCHOOL_EFFECTS), base_year, confidence, together)
    write_table(found, changes, SCHOOL_CHANGES)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given = {name: snakemake.params[name] for name in ("base_year", "confidence")}
        main(snakemake.input.effects, snakemake.input.joint, changes=snakemake.output[0], **given)
