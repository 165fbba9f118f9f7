"""What is worked out from fitted models without fitting again: revisions, weights, published effects."""

from dataclasses import dataclass

import pandas as pd

from valueadded.errors import DesignError
from valueadded.layered.join import frame_of, on_calendar
from valueadded.layered.known import KnownModel, restore_model
from valueadded.layered.records import read_records
from valueadded.layered.revisions import revise_effects
from valueadded.layered.weights import effect_contributions

EFFECT = ["model", "layer", "teacher_id", "domain", "year", "year_level"]
PERIODS = {"period": "year", "period_a": "year_a", "period_b": "year_b", "score_period": "score_year"}


@dataclass(frozen=True)
class FittedTables:
    """Fitted models as tables, and what they were fitted to.

    scores, links : joined records
    variances, covariance, persistence : the parameters, as `fit_models` returns them
    covariates, unscored, schools, time : as they were fitted
    """

    scores: pd.DataFrame
    links: pd.DataFrame
    variances: pd.DataFrame
    covariance: pd.DataFrame
    persistence: pd.DataFrame
    covariates: list[str]
    unscored: str
    schools: bool
    time: str

    def restore(self) -> dict[str, KnownModel]:
        """Return every model by its name, without fitting again."""
        frame = frame_of(self.scores, self.links)
        records = read_records(frame, self.covariates, self.unscored, self.schools)
        tables = [
            table.rename(columns=PERIODS) for table in (self.variances, self.covariance, self.persistence)
        ]
        return {
            str(name): restore_model(
                records, self.covariates, *(table[table["model"] == name] for table in tables)
            )
            for name in self.variances["model"].unique()
        }


def revisions_table(fitted: FittedTables, effects: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return first and revised effects of every model; `effects` says which are value added."""
    table = on_calendar(revise_effects(fitted.restore(), level).table, fitted.time)
    return table.merge(effects[[*EFFECT, "value_added"]], on=EFFECT, how="left", validate="one_to_one")


def weights_table(fitted: FittedTables, teachers: list[str]) -> pd.DataFrame:
    """Return the scores that count in the effects of some teachers, whose they are and how much they count.

    Raises
    ------
    DesignError
        If a teacher has no effect.
    """
    parts = []
    for name, model in fitted.restore().items():
        effects = model.design.effects
        chosen = effects[(effects["layer"] == "teacher") & effects["unit"].isin(teachers)]
        unknown = sorted(set(teachers) - set(chosen["unit"]))
        if unknown:
            raise DesignError(
                f"teachers {unknown} have no effect; expected teachers of these records (layered.weights_of)"
            )
        dated = on_calendar(chosen, fitted.time)
        names = ["unit", "domain", "year", "cohort"]
        added = model.teacher_effects()["value_added"][chosen.index]
        for effect, when, label in zip(
            chosen[names].to_numpy(dtype=object),
            dated[["year", "year_level"]].to_numpy(),
            added,
            strict=True,
        ):
            teacher, domain, period, cohort = effect
            weights = effect_contributions(model, teacher, period, domain, cohort=cohort)
            whose = {"model": name, "teacher_id": teacher, "teacher_domain": domain}
            dates = {"teacher_year": when[0], "teacher_year_level": when[1], "value_added": bool(label)}
            parts.append(weights.rename(columns={"year": "period"}).assign(**whose, **dates))
    return _with_tests(pd.concat(parts, ignore_index=True), fitted)


def _with_tests(weights: pd.DataFrame, fitted: FittedTables) -> pd.DataFrame:
    """Return weights with the calendar year and level of each score, and whether the teacher taught it."""
    tests = fitted.scores[["student_id", "domain", "period", "year", "year_level"]]
    rows = weights.merge(tests, on=["student_id", "domain", "period"], validate="many_to_one")
    levels = fitted.scores[["student_id", "domain", "year", "year_level"]]
    own = fitted.links.merge(levels, on=["student_id", "domain", "year"]).drop(columns="share")
    names = {name: f"teacher_{name}" for name in ("domain", "year", "year_level")}
    taught = own.rename(columns=names).assign(taught=True)
    rows = rows.merge(taught, on=["student_id", "teacher_id", *names.values()], how="left")
    known = rows["taught"].notna().to_numpy(dtype=bool)
    return rows.drop(columns="period").assign(taught=known)


def publishable_effects(effects: pd.DataFrame, teachers: bool) -> pd.DataFrame:
    """Return the effects that may be handed on: value added only, those of teachers only if asked for.

    Effects of teachers of the first year of a cohort, before whom nobody was tested, are levels (L15).
    """
    allowed = effects["value_added"] & (teachers | (effects["layer"] != "teacher"))
    return effects[allowed].drop(columns="value_added").reset_index(drop=True)
