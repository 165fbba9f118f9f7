import numpy as np
import pytest
from invented import FORMULA, make_cohorts
from scipy.optimize import minimize
from scipy.stats import chi2

from valueadded.mixed.joint.criterion import joint_deviance
from valueadded.mixed.joint.design import arrange_joint, cohort_moments
from valueadded.mixed.joint.fit import estimate_joint
from valueadded.mixed.joint.profile import profile_interval
from valueadded.mixed.joint.structures import build_structure


@pytest.fixture(scope="module")
def data():
    return arrange_joint(*cohort_moments(make_cohorts(4, residual_sd=15.0)[0], FORMULA, "school_id", "year"))


def lowest(data, correlation: float, start: np.ndarray, reml: bool) -> float:
    """The lowest deviance at a correlation of the first two of three cohorts, by a general optimiser.

    It knows nothing of the pinned factor; the simplex stops within a thousandth of the lowest deviance.
    """

    def pinned(point: np.ndarray) -> float:
        rows = np.zeros((3, 3))
        rows[0, 0] = point[0]
        rows[1, :2] = point[1] * np.array([correlation, np.sqrt(1 - correlation**2)])
        rows[2] = point[2:5]
        return joint_deviance(data, rows @ rows.T, np.exp(point[5:]), reml).deviance

    options = {"maxfev": 8000, "xatol": 1e-7, "fatol": 1e-8, "adaptive": True}
    return minimize(pinned, start, method="Nelder-Mead", options=options).fun


@pytest.mark.parametrize("reml", [False, True])
def test_the_ends_lose_what_the_test_allows(data, reml) -> None:
    fit = estimate_joint(data, build_structure("unstructured", data.cohorts), reml)
    triangle = np.linalg.cholesky(fit.covariance)
    start = np.array([triangle[0, 0], np.linalg.norm(triangle[1]), *triangle[2], *np.log(fit.residual)])
    for end in profile_interval(data, fit, 0, 1, reml, 0.95):
        assert -1 < end < 1
        lost = lowest(data, end, start, reml) - fit.criterion.deviance
        assert lost == pytest.approx(chi2.ppf(0.95, 1), abs=1e-3)


def arranged(seed: int, n_schools: int, sizes: tuple[int, int]):
    students, _ = make_cohorts(seed, n_schools=n_schools, sizes=sizes)
    few = arrange_joint(*cohort_moments(students, FORMULA, "school_id", "year"))
    return few, estimate_joint(few, build_structure("unstructured", few.cohorts), False)


def lowest_of_many(data, fit, correlation: float, beginnings: int = 8) -> float:
    """What is lost at a correlation, from beginnings anywhere."""
    random = np.random.default_rng(33)
    scale = np.sqrt(np.diag(fit.covariance)).max()
    logs = np.log(fit.residual) + random.normal(scale=0.2, size=(beginnings, 3))
    starts = np.column_stack([random.normal(scale=scale, size=(beginnings, 5)), logs])
    starts[:, :2] = np.abs(starts[:, :2])
    return min(lowest(data, correlation, start, False) for start in starts) - fit.criterion.deviance


@pytest.mark.parametrize("seed", [0, 2, 5])
def test_with_few_schools_no_beginning_finds_less_lost_at_an_end(seed) -> None:
    few, fit = arranged(seed, 20, (20, 40))
    end = profile_interval(few, fit, 0, 1, False, 0.95)[0]
    assert -1 < end < 1
    assert lowest_of_many(few, fit, end) == pytest.approx(chi2.ppf(0.95, 1), abs=2e-3)


def test_no_correlation_is_rejected_of_an_effect_that_may_not_be_there() -> None:
    """Of these twelve schools, one cohort's may not differ at all: nothing is known of the correlation."""
    few, fit = arranged(33, 12, (3, 15))
    assert profile_interval(few, fit, 0, 1, False, 0.95) == (-1.0, 1.0)
    assert max(lowest_of_many(few, fit, correlation) for correlation in (-0.9, -0.5)) < chi2.ppf(0.95, 1)


def test_an_end_that_is_not_rejected_is_exactly_one() -> None:
    students, _ = make_cohorts(5, n_schools=25, sizes=(2, 8))
    few = arrange_joint(*cohort_moments(students, FORMULA, "school_id", "year"))
    fit = estimate_joint(few, build_structure("unstructured", few.cohorts), False)
    ends = np.array([profile_interval(few, fit, a, b, False, 0.95) for a, b in ((0, 1), (0, 2), (1, 2))])
    assert (ends[:, 1] == 1.0).any()
    assert (ends[:, 0] < ends[:, 1]).all()
    assert (ends >= -1).all()


def test_a_higher_confidence_is_wider(data) -> None:
    fit = estimate_joint(data, build_structure("unstructured", data.cohorts), False)
    narrow, wide = (profile_interval(data, fit, 0, 2, False, level) for level in (0.8, 0.99))
    assert wide[0] < narrow[0] < narrow[1] < wide[1] or wide[1] == 1.0
