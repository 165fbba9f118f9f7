"""Attempts to recover what a release hides, by an outsider with every published file who knows the method.

Each attack returns what it recovered of cells below the minimum: it must come back with nothing. An attack
that finds nothing in any table guards nothing, so the last test lets the same attacks loose on the results
themselves, unprotected, where they succeed.
"""

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as parquet
import pytest
from published_world import POLICY, SCHOOL_SD, STUDENT_SD, World, invent_world
from scipy.optimize import linprog

from valueadded.contracts.published import PUBLISHED
from valueadded.errors import DisclosureError
from valueadded.ownership import write_bytes
from valueadded.publish import compare_releases
from valueadded.publish.exports import export_csv, export_workbook
from valueadded.publish.whole_schools import publish_performance
from valueadded.table_io import write_table, write_text

CELL = ["domain", "year", "school_id"]


@dataclass(frozen=True)
class Loot:
    """What an attacker holds: the published folder and its tables; and, to be checked against, the truth."""

    folder: Path
    tables: dict[str, pd.DataFrame]
    world: World

    def effects(self, model: str = "relative") -> pd.DataFrame:
        table = self.tables["school_effects"]
        return table[table["model"] == model]

    def bytes_of(self, pattern: str) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.folder.glob(pattern))]


def write_release(world: World, folder: Path) -> Loot:
    for name, table in world.release.tables.items():
        write_table(table, folder / f"{name}.parquet", PUBLISHED[name])
        write_text(export_csv(table), folder / f"{name}.csv")
    write_bytes(export_workbook(world.release.tables, PUBLISHED), folder / "release.xlsx")
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in world.release.tables}
    return Loot(folder, tables, world)


@pytest.fixture(scope="module")
def loot(tmp_path_factory: pytest.TempPathFactory) -> Loot:
    return write_release(invent_world(), tmp_path_factory.mktemp("published"))


def small_rows(table: pd.DataFrame, hidden: set[tuple[str, int, str]]) -> pd.DataFrame:
    """Rows of a table, by domain, year and school, that belong to a cell below the minimum."""
    return table[[cell in hidden for cell in table[CELL].itertuples(index=False, name=None)]]


# Small cells, read straight from a file.
def read_column(table: str, column: str) -> Callable[[Loot], list[object]]:
    def attack(loot: Loot) -> list[object]:
        return small_rows(loot.tables[table], loot.world.hidden)[column].dropna().tolist()

    attack.__name__ = f"{table}_{column}_of_small_cell"
    return attack


def band_of_small_cell(loot: Loot) -> list[object]:
    words = small_rows(loot.tables["school_effects"], loot.world.hidden)["students"]
    return words[words.str.contains(r"\d")].tolist()


def csv_cell(loot: Loot) -> list[object]:
    text = pd.read_csv(loot.folder / "school_effects.csv")
    return small_rows(text, loot.world.hidden)["effect"].dropna().tolist()


def workbook_cell(loot: Loot) -> list[object]:
    book = openpyxl.load_workbook(loot.folder / "release.xlsx")
    rows = list(book["school_effects"].iter_rows(values_only=True))
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    return small_rows(frame, loot.world.hidden)["effect"].dropna().tolist()


def hidden_sheet(loot: Loot) -> list[object]:
    book = openpyxl.load_workbook(loot.folder / "release.xlsx")
    return [sheet.title for sheet in book if sheet.sheet_state != "visible"]


# Margins: what must add up.
def effects_sum_to_zero(loot: Loot) -> list[object]:
    """Relative effects of a cohort add up to about 0: one hidden school is minus the sum of the others."""
    hidden = loot.effects().query("status == 'suppressed'").groupby(["domain", "year"]).size()
    return hidden[hidden == 1].index.tolist()


def the_rank_nobody_has(loot: Loot) -> list[object]:
    """With one school hidden, the place that no other school has is its own."""
    found = []
    for cohort, rows in loot.effects().groupby(["domain", "year"]):
        hidden = rows[rows["status"] == "suppressed"]
        exact = rows["percentile_lower"].dropna()
        unique = exact.is_unique and len(exact) > 0
        if len(hidden) == 1 or (unique and len(hidden)):
            found.append(cohort)
    return found


def weighted_sum_with_band_limits(loot: Loot) -> list[object]:
    """The student-weighted effects add up to 0 as well: bounds of one hidden effect by linear programming.

    Unknown: the products of hidden schools, each of 1 to 30 students within 60 points of 0.
    The attack succeeds where every feasible value of one hidden effect has the same sign.
    """
    found = []
    for cohort, rows in loot.effects().groupby(["domain", "year"]):
        hidden = rows[rows["status"] == "suppressed"]
        shown = rows[rows["status"] == "published"]
        if hidden.empty:
            continue
        low = shown["students"].str.extract(r"^(\d+)")[0].astype(float)
        high = low * 2
        margin = (shown["effect"].abs() * (high - low)).sum()
        total = (shown["effect"] * (low + high) / 2).sum()
        # Rows: |total + sum of hidden products| <= margin.
        ones = np.ones(len(hidden))
        limits = [(-60.0 * 30, 60.0 * 30)] * len(hidden)
        for place in range(len(hidden)):
            unit = np.eye(len(hidden))[place]
            ends = [
                linprog(sign * unit, A_ub=[ones, -ones], b_ub=[margin - total, margin + total], bounds=limits)
                for sign in (1, -1)
            ]
            if all(end.success for end in ends) and ends[0].fun * -ends[1].fun > 0:
                found.append((cohort, place))
    return found


def number_of_schools_as_a_total(loot: Loot) -> list[object]:
    """Schools in a correlation minus schools that are shown: exact only where counts are exact."""
    words = loot.tables["year_correlations"]["schools"]
    return words[words.str.fullmatch(r"\d+")].tolist()


def correlation_of_few_schools(loot: Loot) -> list[object]:
    table = loot.tables["year_correlations"]
    few = table[table["year_b"] == 2021]  # of 7 schools
    return few["correlation"].dropna().tolist()


# Cross-table: one table's answer to another's gap.
def effect_plus_change(loot: Loot) -> list[object]:
    """Effect of the base year plus the change gives the effect of a hidden year."""
    changes = loot.tables["school_changes"].rename(columns={"year_to": "year"})
    return small_rows(changes, loot.world.hidden)["change"].dropna().tolist()


def effect_minus_change(loot: Loot) -> list[object]:
    """Effect of a later year minus the change gives the effect of a hidden base year."""
    changes = loot.tables["school_changes"].rename(columns={"year_from": "year"})
    return small_rows(changes, loot.world.hidden)["change"].dropna().tolist()


def difference_of_two_changes(loot: Loot) -> list[object]:
    """Two changes from one hidden base year differ by the change between the later years, and so on."""
    changes = loot.tables["school_changes"].query("domain == 'numeracy' and school_id == 's07'")
    return changes["change"].dropna().tolist()


def sign_of_a_hidden_change(loot: Loot) -> list[object]:
    changes = loot.tables["school_changes"].rename(columns={"year_to": "year"})
    return small_rows(changes, loot.world.hidden)["p_improved"].dropna().tolist()


def other_model(loot: Loot) -> list[object]:
    """The benchmark effect of a school is its relative effect plus the drift."""
    return small_rows(loot.effects("benchmark_offset"), loot.world.hidden)["effect"].dropna().tolist()


def one_hidden_in_either_model(loot: Loot) -> list[object]:
    table = loot.tables["school_effects"]
    statuses = table.groupby(CELL)["status"].nunique()
    return statuses[statuses > 1].index.tolist()


def location_scale_against_effects(loot: Loot) -> list[object]:
    """A cell hidden in one table and shown in the other."""
    effects = loot.effects()[[*CELL, "status"]]
    both = effects.merge(loot.tables["location_scale"][[*CELL, "status"]], on=CELL)
    return both[both["status_x"] != both["status_y"]][CELL].values.tolist()


def drift_minus_levels(loot: Loot) -> list[object]:
    """Benchmark minus relative effect is one level for all schools: a hidden school has no second row."""
    both = loot.effects().merge(loot.effects("benchmark_offset"), on=CELL, suffixes=("", "_b"))
    level = both["effect_b"] - both["effect"]
    return small_rows(both.assign(level=level), loot.world.hidden)["level"].dropna().tolist()


# Numbers so exact that they give back a count or a sum of scores.
def count_from_the_standard_error(loot: Loot) -> list[object]:
    """Of the shrinkage formula, the error is a function of the count: which counts give the printed error?"""
    counts = np.arange(1, 300)
    error = SCHOOL_SD * np.sqrt(1 - SCHOOL_SD**2 / (SCHOOL_SD**2 + STUDENT_SD**2 / counts))
    found = []
    for row in loot.effects().query("status == 'published'").itertuples():
        fits = counts[np.abs(error - row.std_error) <= 0.5]
        if len(fits) < 5:
            found.append((row.domain, row.year, row.school_id))
    return found


def count_from_the_interval(loot: Loot) -> list[object]:
    """The width of an interval is 3.92 errors, and so tells the count four times better than the error."""
    counts = np.arange(1, 300)
    error = SCHOOL_SD * np.sqrt(1 - SCHOOL_SD**2 / (SCHOOL_SD**2 + STUDENT_SD**2 / counts))
    found = []
    for row in loot.effects().query("status == 'published'").itertuples():
        fits = counts[np.abs(3.92 * error - (row.upper - row.lower)) <= 1.0]
        if len(fits) < 2:
            found.append((row.domain, row.year, row.school_id))
    return found


def more_digits_than_the_error_justifies(loot: Loot) -> list[object]:
    text = (loot.folder / "school_effects.csv").read_text()
    return re.findall(r"\d\.\d\d", text)


def exact_count_in_any_table(loot: Loot) -> list[object]:
    return [name for name, table in loot.tables.items() if "n_students" in table.columns]


def sum_of_scores(loot: Loot) -> list[object]:
    """Mean residual times count is the sum of residuals: known to less than one student's spread?

    The effect is known to half a step (0.5 points) and the count to a band, so the sum to about the effect
    times the width of the band. Below 42 points, one student's standard deviation, a second release with one
    student more would show that student.
    """
    found = []
    for row in loot.effects().query("status == 'published'").itertuples():
        # The last band has a lower limit only.
        low, high = (int(part) for part in (re.findall(r"\d+", row.students) * 2)[:2])
        width = abs(row.effect) * (high - low) + 0.5 * low
        if high > low and abs(row.effect) >= 5 and width < STUDENT_SD:
            found.append(row.school_id)
    return found


# Two releases.
def release_again(change: Callable[[World], World]) -> Callable[[Loot], list[object]]:
    def attack(loot: Loot) -> list[object]:
        try:
            then = loot.world.release.records["release_record"]
            moved = compare_releases(then, change(loot.world).record, POLICY.minimum_students)
        except DisclosureError:
            return []
        return moved.values.tolist()

    return attack


def swap_one(world: World) -> World:
    fewer = world.without(1)
    cell = fewer.record.query("domain == 'reading' and year == 2020 and school_id == 's10'").iloc[:1]
    record = pd.concat([fewer.record, cell.assign(student_id="canary-new")])
    return World(fewer.results, record, fewer.release)


def rename_and_drop(world: World) -> World:
    fewer = world.without(1)
    record = fewer.record.replace({"school_id": {"s10": "renamed"}})
    return World(fewer.results, record, fewer.release)


def merge_a_hidden_school(world: World) -> World:
    record = world.record.copy()
    hidden = record["school_id"].eq("s03") & record["year"].eq(2020) & record["domain"].eq("reading")
    record.loc[hidden, "school_id"] = "s10"
    return World(world.results, record, world.release)


# What files carry beside their tables.
def canary(pattern: str) -> Callable[[Loot], list[object]]:
    def attack(loot: Loot) -> list[object]:
        return [hit for content in loot.bytes_of(pattern) for hit in re.findall(rb"canary\d+", content)]

    return attack


def unzipped_workbook(loot: Loot) -> list[object]:
    with zipfile.ZipFile(io.BytesIO((loot.folder / "release.xlsx").read_bytes())) as book:
        content = b"".join(book.read(name) for name in book.namelist())
    return re.findall(rb"canary\d+|/home/\w+|/root|/tmp", content)


def pandas_metadata(loot: Loot) -> list[object]:
    found = []
    for path in loot.folder.glob("*.parquet"):
        found += list((parquet.read_schema(path).metadata or {}).keys())
        # The checksum of what is published gives nothing away that is not.
        found += list({*parquet.read_metadata(path).metadata} - {b"ARROW:schema", b"valueadded"})
    return found


def footer_statistics(loot: Loot) -> list[object]:
    """Least and greatest value of every column, as the footer keeps them, are values that are shown."""
    found = []
    for name, table in loot.tables.items():
        footer = parquet.ParquetFile(loot.folder / f"{name}.parquet").metadata
        for group in range(footer.num_row_groups):
            for place in range(footer.num_columns):
                column = footer.row_group(group).column(place)
                if column.statistics is None or not column.statistics.has_min_max:
                    continue
                shown = set(table[column.path_in_schema].dropna())
                ends = {column.statistics.min, column.statistics.max}
                found += [(name, column.path_in_schema, end) for end in ends - shown]
    return found


def exact_number_in_the_bytes(loot: Loot) -> list[object]:
    """The hidden effects as they lie in memory, searched in every file."""
    exact = small_rows(loot.world.results["school_effects"], loot.world.hidden)["effect"]
    needles = [np.float64(value).tobytes() for value in exact] + [f"{value:.4f}".encode() for value in exact]
    return [needle for needle in needles for content in loot.bytes_of("*") if needle in content]


def order_of_rows(loot: Loot) -> list[object]:
    """Rows sorted by a result would rank the hidden ones."""
    found = []
    for name, table in loot.tables.items():
        key = list(PUBLISHED[name].unique)
        if not table[key].equals(table[key].sort_values(key, ignore_index=True)):
            found.append(name)
    return found


def missing_row(loot: Loot) -> list[object]:
    """A school that has no row where the others have: its absence says what a status would."""
    table = loot.effects()
    rows = table.groupby(["domain", "year"])["school_id"].nunique()
    return rows[rows != table["school_id"].nunique()].index.tolist()


# Whole schools.
def whole_schools(latest: int, several: int) -> pd.DataFrame:
    """Two windows of one outcome; school w00 has these students, the others 40 and 160."""
    rows = [
        (window, f"w{place:02d}", (count if place == 0 else usual))
        for window, count, usual in (("LY", latest, 40), ("4Y", several, 160))
        for place in range(12)
    ]
    frame = pd.DataFrame(rows, columns=["window", "school_id", "n_students"])
    return frame.assign(
        outcome="VCE", group="secondary", status=np.where(frame["n_students"] < 3, "suppressed", "published"),
        standardised_residual=np.linspace(-1.2345, 1.2345, len(frame)), band="similar",
    )  # fmt: skip


def latest_year_from_the_mean_of_four(loot: Loot) -> list[object]:
    """The mean of four years and, from earlier releases, three of them give the hidden fourth."""
    table = publish_performance(whole_schools(4, 100), 10, [10, 20])
    return table.query("school_id == 'w00'")["standardised_residual"].dropna().tolist()


def one_hidden_whole_school(loot: Loot) -> list[object]:
    table = publish_performance(whole_schools(2, 8), 10, [10, 20])
    hidden = table[table["status"] == "suppressed"].groupby("window").size()
    return hidden[hidden == 1].index.tolist()


def band_of_a_hidden_whole_school(loot: Loot) -> list[object]:
    table = publish_performance(whole_schools(2, 8), 10, [10, 20])
    words = table.loc[table["status"] == "suppressed", ["band", "students"]]
    return [word for word in words.to_numpy().ravel() if word != "suppressed"]


def source_minimum_instead_of_the_release(loot: Loot) -> list[object]:
    """The source hides fewer than 3 students; a release hides fewer than its own minimum."""
    table = publish_performance(whole_schools(5, 9), 10, [10, 20])
    return table.query("school_id == 'w00'")["standardised_residual"].dropna().tolist()


ATTACKS = {
    **{
        attack.__name__: attack
        for attack in (
            *(read_column("school_effects", name) for name in ("effect", "std_error", "lower", "upper")),
            *(read_column("school_effects", name) for name in ("percentile_lower", "percentile_upper")),
            *(read_column("location_scale", name) for name in ("mean_effect", "mean_effect_lower")),
            *(read_column("location_scale", name) for name in ("scale_effect", "scale_effect_upper")),
        )
    },
    **{
        attack.__name__: attack
        for attack in (
            band_of_small_cell, csv_cell, workbook_cell, hidden_sheet,
            effects_sum_to_zero, the_rank_nobody_has, weighted_sum_with_band_limits,
            number_of_schools_as_a_total, correlation_of_few_schools,
            effect_plus_change, effect_minus_change, difference_of_two_changes, sign_of_a_hidden_change,
            other_model, one_hidden_in_either_model, location_scale_against_effects, drift_minus_levels,
            count_from_the_standard_error, count_from_the_interval, more_digits_than_the_error_justifies,
            exact_count_in_any_table, sum_of_scores,
            unzipped_workbook, pandas_metadata, footer_statistics, exact_number_in_the_bytes, order_of_rows,
            missing_row,
            latest_year_from_the_mean_of_four, one_hidden_whole_school, band_of_a_hidden_whole_school,
            source_minimum_instead_of_the_release,
        )
    },
    "release_with_one_fewer": release_again(lambda world: world.without(1)),
    "release_with_nine_fewer": release_again(lambda world: world.without(9)),
    "release_with_one_swapped": release_again(swap_one),
    "release_with_one_fewer_renamed": release_again(rename_and_drop),
    "release_with_a_hidden_school_merged": release_again(merge_a_hidden_school),
    "canary_in_parquet": canary("*.parquet"),
    "canary_in_csv": canary("*.csv"),
    "canary_in_workbook": canary("*.xlsx"),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_recovers_nothing(loot: Loot, name: str) -> None:
    assert ATTACKS[name](loot) == []


def test_there_are_forty_attacks() -> None:
    assert len(ATTACKS) >= 40


def test_attacks_succeed_on_what_is_not_protected(loot: Loot) -> None:
    """The results themselves in place of the release: whoever reads them learns what is hidden."""
    exact = loot.world.results["school_effects"].assign(status="published", students="10-19")
    ranks = loot.world.results["ranks"][[*CELL, "model", "rank"]]
    bare = exact.merge(ranks, on=[*CELL, "model"]).assign(percentile_lower=lambda rows: rows["rank"])
    changes = loot.world.results["school_changes"]
    tables = {**loot.tables, "school_effects": bare, "school_changes": changes}
    tables["location_scale"] = loot.world.results["location_scale"]
    unprotected = Loot(loot.folder, tables, loot.world)
    for name in (
        "school_effects_effect_of_small_cell", "location_scale_scale_effect_of_small_cell",
        "effect_plus_change", "effect_minus_change", "difference_of_two_changes", "sign_of_a_hidden_change",
        "other_model", "drift_minus_levels", "exact_count_in_any_table", "order_of_rows",
    ):  # fmt: skip
        assert ATTACKS[name](unprotected) != [], name
    one_hidden = bare.assign(status=np.where(bare["n_students"] < 10, "suppressed", "published"))
    alone = Loot(loot.folder, {**tables, "school_effects": one_hidden}, loot.world)
    assert effects_sum_to_zero(alone) != []
    assert the_rank_nobody_has(alone) != []
