"""A study whose posteriors are drawn by chains: their draws are kept and drawn."""

import pandas as pd
import pytest
from tiny_state import run_snakemake, tiny_config, write_config

from valueadded.contracts.location_scale_chains import LOCATION_SCALE_AUTOCORRELATIONS, LOCATION_SCALE_TRACES
from valueadded.table_io import read_table

pytestmark = [pytest.mark.workflow, pytest.mark.slow]


def test_chains_leave_their_draws_and_a_figure(tmp_path):
    config = tiny_config()
    # One domain is enough: chains take their time.
    config["study"]["domains"] = ["reading"]
    del config["synthetic"]["domains"]["numeracy"]
    del config["intake"]["measures"]["prior_composite"]
    config["location_scale"] |= {
        "years": [2018],
        "models": [2],
        "posterior": {"method": "nuts", "draws": 800, "chains": 4, "seed": 1},
    }
    write_config(tmp_path, config)
    target = "results/figures/sampling_trace_reading.png"
    found = run_snakemake(tmp_path, "--cores", "2", target)
    assert found.returncode == 0, found.stdout[-2000:] + found.stderr[-4000:]
    tables = tmp_path / "results" / "location_scale"
    evidence = pd.read_parquet(tables / "posteriors.parquet").iloc[0]
    assert evidence["method"] == "nuts" and evidence["trustworthy"], evidence["status"]
    traces = read_table(tables / "traces.parquet", LOCATION_SCALE_TRACES)
    assert traces.groupby("parameter").size().eq(4 * 800).all()
    near = read_table(tables / "autocorrelations.parquet", LOCATION_SCALE_AUTOCORRELATIONS)
    assert near.query("lag == 0")["correlation"].eq(1.0).all()
    assert (tmp_path / target).read_bytes().startswith(b"\x89PNG")
