"""statsmodels as a peer: python statsmodels_mixed.py intercept|slope data.parquet answer.json"""

import sys
import warnings
from pathlib import Path

import pyarrow.parquet as pq
from process import memory, tell, time_of
from statsmodels.formula.api import mixedlm

FORMULAS = {"intercept": ("score ~ prior_score + sex", "1"), "slope": ("score ~ prior + sex", "~ prior")}


def main() -> None:
    task, table, answer = sys.argv[1:]
    fixed, random = FORMULAS[task]
    before = memory()
    frame, read = time_of(lambda: pq.read_table(table).to_pandas())
    # What it warns of, the comparison of deviances settles.
    warnings.simplefilter("ignore")
    model = mixedlm(fixed, frame, groups="school_id", re_formula=random)
    found, seconds = time_of(lambda: model.fit(reml=False))
    slope = float(found.fe_params[fixed.split()[2]])
    tell(Path(answer), before, read, seconds, -2 * found.llf, slope, "statsmodels")


if __name__ == "__main__":
    main()
