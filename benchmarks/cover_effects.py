"""Counts how often intervals hold the true effect of a school, and the true coefficient.

Writes benchmarks/effect-coverage.md and the figure beside it:

    .venv/bin/python benchmarks/cover_effects.py

Blocks of sets are kept in `--kept` as they finish, so that a run that was stopped goes on where it was;
remove the file after a change of the models. `--minutes` stops early and reports what is finished; `--sets`
and `--processes` shorten a trial, `--output` writes elsewhere.
"""

import argparse
import os
import time
from multiprocessing import Pool
from pathlib import Path

# One thread each, before numpy is loaded: the sets share the cores already.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import numpy as np
import pandas as pd

from valueadded.mixed import fit_random_intercept

HERE = Path(__file__).parent
# Schools, students in each (a pair: from, to), share of variance between schools.
DESIGNS: tuple[tuple[int, tuple[int, int], float], ...] = (
    (10, (5, 5), 0.02),
    (10, (20, 20), 0.05),
    (10, (20, 20), 0.15),
    (10, (100, 100), 0.2),
    (10, (5, 60), 0.1),
    (30, (5, 5), 0.1),
    (30, (20, 20), 0.05),
    (30, (20, 20), 0.15),
    (30, (5, 60), 0.1),
    (100, (5, 5), 0.1),
    (100, (20, 20), 0.02),
    (100, (20, 20), 0.1),
    (100, (5, 100), 0.1),
    (500, (20, 20), 0.1),
)
SEED = 4021
SMALL, LARGE = 10, 40
# Sets that are finished, and kept, together.
BLOCK = 50

# What is asked of a cell, where fewer fits than this share end at a school variance of 0.
LEAST, MOST, OFTEN_AT_0 = 0.935, 0.975, 0.1

INTRODUCTION = """\
# Coverage of intervals for school effects

Written by `.venv/bin/python benchmarks/cover_effects.py`; run it to renew this page.

Invented schools; `score ~ prior`, REML, nominal 95 per cent; every school of every data set counted; "sets"
is how many data sets a row rests on. "between" is the share of variance between schools; "at 0" counts fits
whose school variance is estimated as 0. "integrated" is `lower` and `upper` of the school effects, with twice
its simulation error; "textbook" takes variances and coefficients as known. The columns after it are of the
integrated interval. "extreme" counts only the highest and the lowest tenth of true effects, the schools that
people ask about: their intervals hold less often, whatever the method, because an effect far out is pulled
in. "small" and "large" are schools with at most {small} and at least {large} students. "coefficient" is that
of the prior score, estimate +- 1.96 standard errors, with twice its simulation error.

![Coverage of four kinds of intervals in each design](effect-coverage.png)

| schools | students | between | sets | at 0 | integrated | textbook | extreme | small | large | coefficient |
|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=2000, help="data sets in each row (default 2000)")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after this time")
    parser.add_argument("--kept", type=Path, default=HERE.parent / "logs" / "effect-coverage.csv")
    parser.add_argument("--output", type=Path, default=HERE / "effect-coverage.md")
    arguments = parser.parse_args()
    measure_all(arguments.sets, arguments.processes, arguments.minutes, arguments.kept)
    found = pd.read_csv(arguments.kept)
    arguments.output.write_text(report(found), encoding="utf-8")
    draw_coverage(found, arguments.output.with_suffix(".png"))
    print(arguments.output.read_text(encoding="utf-8"))


def measure_all(sets: int, processes: int, minutes: float, kept: Path) -> None:
    """Measure the blocks of each design that `kept` has not yet, in turn, and add each to it."""
    until = time.monotonic() + 60 * minutes
    blocks = [(design, first) for first in range(0, sets, BLOCK) for design in range(len(DESIGNS))]
    if kept.exists():
        finished = pd.read_csv(kept)
        done = set(zip(finished["design"], finished["first"], strict=True))
        blocks = [one for one in blocks if one not in done]
    kept.parent.mkdir(parents=True, exist_ok=True)
    with Pool(processes) as pool:
        for rows in pool.imap(measure_block, blocks):
            # One write for a block: a run that is stopped leaves whole blocks.
            text = pd.DataFrame(rows).to_csv(index=False, header=not kept.exists())
            with kept.open("a", encoding="utf-8") as file:
                file.write(text)
            if time.monotonic() > until:
                break


def measure_block(block: tuple[int, int]) -> list[dict[str, float]]:
    """Return the rows of one block of sets."""
    design, first = block
    return [measure((design, number)) | {"first": first} for number in range(first, first + BLOCK)]


def measure(task: tuple[int, int]) -> dict[str, float]:
    """Return, for one set, which share of its schools each interval holds."""
    design, number = task
    frame, effect, slope = draw_students(design, number)
    fit = fit_random_intercept(frame, "score ~ prior", method="REML")
    table = fit.school_effects().sort_values("school_id", ignore_index=True)
    held = (table["lower"] <= effect) & (effect <= table["upper"])
    textbook = (table["lower_textbook"] <= effect) & (effect <= table["upper_textbook"])
    tenth = max(len(effect) // 10, 1)
    order = effect.argsort()
    extreme = np.concatenate([order[:tenth], order[-tenth:]])
    prior = fit.fixed_effects.set_index("term").loc["prior"]
    size = table["n_students"]
    return {
        "design": design,
        "zero": fit.school_variance == 0,
        "integrated": held.mean(),
        "textbook": textbook.mean(),
        "extreme": held[extreme].mean(),
        "small": held[size <= SMALL].mean(),
        "large": held[size >= LARGE].mean(),
        "coefficient": abs(prior["estimate"] - slope) <= 1.959963985 * prior["std_error"],
    }


def draw_students(design: int, number: int) -> tuple[pd.DataFrame, np.ndarray, float]:
    """Return the students of one set, the true effects by school and the true coefficient."""
    schools, (least, most), between = DESIGNS[design]
    stream = np.random.default_rng([SEED, design, number])
    effect = stream.normal(0, np.sqrt(between), schools)
    sizes = stream.integers(least, most, schools, endpoint=True)
    school = np.repeat(np.arange(schools), sizes)
    # Schools differ in intake too.
    prior = stream.normal(0, 0.4, schools)[school] + stream.normal(0, 0.9, len(school))
    score = 0.7 * prior + effect[school] + stream.normal(0, np.sqrt(1 - between), len(school))
    names = np.char.zfill(school.astype(str), 4)
    return pd.DataFrame({"school_id": names, "prior": prior, "score": score}), effect, 0.7


def report(found: pd.DataFrame) -> str:
    """Return the page."""
    lines = []
    for design, cell in found.groupby("design"):
        schools, students, between = name_design(int(design))
        shares = {name: 100 * cell[name].mean() for name in cell.columns.drop(["design", "first"])}
        error = {name: 200 * cell[name].std() / len(cell) ** 0.5 for name in ("integrated", "coefficient")}
        cells = [schools, students, between, f"{len(cell):,}"]
        for name in ("zero", "integrated", "textbook", "extreme", "small", "large", "coefficient"):
            shown = "" if np.isnan(shares[name]) else f"{shares[name]:.1f}%"
            cells.append(shown + (f" +- {error[name]:.1f}" if name in error else ""))
        lines.append(f"| {' | '.join(cells)} |")
    head = INTRODUCTION.format(small=SMALL, large=LARGE)
    return head + "\n".join(lines) + "\n\n" + verdict(found)


def verdict(found: pd.DataFrame) -> str:
    """Return which cells lie outside what is asked of them, in words."""
    under, above, over = [], [], []
    for design, cell in found.groupby("design"):
        schools, students, between = name_design(int(design))
        where = f"{schools} schools of {students} at {between}"
        for name in ("integrated", "coefficient"):
            share = cell[name].mean()
            doubt = 2 * cell[name].std() / len(cell) ** 0.5
            text = f"{where}: {name} {100 * share:.1f}% +- {100 * doubt:.1f}"
            if share < LEAST:
                under.append(text)
            elif share > MOST:
                (over if cell["zero"].mean() > OFTEN_AT_0 else above).append(text)
    asked = f"Asked: at least {100 * LEAST:g}% everywhere, and at most {100 * MOST:g}% "
    asked += f"where fewer than {100 * OFTEN_AT_0:g}% of fits end at 0. "
    asked += f"Below: {'; '.join(under) or 'none'}. Above: {'; '.join(above) or 'none'}.\n"
    if above:
        asked += (
            "\nAbove it with few, large schools: nearly all that is uncertain there is the level that "
            "effects are measured from, a matter of the spread of schools alone. Under a prior flat in its "
            "square, J schools give it a t distribution with J - 3 degrees of freedom instead of J - 1; with "
            "ten schools that is an interval 1.19 times as long, which holds 97.5%.\n"
        )
    if over:
        asked += (
            f"\nAbove it where many fits end at 0: {'; '.join(over)}. There the data hardly tell a small "
            "school variance from none; the prior, flat in the ratio of the variances, leaves large ones "
            "possible, and an interval that allows for them is wide.\n"
        )
    return asked


def name_design(design: int) -> tuple[str, str, str]:
    """Return schools, students and the share between schools, as text."""
    schools, (least, most), between = DESIGNS[design]
    return str(schools), f"{least}" if least == most else f"{least}-{most}", f"{between:g}"


def draw_coverage(found: pd.DataFrame, target: Path) -> None:
    """Draw the coverage of each design, a row each."""
    from valueadded.figures import style

    kinds = {
        "textbook": ("school effect, textbook", style.BRIGHT, "o"),
        "extreme": ("integrated, extreme schools only", style.MUTED, "D"),
        "coefficient": ("coefficient", style.MIDDLE, "|"),
        "integrated": ("school effect, integrated", style.DARK, "o"),
    }
    with style.house_style():
        figure = style.new_figure(10.0, "How often a 95% interval holds the truth")
        axes = figure.subplots()
        axes.axvspan(100 * LEAST, 100 * MOST, color=style.PALE, linewidth=0)
        axes.axvline(95, color=style.INK, linewidth=0.6)
        means = 100 * found.groupby("design")[list(kinds)].mean()
        for kind, (label, colour, marker) in kinds.items():
            axes.plot(means[kind], means.index, marker, color=colour, label=label, markersize=5)
        names = [name_design(int(design)) for design in means.index]
        axes.set_yticks(means.index, [f"{a} schools of {b}, {c} between" for a, b, c in names])
        axes.invert_yaxis()
        axes.set_xlabel("intervals that hold the truth (%); shaded: what is asked for")
        figure.legend(loc="outside lower center", ncols=2)
        figure.savefig(target, dpi=150, metadata={"Software": None})


if __name__ == "__main__":
    main()
