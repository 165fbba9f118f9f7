"""First and revised effects, and the simpler measures beside the model."""

import numpy as np
import pytest
from layered.wright_sanders import EXAMPLE_3, invented_district, students

from valueadded.errors import DesignError
from valueadded.layered import compare_simple, fit_layered, revise_effects


def test_a_change_has_the_variance_of_what_was_learned() -> None:
    """Under the model the statistic is standard normal: 600 changes of 10 districts."""
    found = []
    for seed in range(10):
        fit = fit_layered(invented_district(seed=seed, n_students=300, n_teachers=30))
        table = revise_effects({"layered": fit}).table
        assert table["year"].unique().tolist() == [1, 2]
        assert (table["revised_effect"] - table["first_effect"]).equals(table["change"])
        found.append(table["statistic"].to_numpy())
    # 600 statistics, correlated within a district: the standard deviation is known to about 0.04.
    assert np.std(np.concatenate(found)) == pytest.approx(1.0, abs=0.12)


def test_a_pulse_is_taken_back_by_the_layered_model_and_fed_by_the_other() -> None:
    frame = invented_district(seed=4, n_students=500, n_teachers=10, holes=0.05)
    pulse = (frame["teacher_id"] == "2-3") & (frame["year"] == 2)
    frame.loc[pulse, "score"] += 15.0
    fits = {"layered": fit_layered(frame), "non-layered": fit_layered(frame, "zero")}
    table = revise_effects(fits).table.set_index(["model", "teacher_id"])
    assert table.loc[("layered", "2-3"), "change"] < 0 and table.loc[("layered", "2-3"), "pulse"]
    # What came after was less than the pulse promised: the other model gives the teacher more for it.
    assert table.loc[("non-layered", "2-3"), "change"] > 0
    others = table.loc["layered"].drop("2-3")
    assert others["statistic"].abs().max() < abs(table.loc[("layered", "2-3"), "statistic"])


def test_one_year_cannot_be_revised() -> None:
    with pytest.raises(DesignError, match="one year"):
        revise_effects({"layered": fit_layered(invented_district(n_years=1))})


def test_the_last_columns_of_table_11() -> None:
    table = compare_simple(students(EXAMPLE_3)).set_index("teacher_id")
    assert table["mean_score"].to_dict() == {
        "A": 340, "B": 400, "C": 460, "D": 440, "E": 500, "F": 560, "G": 540, "H": 600, "J": 660,
    }  # fmt: skip
    assert table["mean_gain"].dropna().to_dict() == {"D": 50, "E": 150, "F": 100, "G": 40, "H": 160, "J": 100}
    assert table["n_gains"].loc[list("ABCDEFGHJ")].tolist() == [0, 0, 0, 4, 4, 1, 4, 4, 1]


def test_the_adjusted_mean_is_that_of_an_analysis_of_covariance() -> None:
    frame = invented_district(n_years=2, holes=0.0)
    wide = frame.pivot(index="student_id", columns="year", values="score")
    teacher = frame[frame["year"] == 2].set_index("student_id")["teacher_id"].loc[wide.index]
    dummies = (teacher.to_numpy()[:, None] == sorted(teacher.unique())).astype(float)
    fitted = np.linalg.lstsq(np.column_stack([dummies, wide[1]]), wide[2], rcond=None)[0]
    expected = fitted[:-1] - (wide[2].mean() - fitted[-1] * wide[1].mean())
    table = compare_simple(frame)
    ours = table.loc[table["year"] == 2, "adjusted_mean"].to_numpy()
    assert ours == pytest.approx(expected, rel=1e-9)
