"""The page that says whether the posterior is calibrated, from the ranks of planted truths."""

import pandas as pd

from valueadded.location_scale.calibration import CalibrationPlan
from valueadded.location_scale.priors import InverseWishart

INTRODUCTION = """\
# Is the posterior of the location-scale models calibrated?

Written by `.venv/bin/snakemake --cores 2 calibration`, from the section `calibration` of the configuration.

Parameters are drawn from the prior, school effects and students from the parameters, and the posterior from
the students by importance sampling. Where the sampler is right, the rank of the truth among draws of the
posterior is uniform. A posterior too narrow gives ranks at both ends, a biased one ranks at one end.

Chi-square has 16 bins. The largest difference is that of the distribution function of the ranks from the
uniform one; 95 per cent of samples from a calibrated posterior stay inside the envelope.
"""


def describe_calibration(ranks: pd.DataFrame, found: pd.DataFrame, plan: CalibrationPlan, seed: int) -> str:
    """Return the page from the ranks (`rank_truths`) and what was found in them (`assess_ranks`)."""
    shape = ranks.groupby("replicate")["pareto_k"].first()
    covariance = plan.priors.covariance
    if not isinstance(covariance, InverseWishart):
        raise TypeError("calibration: found another prior of the covariance; expected an inverse-Wishart one")
    level = 0.05 / len(found)
    lowest = found.iloc[int(found["p_value"].argmin())]
    outside = found.loc[found["largest_difference"] > found["envelope"], "parameter"].tolist()
    effects = "intercept, slope and log variance" if plan.random_slope else "intercept and log variance"
    degrees = 2 + plan.random_slope + covariance.degrees_above_size
    verdict = "no quantity departs" if lowest["p_value"] > level else f"{lowest['parameter']} departs"
    lines = [
        INTRODUCTION,
        f"- replicates: {len(shape)}, seed {seed}",
        f"- students: {plan.n_schools} schools of {plan.n_students}; {effects} vary between schools",
        "- prior, in standardised columns: coefficients of the mean normal with standard deviation",
        f"  {plan.priors.mean_spread:g}, of the log variance {plan.priors.log_variance_spread:g};",
        f"  covariance of the school effects inverse-Wishart with {degrees:g} degrees of freedom, diagonal",
        f"  {covariance.intercept:g} (intercept), {covariance.slope:g} (slope), {covariance.log_variance:g}",
        "  (log variance)",
        f"- posterior: {plan.draws} importance draws, of which {plan.ranked} are kept by their weights",
        f"- replicates without a posterior mode: {int(shape.isna().sum())}; with Pareto k above 0.7:",
        f"  {int((shape > 0.7).sum())} (they are kept); median k {shape.median():.2f}, highest"
        f" {shape.max():.2f}",
        "",
        "| quantity | replicates | mean rank / expected | chi-square | p | largest difference | envelope |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {row.parameter} | {row.replicates} | {row.mean_rank:.3f} | {row.chi_square:.1f} |"
            f" {row.p_value:.3f} | {row.largest_difference:.3f} | {row.envelope:.3f} |"
            for row in found.itertuples()
        ),
        "",
        f"Of {len(found)} quantities the lowest p is {lowest['p_value']:.3f} ({lowest['parameter']}).",
        f"A departure at 5 per cent over all of them asks for p below {level:.4f}: {verdict}.",
        f"Outside the envelope, of which one in twenty is expected: {', '.join(outside) or 'none'}.",
        "",
    ]
    return "\n".join(lines)
