"""What a run costs before it computes anything: a dry run, a run with nothing to do, the imports of each job.

Usage: measure_overhead.py FOLDER      a folder with a finished study; writes overhead.md beside this script
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
REPEATS = 3
# Bars on a quiet machine: wall seconds of the two runs, processor seconds of a job (statsmodels: twice that).
BARS = {"dry run": 4.0, "run with nothing to do": 5.0, "job": 0.8}


def spent(command: list[str]) -> tuple[float, float]:
    """Wall and processor seconds of a command."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if told.returncode != 0:
        sys.exit(told.stdout + told.stderr)
    if "--directory" in command and "--dry-run" not in command and "Nothing to be done" not in told.stderr:
        sys.exit("the study was not finished; run it first")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def typical(command: list[str]) -> tuple[float, float]:
    """Medians of a few repeats, after one that warms the disk."""
    spent(command)
    times = [spent(command) for _ in range(REPEATS)]
    return statistics.median(wall for wall, _ in times), statistics.median(cpu for _, cpu in times)


def imports(script: Path) -> list[str]:
    """A program that imports what a job of the script does, and stops before its last block."""
    return [sys.executable, "-c", f"import runpy; runpy.run_path({str(script)!r}, run_name='imported')"]


def main(folder: Path) -> None:
    snakemake = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory"]
    rows = []
    with tempfile.TemporaryDirectory() as empty:
        (Path(empty) / "config.yaml").write_bytes((ROOT / "config.yaml").read_bytes())
        rows.append(("dry run", *typical([*snakemake, empty, "--dry-run"])))
    rows.append(("run with nothing to do", *typical([*snakemake, str(folder)])))
    jobs = sorted(
        ((script.stem, spent(imports(script))[1]) for script in sorted((ROOT / "scripts").glob("*.py"))),
        key=lambda pair: -pair[1],
    )
    load = os.getloadavg()[0]
    lines = [
        "# Overhead of a run",
        "",
        "Written by `.venv/bin/python benchmarks/measure_overhead.py FOLDER`; run it to renew this page.",
        "FOLDER holds a finished default study. Wall seconds count waiting for other work on the machine;",
        "processor seconds hardly do.",
        "",
        f"- machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()},"
        f" load {load:.1f}",
        f"- snakemake {version('snakemake')}, pandas {version('pandas')}; medians of {REPEATS}",
        "",
        "| | wall (s) | processor (s) | bar (wall, s) |",
        "|---|---:|---:|---:|",
        *(f"| {name} | {wall:.1f} | {cpu:.1f} | {BARS[name]} |" for name, wall, cpu in rows),
        "",
        f"Imports of a job, processor seconds; the bar is {BARS['job']}:",
        "",
        "| script | processor (s) |",
        "|---|---:|",
        *(f"| {name} | {cpu:.2f} |" for name, cpu in jobs),
        "",
    ]
    (Path(__file__).parent / "overhead.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
