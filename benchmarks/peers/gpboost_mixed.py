"""GPBoost as a peer: python gpboost_mixed.py intercept data.parquet answer.json"""

import sys
from pathlib import Path

import gpboost
import numpy as np
import pyarrow.parquet as pq
from process import memory, tell, time_of


def fit(frame):
    """The model by maximum likelihood."""
    fixed = np.column_stack([np.ones(len(frame)), frame["prior_score"], frame["sex"] == "male"])
    model = gpboost.GPModel(group_data=frame["school_id"].to_numpy(), likelihood="gaussian")
    model.fit(y=frame["score"].to_numpy(), X=fixed)
    return model


def main() -> None:
    _, table, answer = sys.argv[1:]
    before = memory()
    frame, read = time_of(lambda: pq.read_table(table).to_pandas())
    model, seconds = time_of(lambda: fit(frame))
    deviance = 2 * model.get_current_neg_log_likelihood()
    slope = float(np.ravel(model.get_coef())[1])
    tell(Path(answer), before, read, seconds, deviance, slope, "gpboost")


if __name__ == "__main__":
    main()
