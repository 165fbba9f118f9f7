"""Fit the layered models: effects of teachers over the years."""

from valueadded.config.layered import Layered
from valueadded.contracts import layered as contracts
from valueadded.contracts.layered_records import LAYERED_LINKS, LAYERED_SCORES
from valueadded.layered import LayeredPlan, fit_models
from valueadded.table_io import read_table, write_table


def main(scores: str, links: str, section: dict, output: dict) -> None:
    """Read the joined records, fit every model, write the tables."""
    given = Layered(**section)
    plan = LayeredPlan(
        given.models, given.fixed_persistence, given.method, given.student_covariance, given.unscored,
        given.covariates, given.schools, given.time, given.confidence,
    )  # fmt: skip
    found = fit_models(read_table(scores, LAYERED_SCORES), read_table(links, LAYERED_LINKS), plan)
    write_table(found.fits, output["fits"], contracts.LAYERED_FITS)
    write_table(found.fixed_effects, output["fixed_effects"], contracts.LAYERED_FIXED_EFFECTS)
    write_table(found.variances, output["variances"], contracts.LAYERED_VARIANCES)
    write_table(found.covariance, output["covariance"], contracts.LAYERED_COVARIANCE)
    write_table(found.persistence, output["persistence"], contracts.LAYERED_PERSISTENCE)
    write_table(found.effects, output["effects"], contracts.LAYERED_EFFECTS)
    write_table(found.notes, output["notes"], contracts.LAYERED_NOTES)


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        main(
            snakemake.input.scores,
            snakemake.input.links,
            snakemake.params.section,
            dict(snakemake.output.items()),
        )
