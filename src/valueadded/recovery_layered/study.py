"""Invent sets of records, apply every model, compare what it says with what was planted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from valueadded.config.synthetic_teachers import SyntheticTeachers
from valueadded.contracts.recovery_layered import COMPARATORS, FITTED
from valueadded.layered import LayeredFit, compare_simple, fit_layered
from valueadded.synthetic import TeacherRecords, generate_teachers

KEY = ["teacher_id", "domain", "year"]


@dataclass(frozen=True)
class Recovered:
    """What was found in the sets of one scenario.

    effects : contract `RECOVERY_SETS`
    persistence : contract `RECOVERY_PERSISTENCE_SETS`
    """

    effects: pd.DataFrame
    persistence: pd.DataFrame


def recover_teachers(scenario: str, world: Mapping[str, Any], first: int, last: int) -> Recovered:
    """Return what every model finds in the sets of records numbered `first` to `last`.

    Parameters
    ----------
    scenario
        Its name, for the rows.
    world
        A section `synthetic_teachers` as plain values; set number r has its seed plus r, so that scenarios
        of one seed meet the same teachers and students.
    """
    effects, persistence = [], []
    for replicate in range(first, last + 1):
        settings = SyntheticTeachers(**{**world, "seed": world["seed"] + replicate})
        records = generate_teachers(settings)
        frame = join_records(records)
        fits = {model: fit_layered(frame, persistence=model) for model in FITTED}
        found = pd.DataFrame(list(_effects_found(fits, compare_simple(frame), records.truth_teachers)))
        effects.append(found.assign(scenario=scenario, replicate=replicate))
        persistence.append(
            fits["variable"]
            .persistence.rename(columns={"persistence": "estimate"})
            .assign(scenario=scenario, replicate=replicate, planted=settings.persistence)
        )
    return Recovered(
        pd.concat(effects, ignore_index=True).astype({"scenario": "str", "model": "str", "teachers": "str"}),
        pd.concat(persistence, ignore_index=True).astype({"scenario": "str"}),
    )


def join_records(records: TeacherRecords) -> pd.DataFrame:
    """Return the frame that `fit_layered` takes from the files of a cohort."""
    key = ["student_id", "calendar_year", "domain"]
    scores = records.scores[[*key, "score"]]
    frame = records.links.merge(scores, on=key, validate="many_to_one")
    return frame.rename(columns={"calendar_year": "year"})


def _effects_found(
    fits: Mapping[str, LayeredFit], simple: pd.DataFrame, truth: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    for model in (*FITTED, *COMPARATORS):
        if model in FITTED:
            table = fits[model].teacher_effects()[[*KEY, "effect", "lower", "upper"]]
            table = table.rename(columns={"effect": "estimate"})
        else:
            table = (
                simple[KEY]
                .assign(estimate=simple[model], lower=np.nan, upper=np.nan)
                .dropna(subset="estimate")
            )
        rows = table.merge(truth, on=KEY, validate="one_to_one")
        later = rows["year"] > truth["year"].min()
        for teachers, part in (("first", rows[~later]), ("later", rows[later])):
            if part.empty:
                continue
            variance = _mean_variance(fits[model], teachers) if model in FITTED else np.nan
            yield {
                "model": model,
                "teachers": teachers,
                **judge_estimates(part, centred=model in COMPARATORS),
                "teacher_variance": variance,
            }


def judge_estimates(rows: pd.DataFrame, centred: bool) -> dict[str, Any]:
    """Return how estimates of teachers agree with the truth.

    Parameters
    ----------
    rows
        `domain`, `year`, `estimate`, `lower`, `upper`, `effect` (true) and `mean_omitted`.
    centred
        Whether estimates count from their own mean of each domain and year, as those without a model do.
    """
    names = ["estimate", "effect", "mean_omitted"]
    means = rows.groupby(["domain", "year"])[names].transform("mean")
    omitted = rows["mean_omitted"] - means["mean_omitted"]
    estimate, effect = (rows[name] - centred * means[name] for name in names[:2])
    error = estimate - effect
    spread = float((omitted**2).sum())
    held = (rows["lower"] <= rows["effect"]) & (rows["effect"] <= rows["upper"])
    return {
        "n_teachers": len(rows),
        "square_error": float((error**2).mean()),
        "coverage": float(held.mean()) if rows["lower"].notna().all() else np.nan,
        "correlation": float(np.corrcoef(estimate, effect)[0, 1]) if estimate.std() > 0 else np.nan,
        "omitted_slope": float((omitted * error).sum()) / spread if spread > 0 else 0.0,
    }


def _mean_variance(fit: LayeredFit, teachers: str) -> float:
    table = fit.teacher_variances
    first = table["year"] == table["year"].min()
    return float(table.loc[first if teachers == "first" else ~first, "variance"].mean())
