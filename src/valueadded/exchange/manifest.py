"""What a folder of moments says of itself: who made it, with which rule, and the digest of each file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from valueadded.errors import ContractError
from valueadded.exchange.disclosure import Withheld

FORMAT = 1


@dataclass(frozen=True)
class Cohort:
    """One file of moments.

    file : its path within the folder
    sha256 : digest of its bytes
    domain, year : the cohort
    score : the response
    formulas : what was summarised, one key for each formula
    levels : factor -> its levels, the one that coefficients are measured from first
    n_schools, n_students : in the file
    withheld_small, withheld_cells, withheld_constant : schools left out, by reason
    withheld_students : their students; "fewer than <minimum>" where the number would say too much
    """

    file: str
    sha256: str
    domain: str
    year: int
    score: str
    formulas: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]]
    n_schools: int
    n_students: int
    withheld_small: int
    withheld_cells: int
    withheld_constant: int
    withheld_students: int | str


@dataclass(frozen=True)
class Bundle:
    """A folder of moments.

    agency : who made it
    minimum : least students of a school and of its groups
    made_by : name and version of the program
    cohorts : one for each file
    """

    agency: str
    minimum: int
    made_by: str
    cohorts: tuple[Cohort, ...]


def describe_cohort(found: Withheld, file: str, sha256: str, domain: str, year: int, minimum: int) -> Cohort:
    """Return what the manifest says of one file."""
    moments, students = found.moments, found.n_students
    return Cohort(
        file=file,
        sha256=sha256,
        domain=domain,
        year=year,
        score=moments.columns[-1],
        formulas=tuple(moments.formulas),
        levels=dict(moments.levels),
        n_schools=moments.n_schools,
        n_students=moments.n_students,
        withheld_small=found.n_small,
        withheld_cells=found.n_cells,
        withheld_constant=found.n_constant,
        withheld_students=f"fewer than {minimum}" if 0 < students < minimum else students,
    )


def write_manifest(bundle: Bundle) -> str:
    """Return the manifest of a folder as JSON."""
    return json.dumps({"format": FORMAT, **asdict(bundle)}, indent=2, ensure_ascii=False) + "\n"


def read_manifest(text: str, name: str) -> Bundle:
    """Return the folder a manifest describes; `name` stands for the file in errors.

    Raises
    ------
    ContractError
        If it is not such a manifest, or of another format.
    """
    try:
        found = json.loads(text)
        if found.pop("format") != FORMAT:
            raise ContractError(f"{name}: found another format of moments; expected format {FORMAT}")
        cohorts = tuple(
            Cohort(
                **{
                    **one,
                    "formulas": tuple(one["formulas"]),
                    "levels": {factor: tuple(levels) for factor, levels in one["levels"].items()},
                }
            )
            for one in found.pop("cohorts")
        )
        return Bundle(**found, cohorts=cohorts)
    except (json.JSONDecodeError, AttributeError, KeyError, TypeError) as fault:
        raise ContractError(
            f"{name}: not a manifest of moments ({type(fault).__name__}); expected what `valueadded moments`"
            " wrote"
        ) from None
