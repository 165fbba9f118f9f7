"""A folder of moments: written whole, read back to the last bit, refused when anything in it has changed."""

import json

import numpy as np
import pandas as pd
import pytest

from valueadded.cli import main
from valueadded.contracts.mixed import MOMENTS
from valueadded.errors import ConfigError, ContractError, DesignError
from valueadded.exchange.bundle import MANIFEST, read_bundle, write_bundle
from valueadded.mixed import fit_random_intercept, join_agencies, summarise_cohort, summarise_schools
from valueadded.table_io import read_table, write_table

FORMULA = "score ~ prior + sex"
MADE_BY = "valueadded 0"


def draw_cohort(year: int) -> pd.DataFrame:
    rng = np.random.default_rng(year)
    n = rng.integers(4, 60, 25)
    codes = np.repeat(np.arange(25), n)
    return pd.DataFrame(
        {
            "school_id": [f"{code:03d}" for code in codes],
            "year": year,
            "prior": rng.normal(400, 50, len(codes)),
            "sex": rng.choice(["f", "m"], len(codes)),
            "score": rng.normal(500, 60, len(codes)) + 15 * rng.standard_normal(25)[codes],
        }
    )


@pytest.fixture
def study(tmp_path):
    """A folder with the moments of two years, as the workflow leaves them."""
    for year in (2018, 2019):
        target = tmp_path / f"study/results/mixed/moments/reading/{year}.parquet"
        write_table(summarise_cohort(draw_cohort(year), [FORMULA]), target, MOMENTS)
    return tmp_path / "study"


def test_a_fit_of_the_folder_is_that_of_the_students(study, tmp_path):
    write_bundle(tmp_path / "out", "north", study, 10, MADE_BY)
    moments = read_bundle(tmp_path / "out", "reading", [2019])
    kept = draw_cohort(2019).query("school_id in @schools", local_dict={"schools": list(moments.school_id)})
    assert 0 < moments.n_schools < 25
    found = fit_random_intercept(join_agencies({"north": moments}), FORMULA)
    expected = fit_random_intercept(kept, FORMULA)
    assert found.log_likelihood == pytest.approx(expected.log_likelihood, rel=1e-12)
    np.testing.assert_allclose(
        found.fixed_effects["estimate"], expected.fixed_effects["estimate"], rtol=1e-10
    )


def test_numbers_survive_to_the_last_bit(study, tmp_path):
    write_bundle(tmp_path / "out", "north", study, 3, MADE_BY)
    read = read_bundle(tmp_path / "out", "reading", [2018])
    made = summarise_schools(draw_cohort(2018), FORMULA, cohort="year")
    place = [list(made.school_id).index(school) for school in read.school_id]
    np.testing.assert_array_equal(read.scatter, made.scatter[place])
    assert read.levels == made.levels
    assert set(read_bundle(tmp_path / "out", "reading").cohort) == {2018, 2019}


def test_the_manifest_accounts_for_every_school(study, tmp_path):
    bundle = write_bundle(tmp_path / "out", "north", study, 10, MADE_BY)
    told = json.loads((tmp_path / "out" / MANIFEST).read_text("utf-8"))
    assert told["agency"] == "north"
    for cohort in bundle.cohorts:
        students = draw_cohort(cohort.year)
        withheld = cohort.withheld_small + cohort.withheld_cells + cohort.withheld_constant
        assert cohort.n_schools + withheld == students["school_id"].nunique()
        left = cohort.withheld_students
        assert left == "fewer than 10" or cohort.n_students + left == len(students)


def test_no_student_is_in_the_folder(study, tmp_path):
    """Rows are schools; no score of a student is among the numbers."""
    write_bundle(tmp_path / "out", "north", study, 10, MADE_BY)
    table = read_table(tmp_path / "out/reading/2019.parquet", MOMENTS)
    numbers = table.select_dtypes("number").to_numpy(np.float64)
    students = draw_cohort(2019)
    for column in ("score", "prior"):
        assert not np.isclose(numbers.ravel()[:, None], students[column].to_numpy(), rtol=1e-9).any()


@pytest.mark.parametrize("kind", ["bit", "cut", "gone", "manifest", "format"])
def test_a_changed_folder_is_refused_by_name(study, tmp_path, kind):
    folder = tmp_path / "out"
    write_bundle(folder, "north", study, 10, MADE_BY)
    file, manifest = folder / "reading" / "2019.parquet", folder / MANIFEST
    content = bytearray(file.read_bytes())
    if kind == "bit":
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif kind == "cut":
        file.write_bytes(content[:-40])
    elif kind == "gone":
        file.unlink()
    elif kind == "manifest":
        manifest.write_text('{"format": 1}')
    else:
        manifest.write_text(manifest.read_text("utf-8").replace('"format": 1', '"format": 9'))
    words = {
        "bit": "2019.parquet is not the file",
        "cut": "2019.parquet is not the file",
        "gone": "2019.parquet does not exist",
        "manifest": "not a manifest of moments",
        "format": "another format",
    }
    with pytest.raises(ContractError, match=words[kind]):
        read_bundle(folder, "reading")


def test_what_is_not_there_is_named(study, tmp_path):
    with pytest.raises(ContractError, match=r"moments\.json does not exist"):
        read_bundle(tmp_path, "reading")
    write_bundle(tmp_path / "out", "north", study, 10, MADE_BY)
    with pytest.raises(ContractError, match=r"no moments of reading \[2020\]"):
        read_bundle(tmp_path / "out", "reading", [2020])
    with pytest.raises(ContractError, match="no moments of numeracy"):
        read_bundle(tmp_path / "out", "numeracy")


def test_refusals_write_nothing(study, tmp_path):
    with pytest.raises(DesignError, match="none of 25 schools"):
        write_bundle(tmp_path / "out", "north", study, 1000, MADE_BY)
    with pytest.raises(ConfigError, match="letters, digits"):
        write_bundle(tmp_path / "out", "../north", study, 10, MADE_BY)
    with pytest.raises(ConfigError, match="holds no moments"):
        write_bundle(tmp_path / "out", "north", tmp_path, 10, MADE_BY)
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    with pytest.raises(ConfigError, match="exists already"):
        write_bundle(tmp_path / "out", "north", study, 10, MADE_BY)


def test_the_command(study, tmp_path, capsys):
    arguments = ["moments", str(tmp_path / "out"), "--agency", "north", "--directory", str(study)]
    assert main(arguments) == 0
    assert "reading/2019.parquet: " in capsys.readouterr().out
    assert main(arguments) == 1
    assert "exists already" in capsys.readouterr().err
