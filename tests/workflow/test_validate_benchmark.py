"""A small study through the rules: what it writes, that it resumes, that jobs do not change a number."""

import os
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from tiny_state import run_snakemake, tiny_config, write_config

from valueadded.contracts.validate_benchmark import MATRIX, REPLICATES, SUMMARY
from valueadded.table_io import read_table, read_tables
from valueadded.validate_benchmark import World, describe_summary, simulate_scenario, summarise_replicates

pytestmark = [pytest.mark.workflow, pytest.mark.slow]


def small_study():
    config = tiny_config()
    config["validate_benchmark"] |= {
        "replicates": 3,
        "chunks": 2,
        "scenarios": {"drift": {"drift": -10.0}, "closures": {"closed_share": 0.1}},
    }
    config["validate_benchmark"]["system"] |= {"schools": 40, "students_median": 15}
    return config


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    write_config(folder, small_study())
    found = run_snakemake(folder, "--cores", "2", "validate_benchmark")
    assert found.returncode == 0, found.stdout[-2000:] + found.stderr[-4000:]
    return folder / "results" / "validate_benchmark"


def test_tables_and_figure_are_those_of_the_library(finished):
    parts = sorted((finished / "replicates").glob("*/*.parquet"))
    assert [path.relative_to(finished / "replicates").as_posix() for path in parts] == [
        f"{scenario}/{chunk}.parquet" for scenario in ("closures", "drift") for chunk in (0, 1)
    ]
    gathered = read_tables(parts, REPLICATES)
    assert gathered.groupby("scenario")["replicate"].unique().map(sorted).tolist() == [[0, 1, 2]] * 2
    section = small_study()["validate_benchmark"]
    world = World(**section["system"], drift=-10.0)
    direct = simulate_scenario(world, "drift", section["seed"], section["years"], [0, 3], 2.0, 0.95)
    key = ["scenario", "replicate", "target", "method"]
    written = gathered[gathered["scenario"] == "drift"].sort_values(key, ignore_index=True)
    pd.testing.assert_frame_equal(written, direct.sort_values(key, ignore_index=True), check_exact=True)
    summary = read_table(finished / "summary.parquet", SUMMARY)
    assert len(summary) == len(summarise_replicates(gathered)) == len(pd.read_csv(finished / "summary.csv"))
    assert (finished / "tables.md").read_text(encoding="utf-8") == describe_summary(summary)
    assert len(read_table(finished / "matrix.parquet", MATRIX)) > 20
    assert (finished / "matrix.png").stat().st_size > 10_000


def test_only_what_is_missing_is_made_again(finished, tmp_path):
    shutil.copytree(finished.parents[1], tmp_path / "study")
    results = tmp_path / "study" / "results" / "validate_benchmark"
    part = results / "replicates" / "drift" / "1.parquet"
    before = part.read_bytes()
    for path in (part, results / "summary.parquet", results / "matrix.png"):
        os.unlink(path)
    found = run_snakemake(tmp_path / "study", "--cores", "2", "validate_benchmark")
    assert found.returncode == 0, found.stderr[-4000:]
    ran = re.findall(r"^(?:local)?rule (\w+):", found.stdout + found.stderr, flags=re.MULTILINE)
    assert sorted(ran) == ["simulate_benchmark", "summarise_benchmark", "validate_benchmark"]
    assert part.read_bytes() == before


def test_the_study_is_no_part_of_the_default_run(finished):
    found = run_snakemake(finished.parents[1], "--cores", "1", "--dry-run", "--quiet", "rules")
    assert found.returncode == 0, found.stderr[-4000:]
    assert "simulate_benchmark" not in found.stdout + found.stderr
