"""Readers and engines beside ours: what they do with bad files, and how long a million records take.

Polars is no dependency: `pip install polars` beforehand, or its rows are left out.
"""

import argparse
import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as arrow
import pyarrow.csv
import yaml
from validate_records import DEFECTS, LEVELS, SETTINGS, peak_memory, write_file

from valueadded.config.input import InputFile, Reading
from valueadded.config.stages import Validation
from valueadded.validation import validate_file
from valueadded.validation.prescan import read_source

PAGE = Path(__file__).with_name("readers.md")
CATALOGUE = Path(__file__).parents[1] / "tests" / "validation" / "catalogue"
YEAR = 2017
READING = Reading(files=[InputFile(path="records_2017.csv", calendar_year=YEAR)], **SETTINGS)


def read_with_ours(path: Path) -> int:
    return read_source(path, READING, "input.assessments").rows_in


def read_with_pandas(path: Path) -> int:
    return len(pd.read_csv(path, dtype="str", keep_default_na=False))


def read_with_pyarrow(path: Path) -> int:
    names = path.open(encoding="utf-8").readline().strip().split(",")
    types = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, arrow.string()))
    return pyarrow.csv.read_csv(path, convert_options=types).num_rows


def read_with_polars(path: Path) -> int:
    import polars

    return polars.read_csv(path, infer_schema=False).height


def judge_with_ours(path: Path) -> int:
    validated = validate_file(
        path,
        "assessments",
        READING.files[0],
        READING,
        Validation(year_levels=LEVELS, score_minimum=0.0, score_maximum=1000.0),
        years=[YEAR],
        levels=[3, 5],
        domains=["reading", "numeracy"],
    )
    return len(validated.quarantine)


def judge_with_pandera(path: Path) -> int:
    """Read with pandas and judge five columns by a schema, all faults gathered; the rows at fault."""
    import pandera.pandas as pa

    schema = pa.DataFrameSchema(_columns(pa, str))
    frame = pd.read_csv(path, dtype="str", keep_default_na=False)
    frame["score"] = pd.to_numeric(frame["score"], errors="coerce")
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as found:
        return int(found.failure_cases["index"].nunique())
    return 0


def judge_with_pandera_polars(path: Path) -> int:
    import pandera.polars as pa
    import polars

    schema = pa.DataFrameSchema(_columns(pa, str))
    frame = polars.read_csv(path, infer_schema=False)
    frame = frame.with_columns(polars.col("score").cast(polars.Float64, strict=False))
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as found:
        return int(found.failure_cases["index"].n_unique())
    return 0


def _columns(pa: Any, text: type) -> dict[str, Any]:
    """Five of our rules in the words of a schema library; a missing score of an absent student is none."""
    return {
        "student": pa.Column(text, pa.Check.str_matches("^[0-9]+$")),
        "school": pa.Column(text, pa.Check.str_matches("^[0-9]+$")),
        "year": pa.Column(text, pa.Check.equal_to(str(YEAR))),
        "level": pa.Column(text, pa.Check.isin([str(level) for level in LEVELS])),
        "score": pa.Column(float, pa.Check.in_range(0, 1000), nullable=True),
    }


READERS: dict[str, Callable[[Path], int]] = {
    "valueadded": read_with_ours,
    "pandas": read_with_pandas,
    "pyarrow": read_with_pyarrow,
    "polars": read_with_polars,
}
JUDGES: dict[str, Callable[[Path], int]] = {
    "valueadded": judge_with_ours,
    "pandera on pandas": judge_with_pandera,
    "pandera on polars": judge_with_pandera_polars,
}
POLARS = importlib.util.find_spec("polars") is not None


def bad_files() -> list[Path]:
    """Text files of the catalogue that are refused or of which rows are put aside."""
    files = []
    for expected in sorted(CATALOGUE.glob("*/expected.yaml")):
        outcome = yaml.safe_load(expected.read_text(encoding="utf-8"))["outcome"]
        if outcome in ("refused", "quarantined"):
            files += sorted(expected.parent.glob("records.csv*"))
    return files


def silent_share(read: Callable[[Path], int]) -> tuple[int, int]:
    """Return how many bad files a reader takes without an error, and how many there are."""
    silent = 0
    files = bad_files()
    for path in files:
        try:
            read(path)
        except Exception:  # Whatever is raised is not silence.
            continue
        silent += 1
    return silent, len(files)


def measure(name: str, path: Path) -> dict[str, float]:
    """Return seconds, CPU seconds, memory (GB) and the count of one program, in a process of its own."""
    found = subprocess.run(
        [sys.executable, __file__, "--one", name, str(path)], capture_output=True, text=True, check=True
    )
    return json.loads(found.stdout)


def run_one(name: str, path: Path) -> None:
    kind, _, program = name.partition(":")
    work = (READERS if kind == "read" else JUDGES)[program]
    start, cpu = time.perf_counter(), time.process_time()
    count = work(path)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - start,
                "cpu": time.process_time() - cpu,
                "memory": peak_memory(),
                "count": count,
            }
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="records in the file")
    parser.add_argument("--one", nargs=2, help="measure this program on this file only")
    parser.add_argument("--print", action="store_true", help="print the page instead of writing it")
    chosen = parser.parse_args()
    if chosen.one:
        run_one(chosen.one[0], Path(chosen.one[1]))
        return
    readers = [name for name in READERS if POLARS or "polars" not in name]
    judges = [name for name in JUDGES if POLARS or "polars" not in name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"records_{YEAR}.csv"
        bad = write_file(path, YEAR, chosen.rows)
        times = {f"read:{name}": measure(f"read:{name}", path) for name in readers}
        times |= {f"judge:{name}": measure(f"judge:{name}", path) for name in judges}
    silent = {name: silent_share(READERS[name]) for name in readers if name != "valueadded"}
    text = PAGE_TEXT.format(
        files=len(bad_files()),
        silent="\n".join(f"| {name} | {count} of {of} |" for name, (count, of) in silent.items()),
        records=f"{chosen.rows:,}",
        bad=f"{bad:,}",
        defects=sum(map(len, DEFECTS.values())),
        reading="\n".join(_row(name, times[f"read:{name}"], count=False) for name in readers),
        judging="\n".join(_row(name, times[f"judge:{name}"], count=True) for name in judges),
        machine=f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, pandas"
        f" {pd.__version__}, pyarrow {arrow.__version__}"
        + (f", polars {_polars_version()}" if POLARS else ""),
    )
    if chosen.print:
        print(text)
    else:
        PAGE.write_text(text, encoding="utf-8")


def _row(name: str, found: dict[str, float], *, count: bool) -> str:
    cells = [name, *(f"{found[key]:.2f}" for key in ("seconds", "cpu", "memory"))]
    if count:
        cells.append(f"{found['count']:,}")
    return f"| {' | '.join(cells)} |"


def _polars_version() -> str:
    import polars

    return str(polars.__version__)


PAGE_TEXT = """# Readers and engines beside ours

Written by `.venv/bin/python benchmarks/compare_readers.py`; run it to renew this page.

## Bad files that are read without a word

The {files} text files of the [catalogue](../docs/bad-input.md) that validation refuses or of which it
puts rows aside, read by each library with every column as text. No reader can know that 3-Apr is no
school; the table says only how much is left to do after it.

| reader | files it takes without an error |
|---|---:|
{silent}

## A million records

{records} invented records as in [validation.md](validation.md), {bad} of them with one of {defects}
defects; each program in a process of its own, its import not counted. To read: every column as text. Ours
counts lines, looks for what no reader sees and takes a digest of the file on the way; it parses in one
thread, because only then rows that do not fit the header have a number, where the others use both cores.

| reader | seconds | CPU seconds | memory (GB) |
|---|---:|---:|---:|
{reading}

To judge: ours asks all rules, gives every row put aside one reason with its place, parts, reconciles and
takes notes; the schemas ask five of the rules and list the cells at fault.

| program | seconds | CPU seconds | memory (GB) | rows at fault |
|---|---:|---:|---:|---:|
{judging}

- machine: {machine}

What follows from it: text columns of pandas in the memory layout of Arrow, pyarrow's parser and kernels,
and our own rules on whole columns. A second engine would add a dependency and save about a second of CPU
time in a million records.
"""

if __name__ == "__main__":
    main()
