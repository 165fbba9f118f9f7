"""What is planted in a large synthetic state comes back: variances, drift, persistence, coverage.

Tolerances are four Monte Carlo standard errors, so that a right model fails once in sixteen thousand seeds.
The tests look at library functions alone; records are joined here without the pipeline's matching.
"""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from invented import FORMULA, make_cohort

from valueadded.benchmark import fit_offset, fit_reference
from valueadded.benchmark.drift import measure_drift
from valueadded.config.synthetic import Synthetic
from valueadded.effects import correlate_years
from valueadded.mixed import fit_random_intercept, fit_random_slope, summarise_schools
from valueadded.synthetic import State, generate_state

pytestmark = pytest.mark.recovery

SCHOOLS = 400
YEARS = [2017, 2018, 2019, 2020]
BENCHMARK_YEAR = 2017
DRIFT = {2018: 3.0, 2019: -6.0, 2020: -15.0}
BY_LAG = [1.0, 0.85, 0.7, 0.6]
SCHOOL_SD, RESIDUAL_SD = 12.0, 40.0
LINE = "score ~ prior_standard + prior_standard_2 + female + indigenous + esl + school_mean_prior"
PLACE = {"students": 40, "advantage": 0.0, "indigenous": 0.06, "esl": 0.15}


@pytest.fixture(scope="module")
def state() -> State:
    """One domain, one scale, 400 schools, four cohorts; without defects or students recorded twice."""
    settings: dict[str, Any] = {
        "seed": 11,
        "schools": SCHOOLS,
        "tested_years": [2015, 2016, *YEARS],
        "domains": {
            "reading": {"school_sd": SCHOOL_SD, "residual_sd": RESIDUAL_SD, "drift": DRIFT},
        },
        "year_correlations": BY_LAG,
        "places": {"city": PLACE | {"share": 1.0}},
        "school_types": {"government": 1.0},
        "movement": {"two_schools": 0.0, "two_records": 0.0},
        "defects": 0.0,
    }
    return generate_state(Synthetic(**settings))


@pytest.fixture(scope="module")
def cohorts(state: State) -> dict[int, pd.DataFrame]:
    return {year: join_cohort(state, year) for year in YEARS}


@pytest.fixture(scope="module")
def relative(cohorts):
    return {year: fit_random_intercept(cohort, LINE) for year, cohort in cohorts.items()}


@pytest.fixture(scope="module")
def reference(cohorts):
    return fit_reference(cohorts[BENCHMARK_YEAR], LINE, line="mixed")


def join_cohort(state: State, year: int) -> pd.DataFrame:
    """Outcome beside prior, with the terms of the planted line on its own constants."""
    outcome = take_level(state, year, "5")
    prior = take_level(state, year - 2, "3")[["student", "score"]]
    students = state.students[state.students["year"].astype(int) == year]
    cohort = outcome.merge(prior, on="student", suffixes=("", "_prior")).merge(
        students.drop(columns="year"), on="student"
    )
    truth = state.truth_system.query("year == @year").iloc[0]
    prior_standard = (cohort["score_prior"] - truth["prior_centre"]) / truth["prior_scale"]
    return pd.DataFrame(
        {
            "school_id": cohort["school"].astype("str"),
            "score": cohort["score"],
            "prior_standard": prior_standard,
            "prior_standard_2": prior_standard**2,
            "female": cohort["sex"].eq("F").astype(float),
            "indigenous": cohort["indigenous"].isin(["1", "2", "3"]).astype(float),
            "esl": cohort["esl"].eq("Y").astype(float),
            "school_mean_prior": prior_standard.groupby(cohort["school"]).transform("mean"),
        }
    )


def take_level(state: State, year: int, level: str) -> pd.DataFrame:
    records = state.assessments[year]
    present = records[(records["level"].astype(str) == level) & (records["participation"] == "P")]
    return present[["student", "school"]].assign(score=present["score"].astype(float))


def true_effects(state: State, year: int) -> pd.Series:
    return state.truth_schools.query("year == @year").set_index("school_id")["effect"]


def planted_drift(state: State, year: int) -> float:
    return float(state.truth_system.query("year == @year")["drift"].iloc[0])


def error_of_variance(reliability: pd.Series, variance: float) -> float:
    """Standard error of a school variance: each school counts by the square of its reliability."""
    return variance * np.sqrt(2 / (reliability**2).sum())


class TestRelative:
    @pytest.mark.parametrize("year", YEARS)
    def test_the_school_and_residual_variances_come_back(self, state, cohorts, relative, year):
        fit = relative[year]
        # What these 400 schools have, not what they were drawn from: only sampling of students is left over.
        planted = true_effects(state, year).var(ddof=0)
        error = error_of_variance(fit.school_effects()["reliability"], planted)
        assert fit.school_variance == pytest.approx(planted, abs=4 * error)
        error = RESIDUAL_SD**2 * np.sqrt(2 / len(cohorts[year]))
        assert fit.residual_variance == pytest.approx(RESIDUAL_SD**2, abs=4 * error)

    def test_the_planted_line_comes_back(self, state, relative):
        truth = state.truth_system.iloc[0]
        found = relative[BENCHMARK_YEAR].fixed_effects.set_index("term")
        for term in LINE.split(" ~ ")[1].split(" + "):
            assert abs(found.loc[term, "estimate"] - truth[term]) < 4 * found.loc[term, "std_error"], term

    def test_a_slope_that_does_not_vary_is_not_found(self, cohorts):
        fit = fit_random_slope(cohorts[2018], LINE, slope="prior_standard")
        # A standardised slope known to about 40 / sqrt(40) in each school; 400 schools see a variance of 4.
        assert fit.slope_variance < 4.0

    def test_nine_in_ten_and_a_half_intervals_hold_the_truth(self, state, relative):
        inside = []
        for year, fit in relative.items():
            effects = fit.school_effects(0.95).set_index("school_id")
            truth = true_effects(state, year).reindex(effects.index)
            inside.append((effects["lower"] <= truth) & (truth <= effects["upper"]))
        # 1,600 intervals, in neighbouring years partly the same schools: standard error below 0.011.
        assert 0.93 <= np.concatenate(inside).mean() <= 0.97

    def test_narrower_confidence_covers_less(self, state, relative):
        effects = relative[2019].school_effects(0.80).set_index("school_id")
        truth = true_effects(state, 2019).reindex(effects.index)
        inside = (effects["lower"] <= truth) & (truth <= effects["upper"])
        # 400 intervals: standard error 0.02.
        assert inside.mean() == pytest.approx(0.80, abs=0.08)

    def test_reliability_is_the_squared_correlation_with_the_truth(self, state, relative):
        for year, fit in relative.items():
            effects = fit.school_effects().set_index("school_id")
            truth = true_effects(state, year).reindex(effects.index)
            correlation = np.corrcoef(effects["effect"], truth)[0, 1]
            # A squared correlation of 400 pairs near 0.7 has standard error 0.03.
            assert correlation**2 == pytest.approx(effects["reliability"].mean(), abs=0.1)


class TestBenchmark:
    @pytest.mark.parametrize("year", YEARS[1:])
    def test_the_drift_comes_back(self, state, cohorts, reference, year):
        moments = summarise_schools(cohorts[year], LINE)
        found = measure_drift(moments, reference, "school")
        assert found.drift == pytest.approx(planted_drift(state, year), abs=4 * found.std_error)
        # 400 schools tell a drift of three points from none.
        assert found.std_error < 1.0

    @pytest.mark.parametrize("year", YEARS[1:])
    def test_the_drift_model_keeps_the_system_apart_from_its_schools(self, state, cohorts, reference, year):
        fit = fit_offset(cohorts[year], reference, variant="drift")
        effects = fit.school_effects()
        planted = true_effects(state, year).var(ddof=0)
        error = error_of_variance(effects["reliability"], planted)
        assert fit.school_variance == pytest.approx(planted, abs=4 * error)
        # The line's own error, about one point, comes on top of the focal year's.
        assert fit.drift == pytest.approx(planted_drift(state, year), abs=4 * 1.2)
        assert effects["effect"].mean() == pytest.approx(fit.drift, abs=1.0)

    def test_the_offset_model_takes_the_squared_drift_for_school_variance(self, state, cohorts, reference):
        fit = fit_offset(cohorts[2020], reference, variant="offset")
        planted = true_effects(state, 2020).var(ddof=0)
        drift = planted_drift(state, 2020)
        assert fit.school_variance == pytest.approx(planted + drift**2, rel=0.25)

    def test_the_offset_model_without_drift_equals_the_relative_one(self, cohorts, reference, relative):
        fit = fit_offset(cohorts[BENCHMARK_YEAR], reference, variant="offset")
        # The line is the relative model's own, so that both maximise the same likelihood.
        assert fit.school_variance == pytest.approx(relative[BENCHMARK_YEAR].school_variance, rel=1e-6)


class TestPersistence:
    def test_correlations_between_years_come_back_by_lag(self, relative):
        effects = pd.concat([fit.school_effects().assign(year=year) for year, fit in relative.items()])
        found = correlate_years(effects, method="disattenuated")
        for lag in (1, 2, 3):
            rows = found[found["year_b"] - found["year_a"] == lag]
            # A pair: (1 - r^2) / sqrt(400) = 0.02 at most for the true effects, as much again for estimating
            # them with reliability 0.7. Averages over pairs are at least as good.
            assert rows["correlation"].mean() == pytest.approx(BY_LAG[lag], abs=4 * 0.03), lag

    def test_shrunken_effects_understate_them(self, relative):
        effects = pd.concat([fit.school_effects().assign(year=year) for year, fit in relative.items()])
        shrunken = correlate_years(effects, method="shrunken")["correlation"]
        assert (shrunken < correlate_years(effects, method="disattenuated")["correlation"]).all()
        planted = [BY_LAG[b - a] for a, b in combinations(YEARS, 2)]
        assert (shrunken.to_numpy() < planted).all()


REPLICATES, FEW_SCHOOLS = 80, 25


@pytest.fixture(scope="module")
def variances() -> pd.DataFrame:
    """School variance by each method in replicates of one small state; 144 is planted."""
    rows = []
    for seed in range(REPLICATES):
        moments = summarise_schools(make_cohort(seed, FEW_SCHOOLS, sizes=(20, 40)), FORMULA)
        fits = {method: fit_random_intercept(moments, FORMULA, method=method) for method in ("ML", "REML")}
        rows.append({method: fit.school_variance for method, fit in fits.items()})
    return pd.DataFrame(rows)


class TestBias:
    def test_restricted_likelihood_has_no_bias(self, variances):
        error = variances["REML"].std() / np.sqrt(REPLICATES)
        assert variances["REML"].mean() == pytest.approx(12.0**2, abs=4 * error)

    def test_likelihood_is_low_by_one_school_in_all(self, variances):
        # The mean costs a degree of freedom of 25: (144 + 900 / 30) / 25. Both methods saw the same data, so
        # that the difference is far better known than either.
        bias = variances["ML"] - variances["REML"]
        assert bias.mean() == pytest.approx(-(12.0**2 + 30.0**2 / 30) / FEW_SCHOOLS, rel=0.15)
