"""Figures of the layered models show what their tables hold, and no name that may not be shown."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from invented_layered import make_links, make_persistence, make_revisions, make_teachers, make_weights

from valueadded.contracts import layered_figures as contracts
from valueadded.contracts.layered import LAYERED_EFFECTS, LAYERED_PERSISTENCE
from valueadded.contracts.layered_teachers import LAYERED_REVISIONS, LAYERED_TRACK_LINKS, LAYERED_WEIGHTS
from valueadded.errors import ContractError
from valueadded.figures.persistence_by_lag import draw_persistence_by_lag, select_persistence_by_lag
from valueadded.figures.revised_effects import draw_revised_effects, select_revised_effects
from valueadded.figures.teacher_caterpillar import (
    MOST_PANELS,
    draw_teacher_caterpillar,
    select_teacher_caterpillar,
)
from valueadded.figures.track_graph import MOST_TEACHERS, draw_track_graph, select_track_graph
from valueadded.figures.weight_map import MOST_STUDENTS, draw_weight_map, select_weight_map
from valueadded.table_io import check_table, write_table

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture(scope="module")
def effects() -> pd.DataFrame:
    return make_teachers()


def words_of(figure) -> str:
    """Every text of a figure."""
    texts = [found.get_text() for found in figure.findobj(lambda part: hasattr(part, "get_text"))]
    return "\n".join(texts)


def test_value_added_teachers_are_ranked_and_the_others_withheld(effects):
    plotted = select_teacher_caterpillar(effects, "reading", named=True)
    check_table(plotted, contracts.TEACHER_CATERPILLAR, "plotted")
    assert set(plotted["model"]) == {"complete"}
    first, later = plotted[plotted["year_level"] == 3], plotted[plotted["year_level"] > 3]
    assert set(first["separation"]) == {"withheld"}
    assert first[["effect", "lower", "upper", "teacher_id"]].isna().all(axis=None)
    for _, rows in later.groupby(["year", "year_level"]):
        assert rows["effect"].is_monotonic_increasing
        assert list(rows["rank"]) == list(range(1, 13))
    held = (later["lower"] <= 0) & (later["upper"] >= 0)
    assert (later["separation"].eq("not_separated") == held).all()
    assert set(later["separation"]) == {"below", "not_separated", "above"}


@pytest.mark.parametrize("named", [True, False])
def test_teachers_are_named_only_if_asked(effects, named):
    caterpillar = select_teacher_caterpillar(effects, "reading", named)
    revised = select_revised_effects(make_revisions(effects), "reading", named)
    weights = select_weight_map(make_weights(), "reading", ["T40001"], named)
    for plotted, figure in (
        (caterpillar, draw_teacher_caterpillar(caterpillar, "points")),
        (revised, draw_revised_effects(revised, "points")),
        (weights, draw_weight_map(weights, "reading", "points")),
    ):
        assert plotted["teacher_id"].notna().any() == named
        assert ("T4" in words_of(figure)) == named
        assert ("T4" in plotted.to_csv()) == named


def test_withheld_teachers_are_never_named(effects):
    caterpillar = select_teacher_caterpillar(effects, "reading", named=True)
    revised = select_revised_effects(make_revisions(effects), "reading", named=True)
    for plotted in (caterpillar, revised):
        assert not plotted["teacher_id"].dropna().str.startswith("T3").any()


def test_every_teacher_is_drawn_once(effects):
    plotted = select_teacher_caterpillar(effects, "reading", named=False)
    figure = draw_teacher_caterpillar(plotted, "points")
    assert "12 teachers withheld" in words_of(figure.axes[0])
    for axes, (_, rows) in zip(figure.axes[1:], plotted[12:].groupby("year"), strict=True):
        assert sum(len(lines.get_segments()) for lines in axes.collections) == 12
        drawn = np.concatenate([line.get_ydata() for line in axes.lines if line.get_linestyle() == "None"])
        np.testing.assert_array_equal(np.sort(drawn), rows["effect"])


def test_many_years_show_the_latest_and_many_teachers_are_a_picture(effects):
    years = pd.concat([effects.assign(year=effects["year"] + shift, value_added=True) for shift in range(5)])
    plotted = select_teacher_caterpillar(years, "reading", named=False)
    assert plotted.groupby(["year", "year_level"]).ngroups == MOST_PANELS
    assert plotted["year"].max() == years["year"].max()
    crowd = select_teacher_caterpillar(make_teachers(1600, models=("zero",)), "reading", named=True)
    figure = draw_teacher_caterpillar(crowd, "points")
    assert all(lines.get_rasterized() for axes in figure.axes for lines in axes.collections)
    # No room for names.
    assert "T4" not in words_of(figure)


def test_pulses_have_their_direction_and_levels_none(effects):
    revisions = make_revisions(effects)
    plotted = select_revised_effects(revisions, "reading", named=False)
    check_table(plotted, contracts.REVISED_EFFECTS, "plotted")
    counts = plotted.groupby(["model", "look"]).size()
    assert counts["complete", "level"] == counts["zero", "level"] == 12
    up = revisions[revisions["value_added"] & revisions["pulse"] & (revisions["change"] > 0)]
    assert (plotted["look"] == "up").sum() == len(up) >= 2
    figure = draw_revised_effects(plotted, "points")
    for axes, model in zip(figure.axes, ("complete", "zero"), strict=True):
        rows = plotted[plotted["model"] == model]
        drawn = sorted(y for line in axes.lines if line.get_linestyle() == "None" for y in line.get_ydata())
        np.testing.assert_array_equal(drawn, np.sort(rows["revised_effect"]))
        assert f"of {int(revisions['value_added'].sum() / 2)} value-added effects" in words_of(axes)


def test_contributions_on_the_map_add_up_to_the_effect():
    weights = make_weights(25, 700)
    plotted = select_weight_map(weights, "reading", ["T99999", "T40001"], named=False)
    check_table(plotted, contracts.WEIGHT_MAP, "plotted")
    assert plotted["contribution"].sum() == pytest.approx(weights["contribution"].sum())
    rows = plotted.drop_duplicates(["group", "place"])
    assert rows.groupby("group").size().to_dict() == {
        "taught": 25,
        "others": MOST_STUDENTS - 25,
        "summed": 1,
    }
    assert plotted.loc[plotted["group"] == "summed", "n_students"].tolist() == [225] * 3
    # The largest weights have the rows.
    size = weights["weight"].abs().groupby(weights["student_id"]).max()
    others = size[~weights.groupby("student_id")["taught"].any()]
    shown = plotted[plotted["group"] == "others"]
    drawn = shown["weight"].abs().groupby(shown["place"]).max()
    np.testing.assert_allclose(drawn, np.sort(others)[::-1][: len(drawn)])


def test_no_student_is_named_on_the_map_and_a_missing_score_is_a_hole():
    weights = make_weights(3, 2)
    plotted = select_weight_map(weights, "reading", ["T40001"], named=True)
    assert "P0000" not in plotted.to_csv()
    figure = draw_weight_map(plotted, "reading", "points")
    image = figure.axes[0].images[0].get_array()
    assert image.shape == (3, 3)
    assert image.mask.sum() == 1
    assert "summed" not in set(plotted["group"])


def test_a_map_of_the_teachers_own_students_alone_has_one_block():
    plotted = select_weight_map(make_weights(4, 0), "reading", ["T40001"], named=False)
    figure = draw_weight_map(plotted, "reading", "points")
    assert sum(bool(axes.images) for axes in figure.axes) == 2


@pytest.mark.parametrize("value_added", [True, False])
def test_the_map_of_a_first_year_teacher_says_level(value_added):
    weights = make_weights().assign(value_added=value_added)
    plotted = select_weight_map(weights, "reading", ["T40001"], named=False)
    assert ("level, not" in words_of(draw_weight_map(plotted, "reading", "points"))) != value_added


@pytest.mark.parametrize(("domain", "teacher"), [("spelling", "T40001"), ("reading", "T40002")])
def test_a_map_of_nobody_says_so(domain, teacher):
    """A teacher of one domain must not stop the run at the others."""
    plotted = select_weight_map(make_weights(), domain, [teacher], named=True)
    check_table(plotted, contracts.WEIGHT_MAP, "plotted")
    assert plotted.empty
    words = words_of(draw_weight_map(plotted, domain, "points"))
    assert domain.capitalize() in words and "variance of 0" in words and teacher not in words


def test_models_that_revise_in_opposite_directions_stand_side_by_side(effects):
    revisions = make_revisions(effects)
    third = revisions[revisions["model"] == "complete"].assign(model="variable")
    plotted = select_revised_effects(pd.concat([revisions, third]), "reading", named=False)
    figure = draw_revised_effects(plotted, "points")
    titles = [axes.get_title(loc="left").split(" (")[0] for axes in figure.axes]
    assert titles[:3] == ["layered", "non-layered", "persistence estimated"]


def test_every_line_of_the_graph_joins_teachers_of_one_track(effects):
    links = make_links(effects)
    plotted = select_track_graph(effects, links, "reading")
    check_table(plotted, contracts.TRACK_GRAPH, "plotted")
    assert len(plotted) == len(links)
    assert plotted["n_students"].sum() == links["n_students"].sum()
    assert set(plotted["n_components"]) == {2}
    ends = pd.concat(
        [
            plotted[["component", "stage", "place"]],
            plotted[["component", "next_stage", "next_place"]].set_axis(
                ["component", "stage", "place"], axis=1
            ),
        ]
    ).drop_duplicates()
    assert len(ends) == 36
    heights = ends.groupby("component")["place"].agg(["min", "max"])
    # One track stands wholly above the other.
    assert heights.loc[1, "min"] > heights.loc[2, "max"] or heights.loc[2, "min"] > heights.loc[1, "max"]
    figure = draw_track_graph(plotted)
    assert len(figure.axes[0].collections[0].get_segments()) == len(links)
    assert "2 tracks that share no student" in words_of(figure)


def test_teachers_without_neighbours_are_points(effects):
    plotted = select_track_graph(effects, make_links(effects).iloc[:0], "reading")
    assert len(plotted) == 36
    assert plotted["next_stage"].isna().all()
    draw_track_graph(plotted)


def test_neighbours_stand_near_each_other(effects):
    """Teachers who pass all their students straight on: the sweeps leave no crossing."""
    straight = make_links(effects)
    straight = straight[straight["teacher_id"].str[2:] == straight["next_teacher_id"].str[2:]]
    shuffled = effects.sample(frac=1, random_state=3)
    plotted = select_track_graph(shuffled, straight, "reading")
    lines = plotted.dropna(subset="next_place")
    assert len(lines) == len(straight) == 24
    for _, rows in lines.groupby(["component", "stage"]):
        assert (rows["place"].rank() == rows["next_place"].rank()).all()


def test_more_teachers_than_have_room_are_counted():
    crowd = make_teachers(400, tracks=40, models=("complete",))
    plotted = select_track_graph(crowd, make_links(crowd), "reading")
    assert set(plotted["n_teachers"]) == {1200}
    figure = draw_track_graph(plotted)
    assert f"1,200 teachers ({MOST_TEACHERS} drawn), 40 tracks" in words_of(figure)


def test_persistence_shows_estimates_with_intervals_and_what_was_given():
    table = make_persistence(("complete", "fixed", "variable", "zero"), ("teacher", "school"))
    plotted = select_persistence_by_lag(table, "reading")
    check_table(plotted, contracts.PERSISTENCE_BY_LAG, "plotted")
    assert set(plotted["model"]) == {"fixed", "variable"}
    axes = draw_persistence_by_lag(plotted, "reading").axes[0]
    assert len(axes.containers) == 2
    for held in axes.containers:
        np.testing.assert_allclose(np.sort(held.lines[0].get_ydata().astype(float)), [0.5, 0.6, 0.7])
        assert len(held.lines[2][0].get_segments()) == 3
    assert [line.get_ydata()[0] for line in axes.lines if line.get_linestyle() == "--"] == [0.6]


def test_persistence_that_nobody_estimated_says_so():
    plotted = select_persistence_by_lag(make_persistence(("complete", "zero")), "reading")
    assert plotted.empty
    assert "add `variable` to layered.models" in words_of(draw_persistence_by_lag(plotted, "reading"))


def test_a_domain_without_rows_is_refused(effects):
    for refused in (
        lambda: select_teacher_caterpillar(effects, "spelling", False),
        lambda: select_revised_effects(make_revisions(effects), "spelling", False),
        lambda: select_track_graph(effects, make_links(effects), "spelling"),
        lambda: select_persistence_by_lag(make_persistence(), "spelling"),
    ):
        with pytest.raises(ContractError, match="layered"):
            refused()


ARGUMENTS = {
    "teacher_caterpillar": ["effects", "domain", "named"],
    "revised_effects": ["revisions", "domain", "named"],
    "weight_map": ["weights", "domain", "teachers", "named"],
    "track_graph": ["effects", "links", "domain"],
    "persistence_by_lag": ["persistence", "domain"],
}


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_two_draws_give_the_same_bytes(name, effects, tmp_path):
    tables = {
        "effects": (effects, LAYERED_EFFECTS),
        "revisions": (make_revisions(effects), LAYERED_REVISIONS),
        "weights": (make_weights(), LAYERED_WEIGHTS),
        "links": (make_links(effects), LAYERED_TRACK_LINKS),
        "persistence": (make_persistence(), LAYERED_PERSISTENCE),
    }
    given = {"domain": "reading", "named": False, "teachers": ["T40001"]}
    for table in set(ARGUMENTS[name]) & set(tables):
        write_table(tables[table][0], tmp_path / table, tables[table][1])
        given[table] = str(tmp_path / table)
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"draw_{name}.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    written = []
    for turn in ("first", "second"):
        paths = {key: tmp_path / f"{turn}.{key}" for key in ("png", "svg", "plotted", "csv")}
        script.main(*[given[argument] for argument in ARGUMENTS[name]], {"dots_per_inch": 80}, paths)
        written.append({key: path.read_bytes() for key, path in paths.items()})
    assert written[0] == written[1]
    assert len(pd.read_parquet(paths["plotted"])) == len(pd.read_csv(paths["csv"])) > 0
