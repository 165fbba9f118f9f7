"""The report: one page made from the release tables alone, for people without a spreadsheet."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jinja2
import pandas as pd

from valueadded.publish.school_words import describe_school

HEADLINE = "relative"


@dataclass(frozen=True)
class ReportTexts:
    """What the page says beside its tables.

    title : of the page
    unit : of a school effect, in words
    choices : open choices and their values, in words -> value
    benchmark_years : outcome years of the benchmark; empty without one
    confidence : of every interval, 0 to 1
    """

    title: str
    unit: str
    choices: Mapping[str, str]
    benchmark_years: tuple[int, ...]
    confidence: float


def render_report(
    tables: Mapping[str, pd.DataFrame], texts: ReportTexts, figures: Mapping[str, tuple[str, bytes]]
) -> str:
    """Return the page, self-contained: it asks for nothing from any network.

    Parameters
    ----------
    tables
        Release tables by name, as `release_tables` returns them.
    figures
        Name -> caption and PNG, drawn from the release tables.
    """
    pages = jinja2.Environment(
        loader=jinja2.PackageLoader("valueadded"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["signed"] = signed
    return pages.get_template("report.html").render(
        texts=texts,
        percent=f"{100 * texts.confidence:g}%",
        system=_records(tables.get("system_drift"), "basis", "student"),
        counts=count_statuses(tables["school_effects"]),
        rows=list_latest(tables),
        schools=list_schools(tables, texts),
        figures=[
            {"name": name, "caption": caption, "data": base64.b64encode(content).decode("ascii")}
            for name, (caption, content) in figures.items()
        ],
    )


def count_statuses(effects: pd.DataFrame) -> list[dict[str, Any]]:
    """Return domain, year, and how many schools have each status: nobody is left out without a word."""
    rows = effects[effects["model"] == HEADLINE]
    counted = rows.groupby(["domain", "year", "status"]).size().unstack(fill_value=0).reset_index()
    return [{str(name): value for name, value in row.items()} for row in counted.to_dict("records")]


def list_latest(tables: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Return a row for each school and domain: its latest year's effect, and its change to that year."""
    effects = tables["school_effects"]
    rows = effects[effects["model"] == HEADLINE]
    # Every school has a row in every year of its domain, published or not.
    rows = rows[rows["year"] == rows.groupby("domain")["year"].transform("max")]
    if "school_changes" in tables:
        changes = tables["school_changes"].query("model == @HEADLINE")
        changes = changes[["domain", "school_id", "year_to", "year_from", "change", "lower", "upper"]]
        rows = rows.merge(
            changes.rename(columns={"year_to": "year", "lower": "change_lower", "upper": "change_upper"}),
            how="left",
            on=["domain", "school_id", "year"],
        )
    else:
        rows = rows.assign(change=float("nan"), change_lower=float("nan"), change_upper=float("nan"))
    rows = rows.sort_values(["school_id", "domain"], kind="stable")
    # An identifier may hold what an anchor may not; a number may not.
    rows = rows.assign(anchor=rows["school_id"].rank(method="dense").astype("int64"))
    return [_without_missing(row) for row in rows.to_dict("records")]


def list_schools(tables: Mapping[str, pd.DataFrame], texts: ReportTexts) -> list[dict[str, Any]]:
    """Return of each school its identifier, sentences on its latest year, and its published years."""
    effects = (
        tables["school_effects"].query("model == @HEADLINE").sort_values(["school_id", "domain", "year"])
    )
    latest: dict[str, list[dict[str, Any]]] = {}
    for row in list_latest(tables):
        latest.setdefault(row["school_id"], []).append(row)
    years = {
        str(school): [_without_missing(row) for row in rows.to_dict("records")]
        for school, rows in effects.groupby("school_id", sort=True)
    }
    return [
        {
            "school_id": school,
            "anchor": latest[school][0]["anchor"],
            "sentences": [
                sentence for row in latest[school] for sentence in describe_school(row, texts.unit)
            ],
            "years": rows,
        }
        for school, rows in years.items()
    ]


def signed(value: float | None) -> str:
    """Return a number with its sign, without trailing zeros; nothing for a missing one."""
    if value is None:
        return ""
    text = f"{value:+.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("+0", "-0") else text.replace("-", "\N{MINUS SIGN}")


def _records(frame: pd.DataFrame | None, column: str, value: str) -> list[dict[str, Any]]:
    if frame is None:
        return []
    return [_without_missing(row) for row in frame[frame[column] == value].to_dict("records")]


def _without_missing(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): None if value != value else value for name, value in row.items()}
