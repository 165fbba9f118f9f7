"""Moments of ten million students, by ours and by DuckDB; writes benchmarks/engines.md.

    .venv/bin/python benchmarks/compare_engines.py [ROWS]

DuckDB is used where it is installed (pip install duckdb). Both read the same Parquet file, sum up eight
columns and their 36 products for each of 100,000 school-years, and end with the same numbers; each run is a
process of its own.
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from importlib.util import find_spec
from itertools import combinations_with_replacement
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from valueadded.mixed import summarise_schools

HERE = Path(__file__).parent
ROWS, SCHOOL_YEARS, REPEATS = 10_000_000, 100_000, 3
TERMS = [f"x{number}" for number in range(7)]
COLUMNS = [*TERMS, "score"]
PAIRS = list(combinations_with_replacement(COLUMNS, 2))
# DuckDB adds up in another order, from raw scores: to this share of a product.
SAME = 1e-9
PAGE = """\
# Another engine for the row stages?

Written by `.venv/bin/python benchmarks/compare_engines.py`; run it to renew this page.

{rows:,} invented students in {schools:,} school-years, one Parquet file: eight columns and their
36 products, summed up in each school-year. Medians of {repeats} runs, each in a process of its own, imports
not counted. Ours takes the products about the school's own mean, so that `y + 1e9` costs no digits; DuckDB's
sums are of raw values. Both end with the same products, to a relative {same:g}.

- machine: {cores} cores, {machine}, Python {python}; {versions}

| program | wall (s) | processor (s) | memory (GB) |
|---|---:|---:|---:|
{table}

What follows from it: summing up is {share} seconds of processor time in a chain of ten minutes
([scale.md](scale.md)), in one job for each cohort. Reading, matching and intake measures are joins and
transformations that pandas does in columns of Arrow's layout; validation was decided by measurement before
([readers.md](readers.md)). A second engine would save a few percent of a nation's run, and would need a
second set of rules for missing values, text and order. The row stages stay with pandas.
"""


def invent(path: Path, rows: int) -> None:
    random = np.random.default_rng(100)
    school = random.integers(SCHOOL_YEARS, size=rows)
    names = np.array([f"{number:06d}" for number in range(SCHOOL_YEARS)])
    columns = {"school_id": pa.DictionaryArray.from_arrays(school.astype(np.int32), names)}
    columns |= {name: pa.array(random.normal(500, 80, rows).round(1)) for name in COLUMNS}
    pq.write_table(pa.table(columns), path)


def ours(path: Path) -> np.ndarray:
    frame = pq.read_table(path).to_pandas()
    frame["school_id"] = frame["school_id"].astype("str")
    moments = summarise_schools(frame, f"score ~ {' + '.join(TERMS)}")
    level = moments.mean + moments.centre
    places = [(moments.columns.index(a), moments.columns.index(b)) for a, b in PAIRS]
    products = [moments.scatter[:, a, b] + moments.n * level[:, a] * level[:, b] for a, b in places]
    return np.column_stack([moments.n, *products])


def duckdb(path: Path) -> np.ndarray:
    import duckdb as engine  # only where it is installed

    sums = ", ".join(f"sum({a} * {b})" for a, b in PAIRS)
    means = ", ".join(f"avg({name})" for name in COLUMNS)
    question = (
        f"select school_id, {means}, count(*), {sums} from '{path}' group by school_id order by school_id"
    )
    found = engine.sql(question).fetchnumpy()
    return np.column_stack(list(found.values())[1 + len(COLUMNS) :]).astype(float)


def timed(program: Callable[[Path], np.ndarray], path: Path) -> tuple[float, float, float, np.ndarray]:
    wall, processor = time.perf_counter(), time.process_time()
    found = program(path)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    return wall, processor, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, found


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    programs = {"valueadded": ours} | ({"duckdb": duckdb} if find_spec("duckdb") else {})
    lines, answers, share = [], {}, ""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "students.parquet"
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            pool.submit(invent, path, rows).result()
        for name, program in programs.items():
            runs = []
            for _ in range(REPEATS):
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                    runs.append(pool.submit(timed, program, path).result())
            wall, processor, memory = (statistics.median(run[part] for run in runs) for part in range(3))
            answers[name] = runs[0][3]
            share = share or f"{processor:.0f}"
            lines.append(f"| {name} {version(name)} | {wall:.2f} | {processor:.2f} | {memory:.2f} |")
    for name, answer in answers.items():
        np.testing.assert_allclose(answer, answers["valueadded"], rtol=SAME, err_msg=name)
    page = PAGE.format(
        rows=rows, schools=SCHOOL_YEARS, repeats=REPEATS, same=SAME, cores=os.cpu_count(),
        machine=platform.machine(), python=platform.python_version(), table="\n".join(lines), share=share,
        versions=f"numpy {np.__version__}, pandas {pd.__version__}, pyarrow {pa.__version__}",
    )  # fmt: skip
    (HERE / "engines.md").write_text(page, encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
