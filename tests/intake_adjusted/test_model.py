import numpy as np
import pandas as pd
import pytest
from statsmodels.api import OLS, add_constant

from valueadded.errors import ConfigError, DesignError, FitError
from valueadded.intake_adjusted import Choices, describe_choices, fit_intake_adjusted
from valueadded.intake_adjusted.regression import assign_bands, regress_schools
from valueadded.numerics.least_squares import fit_least_squares


@pytest.fixture
def schools() -> pd.DataFrame:
    random = np.random.default_rng(5)
    x = random.normal(size=(60, 2))
    y = 500 + x @ [3.0, -1.0] + random.normal(size=60)
    ids = [f"{place:03d}" for place in range(60)]
    return pd.DataFrame({"school_id": ids, "a": x[:, 0], "b": x[:, 1], "score": y, "n_students": 30})


def test_line_and_both_residuals_are_those_of_statsmodels(schools):
    peer = OLS(schools["score"], add_constant(schools[["a", "b"]])).fit()
    found = fit_intake_adjusted(schools, "score", intake=["a", "b"], cap=9)
    assert found.regression["estimate"].to_numpy() == pytest.approx(peer.params.to_numpy(), rel=1e-12)
    assert found.regression["std_error"].to_numpy() == pytest.approx(peer.bse.to_numpy(), rel=1e-10)
    assert found.regression["r_squared"].iloc[0] == pytest.approx(peer.rsquared, rel=1e-12)
    plain = peer.resid / np.sqrt(peer.mse_resid)
    assert found.performance["standardised_residual"].to_numpy() == pytest.approx(plain.to_numpy(), abs=1e-10)
    other = fit_intake_adjusted(schools, "score", ["a", "b"], cap=9, choices=Choices(residual="studentised"))
    inner = peer.get_influence().resid_studentized_internal
    assert other.performance["standardised_residual"].to_numpy() == pytest.approx(inner, abs=1e-10)


def test_columns_far_from_0_keep_their_digits():
    random = np.random.default_rng(2)
    x, noise = random.normal(size=40), random.normal(size=40)
    near = fit_least_squares(x[:, None], 2 * x + noise)
    far = fit_least_squares(1e6 + x[:, None], 1e6 + 2 * x + noise)
    # Numbers near a million keep ten decimal places.
    assert far.residual == pytest.approx(near.residual, abs=1e-8)


def test_columns_that_depend_on_others_are_named_and_change_no_residual(schools):
    more = schools.assign(sum=schools["a"] + schools["b"], one=1.0)
    found = fit_intake_adjusted(more, "score", ["a", "b", "sum", "one"])
    words = found.regression.set_index("term")["aliased"]
    assert (words["sum"], words["one"]) == ("a combination of a, b", "constant")
    assert found.regression.set_index("term")["estimate"][["sum", "one"]].isna().all()
    plain = fit_intake_adjusted(schools, "score", ["a", "b"])
    assert found.performance["standardised_residual"].to_numpy() == pytest.approx(
        plain.performance["standardised_residual"].to_numpy()
    )


def test_passes_remove_what_the_first_fit_hid():
    x = np.zeros((30, 0))
    y = np.concatenate([np.tile([1.0, -1.0], 14), [1e6, 1e3]])
    none, one, many = (regress_schools(x, y, 3.0, passes) for passes in (0, 1, 9))
    assert [each.removed.sum() for each in (none, one, many)] == [0, 1, 2]
    assert one.standardised[-1] > 3 and many.standardised[-1] == 3


def test_bands_end_at_the_limit():
    found = assign_bands(np.array([1.0, 1 + 1e-12, 1 + 1e-6, -1.0, -1.001, np.nan]))
    assert list(found) == ["similar", "similar", "higher", "similar", "lower", None]


def test_a_frame_without_counts_suppresses_nothing(schools):
    found = fit_intake_adjusted(schools.drop(columns="n_students"), "score", ["a"])
    assert set(found.performance["status"]) <= {"published", "capped"}


def test_bad_frames_are_refused(schools):
    with pytest.raises(DesignError, match="column moon is not in the data"):
        fit_intake_adjusted(schools, "score", ["moon"])
    with pytest.raises(DesignError, match="'000' has several rows"):
        fit_intake_adjusted(pd.concat([schools, schools.head(1)]), "score", ["a"])
    with pytest.raises(DesignError, match="expected numbers"):
        fit_intake_adjusted(schools.assign(a="x"), "score", ["a"])
    with pytest.raises(FitError, match="more schools"):
        fit_intake_adjusted(schools.head(3), "score", ["a", "b"])
    with pytest.raises(FitError, match="do not give exactly"):
        fit_intake_adjusted(schools.assign(score=2 * schools["a"]), "score", ["a"])


def test_choices_are_described_and_checked():
    table = describe_choices(Choices()).set_index("choice")["value"]
    assert (
        table["log_constant"] == "1.0"
        and table["band_limits"] == "similar"
        and table["absence"] == "raw sign"
    )
    with pytest.raises(ConfigError, match="log_constant: found 0; expected a number above 0"):
        Choices(log_constant=0)
