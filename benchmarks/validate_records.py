"""Time and memory of validating ten million test records, in a file for each year and in one file."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.csv

from valueadded.config.input import InputFile, Reading
from valueadded.config.stages import Validation
from valueadded.contracts.records import INPUT_TABLES, LEDGER, NOTES, QUARANTINE
from valueadded.table_io import write_table
from valueadded.validation import validate_file
from valueadded.validation.student_key import FIXED_KEY

PAGE = Path(__file__).with_name("validation.md")
DOMAINS = ["reading", "numeracy", "writing", "spelling", "grammar"]
LEVELS = [3, 5, 7, 9]
CODES = {"P": "present", "A": "absent", "E": "exempt", "W": "withdrawn"}
BAD_SHARE = 0.002
SECONDS, GIGABYTES = 30, 4
# Linux shares its cores between sessions first: niceness counts within one only.
FIRST = ["bash", "-c", 'echo -20 > /proc/self/autogroup && exec "$@"', "--"]
# What a defective row holds in one of its fields, by column.
DEFECTS = {
    "student": ["", "1.23457E+11", "x\x07"],
    "school": ["", "1.2E+11"],
    "year": ["this year", "1016"],
    "level": ["4", "x"],
    "participation": ["?"],
    "score": ["1,010", "inf", "9999", ""],
}
SETTINGS = {
    "columns": {
        "student_id": "student",
        "school_id": "school",
        "calendar_year": "year",
        "year_level": "level",
        "participation": {"column": "participation", "codes": CODES},
    }
}


def write_file(path: Path, year: int, rows: int) -> int:
    """Write `rows` invented records and return how many of them are defective."""
    random = np.random.default_rng([year, rows])
    students = -(-rows // len(DOMAINS))
    row = np.arange(rows)
    student = row // len(DOMAINS)
    # Numbers of ten digits that begin with zeros, in no order.
    numbers = random.permutation(students)[student] * 7 + 13
    of_student = random.integers(0, 9000, students)[student]
    columns = {
        "student": np.char.zfill(numbers.astype("U10"), 10).astype(object),
        "school": np.char.zfill(of_student.astype("U5"), 5).astype(object),
        "year": np.full(rows, str(year), dtype=object),
        "level": np.array(LEVELS, dtype="U1").astype(object)[random.integers(0, 4, students)[student]],
        "domain": np.array(DOMAINS, dtype=object)[row % len(DOMAINS)],
        "participation": np.array(list(CODES), dtype=object)[
            random.choice(4, rows, p=[0.94, 0.04, 0.01, 0.01])
        ],
        "score": np.round(random.normal(500, 80, rows).clip(0, 1000), 1).astype("U6").astype(object),
        "score_se": np.round(random.uniform(15, 40, rows), 1).astype("U4").astype(object),
    }
    bad = random.choice(rows, int(rows * BAD_SHARE), replace=False)
    kinds = [(name, value) for name, values in DEFECTS.items() for value in values]
    for place, kind in zip(bad, random.integers(0, len(kinds), len(bad)), strict=True):
        name, value = kinds[kind]
        columns[name][place] = value
        columns["participation"][place] = "P" if name != "participation" else value
    table = arrow.table({name: arrow.array(values, arrow.string()) for name, values in columns.items()})
    arrow.csv.write_csv(table, path, arrow.csv.WriteOptions(quoting_style="needed"))
    return len(bad)


def peak_memory() -> float:
    """Return the largest resident size of this process (GB).

    From /proc: the count that the operating system keeps for a parent begins with the parent's own.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 2**20


def validate_and_write(path: Path, year: int, folder: Path) -> dict[str, float]:
    """Validate one file as its job does, write what became of it, and return seconds and counts."""
    start = time.perf_counter()
    file = InputFile(path=path.name, calendar_year=year)
    validated = validate_file(
        path,
        "assessments",
        file,
        Reading(files=[file], **SETTINGS),
        Validation(year_levels=LEVELS, score_minimum=0.0, score_maximum=1000.0),
        years=[year],
        levels=[3, 5],
        domains=DOMAINS[:2],
        key=FIXED_KEY.encode(),
    )
    done = time.perf_counter()
    for (_, level), part in validated.parts.items():
        write_table(part, folder / f"{path.stem}-{level}.parquet", INPUT_TABLES["assessments"])
    write_table(validated.outside_study, folder / f"{path.stem}-outside.parquet", INPUT_TABLES["assessments"])
    write_table(validated.quarantine, folder / f"{path.stem}-quarantine.parquet", QUARANTINE)
    write_table(validated.ledger, folder / f"{path.stem}-ledger.parquet", LEDGER)
    write_table(validated.notes, folder / f"{path.stem}-notes.parquet", NOTES)
    counts = validated.ledger.iloc[0]
    return {
        "validate": done - start,
        "write": time.perf_counter() - done,
        "cpu": time.process_time(),
        "memory": peak_memory(),
        "accepted": int(counts["accepted"]),
        "quarantined": int(counts["quarantined"]),
    }


def run_jobs(
    paths: list[Path], folder: Path, at_once: int, *, first: bool
) -> tuple[float, list[dict[str, float]]]:
    """Validate files in processes of their own, `at_once` side by side; return wall time and each outcome.

    With `first` they come before the other work of the machine.
    """
    start = time.perf_counter()
    waiting, running, found = list(paths), [], []
    while waiting or running:
        while waiting and len(running) < at_once:
            command = [*(FIRST if first else []), sys.executable, __file__]
            command += ["--one", str(waiting.pop(0)), "--folder", str(folder)]
            running.append(
                subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=first)
            )
        for job in [job for job in running if job.poll() is not None]:
            running.remove(job)
            output, _ = job.communicate()
            if job.returncode:
                raise SystemExit("a job failed")
            found.append(json.loads(output))
        time.sleep(0.01)
    return time.perf_counter() - start, found


def judge(files: int, wall: float, least: float, memory: float) -> str:
    """Say whether the target is met; `least` is the wall time that the CPU time allows (s)."""

    def words(value: float, target: float) -> str:
        return "met" if value <= target else "missed"

    return (
        f"- in {files} file{'s' if files > 1 else ''}: {SECONDS} s {words(wall, SECONDS)} in this run"
        f" ({wall:.0f} s of wall time; {least:.0f} s is what the CPU time allows at best);"
        f" {GIGABYTES} GB {words(memory, GIGABYTES)} ({memory:.1f} GB)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="records in all")
    parser.add_argument("--files", type=int, default=10, help="files they are spread over")
    parser.add_argument("--one", type=Path, help="validate this file only and print what was measured")
    parser.add_argument("--folder", type=Path, help="where results go")
    parser.add_argument(
        "--first",
        action="store_true",
        help="let the measured processes come before the other work of the machine (Linux, root)",
    )
    parser.add_argument("--print", action="store_true", help="print the page instead of writing it")
    chosen = parser.parse_args()
    if chosen.one:
        year = int(chosen.one.stem.split("_")[1])
        print(json.dumps(validate_and_write(chosen.one, year, chosen.folder)))
        return
    lines, verdicts = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for files, at_once in ((chosen.files, 2), (1, 1)):
            paths = [folder / f"records_{2010 + place}.csv" for place in range(files)]
            bad = sum(
                write_file(path, 2010 + place, chosen.rows // files) for place, path in enumerate(paths)
            )
            size = sum(path.stat().st_size for path in paths) / 2**20
            wall, found = run_jobs(paths, folder, at_once, first=chosen.first)
            if sum(one["quarantined"] for one in found) != bad:
                raise SystemExit("the defective rows are not the quarantined ones")
            largest = sorted((one["memory"] for one in found), reverse=True)[:at_once]
            cpu, validate, write = (sum(one[key] for one in found) for key in ("cpu", "validate", "write"))
            lines.append(
                f"| {files} | {chosen.rows:,} | {size:,.0f} | {at_once} | {wall:.1f} | {cpu:.1f} |"
                f" {validate:.1f} | {write:.1f} | {sum(largest):.2f} | {bad:,} |"
            )
            verdicts.append(judge(files, wall, cpu / at_once, sum(largest)))
            for path in paths:
                path.unlink()
    text = PAGE_TEXT.format(
        machine=platform.machine(),
        cores=os.cpu_count(),
        load=f"{os.getloadavg()[1]:.0f}",
        first="; measured with `--first`, before that work" if chosen.first else "",
        python=platform.python_version(),
        pandas=pd.__version__,
        arrow=arrow.__version__,
        share=f"{100 * BAD_SHARE:g}",
        rows="\n".join(lines),
        verdicts="\n".join(verdicts),
    )
    if chosen.print:
        print(text)
    else:
        PAGE.write_text(text, encoding="utf-8")


PAGE_TEXT = """# Speed of validation

Written by `.venv/bin/python benchmarks/validate_records.py`; run it to renew this page.

Invented test records with ten-digit identifiers that begin with zeros, five domains, four year levels
and 9,000 schools; {share} % of the rows have a defect in one cell. Every file is validated in a process
of its own, as the rule `validate_file` does: read, scanned, mapped, judged, identifiers hashed, parted by
year level, reconciled, its notes taken; then its parts, quarantine, ledger and notes are written through
their contracts. The run stops if the rows put aside are not as many as the defective ones. Target:
10,000,000 records on 2 cores in 30 s of wall time and 4 GB.

"wall" is from the start of the first process to the end of the last. "CPU" is the sum over processes,
from the start of Python on: on a machine with nothing else to do, two files at a time take half of it.
"validate" and "write" are seconds of wall time within the processes, summed. "memory" is the largest
resident size of a process, times those that run at once (GB).

- machine: {cores} cores, {machine}, Python {python}, pandas {pandas}, pyarrow {arrow}; load average
  during the run {load} (above {cores}, wall times say more about the other work than about the
  program){first}

| files | records | MB | at once | wall (s) | CPU (s) | validate (s) | write (s) | memory (GB) | put aside |
|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
{rows}

{verdicts}
"""

if __name__ == "__main__":
    main()
