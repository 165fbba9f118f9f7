"""Figures of whole schools: every outcome stands there, with its result or with the reason for none."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from intake_adjusted.invented_schools import invent
from intake_adjusted.test_hand_worked import POLICY, build
from matplotlib.collections import LineCollection

from valueadded.contracts.intake_adjusted_figures import INTAKE_BARS, INTAKE_FUNNEL, SCHOOL_SUMMARY
from valueadded.errors import ContractError
from valueadded.figures.intake_bars import draw_intake_bars, select_intake_bars
from valueadded.figures.intake_funnel import draw_intake_funnel, select_intake_funnel
from valueadded.figures.school_summary import draw_school_summary, select_school_summary
from valueadded.figures.whole_school import outcome_words_of
from valueadded.intake_adjusted import adjust_outcomes, load_policy
from valueadded.intake_adjusted.guard import HOW_TO_READ
from valueadded.table_io import check_table

REPORT = Path(__file__).parents[2] / "workflow" / "report"
WORDS = {"u": ("pathways", "second outcome"), "y": ("learning", "first outcome")}


@pytest.fixture(scope="module")
def by_hand():
    """Performance of the hand-worked schools and its uncertainty."""
    annual, schools = build()
    results = adjust_outcomes(annual, schools, POLICY)
    return results.performance, results.uncertainty


@pytest.fixture(scope="module")
def victoria():
    policy = load_policy("victoria_2011")
    annual, schools = invent(policy, 90, 4)
    # Too few of some, and one far out.
    few = annual["school_id"] == "00003"
    annual.loc[few & annual["measure"].isin(policy.outcomes), "n_students"] = 0.5
    far = (annual["school_id"] == "00002") & (annual["measure"] == "studabs_712")
    annual.loc[far, "value"] = 500.0
    results = adjust_outcomes(annual, schools, policy)
    return results.performance, results.uncertainty, outcome_words_of(policy)


def bars_of(figure):
    """Return the width of each bar by its height in rows."""
    return {round(bar.get_y() + bar.get_height() / 2, 6): bar.get_width() for bar in figure.axes[0].patches}


def words_in(axes) -> list[str]:
    return [text.get_text().strip() for text in axes.texts]


def test_every_outcome_and_window_has_its_bar(victoria):
    performance, _, words = victoria
    plotted = check_table(select_intake_bars(performance, words, "00000", 1.0), INTAKE_BARS, "plotted")
    rows = performance[performance["school_id"] == "00000"]
    assert len(plotted) == len(rows) > 20
    widths = list(bars_of(draw_intake_bars(plotted)).values())
    assert sorted(widths) == pytest.approx(sorted(rows["standardised_residual"].dropna()))


def test_lines_stand_at_both_limits(by_hand):
    figure = draw_intake_bars(select_intake_bars(by_hand[0], WORDS, "A", 1.25))
    upright = [line.get_xdata()[0] for line in figure.axes[0].lines if len(set(line.get_xdata())) == 1]
    assert sorted(upright) == [-1.25, 0.0, 1.25]


def test_domains_of_outcome_stand_together(by_hand, victoria):
    # In the order of the words: pathways before learning.
    plotted = select_intake_bars(by_hand[0], WORDS, "A", 1.0)
    assert plotted[["outcome", "window"]].agg(" ".join, axis=1).tolist() == ["u LY", "u 4Y", "y LY", "y 4Y"]
    areas = select_intake_bars(victoria[0], victoria[2], "00000", 1.0)["area"]
    assert (areas != areas.shift()).sum() == areas.nunique() == 3


def test_a_school_of_two_groups_that_share_an_outcome_has_a_row_in_each(by_hand):
    performance, uncertainty = by_hand
    both = [table.query("school_id == 'A' and outcome == 'y'") for table in (performance, uncertainty)]
    doubled = [
        pd.concat([table, own.assign(group=f"other {own['group'].iloc[0]}")])
        for table, own in zip((performance, uncertainty), both, strict=True)
    ]
    plotted = check_table(select_school_summary(*doubled, WORDS, "A", 1.0), SCHOOL_SUMMARY, "plotted")
    shared = plotted[plotted["outcome"] == "y"]
    assert (shared["place"].nunique(), len(shared)) == (2, 4)
    assert len(set(shared["words"])) == 2
    assert all(", among " in words for words in shared["words"])
    page = draw_school_summary(plotted)
    assert sum("among" in label.get_text() for label in page.axes[0].get_yticklabels()) == 2
    assert len(bars_of(draw_intake_bars(select_intake_bars(doubled[0], WORDS, "A", 1.0)))) == 6


@pytest.mark.parametrize(
    ("school", "words"),
    [
        ("C", "suppressed: too few students"),
        ("G", "missing intake: no value of x_LY"),
        ("H", "excluded: school type"),
    ],
)
def test_where_there_is_no_result_the_reason_is_written(by_hand, school, words):
    performance, uncertainty = by_hand
    bars = draw_intake_bars(select_intake_bars(performance, WORDS, school, 1.0))
    assert words in words_in(bars.axes[0])
    missing = performance.query("school_id == @school")["standardised_residual"].isna().sum()
    assert len(bars.axes[0].patches) == 2 - missing
    page = draw_school_summary(select_school_summary(performance, uncertainty, WORDS, school, 1.0))
    assert words in words_in(page.axes[0])
    assert words_in(page.axes[1]).count("no result") == missing


def test_a_capped_school_is_hatched_and_has_an_arrow(by_hand):
    performance, uncertainty = by_hand
    figure = draw_intake_bars(select_intake_bars(performance, WORDS, "Z", 1.0))
    assert {bar.get_hatch() for bar in figure.axes[0].patches} == {"////"}
    assert [line.get_marker() for line in figure.axes[0].lines].count(">") == 2
    page = draw_school_summary(select_school_summary(performance, uncertainty, WORDS, "Z", 1.0))
    assert words_in(page.axes[1]).count("capped: not assessed") == 2
    plain = draw_intake_bars(select_intake_bars(performance, WORDS, "A", 1.0))
    assert {bar.get_hatch() for bar in plain.axes[0].patches} == {None}


def test_a_poor_high_value_is_marked(victoria):
    performance, _, words = victoria
    plotted = select_intake_bars(performance, words, "00002", 1.0)
    figure = draw_intake_bars(plotted)
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    marked = [label for label in labels if label.endswith("(high is poor)")]
    assert len(marked) == plotted.drop_duplicates("outcome")["higher_is_worse"].sum() > 0


def test_a_page_holds_intervals_and_probabilities(victoria):
    performance, uncertainty, words = victoria
    plotted = select_school_summary(performance, uncertainty, words, "00002", 1.0)
    check_table(plotted, SCHOOL_SUMMARY, "plotted")
    found = plotted.merge(
        uncertainty, on=["school_id", "outcome", "window", "group"], suffixes=("", "_of_table")
    )
    # Half a 95 per cent interval is 1.96 standard errors.
    assert (found["upper"] - found["lower"]).to_numpy() == pytest.approx(
        2 * 1.959964 * found["std_error"].to_numpy(), rel=1e-6
    )
    capped = plotted["status"] == "capped"
    assert capped.any() and plotted.loc[capped, ["lower", "upper", "p_higher"]].isna().all(axis=None)
    figure = draw_school_summary(plotted)
    lines = [part for part in figure.axes[0].collections if isinstance(part, LineCollection)]
    drawn = np.array([segment[:, 0] for part in lines for segment in part.get_segments()])
    assert np.sort(drawn[:, 0]) == pytest.approx(np.sort(plotted["lower"].dropna()))
    # Three bars for each assessed outcome and window, which fill the width.
    widths = [bar.get_width() for bar in figure.axes[1].patches]
    assert len(widths) == 3 * len(found)
    assert sum(widths) == pytest.approx(len(found))
    ends = [bar.get_x() + bar.get_width() for bar in figure.axes[1].patches]
    assert ends[2::3] == pytest.approx([1.0] * len(found))


def test_the_funnel_holds_every_school_with_a_result(victoria):
    performance, _, words = victoria
    plotted = select_intake_funnel(performance, "studabs_712", "4Y", words["studabs_712"][1])
    check_table(plotted, INTAKE_FUNNEL, "plotted")
    rows = performance.query("outcome == 'studabs_712' and window == '4Y'")
    assert len(plotted) == rows["standardised_residual"].notna().sum()
    assert plotted["n_without"].iloc[0] == rows["standardised_residual"].isna().sum() > 0
    figure = draw_intake_funnel(plotted)
    drawn = [x for line in figure.axes[0].lines if line.get_linestyle() == "None" for x in line.get_xdata()]
    assert sorted(drawn) == sorted(plotted["n_students"])
    assert "1 capped" in figure.axes[0].get_title(loc="left")


def test_limits_of_the_funnel_leave_out_capped_schools(by_hand):
    plotted = select_intake_funnel(by_hand[0], "y", "LY", "y").set_index(["group", "school_id"])
    # Eight of twelve schools at +-1.118 and four at 0, all of one size: variance 8 x 1.25 / 12 = 10 / 12.
    assert plotted.loc["large", "limit_95"].to_numpy() == pytest.approx(1.959964 * np.sqrt(10 / 12), rel=1e-6)
    assert plotted.loc[("large", "Z"), "status"] == "capped"


def test_small_schools_have_the_wider_limits():
    random = np.random.default_rng(7)
    annual, schools = build()
    rows = adjust_outcomes(annual, schools, POLICY).performance.query("outcome == 'y' and window == 'LY'")
    rows = rows[rows["status"] == "published"].assign(group="one")
    students = np.linspace(4, 300, len(rows))
    spread = np.sqrt(20 / students)
    drawn = rows.assign(
        n_students=students,
        standardised_residual=spread * np.where(random.random(len(rows)) < 0.5, -1.0, 1.0),
    )
    plotted = select_intake_funnel(drawn, "y", "LY", "y").sort_values("n_students")
    # r^2 n is 20 throughout.
    assert plotted["limit_95"].to_numpy() == pytest.approx(1.959964 * spread, rel=1e-4)


def test_every_figure_says_how_it_is_to_be_read(by_hand):
    performance, uncertainty = by_hand
    for figure in (
        draw_intake_bars(select_intake_bars(performance, WORDS, "A", 1.0)),
        draw_school_summary(select_school_summary(performance, uncertainty, WORDS, "A", 1.0)),
        draw_intake_funnel(select_intake_funnel(performance, "y", "LY", "y")),
    ):
        foot = " ".join(figure.legends[0].get_title().get_text().split())
        assert HOW_TO_READ in foot
    # A starting point, beside absolute measures, never one cohort's judgement.
    for words in ("starting point", "beside the absolute measures", "Never judge a school by one cohort"):
        assert words in HOW_TO_READ


@pytest.mark.parametrize("name", ["intake_bars", "school_summary", "intake_funnel"])
def test_every_caption_says_how_it_is_to_be_read(name):
    caption = " ".join((REPORT / f"{name}.rst").read_text(encoding="utf-8").split())
    assert HOW_TO_READ in caption


def test_intervals_have_the_confidence_asked_for(by_hand):
    performance, uncertainty = by_hand
    widths = {}
    for confidence in (0.95, 0.8):
        plotted = select_school_summary(performance, uncertainty, WORDS, "A", 1.0, confidence)
        widths[confidence] = (plotted["upper"] - plotted["lower"]).dropna().to_numpy()
        title = draw_school_summary(plotted, confidence).axes[0].get_title(loc="left")
        assert f"{100 * confidence:g}% interval" in title
    # Normal quantiles 1.281552 and 1.959964.
    assert widths[0.8] / widths[0.95] == pytest.approx(1.281552 / 1.959964, rel=1e-6)


def test_what_is_not_there_is_named(by_hand):
    performance, _ = by_hand
    with pytest.raises(ContractError, match="school 'nobody' has no rows"):
        select_intake_bars(performance, WORDS, "nobody", 1.0)
    with pytest.raises(ContractError, match="outcome 'u' has no words"):
        select_intake_bars(performance, {"y": WORDS["y"]}, "A", 1.0)
    with pytest.raises(ContractError, match="no school has a result and n_students for outcome 'moon'"):
        select_intake_funnel(performance, "moon", "LY", "moon")
