"""One table of every model's effects: no family of models is lost, and only the fixed columns are kept."""

import pandas as pd

from valueadded.contracts.effects import SCHOOL_EFFECTS
from valueadded.effects import gather_school_effects


def family(model: str) -> pd.DataFrame:
    types = {name: str(column.dtype) for name, column in SCHOOL_EFFECTS.columns.items()}
    rows = pd.DataFrame({name: [0, 0] for name in types}).astype(types)
    return rows.assign(model=model, school_id=["A", "B"], slope_effect=1.0)


def test_relative_and_benchmark_effects_of_a_school_stand_in_one_table() -> None:
    gathered = gather_school_effects([family("relative"), family("benchmark_drift")])
    found = set(zip(gathered["model"], gathered["school_id"], strict=True))
    assert found == {(model, school) for model in ("relative", "benchmark_drift") for school in "AB"}
    assert list(gathered.columns) == list(SCHOOL_EFFECTS.columns)
