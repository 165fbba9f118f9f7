"""Invented tables of the joint model: changes of schools, correlations of years, drift of the system."""

import numpy as np
import pandas as pd
from scipy.special import ndtr


def make_changes() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return `joint_changes` and `drift` of two schools, one of them the case of the question."""
    side = {"from": -11.0, "to": -13.0, "to_lower": -20.0, "to_upper": -6.0, "change": -2.0}
    side |= {"std_error": 3.0, "lower": -8.0, "upper": 4.0, "p_improved": 0.25}
    values = {f"relative_{name}": value for name, value in side.items()}
    values |= {f"benchmark_{name}": value - 14.4 * (name == "to") for name, value in side.items()}
    pairs = [("0042", 2015, 2017), ("0042", 2017, 2019), ("0042", 2017, 2021), ("0142", 2017, 2022)]
    rows = [
        {"domain": domain, "school_id": school, "year_from": first, "year_to": last}
        | {"n_students_from": 58, "n_students_to": 61}
        | values
        for domain in ("numeracy", "reading")
        for school, first, last in pairs
    ]
    moved = [
        {"domain": domain, "year": year, "basis": basis, "drift": -14.0 if basis == "student" else -9.0}
        | {"std_error": 0.8, "lower": -15.6, "upper": -12.4, "intercept_part": -14.0, "slope_part": 0.0}
        | {"sampling_std_error": 0.8, "link_std_error": 0.0}
        for domain in ("numeracy", "reading")
        for year in (2019, 2021, 2022)
        for basis in ("school", "student")
    ]
    return pd.DataFrame(rows), pd.DataFrame(moved)


def make_many_changes(n_schools: int, years: tuple[int, ...] = (2018, 2019, 2021, 2022)) -> pd.DataFrame:
    """Return `joint_changes` of many schools from 2017, whose effects persist while the system falls."""
    random = np.random.default_rng(81)
    before = random.normal(0, 6, n_schools)
    students = random.integers(8, 120, n_schools)
    parts = []
    for year in years:
        error = 4 / np.sqrt(students / 30)
        moved, drift = random.normal(0, 4, n_schools), -2.5 * (year - 2017)
        rows = {"domain": "reading", "school_id": [f"{place:05d}" for place in range(n_schools)]}
        rows |= {"year_from": 2017, "year_to": year, "n_students_from": students, "n_students_to": students}
        for name, shift in (("relative", 0.0), ("benchmark", drift)):
            change, now = moved + shift, before + moved + shift
            rows |= {
                f"{name}_from": before,
                f"{name}_to": now,
                f"{name}_to_lower": now - 1.4 * error,
                f"{name}_to_upper": now + 1.4 * error,
                f"{name}_change": change,
                f"{name}_std_error": error,
                f"{name}_lower": change - 1.96 * error,
                f"{name}_upper": change + 1.96 * error,
                f"{name}_p_improved": ndtr(change / error),
            }
        parts.append(pd.DataFrame(rows))
    return pd.concat(parts, ignore_index=True)


def make_joint_correlations(years: tuple[int, ...] = (2017, 2018, 2019, 2021, 2022)) -> pd.DataFrame:
    """Return `joint_correlations` of one domain that fall with the lag."""
    rows = []
    for place, first in enumerate(years):
        for last in years[place + 1 :]:
            lag = last - first
            correlation = 0.93**lag
            ends = {"lower": correlation - 0.05, "upper": min(1.0, correlation + 0.04)}
            rows.append(
                {"domain": "reading", "year_a": first, "year_b": last, "lag": lag, "correlation": correlation}
                | ends
                | {"std_error": 0.02, "n_schools": 300}
                | {f"{end}_{name}": ends[end] for name in ("delta", "fisher") for end in ends}
            )
    return pd.DataFrame(rows)
