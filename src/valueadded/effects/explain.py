"""Find what the tables hold about one school; `wording.py` says it."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from valueadded.effects.wording import Estimate, Standing
from valueadded.errors import ContractError

SHOWN = 5
"""Similar identifiers named when a school is unknown."""


def find_standings(
    changes: pd.DataFrame,
    drift: pd.DataFrame,
    school: str,
    benchmark_year: int,
    domain: str | None = None,
    year: int | None = None,
) -> list[Standing]:
    """Return the school's standing in one domain, or in every domain, in the year asked or its latest.

    Parameters
    ----------
    changes
        Table `joint_changes`: of each school, between the benchmark year and every other year.
    drift
        Table of the system's drift; its rows of basis `student` are used.
    benchmark_year
        The year from which changes are measured.

    Raises
    ------
    ContractError
        If the school, the domain or the year has no row after the benchmark year.
    """
    domains = sorted(set(changes["domain"]))
    if domain is not None and domain not in domains:
        raise ContractError(f"--domain: found '{domain}'; expected one of {domains}")
    if school not in set(changes["school_id"]):
        near = sorted(name for name in set(changes["school_id"]) if school.strip("0 ") in name)[:SHOWN]
        hint = f"; similar identifiers: {near}" if near else ""
        raise ContractError(
            f"joint_changes: no school '{school}' with results in the benchmark year and another year; "
            f"expected an identifier as the input files write it, leading zeros included{hint}"
        )
    rows = changes[changes["school_id"] == school]
    if domain is not None:
        rows = rows[rows["domain"] == domain]
    # Rows that end in the benchmark year look back before it.
    rows = rows[rows["year_from"] == benchmark_year]
    latest = int(rows["year_to"].max()) if len(rows) and year is None else year
    chosen = rows[rows["year_to"] == latest].sort_values("domain")
    if chosen.empty:
        years = sorted({int(found) for found in rows["year_to"]})
        where = f" in {domain}" if domain else ""
        raise ContractError(
            f"joint_changes: school '{school}' has no change from the benchmark year {benchmark_year} to "
            f"{latest if latest is not None else 'any later year'}{where}; expected one of the years {years}"
        )
    moved = drift[drift["basis"] == "student"].to_dict("records")
    system = {(str(row["domain"]), int(row["year"])): _estimate(row, "drift", "") for row in moved}
    return [_standing(row, system) for row in chosen.to_dict("records")]


def _standing(row: Mapping[Hashable, Any], system: Mapping[tuple[str, int], Estimate]) -> Standing:
    domain, year = str(row["domain"]), int(row["year_to"])
    if (domain, year) not in system:
        raise ContractError(
            f"drift: no row of basis 'student' for {domain} {year}; expected one for each year"
        )
    return Standing(
        domain=domain,
        school_id=str(row["school_id"]),
        year=year,
        benchmark_year=int(row["year_from"]),
        n_students=int(row["n_students_to"]),
        n_students_before=int(row["n_students_from"]),
        relative=_estimate(row, "relative_to", "relative_to_"),
        benchmark=_estimate(row, "benchmark_to", "benchmark_to_"),
        system=system[domain, year],
        relative_change=_estimate(row, "relative_change", "relative_"),
        benchmark_change=_estimate(row, "benchmark_change", "benchmark_"),
        relative_improved=float(row["relative_p_improved"]),
        benchmark_improved=float(row["benchmark_p_improved"]),
    )


def _estimate(row: Mapping[Hashable, Any], value: str, prefix: str) -> Estimate:
    return Estimate(float(row[value]), float(row[f"{prefix}lower"]), float(row[f"{prefix}upper"]))
