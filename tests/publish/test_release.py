"""The release tables: a status everywhere, nothing below the minimum, no digit that is not justified."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from published_world import POLICY, World, invent_world

from valueadded.contracts.published import PUBLISHED
from valueadded.errors import DisclosureError
from valueadded.publish import release_tables
from valueadded.table_io import check_table


@pytest.fixture(scope="module")
def world() -> World:
    return invent_world()


def numbers_of(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if frame[name].dtype == np.float64]


@pytest.mark.parametrize(
    "name", ["school_effects", "school_changes", "system_drift", "year_correlations", "location_scale"]
)
def test_table_meets_its_contract_and_is_never_blank(world: World, name: str) -> None:
    table = check_table(world.release.tables[name], PUBLISHED[name], name)
    assert table["status"].notna().all()
    rest = table[table["status"] != "published"]
    assert rest[numbers_of(table)].isna().all(axis=None)
    shown = table[table["status"] == "published"]
    assert shown[numbers_of(table)].notna().all(axis=None)


def test_statuses_of_one_cohort(world: World) -> None:
    """s03 has four students in reading 2020, alone: so the next is hidden too. s39 is absent in 2019."""
    table = (
        world.release.tables["school_effects"]
        .set_index(["domain", "year", "model", "school_id"])
        .sort_index()["status"]
    )
    cohort = table["reading", 2020, "relative"]
    counts = world.counts.query("domain == 'reading' and year == 2020").set_index("school_id")["n_students"]
    second = counts.drop("s03").sort_index().idxmin()
    assert sorted(cohort.index[cohort == "suppressed"]) == sorted(["s03", second])
    assert table["reading", 2019, "relative", "s39"] == "not available"
    assert (table["reading", 2019].drop("s39", level="school_id") == "published").all()


def test_a_change_needs_both_years(world: World) -> None:
    changes = (
        world.release.tables["school_changes"]
        .set_index(["domain", "school_id", "year_to", "model"])
        .sort_index()["status"]
    )
    assert changes["reading", "s03", 2020, "relative"] == "suppressed"
    assert changes["reading", "s03", 2021, "relative"] == "published"
    assert (changes["numeracy", "s07"] == "suppressed").all(), "its base year is hidden"
    assert (changes["reading", "s39"] == "not available").all()


def test_published_numbers_are_the_results_within_half_a_step(world: World) -> None:
    """The errors of 12 to 92 students are 4 to 8 points, their median near 5: the step is at most 1."""
    key = ["domain", "year", "model", "school_id"]
    table = world.release.tables["school_effects"].query("status == 'published'")
    both = table.merge(world.results["school_effects"], on=key, suffixes=("", "_exact"))
    for name in ("effect", "std_error", "lower", "upper"):
        assert (both[name] - both[f"{name}_exact"]).abs().max() <= 0.5
        assert np.allclose(both[name] % 0.5, 0)


def test_only_the_highest_location_scale_model_is_published(world: World) -> None:
    assert set(world.release.tables["location_scale"]["model"]) == {"Model 3"}


def test_only_chosen_models_are_published(world: World) -> None:
    found = release_tables(world.results, world.record, replace(POLICY, models=["relative"]))
    assert set(found.tables["school_effects"]["model"]) == {"relative"}
    assert set(found.tables["school_changes"]["model"]) == {"relative"}


def test_record_holds_the_students_of_published_cells_only(world: World) -> None:
    cells = set(
        world.release.records["release_record"][["domain", "year", "school_id"]].itertuples(
            index=False, name=None
        )
    )
    assert not cells & world.hidden
    table = world.release.tables["school_effects"].query("status == 'published' and model == 'relative'")
    assert cells == set(table[["domain", "year", "school_id"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"minimum_students": 2, "count_bands": [2, 5]}, "3 or more"),
        ({"count_bands": [5, 10]}, "begins at 5"),
    ],
)
def test_a_policy_that_hides_nothing_is_refused(changed: dict[str, object], words: str) -> None:
    with pytest.raises(DisclosureError, match=words):
        replace(POLICY, **changed)


def test_order_of_rows_does_not_matter(world: World) -> None:
    shuffled = {name: frame.sample(frac=1, random_state=2) for name, frame in world.results.items()}
    found = release_tables(shuffled, world.record, POLICY).tables
    for name, table in world.release.tables.items():
        key = list(PUBLISHED[name].unique)
        pd.testing.assert_frame_equal(
            found[name].sort_values(key, ignore_index=True), table.sort_values(key, ignore_index=True)
        )


def test_whole_schools_alone_make_a_release(world: World) -> None:
    """Twelve schools, one of eight students: it and the next are hidden; one has no outcome."""
    students = [8, 11, *range(20, 30)]
    performance = pd.DataFrame(
        {
            "outcome": "reading", "window": "LY", "group": "primary", "calendar_year": 2011,
            "school_id": [f"s{place:02d}" for place in range(12)], "n_students": [float(n) for n in students],
            "standardised_residual": np.linspace(-2.04, 2.04, 12), "band": "similar",
            "status": ["published"] * 11 + ["missing outcome"],
        }
    )  # fmt: skip
    found = release_tables({"performance": performance}, world.record, POLICY)
    assert list(found.tables) == ["performance"]
    assert found.records["release_record"].empty
    assert len(found.records["performance_record"]) == 9
    assert list(found.records["release_record"]) == list(world.record)
    table = check_table(found.tables["performance"], PUBLISHED["performance"], "performance")
    assert table["status"].tolist() == ["suppressed"] * 2 + ["published"] * 9 + ["not available"]
    shown = table[table["status"] == "published"]
    assert (shown["standardised_residual"] * 10 % 1).round(6).isin([0, 1]).all(), "in steps of 0.1"
    assert table.loc[table["status"] != "published", "standardised_residual"].isna().all()
    assert shown["students"].unique().tolist() == ["20-29"]
