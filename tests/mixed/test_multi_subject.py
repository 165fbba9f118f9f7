"""Several subjects of the same students: dense likelihood, derivatives, separate fits (K2, K5)."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from valueadded.effects.expected_bias import (
    expected_correlation,
    mean_residual_covariances,
    separate_reliabilities,
)
from valueadded.errors import DesignError, FitError
from valueadded.mixed import fit_multi_subject, fit_random_intercept, summarise_subjects
from valueadded.mixed.subjects.criterion import arrange_subjects, subject_deviance
from valueadded.mixed.subjects.fit import in_factors

SUBJECTS = ("numeracy", "reading", "writing")
SCHOOL = np.array([[60.0, 40.0, 35.0], [40.0, 80.0, 50.0], [35.0, 50.0, 70.0]])
RESIDUAL = np.array([[400.0, 200.0, 150.0], [200.0, 500.0, 250.0], [150.0, 250.0, 450.0]])
FORMULA = "score ~ prior + sex"


def invent(seed: int, n_schools: int = 12, missing: float = 0.3, size: int = 10) -> pd.DataFrame:
    """Scores in three subjects, some missing; coefficients differ between subjects."""
    draw = np.random.default_rng(seed)
    school = np.repeat(np.arange(n_schools), draw.integers(2, size, n_schools))
    count = len(school)
    residual = draw.multivariate_normal(np.zeros(3), RESIDUAL, count)
    effects = draw.multivariate_normal(np.zeros(3), SCHOOL, n_schools)[school]
    prior, male = draw.normal(0, 1, count), draw.random(count) < 0.5
    parts = []
    for k, subject in enumerate(SUBJECTS):
        own_prior = prior + draw.normal(0, 0.5, count)
        score = 300 + 20 * k + (10 + k) * own_prior + 5 * k * male + effects[:, k] + residual[:, k]
        score[draw.random(count) < missing] = np.nan
        parts.append(
            pd.DataFrame(
                {
                    "student_id": [f"s{i:04d}" for i in range(count)],
                    "school_id": [f"{j:02d}" for j in school],
                    "domain": subject,
                    "prior": own_prior,
                    "sex": pd.array(np.where(male, "male", "female"), dtype="str"),
                    "score": score,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return invent(1)


def dense_deviance(
    frame: pd.DataFrame, school: np.ndarray, residual: np.ndarray, reml: bool
) -> tuple[float, np.ndarray, np.ndarray]:
    """-2 log-likelihood, coefficients and school effects from the full covariance of all scores."""
    rows = frame.dropna(subset=["score"]).reset_index(drop=True)
    k = rows["domain"].map({name: number for number, name in enumerate(SUBJECTS)}).to_numpy()
    same_student = rows["student_id"].to_numpy()[:, None] == rows["student_id"].to_numpy()
    same_school = rows["school_id"].to_numpy()[:, None] == rows["school_id"].to_numpy()
    pairs = np.ix_(k, k)
    v = same_school * school[pairs] + same_student * residual[pairs]
    own = np.column_stack([np.ones(len(rows)), rows["prior"], rows["sex"] == "male"]).astype(float)
    x = np.zeros((len(rows), 9))
    for row, number in enumerate(k):
        x[row, 3 * number : 3 * number + 3] = own[row]
    y = rows["score"].to_numpy()
    inverse = np.linalg.inv(v)
    information = x.T @ inverse @ x
    beta = np.linalg.solve(information, x.T @ inverse @ y)
    rest = y - x @ beta
    value = len(y) * np.log(2 * np.pi) + np.linalg.slogdet(v)[1] + rest @ inverse @ rest
    if reml:
        value += np.linalg.slogdet(information)[1] - len(beta) * np.log(2 * np.pi)
    schools = np.unique(rows["school_id"])
    effects = np.array(
        [(school[:, k] * (rows["school_id"] == name).to_numpy()) @ inverse @ rest for name in schools]
    )
    return float(value), beta, effects


@pytest.mark.parametrize("method", ["ML", "REML"])
def test_the_dense_likelihood_at_the_estimates(frame: pd.DataFrame, method: str) -> None:
    fit = fit_multi_subject(frame, FORMULA, method=method)
    school, residual = fit.school_covariance.to_numpy(), fit.residual_covariance.to_numpy()
    value, beta, effects = dense_deviance(frame, school, residual, method == "REML")
    # The same numbers by another road: rounding of a few hundred scores.
    assert -2 * fit.log_likelihood == pytest.approx(value, rel=1e-10)
    np.testing.assert_allclose(fit.fixed_effects["estimate"], beta, rtol=1e-8)
    table = fit.school_effects().pivot(index="school_id", columns="domain", values="effect")
    np.testing.assert_allclose(table, effects, atol=1e-8)
    assert fit.record.converged


@pytest.mark.parametrize("reml", [False, True])
def test_score_and_information_against_the_dense_likelihood(frame: pd.DataFrame, reml: bool) -> None:
    moments = summarise_subjects(frame, dict.fromkeys(SUBJECTS, FORMULA))
    data = arrange_subjects(moments, np.ones(3))
    root, own = np.linalg.cholesky(SCHOOL), np.linalg.cholesky(RESIDUAL)
    point = subject_deviance(data, root, RESIDUAL, reml)
    dense = lambda school, residual: dense_deviance(frame, school, residual, reml)[0]  # noqa: E731
    assert point.deviance == pytest.approx(dense(SCHOOL, RESIDUAL), rel=1e-11)
    for a in range(3):
        for b in range(3):
            change = np.zeros((3, 3))
            change[a, b] = 1e-3
            both = (change + change.T) / 2
            slope = (dense(SCHOOL + both, RESIDUAL) - dense(SCHOOL - both, RESIDUAL)) / 2e-3
            # Central differences of a deviance of some thousands: rounding 1e-12 / 1e-3.
            assert point.school_score[a, b] == pytest.approx(slope, abs=1e-6)
            slope = (dense(SCHOOL, RESIDUAL + both) - dense(SCHOOL, RESIDUAL - both)) / 2e-3
            assert point.residual_score[a, b] == pytest.approx(slope, abs=1e-6)
    scoring = in_factors(point, root, own)
    np.testing.assert_allclose(scoring.gradient[:9], 2 * (point.school_score @ root).ravel(), rtol=1e-12)


def test_information_is_the_dense_one(frame: pd.DataFrame) -> None:
    rows = frame.dropna(subset=["score"]).reset_index(drop=True)
    moments = summarise_subjects(frame, dict.fromkeys(SUBJECTS, FORMULA))
    point = subject_deviance(
        arrange_subjects(moments, np.ones(3)), np.linalg.cholesky(SCHOOL), RESIDUAL, False
    )
    k = rows["domain"].map({name: number for number, name in enumerate(SUBJECTS)}).to_numpy()
    same = [rows[name].to_numpy()[:, None] == rows[name].to_numpy() for name in ("school_id", "student_id")]
    pairs = np.ix_(k, k)
    inverse = np.linalg.inv(same[0] * SCHOOL[pairs] + same[1] * RESIDUAL[pairs])
    moved = []
    for part in same:
        for a in range(3):
            for b in range(3):
                unit = np.zeros((3, 3))
                unit[a, b] = 1.0
                moved.append(inverse @ (part * ((unit + unit.T) / 2)[pairs]))
    dense = np.array([[(p * q.T).sum() for q in moved] for p in moved])
    symmetric = np.kron(
        np.eye(2), (np.eye(9) + np.eye(9).reshape(3, 3, 9).transpose(1, 0, 2).reshape(9, 9)) / 2
    )
    np.testing.assert_allclose(symmetric @ point.information @ symmetric, dense, rtol=1e-8, atol=1e-12)


def test_subjects_in_different_schools_are_separate_fits() -> None:
    frame = invent(2, n_schools=40, missing=0.0)
    half = np.where(frame["domain"] == "reading", frame["school_id"] < "20", frame["school_id"] >= "20")
    frame = frame[half & (frame["domain"] != "writing")]
    together = fit_multi_subject(frame, FORMULA)
    separate = {name: fit_random_intercept(part, FORMULA) for name, part in frame.groupby("domain")}
    total = sum(fit.log_likelihood for fit in separate.values())
    assert together.log_likelihood == pytest.approx(total, abs=1e-8)
    for name, fit in separate.items():
        # Two searches, each to a derivative of about 1e-9.
        assert together.school_covariance.loc[name, name] == pytest.approx(fit.school_variance, rel=1e-6)
        assert together.residual_covariance.loc[name, name] == pytest.approx(fit.residual_variance, rel=1e-6)
        own = together.fixed_effects.query("domain == @name")
        np.testing.assert_allclose(own["estimate"], fit.fixed_effects["estimate"], rtol=1e-7)
        np.testing.assert_allclose(own["std_error"], fit.fixed_effects["std_error"], rtol=1e-6)
        effects = together.school_effects().query("domain == @name")
        for column in ("n_students", "mean_residual", "effect", "std_error", "lower", "upper", "reliability"):
            alone = fit.school_effects(interval="textbook")[column]
            np.testing.assert_allclose(effects[column], alone, rtol=1e-5, atol=1e-6)
    # What no school and no student shows is missing.
    assert np.isnan(together.school_covariance.loc["numeracy", "reading"])
    assert np.isnan(together.residual_covariance.loc["numeracy", "reading"])
    assert np.isnan(together.correlations()["correlation"].item())


def test_one_subject_is_the_random_intercept_model(frame: pd.DataFrame) -> None:
    reading = frame[frame["domain"] == "reading"]
    for method in ("ML", "REML"):
        one = fit_multi_subject(reading, FORMULA, method=method)
        plain = fit_random_intercept(reading, FORMULA, method=method)
        assert one.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-9)
        assert one.school_covariance.iloc[0, 0] == pytest.approx(plain.school_variance, rel=1e-5)


def test_order_units_and_origin_change_nothing(frame: pd.DataFrame) -> None:
    fit = fit_multi_subject(frame, FORMULA)
    shuffled = fit_multi_subject(frame.sample(frac=1, random_state=3), FORMULA, SUBJECTS[::-1])
    assert shuffled.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-9)
    order = list(fit.school_covariance)
    np.testing.assert_allclose(
        shuffled.school_covariance.loc[order, order], fit.school_covariance, rtol=1e-6, atol=1e-6
    )
    moved = frame.assign(score=frame["score"].where(frame["domain"] != "reading", 1e5 + 100 * frame["score"]))
    other = fit_multi_subject(moved, FORMULA)
    unit = np.where(np.array(order) == "reading", 100.0, 1.0)
    np.testing.assert_allclose(
        other.school_covariance, fit.school_covariance * np.outer(unit, unit), rtol=1e-5, atol=1e-5
    )
    n_reading = int((frame["domain"].eq("reading") & frame["score"].notna()).sum())
    assert other.log_likelihood == pytest.approx(fit.log_likelihood - n_reading * np.log(100), abs=1e-7)
    own, theirs = (found.correlations() for found in (fit, other))
    for name in ("correlation", "std_error", "lower", "upper", "residual_correlation"):
        # The ends of a profile are followed to an arcsine of 1e-5.
        np.testing.assert_allclose(theirs[name], own[name], rtol=1e-5, atol=3e-5)


def test_planted_covariances_are_found_where_separate_effects_mislead() -> None:
    frame = invent(4, n_schools=1000, missing=0.15, size=30)
    fit = fit_multi_subject(frame, FORMULA)
    # 1,000 schools: a variance has a standard error of about 5 per cent of its size.
    np.testing.assert_allclose(fit.school_covariance, SCHOOL, rtol=0.25)
    np.testing.assert_allclose(fit.residual_covariance, RESIDUAL, rtol=0.06)
    found = fit.correlations(0.999)
    scale = np.sqrt(np.diag(SCHOOL))
    true = (SCHOOL / np.outer(scale, scale))[np.triu_indices(3, 1)]
    assert ((found["lower"] < true) & (true < found["upper"])).all()
    assert ((found["lower_delta"] < true) & (true < found["upper_delta"])).all()
    # A model for each subject by itself takes in the covariance of the students' residuals (K2).
    separate = pd.concat(
        fit_random_intercept(part, FORMULA).school_effects().assign(domain=name)
        for name, part in frame.groupby("domain")
    )
    effects = separate.pivot(index="school_id", columns="domain", values="effect")[["numeracy", "reading"]]
    plain = np.corrcoef(effects.dropna().T)[0, 1]
    sizes = separate.pivot(index="school_id", columns="domain", values="n_students").dropna()
    n = sizes[["numeracy", "reading"]].to_numpy(dtype=float)
    pair = np.ix_([0, 1], [0, 1])
    # Of two scores each kept with probability .85, .85 of the smaller subject's students are in both.
    shared = np.diag(np.diag(RESIDUAL[pair])) + 0.85 * (RESIDUAL[pair] - np.diag(np.diag(RESIDUAL[pair])))
    total = mean_residual_covariances(SCHOOL[pair], shared, n)
    reliability = separate_reliabilities(SCHOOL[pair], RESIDUAL[pair], n)
    # 1,000 schools: standard error .02.
    assert plain == pytest.approx(expected_correlation("shrunken", reliability, total), abs=0.05)


def test_ends_of_the_profile_interval_lose_what_the_test_allows() -> None:
    frame = invent(6, n_schools=100, missing=0.2, size=30)
    fit = fit_multi_subject(frame, "score ~ prior", SUBJECTS[:2])
    moments = summarise_subjects(frame, dict.fromkeys(SUBJECTS[:2], "score ~ prior"))
    data = arrange_subjects(moments, np.ones(2))
    row = fit.correlations().iloc[0]
    assert row["lower"] < row["correlation"] < row["upper"] < 1
    school, residual = fit.school_covariance.to_numpy(), fit.residual_covariance.to_numpy()
    for end in (row["lower"], row["upper"]):

        def deviance(free: np.ndarray, end: float = end) -> float:
            spread = np.exp(free[:2])
            factor = spread[:, None] * np.array([[1.0, 0.0], [end, np.sqrt(1 - end**2)]])
            own = np.array([[free[2], 0.0], [free[3], free[4]]])
            return subject_deviance(data, factor, own @ own.T, False).deviance

        start = np.append(np.log(np.diag(school)) / 2, np.linalg.cholesky(residual)[np.tril_indices(2)])
        lost = minimize(deviance, start, method="BFGS").fun + 2 * fit.log_likelihood
        # A general search, to about 1e-5; the quantile of chi-squared on one degree of freedom.
        assert lost == pytest.approx(3.841459, abs=1e-3)


def test_profile_reaches_one_where_nothing_speaks_against_it() -> None:
    frame = invent(7, n_schools=40, missing=0.0)
    wide = frame.pivot(index="student_id", columns="domain", values="score")
    copied = frame[frame["domain"] == "numeracy"].set_index("student_id")
    noise = np.random.default_rng(8).normal(0, 10, len(wide))
    means = copied.groupby("school_id")["score"].transform("mean")
    second = (means + noise).rename("score")
    both = pd.concat([copied, copied.assign(domain="reading", score=second)]).reset_index()
    row = fit_multi_subject(both, "score ~ 1").correlations().iloc[0]
    assert row["correlation"] > 0.9
    assert row["upper"] == 1.0 or row["lower"] > 0.9


@pytest.mark.slow
def test_delta_errors_are_those_of_repetition() -> None:
    fits = [fit_multi_subject(invent(100 + k, 40, 0.2, 20), FORMULA, SUBJECTS[:2]) for k in range(60)]
    inner = [fit for fit in fits if not fit.record.boundary]
    elements = np.array([fit.school_covariance.to_numpy()[np.triu_indices(2)] for fit in inner])
    claimed = np.array([np.sqrt(np.diag(fit.covariance_error)) for fit in inner])
    assert len(inner) > 40
    # A standard deviation from 60 repetitions has an error of 9 per cent.
    np.testing.assert_allclose(elements.std(axis=0), np.median(claimed, axis=0), rtol=0.3)


def test_a_singular_covariance_is_reported() -> None:
    frame = invent(5, n_schools=30, missing=0.1)
    frame["score"] -= frame.groupby(["school_id", "domain"])["score"].transform("mean")
    fit = fit_multi_subject(frame, "score ~ 1")
    assert fit.record.boundary
    assert fit.record.converged
    assert (fit.school_covariance == 0).all(axis=None)
    assert fit.correlations()[["correlation", "lower", "std_error"]].isna().all(axis=None)
    assert (fit.school_effects()["effect"] == 0).all()


def test_formulas_of_their_own_and_without_intercept(frame: pd.DataFrame) -> None:
    own = {"reading": "score ~ prior", "numeracy": "score ~ 0 + sex"}
    fit = fit_multi_subject(frame, own)
    terms = fit.fixed_effects.groupby("domain", sort=False)["term"].agg(list)
    assert terms["reading"] == ["Intercept", "prior"]
    assert terms["numeracy"] == ["sex[T.female]", "sex[T.male]"] or len(terms["numeracy"]) == 2
    coded = fit_multi_subject(frame, {"reading": "score ~ prior", "numeracy": "score ~ sex"})
    assert fit.log_likelihood == pytest.approx(coded.log_likelihood, abs=1e-8)


def test_students_without_a_school_or_a_covariate_are_counted(frame: pd.DataFrame) -> None:
    moments = summarise_subjects(frame, dict.fromkeys(SUBJECTS, FORMULA))
    assert moments.n_left_out == frame["score"].isna().sum()
    assert moments.n_scores.sum() == frame["score"].notna().sum()
    np.testing.assert_array_equal(
        fit_multi_subject(moments).school_covariance, fit_multi_subject(frame, FORMULA).school_covariance
    )


def test_what_cannot_be_fitted_is_refused(frame: pd.DataFrame) -> None:
    twice = pd.concat([frame, frame[frame["score"].notna()].head(2)])
    with pytest.raises(DesignError, match="2 students have two scores"):
        fit_multi_subject(twice, FORMULA)
    moved = frame.assign(school_id=frame["school_id"].where(frame.index > 0, "99"))
    with pytest.raises(DesignError, match="in two schools"):
        fit_multi_subject(moved, FORMULA)
    with pytest.raises(DesignError, match="'chess' has no row"):
        fit_multi_subject(frame, FORMULA, ["reading", "chess"])
    with pytest.raises(DesignError, match="school_id is not in the data"):
        fit_multi_subject(frame.drop(columns="school_id"), FORMULA)
    with pytest.raises(FitError, match="'EM'"):
        fit_multi_subject(frame, FORMULA, method="EM")  # type: ignore[arg-type]
    with pytest.raises(FitError, match="no formula"):
        fit_multi_subject(frame)
    with pytest.raises(FitError, match="no formula for subject writing"):
        fit_multi_subject(frame, {"reading": FORMULA}, ["reading", "writing"])
    with pytest.raises(FitError, match="found 1 school"):
        fit_multi_subject(frame[frame["school_id"] == "01"], "score ~ 1")
    with pytest.raises(FitError, match="'numeracy': terms cannot be told apart: again"):
        fit_multi_subject(frame.assign(again=2 * frame["prior"]), "score ~ prior + again")
