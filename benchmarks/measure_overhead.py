"""What a run costs before it computes anything: a dry run, a run with nothing to do, the imports of each job.

Usage: measure_overhead.py      writes overhead.md beside this script

The finished run is the default configuration with every output touched: Snakemake asks the same of empty
files as of full ones, unless their times differ.
"""

from __future__ import annotations

import os
import platform
import re
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
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
# Bars on a quiet machine: wall seconds of the two runs, processor seconds of a job and of all jobs.
BARS = {"dry run": 4.0, "run with nothing to do": 5.0, "job": 0.8, "all": 30}
# What every job imports, whatever it does; then libraries that some jobs, or some of their functions, need.
FLOOR = "from snakemake import script; import pandas, pyarrow.parquet, pandera.pandas"
LIBRARIES = (
    "matplotlib.figure",
    "formulaic",
    "scipy.linalg",
    "scipy.optimize",
    "statsmodels.regression.linear_model",
)


def spent(command: list[str]) -> tuple[float, float]:
    """Wall and processor seconds of a command."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    told = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if told.returncode != 0:
        sys.exit(told.stdout + told.stderr)
    if "--directory" in command and "--dry-run" not in command and "Nothing to be done" not in told.stderr:
        sys.exit("a run had something to do:\n" + told.stderr)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def typical(command: list[str]) -> tuple[float, float]:
    """Medians of a few repeats, after one that warms the disk."""
    spent(command)
    times = [spent(command) for _ in range(REPEATS)]
    return statistics.median(wall for wall, _ in times), statistics.median(cpu for _, cpu in times)


def imports(script: Path) -> float:
    """Processor seconds in which a job of the script starts and imports, up to its last block."""
    run = f"import runpy; runpy.run_path({str(script)!r}, run_name='imported')"
    return spent([sys.executable, "-c", f"from snakemake import script; {run}"])[1]


def jobs_by_script(said: str, scripts: list[str]) -> dict[str, int]:
    """How many jobs of each script a dry run plans; a rule made for each file has the file's name added."""
    table = re.findall(r"^(\w+) +(\d+)$", said.split("Job stats:")[1].split("total")[0], re.MULTILINE)
    planned = dict.fromkeys(scripts, 0)
    for rule, count in table:
        if rule != "all":
            planned[max((name for name in scripts if rule.startswith(name)), key=len)] += int(count)
    return planned


def ask(command: list[str]) -> str:
    """What a command says; it must succeed."""
    told = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return told.stdout + told.stderr


def pretend_finished(folder: Path, snakemake: list[str]) -> None:
    """Touch every output of the study in `folder`, so that Snakemake takes it for finished."""
    for line in ask([*snakemake, str(folder), "--summary"]).splitlines():
        output = line.split("\t")[0]
        if output.startswith("results/"):
            (folder / output).parent.mkdir(parents=True, exist_ok=True)
            (folder / output).touch()
    ask([*snakemake, str(folder), "--touch", "--forceall", "--quiet", "all"])


def main() -> None:
    snakemake = [sys.executable, "-m", "snakemake", "--cores", "2", "--directory"]
    scripts = sorted((ROOT / "scripts").glob("*.py"))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "config.yaml").write_bytes((ROOT / "config.yaml").read_bytes())
        rows = [("dry run", *typical([*snakemake, place, "--dry-run"]))]
        said = ask([*snakemake, place, "--dry-run", "--quiet", "rules"])
        pretend_finished(folder, snakemake)
        rows.append(("run with nothing to do", *typical([*snakemake, place])))
    planned = jobs_by_script(said, [script.stem for script in scripts])
    took = {script.stem: imports(script) for script in scripts}
    whole = sum(planned[name] * seconds for name, seconds in took.items())
    floor = typical([sys.executable, "-c", FLOOR])[1]
    further = {
        library: typical([sys.executable, "-c", f"{FLOOR}; import {library}"])[1] - floor
        for library in LIBRARIES
    }
    count = sum(planned.values())
    runs = "\n".join(f"| {name} | {wall:.1f} | {cpu:.1f} | {BARS[name]} |" for name, wall, cpu in rows)
    libraries = "\n".join(f"| `{name}` | {cpu:.2f} |" for name, cpu in further.items())
    jobs = "\n".join(
        f"| {name} | {planned[name] or ''} | {cpu:.2f} |"
        for name, cpu in sorted(took.items(), key=lambda pair: -pair[1])
    )
    page = f"""# Overhead of a run

Written by `.venv/bin/python benchmarks/measure_overhead.py`; run it to renew this page. Wall seconds count
waiting for other work on the machine; processor seconds do not, though they too are longer while other work
shares the caches. The run with nothing to do is the default one with every output touched.

- machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, load \
{os.getloadavg()[0]:.1f}
- snakemake {version("snakemake")}, pandas {version("pandas")}; medians of {REPEATS}, scripts once

| | wall (s) | processor (s) | bar (wall, s) |
|---|---:|---:|---:|
{runs}

## Start and imports of jobs

| | processor (s) | bar |
|---|---:|---:|
| all {count} jobs of the default run | {whole:.0f} | {BARS["all"]} |
| the same, if each imported pandas, pyarrow and pandera only | {floor * count:.0f} | |
| one job, if it imported these only | {floor:.2f} | {BARS["job"]} |

The second line is the floor while every job is a process of its own: nothing that we import could be saved
below it. Fewer jobs would be the other way; but a job is what a correction makes again. Further libraries, on
top of that floor:

| library | processor (s) |
|---|---:|
{libraries}

Each script. Some functions import their library only when they are called, which is not counted here: the
reader of formulas in jobs that sum up students, statsmodels in `adjust_for_intake`.

| script | jobs of the default run | processor (s) |
|---|---:|---:|
{jobs}
"""
    (Path(__file__).parent / "overhead.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
