"""Ours as a peer of the others: python own.py TASK data.parquet answer.json"""

import sys
from pathlib import Path

# Loaded before the clock starts, as R loads its packages: what our fits load at their first use.
import formulaic  # noqa: F401
import pyarrow.parquet as pq
import scipy.optimize  # noqa: F401
from process import memory, tell, time_of


def fit(task, frame):
    """The fit with its effects; only what the task needs is loaded, as in a study of one's own."""
    if task == "layered":
        from valueadded.layered import fit_layered

        found = fit_layered(frame)
        found.teacher_effects()
        return found
    if task == "location_scale":
        from valueadded.location_scale import fit_location_scale

        found = fit_location_scale(frame, "score ~ prior", "~ prior")
    elif task == "joint":
        from valueadded.mixed import fit_multi_cohort

        found = fit_multi_cohort(frame, "score ~ prior")
    else:
        from valueadded.mixed import fit_random_intercept, fit_random_slope

        if task == "intercept":
            found = fit_random_intercept(frame, "score ~ prior_score + sex")
        else:
            found = fit_random_slope(frame, "score ~ prior + sex", "prior")
    found.school_effects()
    return found


def main() -> None:
    task, table, answer = sys.argv[1:]
    before = memory()
    frame, read = time_of(lambda: pq.read_table(table).to_pandas())
    found, seconds = time_of(lambda: fit(task, frame))
    alone = task in ("intercept", "slope")
    slope = float(found.fixed_effects["estimate"].iloc[1]) if alone else float("nan")
    tell(Path(answer), before, read, seconds, -2 * found.log_likelihood, slope, "valueadded")


if __name__ == "__main__":
    main()
