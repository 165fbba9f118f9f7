"""Each script writes a figure twice over and the data it shows."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest
from invented_changes import make_joint_correlations, make_many_changes

from valueadded.contracts.benchmark import DRIFT, PRIOR_DRIFT
from valueadded.contracts.cohorts import ATTRITION
from valueadded.contracts.effects import RANKS, SCHOOL_EFFECTS, YEAR_CORRELATIONS
from valueadded.contracts.mixed import JOINT_CHANGES, JOINT_CORRELATIONS
from valueadded.table_io import write_table

SCRIPTS = Path(__file__).parents[2] / "scripts"
ARGUMENTS = {
    "attrition_flow": ["attrition", "domain"],
    "caterpillar": ["effects", "ranks", "domain"],
    "effect_distribution": ["effects", "domain", "years"],
    "prior_and_outcome": ["prior_drift", "domain", "years"],
    "joint_correlation_by_lag": ["joint", "correlations", "domain"],
    "relative_against_benchmark": ["effects", "correlations", "domain", "years"],
    "school_changes": ["changes", "domain"],
    "school_trajectories": ["effects", "drift", "domain", "years"],
    "system_drift": ["drift", "domain", "years"],
    "year_correlations": ["correlations", "domain"],
}


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_two_draws_give_the_same_bytes(name, study, tmp_path):
    tables = {
        "effects": (study.effects, SCHOOL_EFFECTS),
        "ranks": (study.ranks, RANKS),
        "changes": (make_many_changes(20), JOINT_CHANGES),
        "joint": (make_joint_correlations(), JOINT_CORRELATIONS),
        "correlations": (study.correlations, YEAR_CORRELATIONS),
        "drift": (study.drift, DRIFT),
        "attrition": (study.attrition, ATTRITION),
        "prior_drift": (study.prior_drift, PRIOR_DRIFT),
    }
    given = {"domain": "reading", "years": [2017]}
    for table in set(ARGUMENTS[name]) & set(tables):
        write_table(tables[table][0], tmp_path / table, tables[table][1])
        many = table == "drift" and name == "school_trajectories"
        given[table] = [str(tmp_path / table)] if many else str(tmp_path / table)
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"draw_{name}.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    written = []
    for turn in ("first", "second"):
        paths = {key: tmp_path / f"{turn}.{key}" for key in ("png", "svg", "plotted", "csv")}
        script.main(*[given[argument] for argument in ARGUMENTS[name]], {"dots_per_inch": 80}, paths)
        written.append({key: path.read_bytes() for key, path in paths.items()})
    assert written[0] == written[1]
    assert len(pd.read_parquet(paths["plotted"])) == len(pd.read_csv(paths["csv"])) > 0
