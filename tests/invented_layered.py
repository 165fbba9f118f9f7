"""Invented results of the layered models: teachers of three year levels in separate groups of schools."""

import numpy as np
import pandas as pd

from valueadded.contracts.layered import LAYERED_EFFECTS, LAYERED_PERSISTENCE
from valueadded.contracts.layered_teachers import LAYERED_REVISIONS, LAYERED_TRACK_LINKS, LAYERED_WEIGHTS
from valueadded.table_io import check_table

LEVELS = (3, 4, 5)


def _texts(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({name: "str" for name in frame.columns if frame[name].dtype == object})


def make_teachers(n_teachers: int = 12, tracks: int = 2, models: tuple[str, ...] = ("complete", "zero")):
    """Effects of `n_teachers` of each year level, the first level without an earlier test."""
    random = np.random.default_rng(31)
    parts = []
    for model in models:
        for level in LEVELS:
            effect = random.normal(0, 10, n_teachers)
            error = random.uniform(3, 6, n_teachers)
            parts.append(
                pd.DataFrame(
                    {
                        "model": model,
                        "teacher_id": [f"T{level}{number:04d}" for number in range(n_teachers)],
                        "domain": "reading",
                        "year": 2018 + level,
                        "n_students": 25,
                        "effect": effect,
                        "std_error": error,
                        "lower": effect - 1.96 * error,
                        "upper": effect + 1.96 * error,
                        "component": np.arange(n_teachers) * tracks // n_teachers + 1,
                        "value_added": level > LEVELS[0],
                        "layer": "teacher",
                        "year_level": level,
                    }
                )
            )
    table = pd.concat(parts, ignore_index=True).astype({"component": "int64"})
    return check_table(_texts(table), LAYERED_EFFECTS, "effects")


def make_links(effects: pd.DataFrame) -> pd.DataFrame:
    """Every teacher passes students to two teachers of the next level in the same track."""
    rows = []
    nodes = effects[effects["model"] == effects["model"].iloc[0]]
    for level in LEVELS[:-1]:
        now, later = nodes[nodes["year_level"] == level], nodes[nodes["year_level"] == level + 1]
        for place, row in enumerate(now.itertuples()):
            mates = later[later["component"] == row.component].reset_index()
            for step in (0, 1):
                there = mates.iloc[(place + step) % len(mates)]
                rows.append(
                    {
                        "teacher_id": row.teacher_id,
                        "domain": row.domain,
                        "year": row.year,
                        "year_level": level,
                        "next_teacher_id": there["teacher_id"],
                        "next_year": row.year + 1,
                        "next_year_level": level + 1,
                        "n_students": 10 + 5 * step,
                        "component": row.component,
                    }
                )
    table = pd.DataFrame(rows).drop_duplicates(["teacher_id", "year", "next_teacher_id"], ignore_index=True)
    return check_table(_texts(table), LAYERED_TRACK_LINKS, "track_links")


def make_revisions(effects: pd.DataFrame) -> pd.DataFrame:
    """Effects of all but the last level; the first value-added teachers of a model are pulses."""
    random = np.random.default_rng(32)
    rows = effects[effects["year_level"] < LEVELS[-1]].reset_index(drop=True)
    statistic = random.normal(0, 1, len(rows))
    place = rows[rows["value_added"]].groupby("model").cumcount()
    statistic[place.index[place == 0]] = 5.0
    statistic[place.index[place == 1]] = -5.0
    table = rows[["model", "teacher_id", "domain", "year", "value_added", "layer", "year_level"]].assign(
        first_effect=rows["effect"],
        revised_effect=rows["effect"] + 2 * statistic,
        change=2 * statistic,
        std_error=2.0,
        statistic=statistic,
        pulse=np.abs(statistic) > 2.5758,
    )
    return check_table(table, LAYERED_REVISIONS, "revisions")


def make_weights(n_taught: int = 25, n_others: int = 60, domain: str = "reading") -> pd.DataFrame:
    """Weights in the effect of teacher T40001; the first student has no score in the last year."""
    random = np.random.default_rng(33)
    rows = []
    for number in range(n_taught + n_others):
        taught = number < n_taught
        for year in (2021, 2022, 2023):
            if number == 0 and year == 2023:
                continue
            weight = random.normal(0, 1 / n_taught if taught else 0.1 / n_others)
            deviation = random.normal(0, 50)
            rows.append((f"P{number:05d}", domain, year, year - 2018, taught, deviation, weight))
    names = ["student_id", "domain", "year", "year_level", "taught", "deviation", "weight"]
    table = pd.DataFrame(rows, columns=names)
    table = table.assign(
        model="complete",
        teacher_id="T40001",
        teacher_domain=domain,
        teacher_year=2022,
        teacher_year_level=4,
        contribution=table["weight"] * table["deviation"],
        value_added=True,
    )
    return check_table(_texts(table), LAYERED_WEIGHTS, "weights")


def make_persistence(models: tuple[str, ...] = ("complete", "variable", "zero"), layers=("teacher",)):
    """Persistence over three year levels."""
    rows = []
    for model in models:
        for layer in layers:
            for k, (period, later) in enumerate(((3, 4), (4, 5), (3, 5))):
                value = {"complete": 1.0, "zero": 0.0, "fixed": 0.6}.get(model, 0.7 - 0.1 * k)
                estimated = model == "variable"
                error = 0.08 if estimated else np.nan
                rows.append(
                    (
                        *(model, layer, "reading", period, later, later - period, value, error),
                        *(value - 1.96 * error, value + 1.96 * error, estimated),
                    )
                )
    table = pd.DataFrame(rows, columns=list(LAYERED_PERSISTENCE.columns))
    return check_table(_texts(table), LAYERED_PERSISTENCE, "persistence")
