"""Time and memory of `valueadded check-data` on a million test records."""

import argparse
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from validate_records import DOMAINS, LEVELS, SETTINGS, write_file

PAGE = Path(__file__).with_name("check_data.md")
SECONDS = 60
YEARS = (2015, 2017)
CONFIG = {
    "study": {"domains": DOMAINS[:2], "tested_years": list(YEARS)},
    "input": {"assessments": {"files": "records_{calendar_year}.csv", **SETTINGS}},
    "validation": {"year_levels": LEVELS, "score_minimum": 0, "score_maximum": 1000},
    "cohorts": {"minimum_students": 1},
    "mixed": {"formula": "score ~ prior_score"},
}


# The command, which says at its end how large it grew.
COMMAND = """
import sys
from pathlib import Path
from valueadded.cli import main
status = main()
print(Path("/proc/self/status").read_text(), file=sys.stderr)
sys.exit(status)
"""


def run_command(folder: Path, rows: int) -> tuple[float, subprocess.CompletedProcess[str]]:
    """Write a study of `rows` records, check it, and return seconds and what the command returned."""
    (folder / "data").mkdir()
    for year in YEARS:
        write_file(folder / "data" / f"records_{year}.csv", year, rows // len(YEARS))
    (folder / "config.yaml").write_text(yaml.safe_dump(CONFIG), encoding="utf-8")
    command = [
        sys.executable,
        "-c",
        COMMAND,
        "check-data",
        str(folder / "config.yaml"),
        "--html",
        str(folder / "page.html"),
    ]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return time.perf_counter() - start, done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="records in all")
    parser.add_argument("--print", action="store_true", help="print the page instead of writing it")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        seconds, done = run_command(Path(name), chosen.rows)
        size = (Path(name) / "page.html").stat().st_size / 2**10
    if done.returncode != 1:
        raise SystemExit(f"expected exit status 1, records put aside; found {done.returncode}: {done.stderr}")
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", done.stderr)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    text = PAGE_TEXT.format(
        rows=f"{chosen.rows:,}",
        files=len(YEARS),
        seconds=f"{seconds:.0f}",
        cpu=f"{used.ru_utime + used.ru_stime:.0f}",
        memory=f"{int(peak) / 2**20:.1f}",
        lines=done.stdout.count("\n"),
        size=f"{size:.0f}",
        target=SECONDS,
        verdict="met" if seconds <= SECONDS else "missed",
        machine=f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
    )
    if chosen.print:
        print(text)
    else:
        PAGE.write_text(text, encoding="utf-8")


PAGE_TEXT = """# Speed of `valueadded check-data`

Written by `.venv/bin/python benchmarks/check_records.py`; run it to renew this page.

{rows} invented test records in {files} files, as in [validation.md](validation.md): the whole command, from
the start of Python to the page in HTML, with every file validated and every cohort matched.

- {seconds} s of wall time, {cpu} s of CPU time, {memory} GB; target {target} s: {verdict}
- {lines} lines of text and a page of {size} kB; exit status 1, since records are put aside
- machine: {machine}
"""

if __name__ == "__main__":
    main()
