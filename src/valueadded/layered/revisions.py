"""What later scores do to the effects of earlier teachers (L12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from valueadded.errors import DesignError
from valueadded.layered.design import LayeredDesign, arrange_design
from valueadded.layered.known import KnownModel
from valueadded.layered.parameters import Parameters
from valueadded.layered.posterior import effects_posterior
from valueadded.layered.records import Records

KEY = ["layer", "unit", "domain", "year", "cohort"]


@dataclass(frozen=True)
class Revisions:
    """First and revised effects.

    table : one row for each effect of a year before the last: `model`, `layer`, `teacher_id`, `domain`,
        `year`, `cohort`, `first_effect` (scores up to that year), `revised_effect` (all scores), `change`,
        `std_error` of the change, `statistic` (their ratio, standard normal under the model), `pulse`
        (beyond the critical value)
    critical : the value, of the two-sided test of each effect at the level asked for
    """

    table: pd.DataFrame
    critical: float


def revise_effects(fits: Mapping[str, KnownModel], level: float = 0.01) -> Revisions:
    """Return first and revised effects under each of several fits of the same records.

    Wright and Sanders: something that touched one year's scores only (a pulse: a disaster, help in the test)
    biases the first effect, and later scores take it back in the layered model; in a non-layered model the
    same scores push it further. Give both models to see them side by side.

    Parameters
    ----------
    fits
        A name for each fit, for example {"layered": ..., "non-layered": ...}. Their variances are used for
        the first effects too, so that only the scores differ.
    level
        Probability of a flag where there is no pulse, each effect tested alone.

    Notes
    -----
    The best linear predictor from more scores is uncorrelated with its own change, so that
    Var(revised - first) = PEV(first) - PEV(revised), variances taken as known. Fixed effects are estimated
    anew from the earlier scores, which the prediction error variances include.
    """
    if not 0 < level < 1:
        raise DesignError(f"level is {level}; expected a probability between 0 and 1")
    critical = NormalDist().inv_cdf(1 - level / 2)
    tables = [_revise(name, fit, critical) for name, fit in fits.items()]
    return Revisions(pd.concat(tables, ignore_index=True), critical)


def _revise(name: str, fit: KnownModel, critical: float) -> pd.DataFrame:
    last = fit.design.effects[KEY].assign(
        revised_effect=fit.posterior.effects, revised_variance=fit.posterior.prediction_variance
    )
    years = sorted({year for _, year in fit.design.cells})  # type: ignore[type-var]
    tables = []
    for year in years[:-1]:
        early = _until(fit, year)
        known = effects_posterior(early, _carried(fit, early))
        first = early.effects[KEY].assign(
            first_effect=known.effects, first_variance=known.prediction_variance
        )
        tables.append(first[first["year"] == year].merge(last, on=KEY, how="inner"))
    if not tables:
        raise DesignError("the data have one year: expected later years, which revise an effect")
    table = pd.concat(tables, ignore_index=True)
    change = table["revised_effect"] - table["first_effect"]
    # Effects that no later score touches change by rounding only.
    spread = table["first_variance"] - table["revised_variance"]
    touched = spread > 1e-9 * table["first_variance"]
    error = np.sqrt(spread.where(touched))
    statistic = np.divide(change.to_numpy(dtype=float), np.asarray(error, dtype=float))
    return pd.DataFrame(
        {
            "model": name,
            "layer": table["layer"],
            "teacher_id": table["unit"],
            "domain": table["domain"],
            "year": table["year"],
            "cohort": table["cohort"],
            "first_effect": table["first_effect"],
            "revised_effect": table["revised_effect"],
            "change": change,
            "std_error": error,
            "statistic": statistic,
            "pulse": np.abs(statistic) > critical,
        }
    )


def _until(fit: KnownModel, year: object) -> LayeredDesign:
    """Return the design of the scores and links up to a year."""
    records = fit.records
    scores = records.scores[records.scores["year"] <= year]
    links = records.links[records.links["year"] <= year]
    return arrange_design(Records(scores, links, records.notes), list(fit.design.covariates), centre=True)


def _carried(fit: KnownModel, early: LayeredDesign) -> Parameters:
    """Return the parameters of a fit for the cells and classes of an earlier design."""
    cells = [fit.design.cells.index(cell) for cell in early.cells]
    classes = [fit.design.classes.index(one) for one in early.classes]
    at = fit.at
    return Parameters(
        student_covariance=at.student_covariance[np.ix_(cells, cells)],
        spread=at.spread[classes],
        persistence=at.persistence[np.ix_(classes, cells)],
    )
