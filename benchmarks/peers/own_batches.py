"""Ours from a file that is never in memory whole: python own_batches.py intercept data.parquet answer.json"""

import sys
from functools import partial
from pathlib import Path

# Loaded before the clock starts, as in own.py.
import formulaic  # noqa: F401
import scipy.optimize  # noqa: F401
from process import memory, tell, time_of

from valueadded.mixed import fit_random_intercept, summarise_batches
from valueadded.table_io import read_batches

FORMULA = "score ~ prior_score + sex"


def fit(table):
    """The fit with its effects, from moments that are summed as the file is read."""
    found = fit_random_intercept(summarise_batches(partial(read_batches, table), FORMULA), FORMULA)
    found.school_effects()
    return found


def main() -> None:
    _, table, answer = sys.argv[1:]
    before = memory()
    found, seconds = time_of(lambda: fit(table))
    slope = float(found.fixed_effects["estimate"].iloc[1])
    tell(Path(answer), before, 0.0, seconds, -2 * found.log_likelihood, slope, "valueadded")


if __name__ == "__main__":
    main()
