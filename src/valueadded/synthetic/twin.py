"""One cohort of students in schools that differ in mean, slope and variance, and the truth behind it.

The shape is that of M14; no model is called, so that any of them can be judged by what comes out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from valueadded.config.synthetic_twin import (
    SchoolCharacteristic,
    StudentCharacteristic,
    SyntheticTwin,
    TwinTerm,
)
from valueadded.numerics.streams import open_stream

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Texts = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Twin:
    """A synthetic cohort.

    students : the matched file; a row for each student, sorted by school and student
    schools : true school effects (contract `TRUTH_TWIN_SCHOOLS`)
    coefficients : true coefficients of mean and log variance (contract `TRUTH_TWIN_COEFFICIENTS`)
    """

    students: pd.DataFrame
    schools: pd.DataFrame
    coefficients: pd.DataFrame


def generate_twin(settings: SyntheticTwin) -> Twin:
    """Return the cohort that `settings` describes; the same settings always give the same cohort.

    The outcome is normal. Its mean is linear in prior score, age and categories, with an effect of the
    school and one on the slope of the prior score; the log of its variance is linear in the same terms,
    with an effect of the school (Model 8 of M1-M8, with a random slope added).
    """
    sizes = draw_sizes(settings)
    school = np.repeat(np.arange(settings.schools), sizes)
    school_side = {
        name: _draw_school_categories(settings, name, characteristic)
        for name, characteristic in settings.school_characteristics.items()
    }
    intake = settings.intake_spread * _normal(settings, "intake", settings.schools)
    for name, found in school_side.items():
        intake += _values(settings.school_characteristics[name], found, "prior")
    student_side = {
        name: _draw_student_categories(settings, name, characteristic, school, intake)
        for name, characteristic in settings.student_characteristics.items()
    }
    age = open_stream(settings.seed, "twin", "age").integers(0, 12, settings.students).astype(np.float64)
    columns = {name: found[school] for name, found in school_side.items()} | student_side

    prior = intake[school] + settings.age_months.prior * age + _normal(settings, "prior", settings.students)
    for name, found in student_side.items():
        prior += _values(settings.student_characteristics[name], found, "prior")
    prior = (prior - prior.mean()) / prior.std()

    effects = _draw_effects(settings)
    mean = _predict(settings, "mean", prior, age, columns) + effects[school, 0] + effects[school, 1] * prior
    log_variance = _predict(settings, "log_variance", prior, age, columns) + effects[school, 2]
    score = mean + np.exp(log_variance / 2) * _normal(settings, "residual", settings.students)

    names = np.array([f"L{number:04d}" for number in range(1, settings.schools + 1)])
    students = pd.DataFrame(
        {
            "student_id": [f"T{number:06d}" for number in range(1, settings.students + 1)],
            "school_id": names[school],
            "year": settings.year,
            "domain": settings.domain,
            "score": score,
            "prior_score": prior,
            "age_months": age.astype(np.int64),
            **columns,
        }
    )
    truth = pd.DataFrame(
        {
            "school_id": pd.array(names, dtype="str"),
            "n_students": sizes,
            "intercept": effects[:, 0],
            "slope": effects[:, 1],
            "log_variance": effects[:, 2],
        }
    )
    return Twin(students, truth, tabulate_coefficients(settings))


def draw_sizes(settings: SyntheticTwin) -> Whole:
    """Return the students of each school: their total, least and greatest as the settings say."""
    stream = open_stream(settings.seed, "twin", "sizes")
    least, most = settings.minimum_size, settings.maximum_size
    average = settings.students / settings.schools
    drawn = average + settings.size_spread * stream.standard_normal(settings.schools)
    sizes: Whole = np.clip(np.rint(drawn), least, most).astype(np.int64)
    fixed = np.zeros(settings.schools, bool)
    smallest, largest = np.argsort(drawn, kind="stable")[[0, -1]]
    sizes[smallest], sizes[largest] = least, most
    fixed[[smallest, largest]] = True
    while (lacking := settings.students - int(sizes.sum())) != 0:
        step = 1 if lacking > 0 else -1
        free = np.flatnonzero(~fixed & (sizes + step >= least) & (sizes + step <= most))
        chosen = stream.choice(free, min(abs(lacking), len(free)), replace=False)
        sizes[chosen] += step
    return sizes


def tabulate_coefficients(settings: SyntheticTwin) -> pd.DataFrame:
    """Return the true coefficients, terms named as the models name them."""
    rows = []
    for function in ("mean", "log_variance"):
        for term, coefficient in _terms(settings).items():
            rows.append({"function": function, "term": term, "value": getattr(coefficient, function)})
    return pd.DataFrame(rows).astype({"function": "str", "term": "str", "value": np.float64})


def _terms(settings: SyntheticTwin) -> dict[str, TwinTerm]:
    terms = {
        "Intercept": settings.intercept,
        "prior_score": settings.prior_score,
        "age_months": settings.age_months,
    }
    for name, characteristic in _characteristics(settings).items():
        for category, coefficient in [*characteristic.categories.items()][1:]:
            terms[f"{name}[T.{category}]"] = coefficient
    return terms


def _characteristics(settings: SyntheticTwin) -> dict[str, SchoolCharacteristic]:
    return {**settings.student_characteristics, **settings.school_characteristics}


def _normal(settings: SyntheticTwin, purpose: str, count: int) -> Array:
    return open_stream(settings.seed, "twin", purpose).standard_normal(count)


def _draw_school_categories(
    settings: SyntheticTwin, name: str, characteristic: SchoolCharacteristic
) -> Texts:
    return _share_out(characteristic, _normal(settings, f"school {name}", settings.schools))


def _draw_student_categories(
    settings: SyntheticTwin, name: str, characteristic: StudentCharacteristic, school: Whole, intake: Array
) -> Texts:
    """Return the categories; a school's tendency follows its intake as far as the settings say."""
    follows = characteristic.with_intake
    standard = (intake - intake.mean()) / (intake.std() or 1.0)
    own = _normal(settings, f"tendency {name}", settings.schools)
    tendency = follows * standard + np.sqrt(1 - follows**2) * own
    between = characteristic.between_schools
    latent = np.sqrt(between) * tendency[school] + np.sqrt(1 - between) * _normal(
        settings, f"student {name}", settings.students
    )
    return _share_out(characteristic, latent)


def _share_out(characteristic: SchoolCharacteristic, latent: Array) -> Texts:
    """Return categories in the order of `latent`, each with its exact share but for rounding."""
    names = list(characteristic.categories)
    shares = np.cumsum([category.share for category in characteristic.categories.values()])
    ends = np.rint(shares * len(latent)).astype(np.int64)
    found: Texts = np.empty(len(latent), dtype=f"U{max(map(len, names))}")
    found[np.argsort(latent, kind="stable")] = np.repeat(names, np.diff(ends, prepend=0))
    return found


def _values(characteristic: SchoolCharacteristic, found: Texts, which: str) -> Array:
    """Return `prior`, `mean` or `log_variance` of each category in `found`."""
    values = np.zeros(len(found))
    for category, coefficient in characteristic.categories.items():
        values[found == category] = getattr(coefficient, which)
    return values


def _predict(
    settings: SyntheticTwin, function: str, prior: Array, age: Array, columns: Mapping[str, Texts]
) -> Array:
    """Return the fixed part of one function for each student."""
    values: Array = (
        getattr(settings.intercept, function)
        + getattr(settings.prior_score, function) * prior
        + getattr(settings.age_months, function) * age
    )
    for name, characteristic in _characteristics(settings).items():
        values = values + _values(characteristic, columns[name], function)
    return values


def _draw_effects(settings: SyntheticTwin) -> Array:
    """Return intercept, slope and log variance effects, (schools, 3)."""
    values, vectors = np.linalg.eigh(np.array(settings.effects.covariance()))
    # A symmetric root does not depend on the signs that a library gives eigenvectors.
    root = vectors @ np.diag(np.sqrt(np.clip(values, 0, None))) @ vectors.T
    drawn: Array = open_stream(settings.seed, "twin", "effects").standard_normal((settings.schools, 3)) @ root
    return drawn
