"""What only a joint model has, as tables: covariances with their errors, structures beside each other."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from valueadded.mixed.multi_cohort import MultiCohortFit


def covariance_table(fit: MultiCohortFit) -> pd.DataFrame:
    """Return `year_a`, `year_b` (not earlier), `covariance`, `std_error`."""
    error = fit.covariance_error
    named = error.index.to_frame(index=False)
    covariance = fit.school_covariance
    return named.assign(
        covariance=[float(covariance.loc[a].loc[b]) for a, b in named.itertuples(index=False)],
        std_error=np.sqrt(np.diag(error.to_numpy())),
    )


def covariance_error_table(fit: MultiCohortFit) -> pd.DataFrame:
    """Return the matrix `covariance_error` in rows: `year_a`, `year_b`, `year_c`, `year_d`, `covariance`."""
    error = fit.covariance_error
    named = error.index.to_frame(index=False).to_numpy()
    size = len(named)
    years = np.hstack([np.repeat(named, size, axis=0), np.tile(named, (size, 1))])
    table = pd.DataFrame(years, columns=["year_a", "year_b", "year_c", "year_d"])
    return table.assign(covariance=error.to_numpy().ravel())


def compare_structures(fits: Sequence[MultiCohortFit]) -> pd.DataFrame:
    """Return the likelihood-ratio test of each structure against the unstructured fit, and AIC and BIC.

    `bic` counts schools. The test's p-value is too large where the unstructured covariance is singular.
    """
    from scipy.stats import chi2

    free = next(fit for fit in fits if fit.structure == "unstructured")
    rows = []
    for fit in fits:
        freedom = free.joint.n_parameters - fit.joint.n_parameters
        statistic = max(2 * (free.log_likelihood - fit.log_likelihood), 0.0)
        deviance = -2 * fit.log_likelihood
        rows.append(
            {
                "structure": fit.structure,
                "parameters": fit.joint.n_parameters,
                "log_likelihood": fit.log_likelihood,
                "statistic": statistic if freedom > 0 else np.nan,
                "freedom": freedom,
                "p_value": float(chi2.sf(statistic, freedom)) if freedom > 0 else np.nan,
                "aic": deviance + 2 * fit.n_parameters,
                "bic": deviance + np.log(len(fit.data.school_id)) * fit.n_parameters,
                "converged": fit.record.converged,
                "boundary": fit.record.boundary,
                "status": fit.record.status,
            }
        )
    return pd.DataFrame(rows).astype({"structure": "str", "status": "str"})
