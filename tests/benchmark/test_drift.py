import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from invented import FORMULA, make_cohort

from valueadded.benchmark import decompose, fit_benchmark_models, fit_reference, measure_drift
from valueadded.contracts.benchmark import DECOMPOSITION, REFERENCE
from valueadded.contracts.effects import SCHOOL_EFFECTS
from valueadded.contracts.mixed import FITS, FIXED_EFFECTS
from valueadded.mixed import fit_random_intercept, summarise_schools
from valueadded.table_io import check_table

EFFECTS = np.random.default_rng(5).normal(0, 12, 60)


def pair(seed: int = 1, drift: float = -8.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    before = make_cohort(seed, effects=EFFECTS)
    return before, make_cohort(seed + 1, year=2021, effects=EFFECTS, drift=drift)


def test_drift_and_its_error_are_those_of_the_stacked_regression() -> None:
    # One regression of both cohorts, every term crossed with the year, clustered on schools.
    before, after = pair()
    found = measure_drift(summarise_schools(after, FORMULA), fit_reference(before, FORMULA), "student")
    both = pd.concat([before, after], ignore_index=True)
    both["late"] = (both["year"] == 2021).astype(float)
    both["male"] = (both["sex"] == "male").astype(float)
    rows = smf.ols("score ~ (prior_score + male) * late", both).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(both["school_id"])[0], "use_correction": False}
    )
    x0 = np.array([1.0, before["prior_score"].mean(), (before["sex"] == "male").mean()])
    names = ["late", "prior_score:late", "male:late"]
    assert found.drift == pytest.approx(rows.params[names] @ x0, rel=1e-7)
    assert found.intercept_part == pytest.approx(rows.params["late"], rel=1e-7)
    uncorrected = np.sqrt(x0 @ rows.cov_params().loc[names, names].to_numpy() @ x0)
    assert found.std_error == pytest.approx(uncorrected * np.sqrt(60 / 59), rel=1e-6)


def test_school_basis_counts_each_school_once() -> None:
    before, after = pair()
    found = measure_drift(summarise_schools(after, FORMULA), fit_reference(before, FORMULA), "school")
    lines = []
    for frame in (before, after):
        size = frame.groupby("school_id")["score"].transform("size")
        lines.append(smf.wls("score ~ prior_score + C(sex)", frame, weights=1 / size).fit().params)
    weights = 1 / before.groupby("school_id")["score"].transform("size")
    change = lines[1] - lines[0]
    height = (
        change["Intercept"]
        + change["prior_score"] * np.average(before["prior_score"], weights=weights)
        + change["C(sex)[T.male]"] * np.average(before["sex"] == "male", weights=weights)
    )
    assert found.drift == pytest.approx(height, rel=1e-7)


def test_the_benchmark_year_has_not_drifted() -> None:
    before, _ = pair()
    reference = fit_reference(before, FORMULA)
    for basis in ("student", "school"):
        found = measure_drift(summarise_schools(before, FORMULA), reference, basis)
        assert abs(found.drift) < 1e-9
        assert found.std_error < 1e-9


@pytest.mark.parametrize("line", ["ols", "mixed"])
def test_the_identity_is_exact_for_every_school(line: str) -> None:
    before, after = pair()
    reference = fit_reference(before, FORMULA, line=line)
    own = fit_random_intercept(after, FORMULA).estimates.coefficients
    table = decompose(summarise_schools(after, FORMULA), own, reference)
    gap = table["mean_residual_benchmark"] - table["mean_residual_relative"]
    # B14 asks for 1e-10 on scores of size 400.
    np.testing.assert_allclose(gap, table["intercept_part"] + table["slope_part"], atol=1e-10)
    residual = after["score"] - own["Intercept"] - own["prior_score"] * after["prior_score"]
    residual -= own["sex[T.male]"] * (after["sex"] == "male")
    np.testing.assert_allclose(
        table["mean_residual_relative"], residual.groupby(after["school_id"]).mean(), atol=1e-9
    )


def test_adding_the_two_variances_would_be_too_wide() -> None:
    before, after = pair()
    reference = fit_reference(before, FORMULA)
    later = fit_reference(after, FORMULA)
    found = measure_drift(summarise_schools(after, FORMULA), reference, "student")
    x0 = reference.line.mean_intake
    apart = np.sqrt(x0 @ (reference.covariance + later.covariance) @ x0)
    assert found.std_error < 0.8 * apart


@pytest.mark.recovery
def test_drift_intervals_cover_the_planted_drift() -> None:
    # 300 data sets: the standard error of a coverage of .95 is .013, so .91 to .98 is 3 of them around it.
    stream = np.random.default_rng(11)
    covered = 0
    for k in range(300):
        effects = stream.normal(0, 12, 60)
        before = make_cohort(1000 + 2 * k, effects=effects, sizes=(5, 40))
        after = make_cohort(
            1001 + 2 * k, year=2021, effects=effects + stream.normal(0, 5, 60), drift=-8.0, sizes=(5, 40)
        )
        found = measure_drift(summarise_schools(after, FORMULA), fit_reference(before, FORMULA), "student")
        covered += abs(found.drift + 8.0) < 1.96 * found.std_error
    assert 0.91 <= covered / 300 <= 0.985


def test_tables_of_every_cohort_meet_their_contracts() -> None:
    before, after = pair()
    moments = {
        ("reading", year): summarise_schools(frame, FORMULA, cohort="year")
        for year, frame in ((2017, before), (2021, after))
    }
    models = fit_benchmark_models(moments, FORMULA, [2017], "ols", ["offset", "drift", "frozen"], [], 0.95)
    check_table(models.reference, REFERENCE, "reference")
    check_table(models.decomposition, DECOMPOSITION, "decomposition")
    check_table(models.fits, FITS, "fits")
    check_table(models.fixed_effects, FIXED_EFFECTS, "fixed_effects")
    check_table(models.school_effects, SCHOOL_EFFECTS, "school_effects")
    assert set(models.fits["model"]) == {"benchmark_offset", "benchmark_drift", "benchmark_frozen"}
    assert models.fits.set_index(["year", "model"]).loc[(2021, "benchmark_frozen"), "method"] == "fixed"


@pytest.mark.parametrize("levels", [["a", "b"], ["a", "b", "c"]])
def test_a_level_nobody_has_any_more_is_no_drift(levels: list[str]) -> None:
    # The last level costs 40 points and is gone in the later year; the system itself stands still.
    before, after = pair(drift=0.0)
    for frame in (before, after):
        draw = np.random.default_rng(len(frame)).choice(levels, len(frame))
        frame["band"] = pd.array(draw, dtype="str")
    after["band"] = after["band"].replace(levels[-1], levels[0])
    before["score"] -= 40.0 * (before["band"] == levels[-1])
    if len(levels) == 2:
        after["band"] = pd.array(["a"] * len(after), dtype="str")
    formula = "score ~ prior_score + band"
    found = measure_drift(summarise_schools(after, formula), fit_reference(before, formula), "student")
    assert abs(found.drift) < 4 * found.std_error
    assert abs(found.drift) < 8.0
