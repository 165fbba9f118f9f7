"""Run a study by itself and through Slurm: both must leave the same files with the same bytes.

Usage: smoke.py                  a few results of a small study
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
    invent_study,
    start_cluster,
    stop_cluster,
)

TARGETS = [
    f"results/figures/caterpillar_{DOMAIN}.png",
    f"results/figures/effect_distribution_{DOMAIN}.png",
    "results/cohorts/attrition.parquet",
]
# Seconds. A job that the scheduler never starts would be waited for without end.
PATIENCE = 1200


def copy_study(folder: Path, study: Path | None) -> Path:
    if study is None:
        return invent_study(folder)
    folder.mkdir()
    shutil.copy(study / "config.yaml", folder)
    return folder


def main(study: Path | None = None, data: Path | None = None) -> int:
    targets = TARGETS if study is None else []
    options_of_data = ["--config", f"data_folder={data.resolve()}"] if data else []
    with tempfile.TemporaryDirectory(prefix="valueadded-smoke-") as place:
        scratch = Path(place)
        here, there = (copy_study(scratch / name, study) for name in ("here", "there"))
        profile = edit_profile(scratch / "profile")
        environment = start_cluster()
        try:
            for folder, options in ((here, ["--cores", "2"]), (there, ["--workflow-profile", str(profile)])):
                began = time.monotonic()
                screen = folder / "screen"
                with screen.open("wb") as words:
                    run = subprocess.Popen(
                        command(folder, *options, *options_of_data, "--", *targets),
                        cwd=ROOT,
                        env=environment,
                        stdout=words,
                        stderr=subprocess.STDOUT,
                    )
                    try:
                        status = run.wait(timeout=PATIENCE if study is None else None)
                    except subprocess.TimeoutExpired:
                        run.kill()
                        status = run.wait()
                said = screen.read_text(encoding="utf-8", errors="replace")
                if status != 0:
                    print(said[-8000:])
                    print(f"the run ended with {status} after {time.monotonic() - began:.0f} s")
                    return 1
                jobs = said.count("has been submitted with SLURM jobid")
                print(f"{' '.join(options)}: {jobs} Slurm jobs, {time.monotonic() - began:.0f} s")
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
