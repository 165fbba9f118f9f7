import pandas as pd
import pytest

from valueadded.contracts.benchmark import DRIFT
from valueadded.contracts.figures import SCHOOL_TRAJECTORIES
from valueadded.errors import ConfigError
from valueadded.figures.school_trajectories import (
    draw_school_trajectories,
    pick_by_change,
    select_school_trajectories,
)
from valueadded.table_io import check_table


def select(study, named=()):
    frame = select_school_trajectories(study.effects, study.drift, "reading", [2017], list(named))
    return check_table(frame, SCHOOL_TRAJECTORIES, "plotted")


def test_every_school_is_drawn_once_and_the_drift_of_students_with_it(study):
    plotted = select(study)
    assert not plotted.duplicated(["line", "school_id", "year"]).any()
    assert plotted.loc[plotted["line"] != "system", "school_id"].nunique() == 40
    system = plotted[plotted["line"] == "system"]
    drift = study.drift[study.drift["basis"] == "student"]
    assert list(system["effect"]) == list(drift["drift"])
    assert list(system["lower"]) == list(drift["lower"])


def test_lines_are_the_segments_between_years_of_the_plotted_rows(study):
    axes = draw_school_trajectories(select(study), "scale points").axes[0]
    # 37 thin lines: four steps between neighbouring years, one across the untested year.
    near, far = axes.collections[:2]
    assert len(near.get_segments()) == 37 * 4
    assert len(far.get_segments()) == 37
    assert [text.get_text() for text in axes.texts] == ["no cohort"]


def test_without_names_highest_median_and_lowest_change_are_picked():
    schools = pd.DataFrame(
        {
            "school_id": ["a", "a", "b", "b", "c", "c", "d"],
            "year": [2017, 2019, 2017, 2019, 2017, 2019, 2019],
            "effect": [0.0, 5.0, 0.0, -5.0, 0.0, 1.0, 99.0],
        }
    )
    assert pick_by_change(schools) == {
        "a": "highest change, 2017 to 2019",
        "c": "median change, 2017 to 2019",
        "b": "lowest change, 2017 to 2019",
    }


def test_only_named_schools_are_called_by_name(study):
    labels = set(select(study)["label"])
    assert not any("school 0" in label for label in labels)
    named = select(study, ["00007"])
    assert set(named.loc[named["line"] == "named", "label"]) == {"school 00007"}


def test_an_unknown_school_is_refused_by_the_key_to_change(study):
    with pytest.raises(ConfigError, match=r"figures\.named_schools: found \['7'\]"):
        select(study, ["7"])


def test_without_a_benchmark_relative_effects_stand_without_drift(study):
    relative = study.effects[study.effects["model"] == "relative"]
    nothing = pd.DataFrame(columns=list(DRIFT.columns))
    plotted = select_school_trajectories(relative, nothing, "reading", [], [])
    assert set(plotted["line"]) == {"school", "named"}
    assert "Relative" in draw_school_trajectories(plotted, "scale points").axes[0].get_title(loc="left")


def test_one_school_in_one_year_is_a_dot(smallest_study):
    plotted = select(smallest_study)
    axes = draw_school_trajectories(plotted, "scale points").axes[0]
    school = plotted.loc[plotted["line"] == "school", "effect"]
    assert any(list(line.get_ydata()) == list(school) for line in axes.lines)
