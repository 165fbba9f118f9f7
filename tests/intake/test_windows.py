"""Every year counts once."""

import numpy as np
import pandas as pd

from valueadded.intake.windows import average_years


def test_the_mean_is_over_the_years_a_school_has():
    annual = {
        2019: pd.Series({"A": 1.0, "B": 10.0}),
        2018: pd.Series({"A": 4.0}),
        2021: pd.Series({"A": 7.0, "B": np.nan, "C": np.nan}),
    }
    mean, years = average_years(annual)
    assert mean[["A", "B"]].tolist() == [4.0, 10.0]
    assert np.isnan(mean["C"])
    assert years.to_dict() == {"A": "2018,2019,2021", "B": "2019", "C": ""}
