"""Intake of matched students beside that of students left out: who the results speak for."""

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype


def compare_matched(students: pd.DataFrame, covariates: list[str], domain: str, year: int) -> pd.DataFrame:
    """Compare the characteristics and outcome scores of matched students with those of all others.

    Parameters
    ----------
    students
        One row for each student with an outcome record: `step`, `score`, `scored_records`, covariates.
    covariates
        Columns to compare: the mean of numbers, the share of each level of anything else.

    Returns
    -------
    DataFrame
        Columns as the contract `matched_comparison`. Shares and means are among students whose
        characteristic is known; the two counts say how many these are.
    """
    matched = students["step"].eq("matched").to_numpy()
    # Where two scores contradict each other neither is taken, not even into a mean.
    tables = [_compare_means(students["score"].where(students["scored_records"].eq(1)), matched)]
    for name in covariates:
        numeric = is_numeric_dtype(students[name]) and not is_bool_dtype(students[name])
        tables.append((_compare_means if numeric else _compare_shares)(students[name], matched))
    compared = pd.concat(tables, ignore_index=True)
    compared.insert(0, "domain", domain)
    compared.insert(1, "year", np.int64(year))
    compared.insert(6, "difference", compared["matched"] - compared["unmatched"])
    return compared


def _compare_means(values: pd.Series, matched: np.ndarray) -> pd.DataFrame:
    inside, outside = values[matched].dropna(), values[~matched].dropna()
    return _rows(values, ["mean"], [inside.mean()], [outside.mean()], len(inside), len(outside))


def _compare_shares(values: pd.Series, matched: np.ndarray) -> pd.DataFrame:
    known = values.notna().to_numpy()
    levels = values[known].astype("str")
    counts = pd.DataFrame({"level": levels, "matched": matched[known]}).value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=[True, False], fill_value=0).sort_index()
    totals = counts.sum()
    shares = counts / totals.where(totals > 0)
    return _rows(values, list(counts.index), shares[True], shares[False], totals[True], totals[False])


def _rows(
    values: pd.Series,
    levels: list[str],
    inside: pd.Series | list[float],
    outside: pd.Series | list[float],
    n_inside: int,
    n_outside: int,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "characteristic": pd.Series([str(values.name)] * len(levels), dtype="str"),
            "level": pd.Series(levels, dtype="str"),
            "matched": np.asarray(inside, dtype=np.float64),
            "unmatched": np.asarray(outside, dtype=np.float64),
            "n_matched": np.full(len(levels), n_inside, dtype=np.int64),
            "n_unmatched": np.full(len(levels), n_outside, dtype=np.int64),
        }
    )
