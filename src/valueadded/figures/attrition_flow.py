"""Figure: from the outcome-year records to the matched cohort, by year and reason."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from valueadded.contracts.figures import ATTRITION_FLOW
from valueadded.errors import ContractError
from valueadded.figures.style import DARK, INK, MIDDLE, MUTED, PALE, SOFT, house_style, in_words, new_figure

# From the bottom of each bar: colour, hatch, words. Hatches keep neighbours apart in grey.
STEPS = {
    "matched": (DARK, "", "matched"),
    "not_eligible": (SOFT, "", "not eligible"),
    "not_matched": (MIDDLE, "", "not matched"),
    "identity": ("white", "xxxxx", "identity"),
    "not_scored": (PALE, "////", "no score"),
    "no_cohort": ("white", "....", "no cohort"),
}
"""The steps that add up to the records, in the order they are stacked."""


def select_attrition_flow(attrition: pd.DataFrame, domain: str) -> pd.DataFrame:
    """Return the account of one domain with each step's share of the year's records.

    Reasons that no student of the domain had are left out; years without a cohort stay, with the reason.

    Raises
    ------
    ContractError
        If the domain has no account.
    """
    rows = attrition[attrition["domain"] == domain]
    if rows.empty:
        raise ContractError(f"attrition: no account of domain '{domain}'; expected one for each year")
    seen = rows.groupby(["step", "reason"])["students"].transform("max") > 0
    rows = rows[seen | rows["step"].isin(["records", "matched", "no_cohort"])]
    records = rows[rows["step"] == "records"].set_index("year")["students"]
    whole = rows["year"].map(records).astype("float64")
    rows = rows.assign(share=(rows["students"] / whole.where(whole > 0)).astype("float64"))
    order = {step: place for place, step in enumerate(["records", *reversed(STEPS)])}
    rows = rows.assign(place=rows["step"].map(order)).sort_values(
        ["year", "place", "reason"], ignore_index=True
    )
    return rows[list(ATTRITION_FLOW.columns)]


@house_style()
def draw_attrition_flow(plotted: pd.DataFrame) -> Figure:
    """Return the figure: a bar of steps for each year and, in line with the bars, the numbers."""
    years = list(range(int(plotted["year"].min()), int(plotted["year"].max()) + 1))
    lines = _lines_of(plotted)
    table_cm = 0.5 * (len(lines) + 1)
    figure = new_figure(
        7.0 + table_cm, f"{in_words(plotted['domain'].iloc[0])}: from test records to matched cohorts"
    )
    bars, table = figure.subplots(2, 1, height_ratios=[5.2, table_cm])
    _draw_bars(bars, plotted, years)
    _draw_table(table, plotted, lines, years)
    return figure


def _lines_of(plotted: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the lines of the table: records, matched, each reason (a step's most frequent first)."""
    totals = plotted.groupby(["step", "reason"], sort=True)["students"].sum()
    lines = [("records", ""), ("matched", "")]
    for step in list(STEPS)[1:-1]:
        if step in totals.index.get_level_values("step"):
            reasons = totals[step].sort_values(ascending=False, kind="stable")
            lines += [(step, reason) for reason in reasons.index]
    return lines


def _draw_bars(axes: Axes, plotted: pd.DataFrame, years: list[int]) -> None:
    totals = (
        plotted.groupby(["year", "step"])["students"].sum().unstack(fill_value=0).reindex(years, fill_value=0)
    )
    base = pd.Series(0, index=totals.index)
    for step, (colour, hatch, _) in STEPS.items():
        if step in totals and totals[step].sum() > 0:
            axes.bar(
                years,
                totals[step],
                0.72,
                base,
                color=colour,
                hatch=hatch,
                edgecolor=INK,
                linewidth=0.4,
                zorder=2,
            )
            base = base + totals[step]
    absent = plotted[plotted["step"] == "no_cohort"]
    for year, reason in zip(absent["year"].tolist(), absent["reason"].tolist(), strict=True):
        axes.text(
            year,
            0.04,
            f"no cohort: {reason.replace('_', ' ')}",
            rotation=90,
            color=INK,
            fontsize=7,
            horizontalalignment="center",
            verticalalignment="bottom",
            transform=axes.get_xaxis_transform(),
            zorder=3,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    axes.set_ylabel("students")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_ylim(0, max(1.0, 1.05 * float(base.max())))
    axes.set_xlim(years[0] - 0.6, years[-1] + 0.6)
    axes.set_xticks(years, [str(year) for year in years])
    axes.tick_params(axis="x", length=0)


def _draw_table(axes: Axes, plotted: pd.DataFrame, lines: list[tuple[str, str]], years: list[int]) -> None:
    students = plotted.set_index(["step", "reason", "year"])["students"]
    matched = plotted[plotted["step"] == "matched"].groupby("year")["share"].sum()
    size = max(4.0, min(7.0, 66 / len(years)))
    labels = []
    for place, (step, reason) in enumerate(lines):
        labels.append(_label(step, reason))
        if step in STEPS:
            colour, hatch, _ = STEPS[step]
            axes.add_patch(
                Rectangle(
                    (-0.022, place - 0.28),
                    0.014,
                    0.56,
                    transform=axes.get_yaxis_transform(),
                    clip_on=False,
                    facecolor=colour,
                    hatch=hatch,
                    edgecolor=INK,
                    linewidth=0.4,
                )
            )
        for year in years:
            count = students.get((step, reason, year))
            if count is not None:
                axes.text(year, place, f"{count:,}", fontsize=size, ha="center", va="center")
    for year, share in zip(matched.index.tolist(), matched.tolist(), strict=True):
        axes.text(year, len(lines), f"{share:.1%}", fontsize=size, ha="center", va="center", weight="bold")
    axes.set_xlim(years[0] - 0.6, years[-1] + 0.6)
    axes.set_ylim(len(lines) + 0.5, -0.5)
    axes.set_yticks(range(len(lines) + 1), [*labels, "matched, % of records"])
    axes.tick_params(axis="y", length=0, pad=9)
    axes.set_xticks([])
    axes.axhline(len(lines) - 0.5, color=MUTED, linewidth=0.5)
    axes.spines[["left", "bottom"]].set_visible(False)


def _label(step: str, reason: str) -> str:
    words = "records of the outcome year" if step == "records" else STEPS[step][2]
    return f"{words}: {reason.replace('_', ' ')}" if reason else words
