"""The page that says what the layered models found, from the tables of the study."""

import pandas as pd

from valueadded.recovery_layered.summary import Recovery

INTRODUCTION = """\
# Do the layered models find what was planted?

Written by `.venv/bin/snakemake --cores 2 recovery_layered`, from the section `recovery_layered` of the
configuration ({sets} sets of records for each scenario, seed {seed}).

In each set {students:,} students meet {teachers} teachers a year in {years} years; true effects of teachers
have a standard deviation of {teacher_sd:g} points, scores around them one of {student_sd:g}. Every model sees
the same sets. Numbers in brackets are Monte Carlo errors.
"""
PERSISTENCE = """\
## Persistence

The estimates of the model with variable persistence, pairs of years of one lag together. *Spread* is the
standard deviation of the estimates over the sets, *reported* the mean of their standard errors.

| scenario | lag | planted | mean estimate | spread | reported | 95% intervals that hold it |
|---|---:|---:|---:|---:|---:|---:|
"""
HEAD = """
| scenario | model | root mean square error | correlation | 95% intervals that hold it | slope | variance |
|---|---|---:|---:|---:|---:|---:|
"""
EFFECTS = {
    "later": """\
## Teachers whose students were tested before

*Slope* is how much an estimate is off for each standard deviation by which the teacher's students differ
from the average in the omitted variable: 0 if the variable does no harm.
"""
    + HEAD,
    "first": """\
## Teachers of the first year

Nobody was tested before: what students bring counts as their teachers'. The stage withholds these effects.
"""
    + HEAD,
}


def describe_recovery(found: Recovery, world: dict, scenarios: list[str], sets: int) -> str:
    """Return the page; scenarios in the order given."""
    domain = next(iter(world["domains"].values()))
    parts = [
        INTRODUCTION.format(
            sets=sets,
            seed=world["seed"],
            students=world["students"],
            teachers=world["schools"] * world["classes"],
            years=world["years"],
            teacher_sd=domain["teacher_sd"],
            student_sd=domain["student_sd"],
        ),
        PERSISTENCE + "\n".join(map(_persistence_row, _in_order(found.persistence, scenarios))) + "\n",
    ]
    for teachers in EFFECTS:
        rows = found.effects[found.effects["teachers"] == teachers]
        lines = map(_effect_row, _in_order(rows, scenarios))
        parts.append(EFFECTS[teachers] + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _in_order(table: pd.DataFrame, scenarios: list[str]) -> list[pd.Series]:
    place = {name: number for number, name in enumerate(scenarios)}
    ordered = table.assign(place=table["scenario"].map(place)).sort_values("place", kind="stable")
    return [row for _, row in ordered.iterrows()]


def _persistence_row(row: pd.Series) -> str:
    return (
        f"| {row['scenario'].replace('_', ' ')} | {row['lag']} | {row['planted']:.2f} |"
        f" {row['mean_estimate']:.3f} ({row['mean_estimate_error']:.3f}) | {row['spread']:.3f} |"
        f" {row['mean_std_error']:.3f} | {row['coverage']:.3f} ({row['coverage_error']:.3f}) |"
    )


def _effect_row(row: pd.Series) -> str:
    covered = f"{row['coverage']:.3f} ({row['coverage_error']:.3f})" if pd.notna(row["coverage"]) else ""
    variance = f"{row['teacher_variance']:.0f}" if pd.notna(row["teacher_variance"]) else ""
    return (
        f"| {row['scenario'].replace('_', ' ')} | {row['model'].replace('_', ' ')} |"
        f" {row['root_mean_square_error']:.2f} | {row['correlation']:.3f} | {covered} |"
        f" {row['omitted_slope']:+.1f} ({row['omitted_slope_error']:.1f}) | {variance} |"
    )
