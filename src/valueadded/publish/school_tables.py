"""Release tables with a row for each school: effects, changes, means and variances."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from valueadded.publish.disclosure import NOT_AVAILABLE, PUBLISHED, SUPPRESSED, band_counts, choose_status
from valueadded.publish.rounding import PROBABILITY_STEP, round_columns, round_to

COHORT = ["domain", "year"]
# The interval of a rank is shown in steps of a twentieth of the schools: the ranks themselves, with one
# missing, would place the school that is hidden.
PERCENTILE_STEP = 5.0


def publish_effects(
    effects: pd.DataFrame,
    ranks: pd.DataFrame,
    hidden: pd.DataFrame,
    models: Sequence[str],
    bands: Sequence[int],
    rounding: float,
) -> pd.DataFrame:
    """Return the published school effects: every school of a domain in each of its years and models.

    `effects` and `ranks` are as in their contracts, `hidden` as `hidden_keys` returns it.
    """
    chosen = effects[effects["model"].isin(models)]
    key = [*COHORT, "model", "school_id"]
    places = ranks.groupby([*COHORT, "model"])["school_id"].transform("size")
    percentiles = ranks[key].assign(
        percentile_lower=round_to((100 * (ranks["rank_lower"] - 1) / places).to_numpy(), PERCENTILE_STEP),
        percentile_upper=round_to((100 * ranks["rank_upper"] / places).to_numpy(), PERCENTILE_STEP),
    )
    rows = _every_school(chosen, [*COHORT, "model"]).merge(chosen, how="left", on=key)
    rows = rows.merge(percentiles, how="left", on=key).merge(hidden, how="left", on=[*COHORT, "school_id"])
    numbers = ["effect", "std_error", "lower", "upper"]
    shown = _show(rows, [*numbers, "percentile_lower", "percentile_upper"], bands)
    rounded = round_columns(shown, numbers, ["domain", "model"], "std_error", rounding)
    return rounded[
        [*key, "status", "students", *numbers, "percentile_lower", "percentile_upper"]
    ].reset_index(drop=True)


def publish_changes(
    changes: pd.DataFrame, published: pd.DataFrame, models: Sequence[str], rounding: float
) -> pd.DataFrame:
    """Return the published changes: a change of which either year is hidden is hidden too.

    One year's effect and the change would give the other year's effect. `published` is the table of
    published effects.
    """
    key = ["domain", "school_id", "year_from", "year_to", "model"]
    chosen = changes[changes["model"].isin(models)]
    spans = chosen[["domain", "year_from", "year_to", "model"]].drop_duplicates()
    schools = published[["domain", "model", "school_id"]].drop_duplicates()
    rows = spans.merge(schools, on=["domain", "model"]).merge(chosen, how="left", on=key)
    status = published[["domain", "year", "model", "school_id", "status"]]
    for end in ("from", "to"):
        named = status.rename(columns={"year": f"year_{end}", "status": f"status_{end}"})
        rows = rows.merge(named, how="left", on=["domain", "model", "school_id", f"year_{end}"])
    ends = rows[["status_from", "status_to"]]
    absent = ends.isna().any(axis=1) | ends.isin([NOT_AVAILABLE]).any(axis=1) | rows["change"].isna()
    rows["status"] = choose_status(absent, ends.isin([SUPPRESSED]).any(axis=1))
    numbers = ["change", "std_error", "lower", "upper"]
    rows.loc[rows["status"] != PUBLISHED, [*numbers, "p_improved"]] = np.nan
    rounded = round_columns(rows, numbers, ["domain", "model"], "std_error", rounding)
    rounded["p_improved"] = round_to(rounded["p_improved"].to_numpy(), PROBABILITY_STEP)
    return rounded[[*key, "status", *numbers, "p_improved"]].reset_index(drop=True)


def publish_location_scale(
    effects: pd.DataFrame, hidden: pd.DataFrame, bands: Sequence[int], rounding: float
) -> pd.DataFrame:
    """Return each school's mean and variance: highest model of each cohort, its posterior if there is one."""
    cohort = [effects[name] for name in COHORT]
    highest = effects["model"].eq(effects.groupby(cohort)["model"].transform("max"))
    top = effects[highest]
    # "posterior" sorts after "ml", and is the better one where there are both.
    best = top["estimator"].eq(top.groupby([*COHORT])["estimator"].transform("max"))
    rows = top[best].merge(hidden, how="left", on=[*COHORT, "school_id"])
    parts = {
        part: [part, f"{part}_std_error", f"{part}_lower", f"{part}_upper"]
        for part in ("mean_effect", "scale_effect")
    }
    shown = _show(rows, [name for names in parts.values() for name in names], bands)
    for part, names in parts.items():
        shown = round_columns(shown, names, COHORT, f"{part}_std_error", rounding)
    published = [name for names in parts.values() for name in names if not name.endswith("std_error")]
    return shown[[*COHORT, "model", "school_id", "status", "students", *published]].reset_index(drop=True)


def _every_school(rows: pd.DataFrame, cohort: Sequence[str]) -> pd.DataFrame:
    """Return every school of a domain beside each of its cohorts, so that an absent one has a row too."""
    schools = rows[["domain", "school_id"]].drop_duplicates()
    return rows[list(cohort)].drop_duplicates().merge(schools, on="domain")


def _show(rows: pd.DataFrame, numbers: Sequence[str], bands: Sequence[int]) -> pd.DataFrame:
    """Return rows with `status` and `students`, and no number where the status is not `published`."""
    absent = rows["n_students"].isna()
    # A cohort that nobody judged (no effects of its own) is hidden, never shown by accident.
    hidden = rows["hidden"].astype("boolean").fillna(True).astype(bool)
    status = choose_status(absent, hidden)
    shown = rows.assign(status=status, students=band_counts(rows["n_students"].fillna(0), bands))
    shown.loc[status != PUBLISHED, list(numbers)] = np.nan
    shown["students"] = shown["students"].where(status == PUBLISHED, status)
    return shown
