"""The report in a real browser: search, sort, links, no console error, no request that leaves the page.

Needs Chromium; skipped where there is none.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from published_world import invent_world

from valueadded.figures.release import draw_release_figures
from valueadded.publish.report import ReportTexts, render_report

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)
TEXTS = ReportTexts("School effects", "scale points", {"Formula": "score ~ prior"}, (2019,), 0.95)
# A reader's steps, after the page's own script; what was seen is left in the page.
STEPS = """
<pre id="seen"></pre><script>
const seen = {violations: [], errors: []};
document.addEventListener("securitypolicyviolation", (event) => seen.violations.push(event.blockedURI));
window.addEventListener("error", (event) => seen.errors.push(String(event.message)));
const list = document.querySelector("#list tbody");
const shown = () => Array.from(list.rows).filter((row) => !row.hidden);
const set = (name, value) => {
  const control = document.getElementById(name);
  control.value = value;
  control.dispatchEvent(new Event("input"));
};
const value = (cell) => cell.dataset.value ?? cell.textContent.trim();
const column = (place) => shown().map((row) => value(row.cells[place]));
const press = (place) => document.querySelectorAll("#list thead th")[place].querySelector("button").click();
const order = (place) => document.querySelectorAll("#list thead th")[place].getAttribute("aria-sort");
seen.all = shown().length;
set("find", "S05");
seen.found = column(0);
seen.said = document.getElementById("shown").textContent;
set("find", "");
set("domain", "reading");
seen.domains = Array.from(new Set(column(1)));
set("status", "suppressed");
seen.suppressed = column(0);
set("domain", ""); set("status", "");
press(4); seen.rising = column(4); seen.rising_said = order(4);
press(4); seen.falling = column(4); seen.falling_said = order(4);
press(0); seen.schools = column(0); seen.one_order = document.querySelectorAll("#list th[aria-sort]").length;
const link = list.querySelector("a");
const target = document.querySelector(link.getAttribute("href"));
seen.closed = target.open;
link.click();
const links = Array.from(document.querySelectorAll("a[href]"));
seen.broken = links.filter((one) => !document.querySelector(one.getAttribute("href"))).length;
const controls = Array.from(document.querySelectorAll("input, select"));
seen.unlabelled = controls.filter((one) => !one.labels.length).length;
seen.pictures = Array.from(document.images).map((one) => [one.naturalWidth > 0, one.alt.length > 0]);
seen.uncaptioned = Array.from(document.querySelectorAll("table")).filter((one) => !one.caption).length;
seen.width = [document.documentElement.scrollWidth, window.innerWidth];
setTimeout(() => {
  seen.open = target.open;
  const asked = performance.getEntriesByType("resource").map((one) => one.name);
  seen.requests = asked.filter((name) => !name.startsWith("data:"));
  document.getElementById("seen").textContent = JSON.stringify(seen);
}, 200);
</script></body>
"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed; the page is not opened")


def browse(page: str, folder: Path, width: int) -> tuple[dict[str, Any], str]:
    """What the steps saw, and what the browser's console said."""
    assert page.count("</body>") == 1
    (folder / "report.html").write_text(page.replace("</body>", STEPS), encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    options += [
        f"--window-size={width},900",
        "--virtual-time-budget=5000",
        "--enable-logging=stderr",
        "--dump-dom",
    ]
    found = subprocess.run(
        [str(CHROMIUM), *options, (folder / "report.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    (seen,) = re.findall(r'<pre id="seen">(.*?)</pre>', found.stdout, re.DOTALL)
    console = "\n".join(line for line in found.stderr.splitlines() if "CONSOLE" in line)
    return json.loads(seen.replace("&amp;", "&").replace("&gt;", ">").replace("&lt;", "<")), console


@pytest.fixture(scope="module", params=[1200, 400])
def visit(request, tmp_path_factory):
    tables = invent_world(40).release.tables
    page = render_report(tables, TEXTS, draw_release_figures(tables, "scale points", 50))
    seen, console = browse(page, tmp_path_factory.mktemp("browser"), request.param)
    return tables, seen, console


def test_search_and_filters_show_what_was_asked_for(visit) -> None:
    tables, seen, _ = visit
    latest = tables["school_effects"].query("model == 'relative' and year == 2021")
    assert seen["all"] == len(latest) == 80
    assert seen["found"] == ["s05", "s05"]
    assert seen["said"] == "2 of 80 results"
    assert seen["domains"] == ["reading"]
    hidden = latest.query("domain == 'reading' and status == 'suppressed'")["school_id"]
    assert seen["suppressed"] == sorted(hidden) != []


def test_columns_sort_both_ways_with_hidden_results_last(visit) -> None:
    _, seen, _ = visit
    for way, name in ((1, "rising"), (-1, "falling")):
        values = seen[name]
        numbers = [float(value) * way for value in values if value != ""]
        assert len(numbers) > 60
        assert numbers == sorted(numbers)
        assert values[len(numbers) :] == [""] * (len(values) - len(numbers)) != []
    assert (seen["rising_said"], seen["falling_said"]) == ("ascending", "descending")
    assert seen["schools"] == sorted(seen["schools"])
    assert seen["one_order"] == 1, "a screen reader hears of one order only"


def test_a_school_in_the_list_opens_its_section(visit) -> None:
    _, seen, _ = visit
    assert (seen["closed"], seen["open"]) == (False, True)
    assert seen["broken"] == 0


def test_nothing_leaves_the_page_and_nothing_fails(visit) -> None:
    _, seen, console = visit
    assert seen["requests"] == []
    assert seen["violations"] == []
    assert seen["errors"] == []
    assert console == ""


def test_everything_has_a_name_for_a_screen_reader(visit) -> None:
    _, seen, _ = visit
    assert seen["unlabelled"] == 0
    assert seen["uncaptioned"] == 0
    assert seen["pictures"] == [[True, True]] * 2


def test_the_page_itself_does_not_scroll_sideways(visit) -> None:
    _, seen, _ = visit
    content, window = seen["width"]
    assert content <= window


def test_the_steps_would_see_a_request_and_an_error(tmp_path: Path) -> None:
    """The watch is no decoration: a page that asks for a picture elsewhere is caught."""
    tables = invent_world(12).release.tables
    page = render_report(tables, TEXTS, draw_release_figures(tables, "scale points", 50))
    bad = page.replace(
        "</main>", '<img src="http://127.0.0.1:9/x.png" alt="x"></main><script>nowhere();</script>'
    )
    _, console = browse(bad, tmp_path, 1200)
    assert "127.0.0.1" in console and "nowhere" in console
