"""Only a job of the run that has the study puts its result under its name."""

import json

import pandas as pd
import pandera.pandas as pa
import pytest
from matplotlib.figure import Figure

from valueadded.errors import OwnershipError
from valueadded.figures.style import save_figure
from valueadded.ownership import CLAIM, rename_if_owner
from valueadded.table_io import write_table, write_text


@pytest.fixture
def claim(tmp_path, monkeypatch):
    """A claim of the run `mine`, in whose environment this test is."""
    path = tmp_path / "claim.json"
    path.write_text(json.dumps({"token": "mine"}))
    monkeypatch.setenv(CLAIM, f"mine:{path}")
    return path


def test_without_a_claim_a_job_writes(tmp_path, monkeypatch):
    monkeypatch.delenv(CLAIM, raising=False)
    (tmp_path / "new").write_text("whole")
    rename_if_owner(tmp_path / "new", tmp_path / "result")
    assert (tmp_path / "result").read_text() == "whole"


def test_the_owner_writes(tmp_path, claim):
    write_text("mine", tmp_path / "result")
    assert (tmp_path / "result").read_text() == "mine"


@pytest.mark.parametrize("content", ['{"token": "other"}', "", "{}"])
def test_whoever_lost_the_claim_leaves_the_result_alone(content, tmp_path, claim):
    (tmp_path / "result").write_text("of the other run")
    claim.write_text(content)
    with pytest.raises(OwnershipError, match="result: not written"):
        write_text("late", tmp_path / "result")
    assert (tmp_path / "result").read_text() == "of the other run"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["claim.json", "result"]


def test_tables_and_figures_are_named_in_the_same_way(tmp_path, claim):
    claim.unlink()
    with pytest.raises(OwnershipError):
        write_table(
            pd.DataFrame({"a": [1]}), tmp_path / "a.parquet", pa.DataFrameSchema({"a": pa.Column(int)})
        )
    with pytest.raises(OwnershipError):
        save_figure(Figure(), tmp_path / "a.png", tmp_path / "a.svg", 50)
    assert list(tmp_path.iterdir()) == []
