"""Describe the location-scale models in Tables 1 to 5: students, schools, and the ladder."""

from valueadded.config.location_scale import LocationScale
from valueadded.contracts import location_scale as contracts
from valueadded.contracts.intake import STUDENT_INTAKE
from valueadded.contracts.location_scale_tables import CHARACTERISTICS, LADDER
from valueadded.location_scale import LadderPlan, describe_models
from valueadded.table_io import read_table, write_table, write_text


def main(read: dict, cohorts: list, section: dict, output: dict) -> None:
    """Read the students and the models, describe, write both tables and the page."""
    given = LocationScale(**section)
    plan = LadderPlan(
        given.prior_term, given.models, given.student_terms, given.school_terms, given.references,
        given.standardise, given.confidence,
    )  # fmt: skip
    frames = (read_table(path, STUDENT_INTAKE, ["student_id", *plan.columns]) for path in read["students"])
    described = describe_models(
        dict(zip(map(tuple, cohorts), frames, strict=True)),
        read_table(read["coefficients"], contracts.LOCATION_SCALE_COEFFICIENTS),
        read_table(read["covariance"], contracts.LOCATION_SCALE_COVARIANCE),
        read_table(read["comparison"], contracts.LOCATION_SCALE_COMPARISON),
        read_table(read["fits"], contracts.LOCATION_SCALE_FITS),
        plan,
    )
    write_table(described.characteristics, output["characteristics"], CHARACTERISTICS)
    write_table(described.ladder, output["ladder"], LADDER)
    write_text(described.page, output["page"])


if __name__ == "__main__":
    from valueadded.audit.log import logging_to

    with logging_to(snakemake.log[0]):
        given = {name: snakemake.params[name] for name in ("cohorts", "section")}
        main(dict(snakemake.input.items()), **given, output=dict(snakemake.output.items()))
