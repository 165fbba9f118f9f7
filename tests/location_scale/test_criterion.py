"""The deviance against integration by brute force, its gradient against differences, its nodes doubled."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from location_scale.invented_schools import make_schools

from valueadded.location_scale.criterion import choose_rules, evaluate, integrate
from valueadded.location_scale.design import LocationScaleDesign, arrange_design
from valueadded.location_scale.information import pack, unpack
from valueadded.location_scale.integrand import (
    Parameters,
    best_of_grid,
    curvature,
    find_modes,
    log_integrand,
    prepare,
)
from valueadded.location_scale.quadrature import LADDER
from valueadded.location_scale.sums import Moments, Students, weighted_sums

# Central differences with a step of 1e-5: error step^2 and 1e-12 / step, of a deviance near 100.
STEP, DIFFERENCE = 1e-5, 1e-6


def arrange(slope: str | None, scale: str) -> LocationScaleDesign:
    students = make_schools(1, [1, 2, 3, 7, 12, 30])
    return arrange_design(students, "y ~ x + girl", scale, "school_id", slope)


def point(design: LocationScaleDesign, scale: float = 0.5) -> Parameters:
    """Return a point where nothing is 0 and L is not triangular."""
    q = len(design.random)
    factor = np.array([[-0.2, 0.4, 0.1], [0.1, 0.15, 0.3]])[:q, : q + 1]
    alpha = np.array([-0.7, 0.2, -0.1])[: len(design.scale_terms)]
    return Parameters(np.array([0.1, 0.5, -0.2]), alpha, factor, scale)


def rules_at(design: LocationScaleDesign, at: Parameters) -> tuple[np.ndarray, np.ndarray]:
    it = prepare(weighted_sums(design.data, at.beta, at.alpha), at)
    modes, widths = find_modes(it, best_of_grid(it))
    return choose_rules(it, modes, widths), modes


def brute_force(design: LocationScaleDesign, at: Parameters) -> float:
    """Return the deviance by a grid over (v, u0), or over v with the slope's Gaussian written out."""
    data = design.data
    assert isinstance(data, Students)
    grid = np.linspace(-9, 9, 361)
    total = 0.0
    q = len(design.random)
    for start, n in zip(data.starts, data.n.astype(int), strict=True):
        rows = slice(start, start + n)
        residual = data.y[rows] - at.beta @ data.x[:, rows]
        log_variance = at.alpha @ data.z[:, rows]
        w = data.x[list(design.random)][:, rows]
        values = np.empty(len(grid))
        for k, zeta in enumerate(grid):
            variance = np.exp(log_variance + at.scale * zeta)
            centred = residual - w.T @ at.factor[:, 0] * zeta
            if q == 1:
                e = centred[:, None] - at.factor[0, 1] * grid
                logs = -0.5 * np.sum(e**2 / variance[:, None] + np.log(2 * np.pi * variance)[:, None], axis=0)
                inner = logs - grid**2 / 2 - 0.5 * np.log(2 * np.pi)
                values[k] = (
                    np.log(np.sum(np.exp(inner - inner.max()))) + inner.max() + np.log(grid[1] - grid[0])
                )
            else:
                root = w.T @ at.factor[:, 1:]
                dense = np.diag(variance) + root @ root.T
                values[k] = -0.5 * (
                    n * np.log(2 * np.pi)
                    + np.linalg.slogdet(dense)[1]
                    + centred @ np.linalg.solve(dense, centred)
                )
        outer = values - grid**2 / 2 - 0.5 * np.log(2 * np.pi)
        total += np.log(np.sum(np.exp(outer - outer.max()))) + outer.max() + np.log(grid[1] - grid[0])
    return -2 * total


@pytest.mark.parametrize("slope", [None, "x"])
def test_deviance_is_the_integral_over_both_effects(slope: str | None) -> None:
    design = arrange(slope, "~ x + girl")
    at = point(design)
    rules, modes = rules_at(design, at)
    found = evaluate(design.data, at, rules, modes)
    # Six schools whose integrals each settle to 1e-9; a fine trapezoid over the whole range is exact.
    assert found.deviance == pytest.approx(brute_force(design, at), abs=1e-8)


@pytest.mark.parametrize("scale", ["~ 1", "~ selective", "~ x + girl"])
@pytest.mark.parametrize("slope", [None, "x"])
def test_gradient_of_every_parameter(slope: str | None, scale: str) -> None:
    design = arrange(slope, scale)
    assert isinstance(design.data, Students if scale == "~ x + girl" else Moments)
    at = point(design)
    rules, modes = rules_at(design, at)
    theta = pack(at)
    gradient = pack(evaluate(design.data, at, rules, modes).gradient)
    for k in range(len(theta)):
        step = np.zeros(len(theta))
        step[k] = STEP
        up, down = (
            evaluate(design.data, unpack(theta + sign * step, at), rules, modes).deviance for sign in (1, -1)
        )
        assert gradient[k] == pytest.approx(
            (up - down) / (2 * STEP), abs=DIFFERENCE * max(1, abs(gradient[k]))
        )


def test_curvature_of_the_integrand() -> None:
    design = arrange("x", "~ x + girl")
    at = point(design)
    it = prepare(weighted_sums(design.data, at.beta, at.alpha), at)
    zeta = np.linspace(-1.5, 1.5, len(it.n))
    values = [log_integrand(it, (zeta + shift)[:, None])[:, 0] for shift in (-1e-4, 0.0, 1e-4)]
    first, second = curvature(it, zeta)
    # Error of order step^2, and of 1e-13 / step^2 for the second derivative.
    assert first == pytest.approx((values[2] - values[0]) / 2e-4, abs=1e-5)
    assert second == pytest.approx((values[2] - 2 * values[1] + values[0]) / 1e-8, abs=1e-4)


@pytest.mark.parametrize(("scale", "correlation"), [(0.02, 0.3), (0.5, 0.9), (1.0, 1.0)])
def test_doubling_the_nodes_moves_nothing(scale: float, correlation: float) -> None:
    """Schools of 1 and of 5,000 students; with s = 1 and correlation 1 small schools have two modes."""
    students = make_schools(2, [1, 1, 2, 3, 5, 40, 5000])
    students.loc[students["school_id"] == "001", "y"] -= 6
    design = arrange_design(students, "y ~ x + girl", "~ x", "school_id", None)
    factor = 0.5 * np.array([[correlation, np.sqrt(1 - correlation**2)]])
    at = Parameters(np.array([0.0, 0.5, 0.1]), np.array([-0.8, 0.1]), factor, scale)
    it = prepare(weighted_sums(design.data, at.beta, at.alpha), at)
    modes, widths = find_modes(it, best_of_grid(it))
    rules = choose_rules(it, modes, widths)
    chosen, doubled = (
        np.array(
            [
                integrate(it, LADDER[rule].doubled if twice else LADDER[rule], modes, widths).log_likelihood[
                    j
                ]
                for j, rule in enumerate(rules)
            ]
        )
        for twice in (False, True)
    )
    # What the ladder promises of each school.
    assert np.max(np.abs(2 * (chosen - doubled))) < 1e-9
    if scale == 1.0:
        assert any(LADDER[rule].kind == "trapezoid" for rule in rules)


def test_rows_and_moments_give_the_same() -> None:
    students = make_schools(3, [1, 4, 9, 20])
    by_moments = arrange_design(students, "y ~ x + girl", "~ 1", "school_id", "x")
    by_rows = arrange_design(students, "y ~ x + girl", "~ x", "school_id", "x")
    at = point(by_moments)
    rules, modes = rules_at(by_moments, at)
    rows = replace(at, alpha=np.append(at.alpha, 0.0))
    one, other = evaluate(by_moments.data, at, rules, modes), evaluate(by_rows.data, rows, rules, modes)
    # Sums of some tens of numbers in another order.
    assert one.deviance == pytest.approx(other.deviance, abs=1e-11)
    assert one.gradient.factor == pytest.approx(other.gradient.factor, abs=1e-10)
    assert one.gradient.beta == pytest.approx(other.gradient.beta, abs=1e-10)


def test_one_way_to_write_the_rows() -> None:
    students = make_schools(4, [3, 8, 15])
    shuffled = students.sample(frac=1, random_state=1)
    design, other = (
        arrange_design(pd.DataFrame(frame), "y ~ x + girl", "~ x", "school_id", None)
        for frame in (students, shuffled)
    )
    at = Parameters(np.array([0.1, 0.5, 0.1]), np.array([-0.5, 0.1]), np.array([[0.1, 0.3]]), 0.3)
    rules, modes = rules_at(design, at)
    found = [evaluate(each.data, at, rules, modes).deviance for each in (design, other)]
    assert found[0] == pytest.approx(found[1], abs=1e-11)
