"""Reflation: shrunken effects vary too little; rescale them so that their spread matches the model's (K4)."""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import FitError

Array = NDArray[np.float64]
Form = Literal["global", "school", "unshrunken"]
FORMS: tuple[Form, ...] = ("global", "school", "unshrunken")


def reflate_effects(effects: pd.DataFrame, school_variance: float, form: Form = "global") -> pd.DataFrame:
    """Return the effects of one model and year with a further column `reflated`.

    Parameters
    ----------
    effects
        One row for each school, columns `effect` and (but for "global") `reliability`.
    school_variance
        Estimated variance between schools.
    form
        With u_j the effect minus the mean effect and lambda_j its reliability: "global"
        u_j sqrt(tau2) / sd(u), so that the sample variance (divisor J) equals the school variance
        (Carpenter, Goldstein and Rasbash 2003); "school" u_j / sqrt(lambda_j); "unshrunken"
        u_j / lambda_j.

    Notes
    -----
    Reflated effects have the right spread but their correlation between years is as biased as that of
    shrunken ones (Leckie 2018): dividing by constants changes no correlation. Where the school variance
    is 0 there is nothing to reflate and the column is missing.

    Raises
    ------
    FitError
        If the form is not one of the three.
    """
    if form not in FORMS:
        raise FitError(f"form of reflation '{form}': expected one of {list(FORMS)}")
    return effects.assign(
        reflated=reflate(effects["effect"].to_numpy(), reliabilities(effects), school_variance, form)
    )


def reliabilities(effects: pd.DataFrame) -> Array:
    """Return the reliabilities (J,), missing where they are not given or 0."""
    if "reliability" not in effects.columns:
        return np.full(len(effects), np.nan)
    values = effects["reliability"].to_numpy(dtype=np.float64)
    return np.where(values > 0, values, np.nan)


def reflate(effect: Array, reliability: Array, school_variance: float, form: Form) -> Array:
    """Return reflated effects (J,); see `reflate_effects`."""
    deviation = effect - effect.mean()
    if form == "school":
        return deviation / np.sqrt(reliability)
    if form == "unshrunken":
        return deviation / reliability
    spread = np.sqrt(np.mean(deviation**2))
    if spread == 0:
        return np.full(len(effect), np.nan)
    return deviation * np.sqrt(school_variance) / spread


def reflate_school_effects(effects: pd.DataFrame, fits: pd.DataFrame) -> pd.DataFrame:
    """Return the effects of every domain, year and model in every form of reflation.

    Parameters
    ----------
    effects
        Table of school effects.
    fits
        Table of fits with the `school_variance` of each.
    """
    key = ["domain", "year", "model"]
    variances = fits.set_index(key)["school_variance"].to_dict()
    parts = []
    for group, table in effects.groupby(key, sort=True):
        for form in FORMS:
            reflated = reflate_effects(table, float(variances[group]), form)
            parts.append(reflated[[*key, "school_id", "effect", "reflated"]].assign(form=form))
    return pd.concat(parts, ignore_index=True).astype({"form": "str"})
