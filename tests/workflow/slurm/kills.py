"""Kill the driver of a study at random moments until it has been killed often enough; count what differs.

Usage: kills.py [number of kills, 20 by default]      writes kills.md beside itself

A study is started with `valueadded run`, killed with -9 after a random time, and started again with the same
command, until it ends; then its results are compared with those of an undisturbed run, and the next study
starts from nothing. Jobs are not killed: they go on after their driver, as they do on a real machine.
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from small_study import DOMAIN, ROOT, command, digests, environment, invent_study

HERE = Path(__file__).parent
TARGETS = ["results/cohorts/attrition.parquet", f"results/intake/students/{DOMAIN}/2018.parquet"]
SEED = 7


def start(folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "screen").open("ab") as screen:
        return subprocess.Popen(
            command(folder, "--cores", "2", "--", *TARGETS),
            cwd=ROOT,
            env=environment(),
            stdout=screen,
            stderr=subprocess.STDOUT,
        )


def moment(folder: Path) -> str:
    """Where a killed run had come to: the rule whose outputs were being made, if any."""
    lines = (folder / "screen").read_text(encoding="utf-8", errors="replace").splitlines()
    running = [line.removesuffix(":") for line in lines if line.startswith(("rule ", "localrule "))]
    finished = sum(line.startswith("Finished jobid") for line in lines)
    return f"{finished} jobs finished so far, last begun: {running[-1] if running else 'none'}"


def main(kills: int) -> None:
    draw = random.Random(SEED)
    lines: list[str] = []

    def note(words: str) -> None:
        lines.append(f"{datetime.now():%H:%M:%S}  {words}")
        print(lines[-1], flush=True)

    with tempfile.TemporaryDirectory(prefix="valueadded-kills-") as place:
        undisturbed = invent_study(Path(place) / "undisturbed")
        began = time.monotonic()
        assert start(undisturbed).wait() == 0, (undisturbed / "screen").read_text()
        whole = time.monotonic() - began
        expected = digests(undisturbed)
        note(f"undisturbed: {whole:.0f} s, {len(expected)} files")
        done = studies = 0
        while done < kills:
            studies += 1
            folder = invent_study(Path(place) / "killed")
            while True:
                run = start(folder)
                try:
                    status = run.wait(timeout=draw.uniform(0, whole))
                except subprocess.TimeoutExpired:
                    run.send_signal(signal.SIGKILL)
                    run.wait()
                    done += 1
                    note(f"kill {done} of study {studies}: {moment(folder)}")
                    continue
                if status != 0:
                    sys.exit((folder / "screen").read_text())
                break
            found = digests(folder)
            if found != expected:
                sys.exit(f"{sorted(found.items() ^ expected.items())} differ")
            note(f"study {studies} ended: {len(found)} files, the same bytes as the undisturbed run")
            shutil.rmtree(folder)
    page = f"""# A driver killed at random moments

Written by `tests/workflow/slurm/kills.py` on {datetime.now():%Y-%m-%d}; run it to renew this page.
{done} kills with -9 in {studies} studies; each was started again with the same `valueadded run`, and
ended in the same bytes.

"""
    (HERE / "kills.md").write_text(page + "```\n" + "\n".join(lines) + "\n```\n", encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
