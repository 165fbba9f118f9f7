"""Check that the results of a run of the default configuration are complete and add up.

Usage: check_results.py [folder that holds results/]. Every fault is reported; one is enough to fail.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

MODELS = {"relative", "relative_slope", "joint", "benchmark_offset", "benchmark_drift", "benchmark_frozen"}
FIGURES = 21
REGRESSIONS = 50
RELEASE = (
    "school_effects",
    "school_changes",
    "system_drift",
    "year_correlations",
    "location_scale",
    "performance",
)
# The identity is exact in theory. Its terms are sums of a few products of scores below 1,000, each rounded at
# 1e-13, so this leaves a factor of hundreds.
IDENTITY_TOLERANCE = 1e-10


def check_ledger(results: Path) -> list[str]:
    """Every row read is accepted, quarantined or merged with its duplicate."""
    ledger = pd.read_parquet(results / "validation" / "ledger.parquet")
    if ledger.empty or ledger["rows_in"].sum() == 0:
        return ["the ledger records no rows"]
    accounted = ledger["accepted"] + ledger["quarantined"] + ledger["duplicates_merged"]
    wrong = ledger.loc[ledger["rows_in"] != accounted]
    return [
        f"{row.source_file} ({row.table}): {row.rows_in} rows in, but {row.accepted} accepted, "
        f"{row.quarantined} quarantined and {row.duplicates_merged} merged"
        for row in wrong.itertuples()
    ]


def check_attrition(results: Path) -> list[str]:
    """There is an account of who was lost between the records and the cohorts."""
    attrition = pd.read_parquet(results / "cohorts" / "attrition.parquet")
    if attrition.empty:
        return ["the attrition table is empty"]
    signed = attrition["students"].where(attrition["step"] != "records", -attrition["students"])
    sums = signed.groupby([attrition["domain"], attrition["year"]]).sum()
    return [f"the steps of {domain} {year} do not add up" for (domain, year), gap in sums.items() if gap != 0]


def check_fits(results: Path) -> list[str]:
    """Every mixed model reached its optimum."""
    families = [pd.read_parquet(results / family / "fits.parquet") for family in ("mixed", "benchmark")]
    if any(family.empty for family in families):
        return ["no mixed model was fitted"]
    fits = pd.concat(families, ignore_index=True)
    failed = fits.loc[~fits["converged"].eq(True)]
    return [f"{row.model} of {row.domain} {row.year} did not converge" for row in failed.itertuples()]


def check_decomposition(results: Path) -> list[str]:
    """The benchmark residual of a school is its relative residual plus the two parts of the drift."""
    table = pd.read_parquet(results / "benchmark" / "decomposition.parquet")
    if table.empty:
        return ["the decomposition is empty"]
    parts = table["mean_residual_relative"] + table["intercept_part"] + table["slope_part"]
    gap = (table["mean_residual_benchmark"] - parts).abs()
    # Written so that a missing value counts as wrong.
    wrong = table.loc[~(gap <= IDENTITY_TOLERANCE)]
    if wrong.empty:
        return []
    first = wrong.iloc[0]
    return [
        f"the identity fails for {len(wrong)} of {len(table)} rows, first {first['domain']} {first['year']} "
        f"school {first['school_id']}; the largest gap is {gap.max():.3g}, allowed is "
        f"{IDENTITY_TOLERANCE:.3g}"
    ]


def check_effects(results: Path) -> list[str]:
    """The table of school effects gathers every model."""
    effects = pd.read_parquet(results / "effects" / "school_effects.parquet", columns=["model"])
    missing = MODELS - set(effects["model"])
    return [f"no school effects of {model}" for model in sorted(missing)]


def check_figures(results: Path) -> list[str]:
    """Every figure exists as a picture and as a drawing."""
    folder = results / "figures"
    figures = {
        suffix: {path.relative_to(folder).with_suffix("") for path in folder.rglob(f"*.{suffix}")}
        for suffix in ("png", "svg")
    }
    faults = []
    if len(figures["png"]) < FIGURES:
        faults.append(f"{len(figures['png'])} PNG figures, expected at least {FIGURES}")
    for name in sorted(figures["png"] ^ figures["svg"]):
        faults.append(f"{name} exists as {'PNG' if name in figures['png'] else 'SVG'} only")
    return faults


def check_location_scale(results: Path) -> list[str]:
    """Every location-scale model reached its maximum, and nested models do not fit better."""
    fits = pd.read_parquet(results / "location_scale" / "fits.parquet")
    if fits.empty:
        return ["no location-scale model was fitted"]
    failed = fits.loc[~fits["converged"].eq(True)]
    faults = [f"{row.model} of {row.domain} {row.year} did not converge" for row in failed.itertuples()]
    wide = fits.pivot(index=["domain", "year"], columns="model", values="log_likelihood")
    # Model 1 is within 2, and 2 within 3; the gradient at a maximum leaves less than this of the likelihood.
    steps = wide[["Model 1", "Model 2", "Model 3"]].diff(axis=1).iloc[:, 1:]
    worse = steps.lt(-1e-6).any(axis=1)
    return faults + [f"a wider model of {domain} {year} fits worse" for domain, year in steps.index[worse]]


def check_location_scale_tables(results: Path) -> list[str]:
    """Tables 1 to 5 show every fitted model and no cell of fewer than ten students."""
    folder = results / "location_scale" / "tables"
    cells = pd.read_parquet(folder / "characteristics.parquet")
    small = cells.loc[cells["n_students"].lt(10)]
    faults = [f"{row.table} of {row.domain} {row.year} shows {row.term}" for row in small.itertuples()]
    key = ["domain", "year", "model"]
    comparison = pd.read_parquet(results / "location_scale" / "comparison.parquet", columns=key)
    ladder = pd.read_parquet(folder / "ladder.parquet", columns=key)
    fitted, shown = (set(table.itertuples(index=False, name=None)) for table in (comparison, ladder))
    faults += [f"{model} of {domain} {year} is in no table" for domain, year, model in sorted(fitted - shown)]
    if not (folder / "tables.md").is_file():
        faults.append("the page of the tables is missing")
    return faults


def check_layered(results: Path) -> list[str]:
    """Every layered model reached its maximum, free persistence fits best, and no teacher is published."""
    fits = pd.read_parquet(results / "layered" / "fits.parquet").set_index("model")
    faults = [f"layered model {model} did not converge" for model in fits.index[~fits["converged"]]]
    wide = fits["log_likelihood"]
    # The others are within it; the search leaves less than this of the likelihood.
    if "variable" in wide and (wide > wide["variable"] + 1e-5).any():
        faults.append("a layered model fits better than the one that contains it")
    published = pd.read_parquet(results / "layered" / "published_effects.parquet", columns=["layer"])
    if (published["layer"] == "teacher").any():
        faults.append("effects of teachers are published")
    return faults


def check_annual(results: Path) -> list[str]:
    """Every school with a yearly measure has a type, and no value stands twice."""
    folder = results / "intake_adjusted"
    annual = pd.read_parquet(folder / "annual.parquet")
    types = pd.read_parquet(folder / "school_types.parquet")
    if annual.empty:
        return ["there are no yearly measures of whole schools"]
    faults = [
        f"school {school} has yearly measures and no type"
        for school in sorted(set(annual["school_id"]) - set(types["school_id"]))
    ]
    twice = annual[annual.duplicated(["school_id", "measure", "calendar_year"])]
    faults += [f"{row.measure} of school {row.school_id} stands twice" for row in twice.itertuples()]
    branches = pd.read_parquet(folder / "aim_branches.parquet", columns=["measure"])
    unsaid = annual.loc[annual["measure"].isin(branches["measure"])]
    if len(unsaid) != len(branches):
        faults.append(f"{len(unsaid)} AIM means, and the branch of {len(branches)}")
    return faults


def check_whole_schools(results: Path) -> list[str]:
    """Every regression stands, every school has a status on every outcome, and every table has its rows."""
    folder = results / "intake_adjusted"
    key = ["outcome", "window", "group"]
    terms = pd.read_parquet(folder / "regressions.parquet")
    standing = terms.loc[terms["estimate"].notna()].drop_duplicates(key)
    faults = []
    if len(standing) != REGRESSIONS:
        faults.append(f"{len(standing)} regressions of whole schools stand, expected {REGRESSIONS}")
    performance = pd.read_parquet(folder / "performance.parquet")
    shown = performance["status"].isin(["published", "capped"])
    # A result without a status, or a status of a result without one.
    wrong = performance.loc[shown != performance["standardised_residual"].notna()]
    faults += [f"school {row.school_id} on {row.variable}: {row.status}" for row in wrong.itertuples()]
    for name in ("uncertainty", "contest", "multilevel", "agreement", "choices"):
        if pd.read_parquet(folder / f"{name}.parquet").empty:
            faults.append(f"{name} of whole schools is empty")
    return faults


def check_release(results: Path) -> list[str]:
    """Every release table has its rows and its two copies, and no number where nothing is published."""
    folder = results / "published"
    faults = [
        f"{name} is not published"
        for name in ("release.xlsx", "report.html")
        if not (folder / name).is_file()
    ]
    for name in RELEASE:
        table = pd.read_parquet(folder / f"{name}.parquet")
        copy = pd.read_csv(folder / f"{name}.csv", dtype={"school_id": str})
        if table.empty or len(copy) != len(table):
            faults.append(f"{name}: {len(table)} rows published, {len(copy)} as CSV")
        hidden = table.loc[table["status"] != "published"].select_dtypes("float64")
        if hidden.notna().to_numpy().any():
            faults.append(f"{name}: a number stands where nothing is published")
    return faults


def check_manifest(results: Path) -> list[str]:
    """The manifest lists every published file, its copy is the same, and every release table is in it."""
    text = (results / "manifest.json").read_bytes()
    manifest = json.loads(text)
    faults = [] if text == (results / "published" / "manifest.json").read_bytes() else ["the copy differs"]
    there = {f"results/published/{path.name}" for path in (results / "published").iterdir()}
    unlisted = there - set(manifest["outputs"]) - {"results/published/manifest.json"}
    faults += [f"{name} is not in the manifest" for name in sorted(unlisted)]
    faults += [
        f"{name} has no numbers" for name in RELEASE if not manifest["published"].get(name, {}).get("rows")
    ]
    return faults


CHECKS: dict[str, Callable[[Path], list[str]]] = {
    "ledger": check_ledger,
    "attrition": check_attrition,
    "fits": check_fits,
    "decomposition": check_decomposition,
    "effects": check_effects,
    "location_scale": check_location_scale,
    "location_scale_tables": check_location_scale_tables,
    "layered": check_layered,
    "annual": check_annual,
    "whole_schools": check_whole_schools,
    "figures": check_figures,
    "release": check_release,
    "manifest": check_manifest,
}


def main(folder: Path) -> int:
    failed = 0
    for name, check in CHECKS.items():
        try:
            faults = check(folder / "results")
        except (OSError, KeyError, AttributeError, ValueError) as error:
            # A missing file or column is a finding, not the end of the report.
            faults = [f"{type(error).__name__}: {error}"]
        print(f"{name}: {'ok' if not faults else 'FAILED'}")
        for fault in faults:
            print(f"  {fault}")
        failed += bool(faults)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
