"""Several location-scale models of the same students side by side: Models 1 to 8, or any others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from valueadded.errors import DesignError
from valueadded.location_scale.model import LocationScaleFit, fit_location_scale
from valueadded.mixed.formula import formula_variables


@dataclass(frozen=True)
class ModelSpecification:
    """One model: its name, the formulas of mean and log variance, and what else varies between schools."""

    name: str
    location: str
    scale: str = "~ 1"
    random_slope: str | None = None
    random_scale: bool = True


@dataclass(frozen=True)
class Ladder:
    """Models of the same students.

    fits : name -> fit
    comparison : one row a model: `model`, `n_students`, `n_schools`, `n_parameters`, `log_likelihood`,
        `aic`, `bic`,
        `converged`, `boundary`; smaller aic and bic are better
    """

    fits: Mapping[str, LocationScaleFit]
    comparison: pd.DataFrame


def models_one_to_eight(
    outcome: str, prior: str, student_terms: Sequence[str] = (), school_terms: Sequence[str] = ()
) -> list[ModelSpecification]:
    """Return Models 1 to 8 (M1-M8); without student terms 1 to 6, without school terms 1 to 7.

    Terms enter the mean and the log variance. A reference category is named in the term,
    `C(school_type, contr.treatment('standard'))`.
    """
    plain = f"{outcome} ~ {prior}"
    models = [
        ModelSpecification("Model 1", plain, random_scale=False),
        ModelSpecification("Model 2", plain),
        ModelSpecification("Model 3", plain, f"~ {prior}"),
        ModelSpecification("Model 4", plain, random_slope=prior, random_scale=False),
        ModelSpecification("Model 5", plain, random_slope=prior),
        ModelSpecification("Model 6", plain, f"~ {prior}", random_slope=prior),
    ]
    terms = [prior, *student_terms]
    if student_terms:
        right = " + ".join(terms)
        models.append(ModelSpecification("Model 7", f"{outcome} ~ {right}", f"~ {right}"))
    if student_terms and school_terms:
        right = " + ".join([*terms, *school_terms])
        models.append(ModelSpecification("Model 8", f"{outcome} ~ {right}", f"~ {right}"))
    return models


def compare_models(
    frame: pd.DataFrame, models: Sequence[ModelSpecification], school: str = "school_id"
) -> Ladder:
    """Fit each model to the students who have every column of all of them, and set them side by side.

    Raises
    ------
    DesignError, FitError
        Naming the model that cannot be read or fitted.
    """
    names = [model.name for model in models]
    if len(set(names)) < len(names) or not names:
        raise DesignError(f"models {names}; expected at least one, each name once")
    complete = complete_students(frame, models, school)
    fits = {
        model.name: fit_location_scale(
            complete, model.location, model.scale, school, model.random_slope, model.random_scale
        )
        for model in models
    }
    return Ladder(fits, pd.DataFrame([compare_row(name, fit) for name, fit in fits.items()]))


def complete_students(
    frame: pd.DataFrame, models: Sequence[ModelSpecification], school: str = "school_id"
) -> pd.DataFrame:
    """Return the students who have every column of all models."""
    needed = [name for name in (*columns_of(models), school) if name in frame.columns]
    return frame.dropna(subset=needed)


def columns_of(models: Sequence[ModelSpecification]) -> list[str]:
    """Return the columns that the formulas of the models need, the outcome among them."""
    formulas = [formula for model in models for formula in (model.location, model.scale)]
    return sorted(set().union(*map(formula_variables, formulas)))


def compare_row(name: str, fit: LocationScaleFit) -> dict[str, object]:
    """Return a row of the comparison; BIC counts students, as the likelihood does."""
    n_students = fit.design.moments.n_students
    return {
        "model": name,
        "n_students": n_students,
        "n_schools": fit.design.moments.n_schools,
        "n_parameters": fit.n_parameters,
        "log_likelihood": fit.log_likelihood,
        "aic": 2 * fit.n_parameters - 2 * fit.log_likelihood,
        "bic": fit.n_parameters * np.log(n_students) - 2 * fit.log_likelihood,
        "converged": fit.record.converged,
        "boundary": fit.record.boundary,
    }
