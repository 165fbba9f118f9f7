"""Calibrates the posterior of the location-scale models by simulation, and writes
benchmarks/location-scale-calibration.md.

    .venv/bin/python benchmarks/calibrate_location_scale.py

1,000 replicates take about 20 minutes of one core. They can be split: `--first 1 --last 500 --ranks a.csv`
writes a part and no page; `--gather a.csv b.csv` writes the page from parts.
"""

import argparse
import platform
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from valueadded.location_scale.calibration import CalibrationPlan, assess_ranks, rank_truths

HERE = Path(__file__).parent
SEED = 2024
REPLICATES = 1000
PLAN = CalibrationPlan()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--first", type=int, default=1, help="first replicate (default 1)")
    parser.add_argument("--last", type=int, default=REPLICATES, help=f"last replicate (default {REPLICATES})")
    parser.add_argument("--ranks", type=Path, help="write the ranks here and no page")
    parser.add_argument("--gather", type=Path, nargs="+", help="write the page from these files of ranks")
    parser.add_argument("--output", type=Path, default=HERE / "location-scale-calibration.md")
    arguments = parser.parse_args()

    if arguments.gather:
        ranks = pd.concat([pd.read_csv(path) for path in arguments.gather], ignore_index=True)
    else:
        began = time.process_time()
        ranks = rank_truths(PLAN, arguments.first, arguments.last, SEED)
        ranks["seconds"] = (time.process_time() - began) / ranks["replicate"].nunique()
    if arguments.ranks:
        ranks.to_csv(arguments.ranks, index=False)
        return
    arguments.output.write_text(report(ranks.sort_values("replicate", kind="stable")), encoding="utf-8")
    print(arguments.output.read_text(encoding="utf-8"))


def report(ranks: pd.DataFrame) -> str:
    """Return the page."""
    found = assess_ranks(ranks, PLAN.ranked, bins=16)
    by_replicate = ranks.groupby("replicate")[["pareto_k", "seconds"]].first()
    covariance = PLAN.priors.covariance
    level = 0.05 / len(found)
    lowest = found.loc[found["p_value"].idxmin()]
    outside = found.loc[found["largest_difference"] > found["envelope"], "parameter"].tolist()
    lines = [
        "# Is the posterior of the location-scale models calibrated?",
        "",
        "Written by `.venv/bin/python benchmarks/calibrate_location_scale.py`; run it to renew this page.",
        "",
        "Parameters are drawn from the prior, school effects and students from the parameters, and the",
        "posterior from the students by importance sampling. Where the sampler is right, the rank of the truth",
        "among draws of the posterior is uniform. A posterior too narrow gives ranks at both ends, a biased",
        "one ranks at one end.",
        "",
        f"- replicates: {ranks['replicate'].nunique()}, seed {SEED}",
        f"- students: {PLAN.n_schools} schools of {PLAN.n_students}; Model 6, intercept, slope and log variance"
        " varying between schools",
        f"- prior, in units of the standardised columns: coefficients of the mean normal(0, {PLAN.priors.mean_spread}"
        f"^2), of the log variance normal(0, {PLAN.priors.log_variance_spread}^2); covariance of the school"
        f" effects inverse-Wishart with {3 + covariance.degrees_above_size:g} degrees of freedom and scale"
        f" diag({covariance.intercept}, {covariance.slope}, {covariance.log_variance})",
        f"- posterior: {PLAN.draws} importance draws, of which {PLAN.ranked} are kept by their weights; ranks 0"
        f" to {PLAN.ranked}",
        f"- replicates without a posterior mode: {int(by_replicate['pareto_k'].isna().sum())}; with Pareto k"
        f" above 0.7: {int((by_replicate['pareto_k'] > 0.7).sum())} (they are kept); median k"
        f" {by_replicate['pareto_k'].median():.2f}, highest {by_replicate['pareto_k'].max():.2f}",
        f"- {by_replicate['seconds'].mean():.2f} s of one processor for a replicate; Python"
        f" {platform.python_version()}, numpy {np.__version__}, arviz {version('arviz')}",
        "",
        "Chi-square has 16 bins. The largest difference is that of the distribution function of the ranks from",
        "the uniform one; 95 per cent of samples from a calibrated posterior stay inside the envelope.",
        "",
        "| quantity | replicates | mean rank / expected | chi-square | p | largest difference | envelope |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row.parameter} | {row.replicates} | {row.mean_rank:.3f} | {row.chi_square:.1f} | {row.p_value:.3f} |"
        f" {row.largest_difference:.3f} | {row.envelope:.3f} |"
        for row in found.itertuples()
    ]
    verdict = "no quantity departs" if lowest["p_value"] > level else f"{lowest['parameter']} departs"
    lines += [
        "",
        f"Of {len(found)} quantities the lowest p is {lowest['p_value']:.3f} ({lowest['parameter']}); a"
        f" departure at 5 per cent over all of them asks for p below {level:.4f}: {verdict}. Outside the"
        f" envelope, of which one in twenty is expected: {', '.join(outside) or 'none'}.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
