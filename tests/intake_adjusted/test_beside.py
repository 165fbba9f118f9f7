"""What stands beside the regressions: contest, multiverse, uncertainty, the multilevel view."""

import numpy as np
import pandas as pd
import pytest
from intake_adjusted.invented_schools import invent

from valueadded.intake_adjusted import (
    Choices,
    adjust_outcomes,
    contest_composition,
    fit_intake_adjusted,
    load_policy,
    run_multiverse,
)
from valueadded.intake_adjusted.multilevel import compare_with_multilevel
from valueadded.intake_adjusted.uncertainty import yearly_variance

VICTORIA = load_policy("victoria_2011")


@pytest.fixture(scope="module")
def tables():
    annual, schools = invent(VICTORIA, 90, 4)
    # Two secondary schools, the first so far out that it hides the second.
    for school, days in (("00002", 500.0), ("00005", 100.0)):
        annual.loc[(annual["school_id"] == school) & (annual["measure"] == "studabs_712"), "value"] = days
    return annual, schools


def test_the_contest_is_between_nested_regressions(tables):
    found = contest_composition(*tables, VICTORIA)
    key = ["outcome", "window", "group"]
    assert (found.groupby(key)["highest"].sum() == 1).all()
    assert (found.groupby(key)["chosen"].sum() == 1).all()
    assert (found["gain"] >= -1e-12).all()
    # An outcome does not explain itself.
    reading = found[(found["outcome"] == "NAPLANyr3Read") & (found["window"] == "4Y")]
    assert set(reading["composition"]) == {"EOlyr0_4Y", "NAPLANyr3Num_4Y"}
    chosen = found[found["chosen"]].set_index(key)["r_squared"]
    results = adjust_outcomes(*tables, VICTORIA, Choices(outlier_passes=0)).regressions
    fitted = results.drop_duplicates(key).set_index(key)["r_squared"]
    assert chosen.to_numpy() == pytest.approx(fitted.loc[chosen.index].to_numpy(), rel=1e-9)


@pytest.mark.slow
def test_the_multiverse_starts_from_the_defaults_and_every_choice_moves_something(tables):
    found = run_multiverse(*tables, VICTORIA)
    assert len(found) == 32
    assert found.iloc[0][["n_changed", "largest_move"]].to_list() == [0, 0]
    assert found.iloc[0]["n_results"] == adjust_outcomes(*tables, VICTORIA).performance["band"].notna().sum()
    assert (found["share_changed"] == found["n_changed"] / found["n_results"]).all()
    first = found.iloc[0]
    for name in ("log_constant", "z_population", "composite_weights", "residual", "outlier_passes"):
        others = [each for each in found.columns[1:6] if each != name]
        alone = found[(found[others] == first[others]).all(axis=1) & (found[name] != first[name])]
        assert len(alone) == 1
        assert alone["largest_move"].item() > 0, name


def test_the_multiverse_takes_the_levels_it_is_given(tables):
    # Two choices have two levels, three have one: four runs, from the choices made to the others.
    made, other = Choices(log_constant=0.5), Choices(log_constant=2.0, outlier_passes=3)
    found = run_multiverse(*tables, VICTORIA, made, other)
    assert found["run"].tolist() == [1, 2, 3, 4]
    assert found[["log_constant", "outlier_passes"]].to_numpy().tolist() == [
        [0.5, 1],
        [0.5, 3],
        [2, 1],
        [2, 3],
    ]
    assert set(found["z_population"]) == {"group"}
    first = adjust_outcomes(*tables, VICTORIA, made).performance
    last = adjust_outcomes(*tables, VICTORIA, other).performance
    moved = (first["standardised_residual"] - last["standardised_residual"]).abs().max()
    assert found["largest_move"].iloc[0] == 0
    assert found["largest_move"].iloc[-1] == pytest.approx(moved)
    changed = (first["band"] != last["band"]) & first["band"].notna()
    assert found["n_changed"].iloc[-1] == changed.sum()


def test_probabilities_of_bands():
    policy = load_policy("england_ks2")
    annual, schools = invent(policy, 80, 3)
    results = adjust_outcomes(annual, schools, policy)
    found = results.uncertainty
    assert found[["p_higher", "p_similar", "p_lower"]].sum(axis=1).to_numpy() == pytest.approx(1)
    long, short = (
        found[found["window"] == window].set_index(["outcome", "school_id"]) for window in ("4Y", "LY")
    )
    both = long.index.intersection(short.index)
    assert len(both) > 100
    # Three years leave a third of the variance, measured in each window's own mean square.
    square = results.regressions.drop_duplicates(["outcome", "window"]).set_index(["outcome", "window"])[
        "residual_variance"
    ]
    for outcome in ("reading", "absence"):
        ratio = (short.loc[outcome, "years_error"].iloc[0] / long.loc[outcome, "years_error"].iloc[0]) ** 2
        assert ratio == pytest.approx(3 * square[outcome, "4Y"] / square[outcome, "LY"])
    edge = found.iloc[(found["standardised_residual"] - 1).abs().argmin()]
    assert 0.3 < edge["p_higher"] < 0.7


def test_yearly_variance_leaves_out_what_moves_all_schools():
    random = np.random.default_rng(3)
    schools, years = 400, 4
    value = (
        random.normal(size=(schools, 1)) * 9 + np.arange(years) * 5 + 2 * random.normal(size=(schools, years))
    )
    # Planted: 4; its relative standard error is sqrt(2 / 1197) = .04, and three of them are allowed.
    assert yearly_variance(value) == pytest.approx(4, rel=0.12)
    assert np.isnan(yearly_variance(value[:, :1]))


def test_both_views_agree_where_schools_are_large():
    random = np.random.default_rng(4)
    schools, size = 60, 200
    intake, effect = random.normal(size=(2, schools))
    students = pd.DataFrame({"school_id": np.repeat([f"{k:02d}" for k in range(schools)], size)})
    students["intake"] = np.repeat(intake, size)
    students["score"] = (
        students["intake"] * 2 + np.repeat(effect, size) + 3 * random.normal(size=schools * size)
    )
    rows = students.groupby("school_id", as_index=False).mean()
    fit = fit_intake_adjusted(rows, "score", ["intake"])
    found = compare_with_multilevel(students, "score ~ intake", fit.performance)
    # Schools of one size are shrunk alike: both are one line apart.
    assert found.correlation == pytest.approx(1, abs=1e-9)
    assert found.rank_correlation == pytest.approx(1)
    assert found.n_schools == (fit.performance["status"].isin(["published", "capped"])).sum()
