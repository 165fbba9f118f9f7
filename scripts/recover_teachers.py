"""Plant teachers in sets of records, apply every layered model, write what each finds."""

from valueadded.contracts.recovery_layered import RECOVERY_PERSISTENCE_SETS, RECOVERY_SETS
from valueadded.recovery_layered import recover_teachers
from valueadded.table_io import write_table


def main(scenario: str, world: dict, replicates: list[int], effects: str, persistence: str) -> None:
    """Simulate one scenario; write a row for each set, model and group of teachers."""
    found = recover_teachers(scenario, world, *replicates)
    write_table(found.effects, effects, RECOVERY_SETS)
    write_table(found.persistence, persistence, RECOVERY_PERSISTENCE_SETS)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given = {name: snakemake.params[name] for name in ("world", "replicates")}
        main(snakemake.wildcards.scenario, **given, **dict(snakemake.output.items()))
