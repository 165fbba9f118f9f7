"""Run a study by itself and through Slurm: both must leave the same files with the same bytes.

Usage: smoke.py                  a few results of a small study, from its validated records on
       smoke.py FOLDER [DATA]    everything in the study of FOLDER, for example `.`, or examples/sgp_covid,
                                 whose files are in DATA
The cluster's programs must be installed (`cluster install`).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from small_study import (
    DOMAIN,
    ROOT,
    command,
    digests,
    edit_profile,
    environment,
    invent_study,
    start_cluster,
    stop_cluster,
)

# Every further step would wait for a job of its own to start; the first two are like those that follow.
MADE_BEFORE = "results/validation/ledger.parquet"
TARGETS = [
    f"results/figures/caterpillar_{DOMAIN}.png",
    f"results/figures/effect_distribution_{DOMAIN}.png",
    "results/cohorts/attrition.parquet",
]
# Seconds. A job that the scheduler never starts would be waited for without end.
PATIENCE = 600


def prepare(scratch: Path, study: Path | None) -> tuple[Path, Path]:
    """Two folders that hold the same study."""
    here, there = scratch / "here", scratch / "there"
    if study is None:
        run(invent_study(here), environment(), ["--cores", "2"], MADE_BEFORE)
    else:
        here.mkdir()
        shutil.copy(study / "config.yaml", here)
    shutil.copytree(here, there)
    return here, there


def run(folder: Path, places: dict[str, str], options: list[str], *targets: str) -> int:
    """Run the study in `folder` and return how many jobs it sent to Slurm; failure ends the test."""
    began = time.monotonic()
    screen = folder / "screen"
    with screen.open("wb") as words:
        started = subprocess.Popen(
            command(folder, *options, "--", *targets),
            cwd=ROOT,
            env=places,
            stdout=words,
            stderr=subprocess.STDOUT,
        )
        try:
            status = started.wait(timeout=PATIENCE if targets else None)
        except subprocess.TimeoutExpired:
            started.kill()
            status = started.wait()
    said = screen.read_text(encoding="utf-8", errors="replace")
    if status != 0:
        raise SystemExit(f"{said[-8000:]}\nended with {status} after {time.monotonic() - began:.0f} s")
    jobs = said.count("has been submitted with SLURM jobid")
    print(f"{' '.join(options)}: {jobs} Slurm jobs, {time.monotonic() - began:.0f} s", flush=True)
    return jobs


def main(study: Path | None = None, data: Path | None = None) -> int:
    targets = TARGETS if study is None else []
    options_of_data = ["--config", f"data_folder={data.resolve()}"] if data else []
    with tempfile.TemporaryDirectory(prefix="valueadded-smoke-") as place:
        scratch = Path(place)
        here, there = prepare(scratch, study)
        profile = edit_profile(scratch / "profile")
        run(here, environment(), ["--cores", "2", *options_of_data], *targets)
        try:
            options = ["--workflow-profile", str(profile), *options_of_data]
            jobs = run(there, start_cluster(), options, *targets)
        finally:
            stop_cluster()
        expected, found = digests(here), digests(there)
        differing = sorted(
            name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)
        )
        for name in differing:
            print(f"{name} differs")
        print(f"{len(expected)} files, {len(differing)} differ")
        # Without jobs the two runs would agree because they were the same.
        return 1 if differing or jobs == 0 else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
