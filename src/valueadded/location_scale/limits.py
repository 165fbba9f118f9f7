"""Searches that run away: the likelihood has no maximum, and what it holds is named instead of numbers."""

import numpy as np

from valueadded.errors import FitError
from valueadded.location_scale.design import LocationScaleDesign
from valueadded.location_scale.integrand import Parameters
from valueadded.location_scale.sums import Students

# A log variance that spans more than this among students has run away.
RUNAWAY = 25.0
# An intercept variance that spans more than this, in logarithms, has run away as well.
RUNAWAY_INTERCEPT = 12.0
# A standard deviation of the log variance between schools above this has run away too.
ENDLESS_SPREAD = 5.0


def refuse_endless_spread(design: LocationScaleDesign, scale: float) -> None:
    """Refuse a scale variance without a maximum: students of a school do not differ about its mean.

    The likelihood of such a school of n students holds exp(s^2 (n - 1)^2 / 8): no loss of others keeps up.
    """
    if abs(scale) > ENDLESS_SPREAD:
        moments = design.moments
        constant = moments.school_id[(moments.n > 1) & (moments.scatter[:, -1, -1] <= 0)]
        raise FitError(
            "the log variance of schools spreads without end; found schools with constant scores: "
            f"{', '.join(map(str, constant)) or 'none'}; expected students who differ about the expectation "
            "in every school: leave such schools out"
        )


def refuse_runaway(design: LocationScaleDesign, at: Parameters) -> None:
    """Refuse a log variance without a maximum: a term that separates students who do not vary."""
    z = design.data.z if isinstance(design.data, Students) else design.data.z.T
    for k in range(1, len(at.alpha)):
        span = abs(at.alpha[k]) * float(np.ptp(z[k]))
        if span > RUNAWAY:
            raise FitError(
                f"scale: the log variance moves by {span:.0f} over the range of {design.scale_terms[k]};"
                " expected residual variance at all its values: some have none, so leave the term out"
            )
    for k, gamma in enumerate(at.gamma):
        span = abs(gamma) * float(np.ptp(design.data.intercept_terms[:, k]))
        if span > RUNAWAY_INTERCEPT:
            raise FitError(
                f"intercept_variance: the log variance of the school effects moves by {span:.0f} over"
                f" the range of {design.intercept_terms[k]}; expected schools that differ at all its values:"
                " at some they do not, so leave the term out"
            )
