"""The section of the location-scale models: schools that differ in mean and in variance."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from valueadded.config.section import Section, each_once

Model = Annotated[int, Field(ge=1, le=8)]


class InverseWishartPrior(Section):
    """Inverse-Wishart prior of the covariance of the school effects, of d effects (the source's)."""

    kind: Literal["inverse_wishart"] = Field(description="kind of prior (choice)")
    degrees_above_size: float = Field(1.0, gt=-1, description="degrees of freedom less d (degrees)")
    intercept: float = Field(
        0.1, gt=0, description="scale matrix, intercept (squared score standard deviations)"
    )
    slope: float = Field(
        0.1,
        gt=0,
        description="scale matrix, slope for a standard deviation of its term (squared score standard "
        "deviations)",
    )
    log_variance: float = Field(0.1, gt=0, description="scale matrix, log variance (squared log variance)")


class SeparateScalesPrior(Section):
    """LKJ prior of the correlations, half-t or half-normal priors of the standard deviations."""

    kind: Literal["separate_scales"] = Field(description="kind of prior (choice)")
    concentration: float = Field(2.0, gt=0, description="LKJ: 1 is uniform, more favours 0 (shape)")
    degrees_of_freedom: float = Field(
        float("inf"), gt=0, description="of the half-t; .inf is the half-normal (degrees)"
    )
    intercept: float = Field(1.0, gt=0, description="scale of the intercept's (score standard deviations)")
    slope: float = Field(
        0.5,
        gt=0,
        description="scale of the slope's, for a standard deviation of its term (score standard deviations)",
    )
    log_variance: float = Field(1.0, gt=0, description="scale of the log variance's (log variance)")


class CoefficientAndCovariancePriors(Section):
    """Priors, in standardised columns: every term and the score with standard deviation 1."""

    mean_spread: float = Field(
        10.0, gt=0, description="standard deviation of coefficients of the mean (score standard deviations)"
    )
    log_variance_spread: float = Field(
        10.0, gt=0, description="standard deviation of coefficients of the log variance (log variance)"
    )
    covariance: Annotated[InverseWishartPrior | SeparateScalesPrior, Field(discriminator="kind")] = Field(
        default_factory=lambda: InverseWishartPrior(kind="inverse_wishart"),
        description="prior of the covariance of the school effects",
    )


class PosteriorSettings(Section):
    """The Bayesian answer beside maximum likelihood."""

    method: Literal["none", "importance", "nuts"] = Field(
        "none", description="importance sampling about the mode, or chains to audit it (choice)"
    )
    draws: int = Field(
        2000, ge=400, le=100_000, description="draws of each posterior; of nuts, from each chain (draws)"
    )
    chains: int = Field(4, ge=2, le=16, description="chains of nuts (chains)")
    seed: int = Field(1, ge=0, description="seed of these draws (whole number)")
    priors: CoefficientAndCovariancePriors = Field(
        default_factory=CoefficientAndCovariancePriors, description="priors in standardised columns"
    )


class LocationScale(Section):
    """Models 1 to 8 of the mean and the variance of a school."""

    years: list[int] | None = Field(
        None, min_length=1, description="outcome years to fit; every cohort if left out (calendar years)"
    )
    models: list[Model] = Field(
        default_factory=lambda: [1, 2, 3],
        min_length=1,
        description="models of the ladder, 7 with student terms, 8 with school terms too (numbers 1 to 8)",
    )
    prior_term: str = Field(
        description="term that stands for the prior score: in the mean, the log variance and the slope (name)"
    )
    student_terms: list[str] = Field(
        default_factory=list,
        description="terms of the student in both functions of Models 7 and 8 (terms)",
    )
    school_terms: list[str] = Field(
        default_factory=list, description="terms of the school in both functions of Model 8 (terms)"
    )
    references: dict[str, str] = Field(
        default_factory=dict,
        description="covariate: category that its coefficients are measured from; the first in alphabetical "
        "order if left out (values)",
    )
    standardise: bool = Field(
        True,
        description="give scores mean 0 and standard deviation 1 within each cohort (true or false)",
    )
    confidence: float = Field(0.95, gt=0.5, lt=1, description="confidence of every interval (probability)")
    year_pairs: list[tuple[int, int]] | None = Field(
        None,
        description="pairs of outcome years whose schools are correlated in mean and variance, by Model 2; "
        "the first benchmark year and the last year if left out, none if empty (calendar years)",
    )
    posterior: PosteriorSettings = Field(
        default_factory=PosteriorSettings, description="posterior of every model"
    )

    _each_once = field_validator("years", "models", "student_terms", "school_terms")(each_once)
