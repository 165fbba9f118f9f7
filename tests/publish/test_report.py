"""The report says what the release tables say, nothing else, and asks for nothing from outside."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from html_tags import Tags
from published_world import POLICY, invent_world

from valueadded.figures.release import draw_release_figures
from valueadded.publish import release_tables
from valueadded.publish.report import ReportTexts, list_latest, render_report, signed
from valueadded.publish.school_words import describe_school

TEXTS = ReportTexts("School effects", "scale points", {"Formula": "score ~ prior & <more>"}, (2019,), 0.95)
ROOT = Path(__file__).parents[2]
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def page() -> str:
    tables = invent_world().release.tables
    return render_report(tables, TEXTS, draw_release_figures(tables, TEXTS.unit, 60))


def test_nothing_is_asked_from_outside(page: str) -> None:
    for tag, attributes in Tags(page).found:
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            target = attributes.get(name) or "#"
            assert target.startswith(("#", "data:image/png;base64,")), (tag, target)
    assert "http-equiv" in page and "default-src 'none'" in page
    assert not re.search(r"https?://|@import|url\(", page)


def test_every_link_has_its_target(page: str) -> None:
    tags = Tags(page).found
    targets = {attributes["id"] for _, attributes in tags if "id" in attributes}
    links = {attributes["href"][1:] for tag, attributes in tags if tag == "a" and attributes.get("href")}
    assert links <= targets
    assert len([1 for _, attributes in tags if "id" in attributes]) == len(targets), "no id twice"


def test_the_page_says_how_often_intervals_hold_for_extreme_schools(page: str) -> None:
    """The shares in the text are those of the coverage study, from 30 schools on."""
    study = (ROOT / "benchmarks" / "effect-coverage.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in study.splitlines()]
    extreme = [float(row[7].rstrip("%")) for row in rows if row and row[0].isdigit() and int(row[0]) >= 30]
    assert len(extreme) >= 9
    said = re.search(r"they held (\d+) to (\d+) of 100", page)
    assert said and [int(part) for part in said.groups()] == [round(min(extreme)), round(max(extreme))]


def test_pictures_have_words_and_controls_have_labels(page: str) -> None:
    for tag, attributes in Tags(page).found:
        if tag == "img":
            assert attributes["alt"]
    assert len(re.findall(r"<label>", page)) == len(re.findall(r"<(?:input|select) ", page))
    assert len(re.findall(r"<table", page)) == len(re.findall(r"<caption>", page))


def test_hidden_results_are_words_never_numbers(page: str) -> None:
    world = invent_world()
    rows = {(row["domain"], row["school_id"]): row for row in list_latest(world.release.tables)}
    hidden = rows["reading", "s05"]
    assert hidden["effect"] is None
    assert describe_school(hidden, "scale points") == [
        "The result of reading 2021 is not shown: a single student's or another school's result could be "
        "worked out from it."
    ]
    for row in world.results["school_effects"].query("school_id == 's05' and year == 2021").itertuples():
        assert f"{row.effect:.2f}" not in page


def test_names_are_escaped() -> None:
    world = invent_world(15)
    results = {
        name: frame.replace({"school_id": {"s10": HOSTILE}}) if "school_id" in frame else frame
        for name, frame in world.results.items()
    }
    record = world.record.replace({"school_id": {"s10": HOSTILE}})
    tables = release_tables(results, record, POLICY).tables
    page = render_report(tables, replace(TEXTS, title=HOSTILE), {})
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("value", "words"), [(1.5, "+1.5"), (-2.0, "\N{MINUS SIGN}2"), (0.0, "0"), (-0.0001, "0"), (None, "")]
)
def test_signed_numbers(value: float | None, words: str) -> None:
    assert signed(value) == words


SHOWN = {
    "domain": "reading", "year": 2021, "status": "published", "students": "20-29", "effect": 6.0,
    "lower": 1.0, "upper": 11.0, "percentile_lower": 60.0, "percentile_upper": 95.0, "change": -4.0,
    "change_lower": -9.0, "change_upper": 1.0, "year_from": 2019,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "is about 6 scale points above that of schools with alike intake (interval 1 to 11)"),
        ({"effect": -6.0, "lower": -11.0, "upper": -1.0}, "is about 6 scale points below"),
        ({"lower": -1.0}, "cannot be told from the average of schools with alike intake"),
        ({}, "the data do not tell whether it rose or fell (change between -9 to 1 scale points)"),
        ({"change_upper": -1.0}, "Since 2019 it fell by about 4 scale points"),
        ({"percentile_lower": 20.0}, "Its place among the schools is open"),
        ({}, "its place is likely between 60% and 95%"),
    ],
)
def test_words_of_a_school(changed: dict[str, float], words: str) -> None:
    assert words in " ".join(describe_school({**SHOWN, **changed}, "scale points"))


def test_no_change_no_sentence_about_it() -> None:
    assert len(describe_school({**SHOWN, "change": None}, "scale points")) == 2


def test_without_benchmark_the_page_says_so() -> None:
    tables = dict(invent_world(12).release.tables)
    del tables["system_drift"]
    del tables["school_changes"]
    page = render_report(
        tables, replace(TEXTS, benchmark_years=()), draw_release_figures(tables, TEXTS.unit, 60)
    )
    assert "The study has no benchmark" in page
