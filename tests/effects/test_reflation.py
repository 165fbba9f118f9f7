import numpy as np
import pandas as pd
import pytest
from invented import FORMULA, make_cohort

from valueadded.effects import reflate_effects, reflate_school_effects
from valueadded.errors import FitError
from valueadded.mixed import fit_random_intercept, fit_relative_models, summarise_schools


@pytest.fixture(scope="module")
def fit():
    return fit_random_intercept(make_cohort(1), FORMULA)


def test_global_reflation_gives_the_estimated_variance(fit) -> None:
    reflated = reflate_effects(fit.school_effects(), fit.school_variance)["reflated"]
    assert np.mean(reflated**2) == pytest.approx(fit.school_variance, rel=1e-10)
    assert abs(reflated.mean()) < 1e-10


def test_effects_are_centred_first(fit) -> None:
    effects = fit.school_effects()
    moved = effects.assign(effect=effects["effect"] - 15.0)
    for form in ("global", "school", "unshrunken"):
        a, b = (reflate_effects(table, fit.school_variance, form)["reflated"] for table in (effects, moved))
        np.testing.assert_allclose(a, b, atol=1e-10)


def test_school_and_unshrunken_forms(fit) -> None:
    effects = fit.school_effects()
    deviation = effects["effect"] - effects["effect"].mean()
    school = reflate_effects(effects, fit.school_variance, "school")["reflated"]
    unshrunken = reflate_effects(effects, fit.school_variance, "unshrunken")["reflated"]
    np.testing.assert_allclose(school * np.sqrt(effects["reliability"]), deviation, rtol=1e-12)
    np.testing.assert_allclose(unshrunken * effects["reliability"], deviation, rtol=1e-12)


def test_no_school_variance_leaves_nothing_to_reflate() -> None:
    effects = pd.DataFrame({"school_id": ["A", "B"], "effect": [0.0, 0.0], "reliability": [0.0, 0.0]})
    for form in ("global", "school", "unshrunken"):
        assert reflate_effects(effects, 0.0, form)["reflated"].isna().all()


def test_an_unknown_form_is_refused(fit) -> None:
    with pytest.raises(FitError, match="'full'"):
        reflate_effects(fit.school_effects(), 1.0, "full")


def test_every_model_and_form_is_in_the_table() -> None:
    moments = {("reading", 2017): summarise_schools(make_cohort(1), FORMULA, cohort="year")}
    models = fit_relative_models(moments, FORMULA, "prior_score", "ML", 0.95)
    table = reflate_school_effects(models.school_effects, models.fits)
    spread = table.query("form == 'global'").groupby("model")["reflated"].apply(lambda u: np.mean(u**2))
    expected = models.fits.set_index("model")["school_variance"]
    np.testing.assert_allclose(spread[expected.index], expected, rtol=1e-10)
