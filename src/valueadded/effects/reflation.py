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
        One row for each school, columns `effect`, `reliability` (but for "global") and, for models measured
        from a benchmark, `deviation`.
    school_variance
        Estimated variance between schools.
    form
        With u_j the deviation (or the effect minus its mean) and lambda_j the reliability: "global"
        u_j sqrt(tau2) / sd(u), centred, so that the sample variance (divisor J) equals the school variance
        (Carpenter, Goldstein and Rasbash 2003); "school" u_j / sqrt(lambda_j); "unshrunken" u_j / lambda_j.

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
    reflated = reflate(deviations(effects), reliabilities(effects), school_variance, form)
    return effects.assign(reflated=reflated)


def deviations(effects: pd.DataFrame) -> Array:
    """Return the deviations (J,) of one model and year: the effects without the movement of the system.

    An effect from the benchmark line shrinks the drift along with the school's own part, more in small
    schools; dividing by reliabilities would bring back a pattern of school sizes instead of schools.
    """
    if "deviation" in effects.columns:
        return effects["deviation"].to_numpy(dtype=np.float64)
    effect = effects["effect"].to_numpy(dtype=np.float64)
    return effect - effect.mean()


def reliabilities(effects: pd.DataFrame) -> Array:
    """Return the reliabilities (J,), missing where they are not given or 0."""
    if "reliability" not in effects.columns:
        return np.full(len(effects), np.nan)
    values = effects["reliability"].to_numpy(dtype=np.float64)
    return np.where(values > 0, values, np.nan)


def reflate(deviation: Array, reliability: Array, school_variance: float, form: Form) -> Array:
    """Return reflated effects (J,); see `reflate_effects`."""
    if form == "school":
        return deviation / np.sqrt(reliability)
    if form == "unshrunken":
        return deviation / reliability
    centred = deviation - deviation.mean()
    spread = np.sqrt(np.mean(centred**2))
    if spread == 0:
        return np.full(len(deviation), np.nan)
    return centred * np.sqrt(school_variance) / spread


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
