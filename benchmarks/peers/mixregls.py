"""MIXREGLS, the engine of MixWILD, as a peer: mixregls.py PROGRAM location_scale data.parquet answer.json

PROGRAM reads `mixregls_var.def` in its working folder, as `mixregls_var` of MixWILD does. Its time and memory
are those of its own process: the text that it reads is written before the clock starts.
"""

import json
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from process import memory

SETTINGS = {
    "columns": 3,
    "terms of mean, of variance between, of log variance within": "1 0 1",
    "no intercept in these": "0 0 0",
    "largest gradient": 1e-5,
    "points of quadrature": 11,
    "adaptive": 1,
    "steps": 200,
    "missing": -99999,
    "standardise": 0,
    "scale on location": 1,
    "ridge": 0.0,
    "discard constant schools": 0,
}
LINES = """\
mean and log variance within by prior score

students.txt
output.txt
echo.def
{settings}
1 2
3
3
score
prior
prior
"""


def write_input(table: str, folder: Path) -> float:
    """Write students by school, scores in standard deviations; return what that adds to -2 log-likelihood.

    It multiplies the densities of a whole school: in scale points the product of a hundred would be 0.
    """
    students = pq.read_table(table).to_pandas().sort_values("school_id", kind="stable")
    score = students["score"].to_numpy()
    spread = score.std()
    school = students["school_id"].rank(method="dense")
    columns = np.column_stack([school, (score - score.mean()) / spread, students["prior"]])
    np.savetxt(folder / "students.txt", columns, fmt=["%d", "%.15g", "%.15g"])
    settings = " ".join(str(value) for value in SETTINGS.values())
    (folder / "mixregls_var.def").write_text(LINES.format(settings=settings), encoding="ascii")
    return 2 * len(score) * float(np.log(spread))


def run(program: Path, folder: Path) -> tuple[float, int]:
    """Return the seconds of the program and its peak of memory in kilobytes."""
    began, peak = time.perf_counter(), 0
    process = subprocess.Popen([program], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        # A process that has ended and was not waited for has no memory any more.
        with suppress(StopIteration, ProcessLookupError):
            peak = memory("VmHWM", process.pid)
        time.sleep(0.005)
    return time.perf_counter() - began, peak


def last_deviance(folder: Path) -> float:
    """Return -2 log-likelihood of the last model, the one with a random scale; it must have converged."""
    lines = (folder / "MIXREGLS5.EST").read_text(encoding="ascii").splitlines()
    blocks = [line.split() for line in lines if len(line.split()) == 3 and "." not in line.split()[2]]
    deviance, steps, allowed = blocks[-1]
    if int(steps) >= int(allowed):
        sys.exit(f"MIXREGLS did not converge in {allowed} steps")
    return float(deviance)


def main() -> None:
    program, _, table, answer = sys.argv[1:]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shift = write_input(table, folder)
        seconds, peak = run(Path(program).resolve(), folder)
        deviance = last_deviance(folder) + shift
    found = {
        "before": 0,
        "peak": peak,
        "read": 0.0,
        "fit": seconds,
        "deviance": deviance,
        "slope": float("nan"),
        "version": "MIXREGLS",
    }
    Path(answer).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
