"""A layered model whose parameters are known: from a fit, or read back from its tables."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.layered.design import LayeredDesign, arrange_design
from valueadded.layered.parameters import Parameters, given_persistence
from valueadded.layered.posterior import Posterior, effects_posterior
from valueadded.layered.records import Records
from valueadded.layered.tracks import tracks_of_effects


@dataclass(frozen=True)
class KnownModel:
    """A layered model with its parameters.

    records : the scores and links
    design : the same as arrays
    at : the parameters
    posterior : fixed effects, effects and their errors, variances taken as known
    """

    records: Records
    design: LayeredDesign
    at: Parameters
    posterior: Posterior

    @property
    def tracks(self) -> NDArray[np.int64]:
        """Return (q,) the track of each effect."""
        return tracks_of_effects(self.design)

    def teacher_effects(self, confidence: float = 0.95) -> pd.DataFrame:
        """Return one row for each effect, variances taken as known.

        `layer`, `teacher_id` (of a school in the layer of schools), `domain`, `year`, `n_students` (with a
        score there), `cohort`, `track`, `effect`, `std_error`, `lower`, `upper`, `value_added`: False for
        teachers of the first year of a domain and cohort, before whom nobody was tested, so that level and
        value added are one (L15). Such rows should be withheld.
        """
        z = NormalDist().inv_cdf(0.5 + confidence / 2)
        errors = np.sqrt(self.posterior.prediction_variance)
        effects = self.posterior.effects
        frame = self.design.effects.rename(columns={"unit": "teacher_id"})
        first = self.records.scores.groupby(["domain", "cohort"])["year"].min().rename("first")
        began = frame.join(first, on=["domain", "cohort"])["first"]
        return frame.assign(
            track=self.tracks,
            effect=effects,
            std_error=errors,
            lower=effects - z * errors,
            upper=effects + z * errors,
            # A cohort nobody of whom was tested has no first year, and no value added.
            value_added=(frame["year"] > began).to_numpy(dtype=bool),
        )


def restore_model(
    records: Records,
    covariates: list[str],
    variances: pd.DataFrame,
    covariance: pd.DataFrame,
    persistence: pd.DataFrame,
) -> KnownModel:
    """Return the model of a fit from its parameters, without fitting again.

    Parameters
    ----------
    records, covariates
        What it was fitted to.
    variances
        `layer`, `domain`, `year`, `variance` of the effects.
    covariance
        `domain_a`, `year_a`, `domain_b`, `year_b`, `covariance` of a student's scores, each pair once;
        missing for a pair that no student has.
    persistence
        `layer`, `domain`, `year`, `score_year`, `persistence`.

    Raises
    ------
    DesignError
        If a parameter of these records is lacking.
    """
    design = arrange_design(records, covariates, centre=True)
    known = variances.set_index(["layer", "domain", "year"])["variance"].to_dict()
    cells = {cell: place for place, cell in enumerate(design.cells)}
    student = np.zeros((len(cells),) * 2)
    acts = given_persistence(design, "zero")
    classes = {one: place for place, one in enumerate(design.classes)}
    try:
        spread = np.sqrt([known[one] for one in design.classes])
        names = ["domain_a", "year_a", "domain_b", "year_b", "covariance"]
        for domain_a, year_a, domain_b, year_b, value in covariance[names].to_numpy(dtype=object):
            a, b = cells[domain_a, year_a], cells[domain_b, year_b]
            student[a, b] = student[b, a] = 0.0 if np.isnan(value) else value
        names = ["layer", "domain", "year", "score_year", "persistence"]
        for layer, domain, year, score_year, value in persistence[names].to_numpy(dtype=object):
            acts[classes[layer, domain, year], cells[domain, score_year]] = value
    except KeyError as lacking:
        raise DesignError(
            f"the parameters are of other records: {lacking.args[0]} is in one of the two only; expected the "
            "tables of a fit to these scores and teachers"
        ) from None
    at = Parameters(student, spread, acts)
    return KnownModel(records, design, at, effects_posterior(design, at))
