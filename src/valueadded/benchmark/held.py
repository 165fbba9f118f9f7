"""The focal year at the benchmark's own variances: nothing is estimated (B9)."""

import numpy as np

from valueadded.benchmark.reference import BenchmarkReference
from valueadded.mixed.criterion import arrange, profile_deviance
from valueadded.mixed.fit import Estimates
from valueadded.mixed.moments import SchoolMoments
from valueadded.numerics.search import SearchRecord


def held_estimates(residual: SchoolMoments, reference: BenchmarkReference) -> Estimates:
    """Return the benchmark's variances with the likelihood they give the focal year."""
    tau2, sigma2 = reference.mixed.school_variance, reference.mixed.residual_variance
    data = arrange(residual, intercept=False)
    theta = tau2 / sigma2
    # The profile deviance holds at its own sigma2; here sigma2 is given.
    profiled, _ = profile_deviance(data, theta, reml=False)
    weights = data.n / (1.0 + data.n * theta)
    rss = float(data.within[-1, -1] + (weights * data.rows[-1] ** 2).sum())
    count = data.n_students
    deviance = profiled - count * (1.0 + np.log(rss / count)) + count * np.log(sigma2) + rss / sigma2
    record = SearchRecord(
        parameters=("variance_ratio",),
        path=np.array([[theta]]),
        deviances=np.array([deviance]),
        status="held at the benchmark's values, nothing searched",
        converged=True,
        boundary=tau2 == 0.0,
    )
    return Estimates((), np.zeros(0), np.zeros((0, 0)), np.array([[tau2]]), sigma2, deviance, record)
