"""Records of whole schools of the default configuration, made small where a test says so."""

from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from valueadded.config.synthetic_whole_schools import SyntheticWholeSchools
from valueadded.config.whole_schools import WholeSchools
from valueadded.synthetic import WholeSchoolState
from valueadded.validation import ValidatedWholeSchools, validate_whole_schools

ROOT = Path(__file__).parents[1]


def default_config() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


def describe_records(**changes: Any) -> SyntheticWholeSchools:
    """The records of the default configuration; `changes` replace whole keys."""
    return SyntheticWholeSchools(**default_config()["synthetic_whole_schools"] | changes)


def read_section() -> WholeSchools:
    """How the default configuration reads them."""
    return WholeSchools(**default_config()["input"]["whole_schools"])


def write_state(state: WholeSchoolState, folder: Path) -> None:
    for name, frame in state.files.items():
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def validate_state(state: WholeSchoolState, folder: Path) -> ValidatedWholeSchools:
    """The records as they come out of their files."""
    write_state(state, folder)
    return validate_whole_schools(folder, read_section())


def value_of(rows: pd.DataFrame, measure: str) -> pd.Series:
    """Yearly values of a measure by school and year."""
    chosen = rows[rows["measure"] == measure]
    return chosen.set_index(["school_id", "calendar_year"])["value"].sort_index()
