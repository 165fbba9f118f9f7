"""An edited result is refused before a new manifest would call it one."""

import copy
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from published_world import invent_world

from valueadded.audit.edits import refuse_edits
from valueadded.audit.manifest import build_manifest
from valueadded.contracts.published import PUBLISHED
from valueadded.errors import AuditError
from valueadded.table_io import write_table, write_text

TABLE = "results/published/system_drift.parquet"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    drift = invent_world(12).release.tables["system_drift"]
    write_table(drift, tmp_path / TABLE, PUBLISHED["system_drift"])
    write_text("domain\n", tmp_path / "results/published/system_drift.csv")
    return tmp_path


def manifest_of(run: Path, **config: Any) -> dict[str, Any]:
    return build_manifest(run / "project", run, {}, config)


def test_a_first_run_and_one_that_repeats_itself_pass(run: Path) -> None:
    first = manifest_of(run)
    refuse_edits(None, first, run / "results")
    refuse_edits(copy.deepcopy(first), manifest_of(run), run / "results")


@pytest.mark.parametrize("change", ["edit", "remove", "replace by a folder"])
def test_a_file_that_changed_by_itself_is_refused_by_name(run: Path, change: str) -> None:
    first = manifest_of(run)
    path = run / "results/published/system_drift.csv"
    path.unlink()
    if change == "edit":
        write_text("domain!\n", path)
    elif change == "replace by a folder":
        path.mkdir()
    with pytest.raises(AuditError, match=r"1 results.*system_drift\.csv.*delete them and run again"):
        refuse_edits(first, manifest_of(run), run / "results")


def test_a_difference_that_something_explains_passes(run: Path) -> None:
    first = manifest_of(run, method="ML")
    write_text("domain!\n", run / "results/published/system_drift.csv")
    refuse_edits(first, manifest_of(run, method="REML"), run / "results")


def test_a_file_of_another_target_passes(run: Path) -> None:
    first = manifest_of(run)
    write_text("x\n", run / "results/more.csv")
    refuse_edits(first, manifest_of(run), run / "results")


@pytest.mark.parametrize("config", [{}, {"method": "REML"}])
def test_a_table_that_something_else_wrote_is_refused_whatever_else_changed(run: Path, config: dict) -> None:
    first = manifest_of(run)
    frame = pd.read_parquet(run / TABLE)
    frame["drift"] += 1
    frame.to_parquet(run / TABLE, index=False)
    for before in (None, first):
        with pytest.raises(AuditError, match=r"system_drift\.parquet"):
            refuse_edits(before, manifest_of(run, **config), run / "results")
