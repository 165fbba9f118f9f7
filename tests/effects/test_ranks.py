import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from valueadded.contracts.effects import COMPARISONS, FLAGS, RANKS
from valueadded.effects import compare_schools, expect_wrong_flags, rank_schools
from valueadded.effects.rank_posterior import curve_places, draw_places
from valueadded.effects.ranks import own_errors, rank_effects
from valueadded.errors import ContractError
from valueadded.table_io import check_table


def table(effect, error, model="relative", reliability=0.8, year=2021) -> pd.DataFrame:
    effect = np.asarray(effect, dtype=float)
    rows = pd.DataFrame(
        {
            "domain": "reading",
            "year": year,
            "model": model,
            "school_id": [f"{place:04d}" for place in range(len(effect))],
            "effect": effect,
            "std_error": np.broadcast_to(np.asarray(error, dtype=float), effect.shape),
            "reliability": reliability,
        }
    )
    z = norm.ppf(0.975)
    return rows.assign(lower=rows.effect - z * rows.std_error, upper=rows.effect + z * rows.std_error)


def fits(model="relative", school_variance=25.0, year=2021) -> pd.DataFrame:
    row = {"domain": "reading", "year": year, "model": model, "school_variance": school_variance}
    return pd.DataFrame([row])


def test_two_schools_follow_the_closed_form():
    found = rank_schools(table([0.0, 3.0], [3.0, 4.0]), fits(), draws=40_000)
    check_table(found, RANKS, "ranks")
    higher = norm.cdf(3 / 5)
    assert list(found["rank"]) == [1.0, 2.0]
    # Above the mean of two is above the other one: exact.
    np.testing.assert_allclose(found["p_above_average"], [1 - higher, higher], rtol=1e-12)
    # 40,000 draws: 4 standard errors of a probability are below 0.01.
    np.testing.assert_allclose(found["expected_rank"], [2 - higher, 1 + higher], atol=0.01)
    assert list(found["p_top_quintile"]) == [0.0, 0.0]


def test_equal_schools_have_uniform_ranks():
    found = rank_effects(np.zeros(100), np.full(100, 2.0), "equal", draws=20_000)
    # 20,000 draws, rank uniform on 1 to 100: standard errors 0.2 of a mean, 0.003 of a probability.
    np.testing.assert_allclose(found.expected_rank, 50.5, atol=1.0)
    np.testing.assert_allclose(found.rank_std_error, np.sqrt((100**2 - 1) / 12), rtol=0.02)
    np.testing.assert_allclose(found.p_top_quintile, 0.2, atol=0.015)
    np.testing.assert_allclose(found.p_above_average, 0.5, rtol=1e-12)
    assert np.abs(found.rank_lower - 3).max() <= 1
    assert np.abs(found.rank_upper - 98).max() <= 1


def planted(n_schools=100, sets=60):
    """Schools whose true effects are drawn from the very posterior that ranks them."""
    random = np.random.default_rng(311)
    for number in range(sets):
        reliability = random.uniform(0.4, 0.95, n_schools)
        effect = random.normal(0, 5 * np.sqrt(reliability))
        error = 5 * np.sqrt(1 - reliability)
        truth = random.normal(effect, error)
        yield rank_effects(effect, error, ("planted", number), draws=1000), truth.argsort().argsort() + 1


def test_intervals_cover_and_quintiles_are_calibrated():
    covered, stated, true = [], [], []
    for found, rank in planted():
        covered.append((found.rank_lower <= rank) & (rank <= found.rank_upper))
        stated.append(found.p_top_quintile)
        true.append(rank > 80)
    # 6,000 schools: the standard error of .95 is .003; whole ranks make intervals a little too wide.
    assert 0.94 <= np.mean(covered) <= 0.975
    stated, true = np.concatenate(stated), np.concatenate(true)
    for low, high in ((0.0, 0.1), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.9, 1.01)):
        chosen = (stated >= low) & (stated < high)
        error = np.sqrt(0.25 / chosen.sum())
        assert true[chosen].mean() == pytest.approx(stated[chosen].mean(), abs=4 * error)


def test_order_of_rows_and_names_of_schools_do_not_matter():
    random = np.random.default_rng(5)
    effects = table(random.normal(0, 5, 40), random.uniform(1, 3, 40))
    found = rank_schools(effects, fits())
    pd.testing.assert_frame_equal(rank_schools(effects.sample(frac=1, random_state=1), fits()), found)
    renamed = effects.assign(school_id=[f"z{39 - int(name):02d}" for name in effects["school_id"]])
    again = rank_schools(renamed, fits()).sort_values("school_id", ascending=False, ignore_index=True)
    pd.testing.assert_frame_equal(again.drop(columns="school_id"), found.drop(columns="school_id"))


def test_another_domain_leaves_the_numbers_alone():
    effects = table([0.0, 1.0, 2.0, 3.0, 4.0], 2.0)
    both = pd.concat([effects.assign(domain="numeracy", effect=1.0), effects])
    variances = pd.concat([fits(), fits().assign(domain="numeracy")])
    found = rank_schools(both, variances).query("domain == 'reading'").reset_index(drop=True)
    pd.testing.assert_frame_equal(found, rank_schools(effects, fits()))


def test_one_school_has_the_only_rank():
    found = rank_schools(table([4.0], [2.0]), fits()).iloc[0]
    assert (found["rank"], found["rank_lower"], found["rank_upper"]) == (1.0, 1, 1)
    assert (found["p_above_average"], found["p_top_quintile"]) == (0.5, 0.0)


def test_without_school_variance_all_schools_share_every_place():
    found = rank_effects(np.zeros(10), np.zeros(10), "none")
    assert set(found.rank) == {5.5}
    assert (set(found.rank_lower), set(found.rank_upper)) == ({1}, {10})
    assert set(found.p_above_average) == {0.5}
    assert set(found.p_top_quintile) == set(found.p_bottom_quintile) == {0.2}


def test_a_drift_common_to_all_widens_no_rank():
    reliability = np.array([0.5, 0.6, 0.7, 0.8, 0.9])
    own = np.sqrt(25 * (1 - reliability))
    relative = table([-4.0, -2.0, 0.0, 2.0, 4.0], own, reliability=reliability)
    drift = relative.assign(model="benchmark_drift", effect=relative.effect - 15, std_error=np.hypot(own, 9))
    np.testing.assert_allclose(own_errors(drift, fits("benchmark_drift")), own, rtol=1e-12)
    found = rank_schools(drift, fits("benchmark_drift"))
    # Above average is among schools: all lie far below the line, and still the highest is above the mean.
    assert found["p_above_average"].iloc[-1] > 0.9
    with pytest.raises(ContractError, match="benchmark_drift"):
        rank_schools(drift, fits("relative"))


def test_two_schools_are_compared_in_closed_form():
    effects = table([1.0, 4.0, 4.0], [3.0, 4.0, 0.0])
    pairs = compare_schools(effects, fits())
    check_table(pairs, COMPARISONS, "comparisons")
    first = pairs.iloc[0]
    assert (first["school_a"], first["school_b"]) == ("0000", "0001")
    assert (first["difference"], first["std_error"]) == (-3.0, 5.0)
    assert first["p_higher"] == pytest.approx(norm.cdf(-3 / 5), rel=1e-12)
    assert first["upper"] == pytest.approx(-3 + norm.ppf(0.975) * 5)
    assert len(pairs) == 3
    none = compare_schools(effects, fits(), ["0001"])
    assert len(check_table(none, COMPARISONS, "comparisons")) == 0


def test_wrong_flags_are_the_sum_of_their_probabilities():
    effects = table([-9.0, -1.0, 0.0, 1.0, 7.0, 9.0], 3.0)
    ranks = rank_schools(effects, fits())
    found = check_table(expect_wrong_flags(effects, ranks), FLAGS, "flags").set_index("flag")
    above = found.loc["interval_above_0"]
    assert above["n_flagged"] == 2
    assert above["expected_wrong"] == pytest.approx(norm.cdf(-7 / 3) + norm.cdf(-3), rel=1e-12)
    assert above["share_wrong"] == pytest.approx(above["expected_wrong"] / 2)
    top = found.loc["top_quintile"]
    assert top["expected_wrong"] == pytest.approx(1 - ranks["p_top_quintile"].iloc[-1])
    none = expect_wrong_flags(table([0.0] * 5, 3.0), rank_schools(table([0.0] * 5, 3.0), fits()))
    assert list(none["n_flagged"]) == [0, 0, 0, 0]
    assert none["share_wrong"].isna().all()


def many(n_schools=1200, known=0):
    """Effects and standard errors of a large state; the first `known` schools are known without error."""
    random = np.random.default_rng(n_schools)
    reliability = random.uniform(0.3, 0.95, n_schools)
    reliability[:known] = 1.0
    return random.normal(0, np.sqrt(reliability)), np.sqrt(1 - reliability)


def test_the_curve_of_places_has_the_exact_expected_ranks():
    effect, error = many()
    # Lockwood, Louis and McCaffrey (2002): the sum of the pairwise probabilities.
    apart = effect[:, None] - effect
    pairs = norm.cdf(apart / np.hypot(error[:, None], error))
    exact = 0.5 + pairs.sum(axis=1)
    # Straight lines between 1,000 points of the curve: a fraction of a place.
    np.testing.assert_allclose(curve_places(effect, error, 0.95).expected_rank, exact, atol=0.02)


@pytest.mark.parametrize("known", [0, 100])
def test_the_curve_of_places_agrees_with_draws(known):
    effect, error = many(known=known)
    curve = curve_places(effect, error, 0.95)
    drawn = draw_places(effect, error, "many", 20_000, 0.95)
    assert curve.rank == pytest.approx(drawn.rank)
    assert curve.p_above_average == pytest.approx(drawn.p_above_average)
    # The chance of 20,000 draws of 1,200 schools: 4 standard errors of a quantile of the rank are about 20
    # places, of a standard deviation about 6; of a probability .014, where .006 is left to the curve.
    np.testing.assert_allclose(curve.rank_lower, drawn.rank_lower, atol=20)
    np.testing.assert_allclose(curve.rank_upper, drawn.rank_upper, atol=20)
    np.testing.assert_allclose(curve.rank_std_error, drawn.rank_std_error, atol=6)
    uncertain = error > 0
    for name in ("p_top_quintile", "p_bottom_quintile"):
        found, expected = getattr(curve, name), getattr(drawn, name)
        np.testing.assert_allclose(found[uncertain], expected[uncertain], atol=0.02)
        # A school known without error stands on an edge by the chance of the others alone, some 9 places:
        # one place, which the curve may miss beside a step, is a probability of .04 and more.
        np.testing.assert_allclose(found[~uncertain], expected[~uncertain], atol=0.1)
    # On average nothing is left but chance: a tenth of the standard error of one school.
    assert abs((curve.rank_upper - curve.rank_lower) - (drawn.rank_upper - drawn.rank_lower)).mean() < 5
    assert np.mean(curve.expected_rank - drawn.expected_rank) == pytest.approx(0, abs=0.01)


def test_many_schools_take_the_curve_in_any_order_of_rows():
    effect, error = many()
    found = rank_schools(table(effect, error), fits(), draws=400)
    named = table(effect, error).sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(rank_schools(named, fits(), draws=800), found)
    check_table(found, RANKS, "ranks")
    assert (found["rank_lower"] <= found["rank"]).all() and (found["rank"] <= found["rank_upper"]).all()
    assert found["rank_lower"].min() >= 1 and found["rank_upper"].max() <= len(found)


def test_a_school_far_from_many_others_has_one_place():
    effect, error = many()
    effect[7], error[7] = 50.0, 0.5
    found = curve_places(effect, error, 0.95)
    assert (found.rank_lower[7], found.rank_upper[7]) == (1200, 1200)
    assert found.expected_rank[7] == pytest.approx(1200, abs=1e-6)
    assert found.p_top_quintile[7] == pytest.approx(1.0)
