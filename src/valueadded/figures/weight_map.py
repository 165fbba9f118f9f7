"""Figure: whose scores count how much in one teacher's effect, students by tested domain and year."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from valueadded.contracts.columns import column_types
from valueadded.contracts.layered_figures import WEIGHT_MAP
from valueadded.figures.layered import MODEL_WORDS, named_or_not, shown_model
from valueadded.figures.style import DARK, INK, MIDDLE, PALE, SOFT, house_style, in_words, new_figure

MOST_STUDENTS = 500
"""Students with a row of their own: the teacher's, then those with the largest weights."""
SMALLEST_BLOCK = 0.18
"""Least height of a group of students, as a share of both."""
SCALE = LinearSegmentedColormap.from_list("weights", [MIDDLE, "#ffffff", DARK])
MOST_LEVEL_NAMES = 3
"""Columns whose names have room beside each other."""
LARGEST_SHADE = 0.99
"""Part of the values that the colours tell apart; the few beyond have the darkest shade."""
GROUPS = {
    "taught": "weights of the teacher's {:,} students",
    "others": "weights of {:,} other students",
}
VALUES = {"weight": "", "contribution": "weight x deviation ({unit})"}
EFFECT = ["teacher_id", "teacher_domain", "teacher_year", "teacher_year_level"]


def select_weight_map(
    weights: pd.DataFrame, domain: str, teachers: Sequence[str], named: bool
) -> pd.DataFrame:
    """Return the weights in the effect of the first of `teachers` who has one in the domain, the latest.

    Students are ordered by their largest weight, whatever its sign; those without room are summed. No row
    if none of the teachers taught the domain, or no score counts because the variance of the effects is 0.
    """
    rows = weights[(weights["teacher_domain"] == domain) & weights["teacher_id"].isin(list(teachers))]
    if rows.empty:
        types = column_types(WEIGHT_MAP)
        return pd.DataFrame(columns=list(types)).astype(types)
    rows = rows[rows["model"] == shown_model(rows.assign(domain=domain), domain)]
    first = next(teacher for teacher in teachers if (rows["teacher_id"] == teacher).any())
    rows = rows[rows["teacher_id"] == first]
    latest = rows[EFFECT].drop_duplicates().sort_values(EFFECT).tail(1)
    rows = rows.merge(latest, on=EFFECT)
    students = rows.groupby("student_id").agg(
        taught=("taught", "any"), largest=("weight", lambda weights: weights.abs().max())
    )
    students["group"] = np.where(students["taught"], "taught", "others")
    students = students.sort_values(["taught", "largest"], ascending=False, kind="stable")
    students.loc[students.index[MOST_STUDENTS:], "group"] = "summed"
    students = students.sort_values(["group", "largest"], ascending=[True, False], kind="stable")
    students["place"] = students.groupby("group").cumcount() + 1
    students.loc[students["group"] == "summed", "place"] = 1
    rows = rows.drop(columns="taught").merge(students[["group", "place"]], on="student_id")
    key = ["group", "place", "domain", "year"]
    summed = rows.groupby(key, as_index=False).agg(
        n_students=("student_id", "nunique"), weight=("weight", "sum"), contribution=("contribution", "sum")
    )
    effect = rows.iloc[0]
    return summed.assign(
        model=effect["model"],
        teacher_id=named_or_not(pd.Series([first] * len(summed)), named),
        teacher_domain=domain,
        teacher_year=effect["teacher_year"],
        value_added=bool(effect["value_added"]),
    ).astype({"model": "str", "group": "str", "teacher_domain": "str"})[list(WEIGHT_MAP.columns)]


@house_style()
def draw_weight_map(plotted: pd.DataFrame, domain: str, unit: str) -> Figure:
    """Return the figure: weights and contributions by student, and below what each year adds up to."""
    if plotted.empty:
        return _say_nobody(domain)
    one = plotted.iloc[0]
    teacher = f"teacher {one['teacher_id']}" if isinstance(one["teacher_id"], str) else "one teacher"
    level = "" if one["value_added"] else ", level, not value added"
    figure = new_figure(
        18.0,
        f"{in_words(one['teacher_domain'])} {one['teacher_year']}: whose scores make the effect of {teacher}"
        f"\n({plotted['contribution'].sum():+.1f} {unit}{level}), "
        f"{MODEL_WORDS[one['model']]}",
    )
    cells = sorted(set(zip(plotted["domain"], plotted["year"], strict=True)))
    places = {cell: number for number, cell in enumerate(cells)}
    counts = {
        group: int(plotted.loc[plotted["group"] == group, "place"].max() or 0)
        for group in GROUPS
        if (plotted["group"] == group).any()
    }
    shown = np.array(list(counts.values()))
    heights = np.maximum(shown / shown.sum(), SMALLEST_BLOCK)
    panels = figure.subplots(
        len(counts) + 1, 2, sharex=True, squeeze=False, height_ratios=[*(3 * heights), 0.8]
    )
    crowded = bool((plotted["group"] == "summed").any())
    names = GROUPS | ({"others": GROUPS["others"] + ", the largest"} if crowded else {})
    for line, (group, count) in enumerate(counts.items()):
        rows = plotted[plotted["group"] == group]
        for column, (value, words) in enumerate(VALUES.items()):
            _draw_block(panels[line, column], rows, value, places)
            panels[line, column].set_title(words.format(unit=unit) if column else names[group].format(count))
    for column, value in enumerate(VALUES):
        _draw_sums(panels[-1, column], plotted, value, places)
        panels[-1, column].set_title("sums by year, all students")
        panels[-1, column].set_xticks(
            range(len(cells)),
            [f"{domain} {year}" for domain, year in cells],
            rotation=90 if len(cells) > MOST_LEVEL_NAMES else 0,
            fontsize=6.5,
        )
    figure.legend(*panels[-1, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def _say_nobody(domain: str) -> Figure:
    figure = new_figure(4.0, f"{in_words(domain)}: whose scores make the effect of one teacher")
    axes = figure.subplots()
    axes.set_axis_off()
    words = (
        "Nobody's: none of the teachers of layered.weights_of taught it,\n"
        "or teachers do not differ there (a variance of 0) and every effect is 0."
    )
    axes.text(0.5, 0.5, words, ha="center", va="center", fontsize=8)
    return figure


def _draw_block(axes: Axes, rows: pd.DataFrame, value: str, places: dict[tuple[str, int], int]) -> None:
    grid = np.full((int(rows["place"].max()), len(places)), np.nan)
    at = [places[cell] for cell in zip(rows["domain"], rows["year"], strict=True)]
    grid[rows["place"] - 1, at] = rows[value]
    most = float(np.nanquantile(np.abs(grid), LARGEST_SHADE)) or 1.0
    axes.set_facecolor(PALE)
    image = axes.imshow(
        np.ma.masked_invalid(grid), cmap=SCALE, vmin=-most, vmax=most, aspect="auto", interpolation="nearest"
    )
    axes.set_yticks([])
    for number in range(1, len(places)):
        axes.axvline(number - 0.5, color="white", linewidth=1)
    bar = axes.figure.colorbar(image, ax=axes, pad=0.02, fraction=0.06, extend="both")
    bar.ax.tick_params(labelsize=6)
    bar.outline.set_linewidth(0.4)


def _draw_sums(axes: Axes, plotted: pd.DataFrame, value: str, places: dict[tuple[str, int], int]) -> None:
    axes.axhline(0, color=INK, linewidth=0.8)
    taught = plotted["group"] == "taught"
    for shift, part, colour, words in (
        (-0.2, plotted[taught], DARK, "students of the teacher"),
        (0.2, plotted[~taught], SOFT, "all others"),
    ):
        sums = part.groupby(["domain", "year"])[value].sum()
        at = [places[cell] + shift for cell in sums.index]
        axes.bar(at, sums, width=0.38, color=colour, label=words)
