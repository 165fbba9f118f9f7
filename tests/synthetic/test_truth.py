"""Planted effects persist as configured; planted drift is what the configuration says."""

import numpy as np
import pytest

from valueadded.synthetic.truth import factor_correlations, plant_truth, tabulate_schools, tabulate_system


def test_effects_correlate_by_lag_and_between_domains(describe):
    settings = describe(schools=6000)
    effects = plant_truth(settings).effects
    assert effects.shape == (11, 2, 6000)
    observed = np.corrcoef(effects[:, 0])
    lags = np.abs(np.subtract.outer(np.arange(11), np.arange(11)))
    # Four standard errors of a correlation near 0 with 6,000 schools.
    np.testing.assert_allclose(observed, np.array(settings.correlations_by_lag())[lags], atol=0.055)
    assert np.corrcoef(effects[4])[0, 1] == pytest.approx(settings.domain_correlation, abs=0.03)
    np.testing.assert_allclose(effects.std(axis=2), np.tile([11.0, 14.0], (11, 1)), rtol=0.05)


def test_effects_are_measured_around_the_system(settings):
    np.testing.assert_allclose(plant_truth(settings).effects.mean(axis=2), 0, atol=1e-12)


def test_perfect_persistence_repeats_every_effect(describe):
    effects = plant_truth(describe(year_correlations=[1, 1])).effects
    np.testing.assert_allclose(effects, np.broadcast_to(effects[:1], effects.shape), atol=1e-9)


def test_the_factor_gives_the_matrix_back():
    by_lag = [1.0, 0.5, 0.4, 0.1]
    factor = factor_correlations(by_lag)
    assert (np.triu(factor, 1) == 0).all()
    lags = np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    np.testing.assert_allclose(factor @ factor.T, np.array(by_lag)[lags], atol=1e-12)


def test_a_later_year_leaves_earlier_effects_alone(describe, settings):
    longer = plant_truth(describe(tested_years=[*settings.tested_years, 2026]))
    np.testing.assert_array_equal(longer.effects[:-1], plant_truth(settings).effects)


def test_drift_counts_from_the_first_year_with_a_prior_test(describe):
    settings = describe(domains={"reading": {"drift": {2017: 3.0, 2019: -4.0}}})
    system = tabulate_system(settings, plant_truth(settings)).set_index("year")
    assert system.loc[2017, "drift"] == 0, "2015 is the first prior year"
    assert system.loc[2019, "drift"] == -7
    assert (system["intercept"] == 503).all(), "the line is that of the reference year"


def test_location_is_effect_plus_drift(settings):
    truth = plant_truth(settings)
    schools = tabulate_schools(settings, truth, np.arange(40).astype(str))
    system = tabulate_system(settings, truth)
    joined = schools.merge(system, on=["domain", "year"], validate="many_to_one")
    assert len(joined) == 2 * 10 * 40
    np.testing.assert_allclose(joined["location"], joined["effect"] + joined["drift"])
