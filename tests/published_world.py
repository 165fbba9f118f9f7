"""A small system with known counts, its results, and the release made from them, for tests of disclosure."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from valueadded.publish import ReleasePolicy, ReleaseTables, release_tables

POLICY = ReleasePolicy(10, [10, 20, 30, 50, 100], ["relative", "benchmark_offset"], 0.2)
YEARS = (2019, 2020, 2021)
DOMAINS = ("reading", "numeracy")
SCHOOL_SD, STUDENT_SD = 11.0, 42.0
# (domain, year, school) -> students. In each of these cohorts, few students are in one school, two or none.
SMALL = {
    ("reading", 2020, "s03"): 4,  # alone
    ("reading", 2021, "s05"): 9,  # one of two
    ("reading", 2021, "s06"): 1,
    ("numeracy", 2019, "s07"): 3,  # alone, in the base year
}


@dataclass(frozen=True)
class World:
    """Results as they stay in the building, the students behind them, and the release."""

    results: dict[str, pd.DataFrame]
    record: pd.DataFrame
    release: ReleaseTables

    @property
    def counts(self) -> pd.DataFrame:
        """Students of each domain, year and school."""
        effects = self.results["school_effects"]
        return effects[effects["model"] == "relative"][["domain", "year", "school_id", "n_students"]]

    @property
    def hidden(self) -> set[tuple[str, int, str]]:
        """Cells below the minimum, as an attacker would like to know them."""
        small = self.counts[self.counts["n_students"] < POLICY.minimum_students]
        return set(small[["domain", "year", "school_id"]].itertuples(index=False, name=None))

    def without(self, students: int) -> "World":
        """Return the world with the first students of school s10, reading 2020, taken out."""
        cell = self.record.query("domain == 'reading' and year == 2020 and school_id == 's10'")
        return replace(self, record=self.record.drop(cell.index[:students]))


def invent_world(schools: int = 40, seed: int = 11) -> World:
    """Return a world of schools; school s39 is absent in 2019."""
    random = np.random.default_rng(seed)
    names = [f"s{place:02d}" for place in range(schools)]
    usual = dict(zip(names, random.integers(12, 90, schools), strict=True))
    cells = [
        (domain, year, school, int(SMALL.get((domain, year, school), usual[school] + random.integers(0, 3))))
        for domain in DOMAINS
        for year in YEARS
        for school in names
        if (year, school) != (2019, "s39")
    ]
    frame = pd.DataFrame(cells, columns=["domain", "year", "school_id", "n_students"])
    truth = random.normal(0.0, SCHOOL_SD, len(frame))
    mean = truth + random.normal(0.0, 1.0, len(frame)) * STUDENT_SD / np.sqrt(frame["n_students"])
    frame["mean_residual"] = mean - mean.groupby([frame["domain"], frame["year"]]).transform("mean")
    models = [
        _with_effects(frame, model, level) for model, level in (("relative", 0.0), ("benchmark_offset", -4.0))
    ]
    effects = pd.concat(models, ignore_index=True)
    record = frame.loc[frame.index.repeat(frame["n_students"]), ["domain", "year", "school_id"]]
    record = record.assign(student_id=[f"canary{number:06d}" for number in range(len(record))])
    results = {
        "school_effects": effects,
        "ranks": _ranks(effects),
        "school_changes": _changes(effects),
        "system_drift": pd.DataFrame(
            {"domain": "reading", "year": [2020, 2021], "basis": "student", "drift": [-4.2173, -3.1],
             "std_error": 0.62, "lower": -5.4, "upper": -2.9}
        ),
        "year_correlations": pd.DataFrame(
            {"domain": "reading", "year_a": 2019, "year_b": [2020, 2021], "model_a": "relative",
             "model_b": "relative", "method": "shrunken", "correlation": [0.81234, 0.7], "lower": 0.6,
             "upper": 0.9, "n_schools": [39, 7], "estimates": "correlation of shrunken effects"}
        ),
        "location_scale": _location_scale(frame),
    }  # fmt: skip
    return World(results, record.reset_index(drop=True), release_tables(results, record, POLICY))


def _with_effects(frame: pd.DataFrame, model: str, level: float) -> pd.DataFrame:
    """Return shrunken effects: reliability times the mean residual, measured from a line at `level`."""
    noise = STUDENT_SD**2 / frame["n_students"]
    reliability = SCHOOL_SD**2 / (SCHOOL_SD**2 + noise)
    error = np.sqrt(SCHOOL_SD**2 * (1 - reliability))
    effect = reliability * frame["mean_residual"] + level
    return frame.assign(
        model=model, effect=effect, std_error=error, lower=effect - 1.96 * error, upper=effect + 1.96 * error,
        reliability=reliability,
    )  # fmt: skip


def _ranks(effects: pd.DataFrame) -> pd.DataFrame:
    cohort = [effects[name] for name in ("domain", "year", "model")]
    rank = effects["effect"].groupby(cohort).rank()
    last = rank.groupby(cohort).transform("max")
    return effects[["domain", "year", "model", "school_id"]].assign(
        rank=rank, rank_lower=(rank - 5).clip(lower=1).astype("int64"),
        rank_upper=np.minimum(rank + 5, last).astype("int64"),
    )  # fmt: skip


def _changes(effects: pd.DataFrame) -> pd.DataFrame:
    key = ["domain", "model", "school_id"]
    base = effects[effects["year"] == YEARS[0]]
    later = effects[effects["year"] != YEARS[0]]
    both = base.merge(later, on=key, suffixes=("_from", "_to"))
    error = np.hypot(both["std_error_from"], both["std_error_to"])
    change = both["effect_to"] - both["effect_from"]
    return both[[*key, "year_from", "year_to"]].assign(
        change=change, std_error=error, lower=change - 1.96 * error, upper=change + 1.96 * error,
        p_improved=1 / (1 + np.exp(-1.7 * change / error)),
    )  # fmt: skip


def _location_scale(frame: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for model in ("Model 1", "Model 3"):
        columns = {}
        for name, spread in (("mean_effect", 0.2), ("scale_effect", 0.3)):
            value = spread * np.sin(np.arange(len(frame)) + len(model))
            columns |= {
                name: value, f"{name}_std_error": spread / 2, f"{name}_lower": value - spread,
                f"{name}_upper": value + spread,
            }  # fmt: skip
        cells = frame[["domain", "year", "school_id", "n_students"]]
        parts.append(cells.assign(model=model, estimator="ml", **columns))
    return pd.concat(parts, ignore_index=True)
