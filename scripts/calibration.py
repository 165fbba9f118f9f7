"""Gather the ranks of planted truths, test whether they are uniform, write the page."""

from valueadded.contracts.calibration import CALIBRATION, CALIBRATION_RANKS
from valueadded.location_scale.calibration import assess_ranks
from valueadded.location_scale.calibration_page import describe_calibration
from valueadded.location_scale.plan import plan_calibration
from valueadded.table_io import read_tables, write_table, write_text


def main(ranks: list[str], world: dict, seed: int, output: dict) -> None:
    """Read every rank, assess, write the table and the page."""
    plan = plan_calibration(**world)
    gathered = read_tables(ranks, CALIBRATION_RANKS)
    found = assess_ranks(gathered, plan.ranked)
    write_table(found, output["summary"], CALIBRATION)
    write_text(describe_calibration(gathered, found, plan, seed), output["page"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given = {name: snakemake.params[name] for name in ("world", "seed")}
        main(snakemake.input.ranks, **given, output=dict(snakemake.output.items()))
