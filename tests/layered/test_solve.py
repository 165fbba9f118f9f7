"""The layered model for given variances against the tables of Wright and Sanders."""

import numpy as np
import pandas as pd
import pytest
from layered.wright_sanders import EXAMPLE_2, EXAMPLE_3, invented_district, students

from valueadded.errors import DesignError
from valueadded.layered import (
    LayeredSolution,
    collapse_sequences,
    shrinkage,
    solve_layered,
    write_formula,
)

MODELS = {
    "NLM(0)": ("zero", 0.0),
    "NLM(.7)": ("zero", 0.7),
    "LM(0)": ("complete", 0.0),
    "LM(.7)": ("complete", 0.7),
}
# The source prints theta = 1000 and shows the limit; here the limit is reached to seven digits.
LIMIT = 1e7
# Half a unit of the last printed digit (ties included), and what is left of the limit.
PRINTED = {0: 0.5 + 1e-4, 1: 0.05 + 1e-4, 2: 0.005 + 1e-6, 3: 0.0005 + 1e-6, 4: 0.00005 + 1e-6}
B = 0.7 / 1.7

TABLE_6 = {
    "NLM(0)": [-20, 20, -20, 20],
    "NLM(.7)": [-6, 6, -20, 20],
    "LM(0)": [-20, 20, -20, 20],
    "LM(.7)": [-20, 20, -20, 20],
}
TABLE_7 = {
    "NLM(0)": [0.5, 0, 0.5, 0, 0, 0, 0, 0],
    "NLM(.7)": [0.5, -0.175, 0.5, -0.175, 0, 0.175, 0, 0.175],
    "LM(0)": [0.375, 0.125, 0.375, 0.125, 0.125, -0.125, 0.125, -0.125],
    "LM(.7)": [0.375, 0.125, 0.375, 0.125, 0.125, -0.125, 0.125, -0.125],
}
TABLE_8 = {
    "NLM(0)": [0, 0.5, 0, 0, 0, 0.5, 0, 0],
    "NLM(.7)": [-0.175, 0.5, 0.175, 0, -0.175, 0.5, 0.175, 0],
    "LM(0)": [-0.25, 0.5, -0.25, 0, -0.25, 0.5, -0.25, 0],
    "LM(.7)": [-0.425, 0.5, -0.075, 0, -0.425, 0.5, -0.075, 0],
}
TABLE_11 = {
    "NLM(0)": [-60, 0, 60, -60, 0, 60, -60, 0, 60],
    "NLM(.7)": [-35.3, -24.7, 60, -51.8, -8.2, 60, -76.5, 16.5, 60],
    "LM(0)": [-60, 0, 60, -35, 35, 0, -30, 30, 0],
    "LM(.7)": [-60, 0, 60, -49, 49, 0, -46.5, 46.5, 0],
}
# Weights of Tables 12 and 13 by the group of the student: students of D (or G), then of E (or H).
TABLE_12_D = {
    "NLM(0)": [(0, 0.25, 0), (0, 0, 0)],
    "NLM(.7)": [(-0.0515, 0.25, -0.0515), (0.0515, 0, 0.0515)],
    "LM(0)": [(-0.125, 0.1875, 0.0625), (-0.125, 0.0625, -0.0625)],
    "LM(.7)": [(-0.2125, 0.1875, 0.0625), (-0.0375, 0.0625, -0.0625)],
}
TABLE_13_G = {
    "NLM(0)": [(0, 0, 0.25), (0, 0, 0)],
    "NLM(.7)": [(-0.0515, -0.0515, 0.25), (0.0515, 0.0515, 0)],
    "LM(0)": [(0, -0.125, 0.25), (0, -0.125, 0)],
    "LM(.7)": [(-0.0515, -0.1765, 0.25), (0.0515, -0.0735, 0)],
}
TABLE_9 = {
    ("NLM(0)", "A", 1): "M1_A",
    ("NLM(0)", "C", 2): "M2_C",
    ("NLM(.7)", "A", 1): "M1_A - 0.7 (M2_A - M2_AB)",
    ("NLM(.7)", "C", 2): "M2_C - 0.7 (M1_C - M1_CD)",
    ("LM(0)", "A", 1): "M1_A + 0.5 [(M2_A - M2_AB) - (M1_A - M1_AB)]",
    # The source writes M1_AB: A and B have the same four students in year 1 as C and D in year 2.
    ("LM(0)", "C", 2): "M2_C - M1_CD",
    ("LM(.7)", "A", 1): "M1_A + 0.5 [(M2_A - M2_AB) - (M1_A - M1_AB)]",
    ("LM(.7)", "C", 2): "M2_C - M1_CD - 0.7 (M1_C - M1_CD)",
}
TABLE_14 = {
    ("NLM(0)", "D", 2): "M2_D",
    ("NLM(0)", "G", 3): "M3_G",
    ("NLM(.7)", "D", 2): "M2_D - b (M1_D - M1_DE) - b (M3_D - M3_DE)",
    ("NLM(.7)", "G", 3): "M3_G - b (M1_G - M1_GH) - b (M2_G - M2_GH)",
    ("LM(0)", "D", 2): "M2_D - M1_DE + 0.5 [(M3_D - M3_DE) - (M2_D - M2_DE)]",
    ("LM(0)", "G", 3): "M3_G - M2_GH",
    ("LM(.7)", "D", 2): "M2_D - M1_DE - 0.7 (M1_D - M1_DE) + 0.5 [(M3_D - M3_DE) - (M2_D - M2_DE)]",
    ("LM(.7)", "G", 3): "M3_G - M2_GH - b (M1_G - M1_GH) - b (M2_G - M2_GH)",
    # Alone in their track: mean gains.
    ("LM(.7)", "F", 2): "M2_F - M1_F",
    ("LM(.7)", "J", 3): "M3_J - M2_J",
}


def solve(sequences: str, model: str, theta: float = LIMIT) -> LayeredSolution:
    persistence, correlation = MODELS[model]
    return solve_layered(students(sequences), theta, 1.0, correlation, persistence)


def weights(solution: LayeredSolution, teacher: str) -> np.ndarray:
    """The row of Q2 as the source prints it: students by number, years within."""
    place = solution.design.effects["unit"].tolist().index(teacher)
    order = np.lexsort([solution.matrices.cell, solution.matrices.student])
    return solution.solution.q2[place][order]


def one_way(counts: list[int], theta: float) -> LayeredSolution:
    frame = pd.DataFrame(
        {
            "student_id": ["01", "02", "03"],
            "year": 1,
            "teacher_id": ["A", "B", "C"],
            "score": [375.0, 400.0, 425.0],
            "n_students": counts,
        }
    )
    return solve_layered(frame, theta, 1.0, 0.0, "complete")


def test_tables_1_to_4() -> None:
    for counts, theta, mean, q1, q2, effects, digits in [
        ([1, 1, 1], LIMIT, 400, [1 / 3] * 3, [1, 1, 1], [-25, 0, 25], 0),
        ([1, 1, 1], 1.0, 400, [1 / 3] * 3, [1 / 2] * 3, [-12.5, 0, 12.5], 1),
        ([1, 2, 5], LIMIT, 400, [1 / 3] * 3, [1, 1, 1], [-25, 0, 25], 0),
        ([1, 2, 5], 1.0, 404.17, [1 / 4, 1 / 3, 5 / 12], [1 / 2, 2 / 3, 5 / 6], [-14.58, -2.78, 17.36], 2),
    ]:
        found = one_way(counts, theta).solution
        assert found.b == pytest.approx([mean], abs=PRINTED[digits])
        assert found.u == pytest.approx(effects, abs=PRINTED[digits])
        # Printed as fractions: exact for theta = 1, to the size of 1 / theta in the limit.
        assert found.q1[0] == pytest.approx(q1, abs=1e-12 if theta == 1 else 1e-6)
        assert found.q2 == pytest.approx(np.diag(q2), abs=1e-12 if theta == 1 else 1e-6)
        assert np.diag(found.q2) == pytest.approx(shrinkage(np.array(counts), theta, 1.0), abs=1e-12)


def test_the_overall_mean_weighs_teachers_by_what_shrinkage_keeps() -> None:
    found = one_way([1, 2, 5], 1.0).solution
    kept = shrinkage(np.array([1, 2, 5]), 1.0, 1.0)
    assert found.q1[0] == pytest.approx(kept / kept.sum(), abs=1e-12)


@pytest.mark.parametrize("model", MODELS)
def test_tables_6_to_8(model: str) -> None:
    solution = solve(EXAMPLE_2, model)
    assert solution.solution.b == pytest.approx([300, 400], abs=PRINTED[0])
    assert solution.solution.u == pytest.approx(TABLE_6[model], abs=1e-4)
    assert weights(solution, "A") == pytest.approx(TABLE_7[model], abs=PRINTED[3])
    assert weights(solution, "C") == pytest.approx(TABLE_8[model], abs=PRINTED[3])


@pytest.mark.parametrize("model", MODELS)
def test_tables_10_to_13(model: str) -> None:
    """The deviations subtract 400, 500, 600 as the tables do; the source's text says 300, 400, 500."""
    solution = solve(EXAMPLE_3, model)
    assert solution.solution.b == pytest.approx([400, 500, 600], abs=1e-3)
    assert solution.solution.u == pytest.approx(TABLE_11[model], abs=PRINTED[1])
    first = [1 / 12] * 8 + [1 / 3]
    for year in range(3):
        chosen = solution.matrices.cell == year
        order = np.argsort(solution.matrices.student[chosen])
        assert solution.solution.q1[year][chosen][order] == pytest.approx(first, abs=1e-6)
        assert solution.solution.q1[year][~chosen] == pytest.approx(0, abs=1e-6)
    with_d, with_e = TABLE_12_D[model]
    expected = [with_d, with_d, with_e, with_e] * 2 + [(0, 0, 0)]
    assert weights(solution, "D") == pytest.approx(np.ravel(expected), abs=PRINTED[4])
    with_g, with_h = TABLE_13_G[model]
    expected = [with_g, with_h] * 4 + [(0, 0, 0)]
    assert weights(solution, "G") == pytest.approx(np.ravel(expected), abs=PRINTED[4])
    alone = {"F": (0, 1, 0), "J": (0, 0, 1)} if "NLM" in model else {"F": (-1, 1, 0), "J": (0, -1, 1)}
    for teacher, values in alone.items():
        assert weights(solution, teacher) == pytest.approx([0] * 24 + list(values), abs=PRINTED[4])


@pytest.mark.parametrize("model", MODELS)
def test_the_printed_theta_is_close_to_the_limit(model: str) -> None:
    """Tables 5 to 13 were printed for theta = 1000: effects within 0.1 of the limit, weights within 0.001.

    But for the teachers with one student, C, F and J: their weights are shrunk by up to 3 / theta, their
    effects of 60 points by up to 1.8 / theta of them, 0.108, in the non-layered model with correlation.
    """
    for sequences, several in ((EXAMPLE_2, "ABCD"), (EXAMPLE_3, "ABDEGH")):
        far, near = solve(sequences, model), solve(sequences, model, 1000.0)
        moved = np.abs(near.solution.u - far.solution.u)
        units = far.design.effects["unit"]
        assert moved[units.isin(list(several))].max() < 0.1
        assert moved.max() < 0.11
        assert near.solution.b == pytest.approx(far.solution.b, abs=0.1)
        for teacher in units:
            difference = 0.001 if teacher in several else 0.003
            assert weights(near, teacher) == pytest.approx(weights(far, teacher), abs=difference)


@pytest.mark.parametrize(("sequences", "table"), [(EXAMPLE_2, TABLE_9), (EXAMPLE_3, TABLE_14)])
def test_tables_9_and_14(sequences: str, table: dict[tuple[str, str, int], str]) -> None:
    for (model, teacher, year), formula in table.items():
        written = write_formula(solve(sequences, model), teacher, year, symbols={"b": B})
        assert written.centred == formula, (model, teacher)


def test_a_formula_has_one_mean_for_each_group() -> None:
    written = write_formula(solve(EXAMPLE_3, "LM(.7)"), "D", 2)
    assert written.expanded == ("0.75 M2_D + 0.25 M2_E - 0.85 M1_D - 0.15 M1_E + 0.25 M3_D - 0.25 M3_E")


def test_a_formula_gives_the_effect() -> None:
    solution = solve(EXAMPLE_3, "LM(.7)")
    table = write_formula(solution, "G", 3).coefficients
    deviations = students(EXAMPLE_3).assign(deviation=lambda f: f["score"] - 300 - 100 * f["year"])
    group = deviations[deviations["year"] == 3].set_index("student_id")["teacher_id"]
    means = deviations.groupby(["year", deviations["student_id"].map(group)])["deviation"].mean()
    effect = sum(row.coefficient * means[row.year, row.group] for row in table.itertuples())
    assert effect == pytest.approx(-46.47, abs=0.01)


@pytest.mark.parametrize("size", [3, 4, 5])
def test_the_regression_coefficient_of_m_scores(size: int) -> None:
    """b = r / (1 + (m - 2) r), L8."""
    correlation = np.full((size, size), 0.7) + 0.3 * np.eye(size)
    coefficient = np.linalg.solve(correlation[1:, 1:], correlation[1:, 0])
    assert coefficient == pytest.approx(0.7 / (1 + (size - 2) * 0.7))
    if size == 3:
        # The 0.0515 of Tables 12 and 13 is b / 8.
        weight = weights(solve(EXAMPLE_3, "NLM(.7)"), "D")[0]
        assert weight == pytest.approx(-coefficient[0] / 8, abs=1e-6)


def test_students_and_cell_means_give_identical_answers() -> None:
    frame = pd.concat([students(EXAMPLE_3)] * 3, ignore_index=True)
    frame["student_id"] = [f"{i // 27}-{student}" for i, student in enumerate(frame["student_id"])]
    frame["score"] += np.random.default_rng(3).normal(scale=20, size=len(frame))
    means = collapse_sequences(frame)
    assert means["n_students"].tolist() == [3.0] * 27
    for persistence, correlation in MODELS.values():
        full = solve_layered(frame, 2.0, 5.0, correlation, persistence).solution
        cells = solve_layered(means, 2.0, 5.0, correlation, persistence).solution
        assert cells.b == pytest.approx(full.b, rel=1e-12)
        assert cells.u == pytest.approx(full.u, rel=1e-10)


def test_an_effect_is_made_of_surprises() -> None:
    """V^-1 r = S^-1 d (appendix 2): the expectation is a regression on all other deviations."""
    frame = invented_district(n_students=25)
    solution = solve_layered(frame, 3.0, 4.0, 0.6, 0.5)
    known, solved = solution.matrices, solution.solution
    total = 3.0 * known.z @ known.z.T + np.linalg.inv(known.precision)
    others = np.delete(np.arange(len(total)), 4)
    slope = np.linalg.solve(total[np.ix_(others, others)], total[others, 4])
    assert solved.expectation[4] == pytest.approx(slope @ solved.deviations[others], rel=1e-9)
    surprise = solved.deviations - solved.expectation
    assert solved.u == pytest.approx(3.0 * known.z.T @ (surprise / solved.expectation_variance), rel=1e-9)


def test_weights_and_scores_come_as_tables() -> None:
    solution = solve(EXAMPLE_3, "LM(.7)", 1.0)
    sums = solution.effect_weights.groupby("teacher_id")["contribution"].sum()
    effects = solution.teacher_effects().set_index("teacher_id")["effect"]
    assert sums[effects.index].to_numpy() == pytest.approx(effects.to_numpy(), rel=1e-9)
    assert len(solution.mean_weights) == len(solution.expected_scores()) == 27
    assert solution.fixed_effects["estimate"].to_numpy() == pytest.approx(solution.solution.b)


def test_tracks_are_found_and_independent() -> None:
    effects = solve(EXAMPLE_3, "LM(.7)").teacher_effects()
    assert dict(zip(effects["teacher_id"], effects["track"], strict=True)) == dict(
        zip("ABCDEFGHJ", [1, 1, 2, 1, 1, 2, 1, 1, 2], strict=True)
    )


def test_what_cannot_be_solved_is_refused() -> None:
    frame = students(EXAMPLE_2)
    with pytest.raises(DesignError, match="student_correlation is 1"):
        solve_layered(frame, 1.0, 1.0, 1.0, "zero")
    with pytest.raises(DesignError, match="'variable'"):
        solve_layered(frame, 1.0, 1.0, 0.5, "variable")
    with pytest.raises(DesignError, match="0 effects in year 2"):
        write_formula(solve(EXAMPLE_2, "LM(0)"), "A", 2)
