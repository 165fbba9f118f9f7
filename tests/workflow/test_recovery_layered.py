"""A small recovery study through the rules: its tables and its page are those of the library."""

import pandas as pd
import pytest
from tiny_state import run_snakemake, tiny_config, write_config

from valueadded.config.recovery_layered import RecoveryLayered
from valueadded.contracts import recovery_layered as contracts
from valueadded.recovery_layered import describe_recovery, recover_teachers, summarise_recovery
from valueadded.table_io import read_table, read_tables

pytestmark = [pytest.mark.workflow, pytest.mark.slow]


def test_tables_and_page_are_those_of_the_library(tmp_path):
    world = {"seed": 9, "students": 150, "schools": 4, "classes": 2, "domains": {"reading": {}}}
    study = {
        "replicates": 3,
        "chunks": 2,
        "world": world,
        "scenarios": {"lasting": {"persistence": 1.0}, "level": {"omitted": {"level": 20.0}}},
    }
    write_config(tmp_path, {**tiny_config(), "recovery_layered": study})
    ran = run_snakemake(tmp_path, "--cores", "2", "recovery_layered")
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-4000:]
    results = tmp_path / "results" / "recovery_layered"
    effects = read_tables(sorted(results.glob("effects/*/*.parquet")), contracts.RECOVERY_SETS)
    settings = RecoveryLayered(**study)
    direct = recover_teachers("level", settings.world_of("level"), 2, 2).effects
    written = effects[(effects["scenario"] == "level") & (effects["replicate"] == 2)]
    key = list(contracts.RECOVERY_SETS.unique)
    pd.testing.assert_frame_equal(
        written.sort_values(key, ignore_index=True)[direct.columns],
        direct.sort_values(key, ignore_index=True),
        check_exact=True,
    )
    sets = sorted(results.glob("persistence/*/*.parquet"))
    found = summarise_recovery(effects, read_tables(sets, contracts.RECOVERY_PERSISTENCE_SETS))
    summary = read_table(results / "recovery.parquet", contracts.RECOVERY)
    assert set(summary["sets"]) == {3}
    page = (results / "recovery_layered.md").read_text(encoding="utf-8")
    assert page == describe_recovery(found, settings.world.model_dump(), ["lasting", "level"], 3)
