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


@pytest.mark.parametrize("reml", [False, True])
def test_the_ends_lose_what_the_test_allows(data, reml) -> None:
    """A general optimiser, which knows nothing of the pinned factor, finds the same loss at both ends."""
    fit = estimate_joint(data, build_structure("unstructured", data.cohorts), reml)
    triangle = np.linalg.cholesky(fit.covariance)

    def pinned(point: np.ndarray, correlation: float) -> float:
        rows = np.zeros((3, 3))
        rows[0, 0] = point[0]
        rows[1, :2] = point[1] * np.array([correlation, np.sqrt(1 - correlation**2)])
        rows[2] = point[2:5]
        return joint_deviance(data, rows @ rows.T, np.exp(point[5:]), reml).deviance

    start = np.array([triangle[0, 0], np.linalg.norm(triangle[1]), *triangle[2], *np.log(fit.residual)])
    for end in profile_interval(data, fit, 0, 1, reml, 0.95):
        assert -1 < end < 1
        best = minimize(
            pinned,
            start,
            args=(end,),
            method="Nelder-Mead",
            options={"maxfev": 8000, "xatol": 1e-7, "fatol": 1e-8, "adaptive": True},
        )
        # The simplex stops within a thousandth of the lowest deviance.
        assert best.fun - fit.criterion.deviance == pytest.approx(chi2.ppf(0.95, 1), abs=1e-3)


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
