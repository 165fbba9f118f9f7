"""A small calibration through the rules: its ranks are those of the library, whatever the jobs."""

import pandas as pd
import pytest
from tiny_state import run_snakemake, tiny_config, write_config

from valueadded.contracts.calibration import CALIBRATION, CALIBRATION_RANKS
from valueadded.location_scale.calibration import assess_ranks, rank_truths
from valueadded.location_scale.calibration_page import describe_calibration
from valueadded.location_scale.plan import plan_calibration
from valueadded.table_io import read_table, read_tables

pytestmark = [pytest.mark.workflow, pytest.mark.slow]


def test_ranks_and_page_are_those_of_the_library(tmp_path):
    config = tiny_config()
    priors = {
        "mean_spread": 0.5,
        "log_variance_spread": 0.5,
        "covariance": {
            "kind": "inverse_wishart",
            "degrees_above_size": 6.0,
            "intercept": 0.5,
            "slope": 0.25,
            "log_variance": 0.5,
        },
    }
    world = {"schools": 8, "students": 6, "random_slope": False, "draws": 100, "priors": priors}
    config["calibration"] = {"seed": 3, "replicates": 32, "chunks": 3, **world}
    write_config(tmp_path, config)
    found = run_snakemake(tmp_path, "--cores", "2", "calibration")
    assert found.returncode == 0, found.stdout[-2000:] + found.stderr[-4000:]
    results = tmp_path / "results" / "calibration"
    ranks = read_tables(sorted(results.glob("ranks/*.parquet")), CALIBRATION_RANKS)
    plan = plan_calibration(**world)
    # The chunks are 1-10, 11-21 and 22-32: two replicates on either side of a join.
    direct = rank_truths(plan, 10, 11, 3).sort_values(["replicate", "parameter"], ignore_index=True)
    written = ranks[ranks["replicate"].isin([10, 11])].reset_index(drop=True)
    pd.testing.assert_frame_equal(written, direct, check_exact=True)
    assert ranks["replicate"].nunique() == 32
    summary = read_table(results / "summary.parquet", CALIBRATION)
    assert summary["parameter"].tolist() == sorted(assess_ranks(ranks, plan.ranked)["parameter"])
    page = (results / "calibration.md").read_text(encoding="utf-8")
    assert page == describe_calibration(ranks, assess_ranks(ranks, plan.ranked), plan, 3)
    assert "8 schools of 6; intercept and log variance vary" in page
