"""Planted changes: each is seen, and named as what it is."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from published_world import invent_world

from valueadded.audit.compare import COULD_NOT_RUN, DIFFERS, SAME_BYTES, WITHIN_TOLERANCE
from valueadded.audit.files import KEY_NAME
from valueadded.audit.manifest import build_manifest, dump_manifest, load_manifest
from valueadded.audit.rerun import Audit, audit_release, run_again
from valueadded.audit.verify import verify_folder, verify_inputs
from valueadded.cli import main
from valueadded.config.whole import check_config
from valueadded.contracts.published import PUBLISHED
from valueadded.errors import AuditError
from valueadded.publish.exports import export_csv
from valueadded.table_io import write_table, write_text

CONFIG = {
    "data_folder": "data",
    "mixed": {"method": "ML"},
    "effects": {"seed": 2018},
    "synthetic": {"seed": 1},
}
ROOT = Path(__file__).parents[2]
RECORDS = "student,score\n1,500\n2,510\n3,520\n"


@dataclass
class Study:
    """A small project and a run of it: enough of both for a manifest."""

    project: Path
    folder: Path
    config: dict[str, Any]
    environment: dict[str, Any]

    def write(self) -> dict[str, Any]:
        """Write the manifest beside the results, as the last job of a run does."""
        inputs = {path.name: path for path in (self.folder / "data").iterdir()}
        manifest = build_manifest(self.project, self.folder, inputs, self.config)
        manifest["environment"] |= self.environment
        for place in ("results", "results/published"):
            write_text(dump_manifest(manifest), self.folder / place / "manifest.json")
        return manifest


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Study:
    root = tmp_path_factory.mktemp("study")
    study = Study(root / "project", root / "run", CONFIG, {})
    for name in ("Snakefile", "workflow/rules/mixed.smk", "scripts/fit_mixed.py",
                 "src/valueadded/mixed/fit.py",
                 "envs/requirements.lock"):  # fmt: skip
        write_text(f"# {name}\nX = 1\n", study.project / name)
    write_text(RECORDS, study.folder / "data" / "students.csv")
    write_text("school\nA\n", study.folder / "data" / "schools.csv")
    for name, table in invent_world(12).release.tables.items():
        write_table(table, study.folder / f"results/published/{name}.parquet", PUBLISHED[name])
        write_text(export_csv(table), study.folder / f"results/published/{name}.csv")
    write_text("intermediate", study.folder / "results/mixed/fits.parquet")
    study.write()
    return study


@pytest.fixture
def copy(finished: Study, tmp_path: Path) -> Study:
    """A second run of the same study, to plant a change in."""
    shutil.copytree(finished.project, tmp_path / "project")
    shutil.copytree(finished.folder, tmp_path / "run")
    return Study(tmp_path / "project", tmp_path / "run", json.loads(json.dumps(CONFIG)), {})


def audit(then: Path, now: Study) -> Audit:
    return audit_release(then, now.project, lambda manifest: now.folder)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def move_effect(study: Study, change: float, table: str = "school_effects", column: str = "effect") -> None:
    path = study.folder / f"results/published/{table}.parquet"
    frame = pd.read_parquet(path)
    place = frame.index[frame["status"] == "published"][0]
    frame.loc[place, column] += change
    write_table(frame, path, PUBLISHED[table])


def data(study: Study) -> Path:
    return study.folder / "data" / "students.csv"


# What is planted in the second run -> kind and name under which the audit must report it.
PLANTED: dict[str, tuple[Callable[[Study], None], str, str]] = {
    "one digit of the input": (lambda s: edit(data(s), "510", "511"), "input", "students.csv"),
    "one row taken out": (lambda s: edit(data(s), "2,510\n", ""), "input", "students.csv"),
    "one row added": (lambda s: edit(data(s), "3,520\n", "3,520\n4,530\n"), "input", "students.csv"),
    "rows in another order": (
        lambda s: edit(data(s), "1,500\n2,510\n", "2,510\n1,500\n"), "input", "students.csv"),
    "line ends": (
        lambda s: write_text(RECORDS.replace("\n", "\r\n"), data(s)), "input", "students.csv"),
    "an input file replaced": (
        lambda s: write_text("student,score\n9,100\n", data(s)), "input", "students.csv"),
    "an input file more": (lambda s: write_text("x\n", data(s).with_name("more.csv")), "input", "more.csv"),
    "an input file fewer": (lambda s: data(s).with_name("schools.csv").unlink(), "input", "schools.csv"),
    "a configured method": (lambda s: s.config["mixed"].update(method="REML"), "config", "mixed.method"),
    "a configured seed": (lambda s: s.config["effects"].update(seed=2019), "config", "effects.seed"),
    "a key more": (lambda s: s.config["mixed"].update(slope="prior"), "config", "mixed.slope"),
    "one line of the library": (
        lambda s: edit(s.project / "src/valueadded/mixed/fit.py", "X = 1", "X = 2"), "code",
        "src/valueadded/mixed/fit.py"),
    "one line of a rule": (
        lambda s: edit(s.project / "workflow/rules/mixed.smk", "X = 1", "X = 2"),
        "code", "workflow/rules/mixed.smk"),
    "one line of a script": (
        lambda s: edit(s.project / "scripts/fit_mixed.py", "X = 1", "X = 2"), "code", "scripts/fit_mixed.py"),
    "a module more": (
        lambda s: write_text("", s.project / "src/valueadded/mixed/more.py"), "code",
        "src/valueadded/mixed/more.py"),
    "the lock": (
        lambda s: edit(s.project / "envs/requirements.lock", "X = 1", "X = 2"), "code",
        "envs/requirements.lock"),
    "a version of a library": (
        lambda s: s.environment.update(libraries={"numpy": "0.0"}), "library", "numpy"),
    "a version of Python": (lambda s: s.environment.update(python="3.0.0"), "library", "python"),
    "the processor": (lambda s: s.environment.update(processor="other"), "processor", "processor"),
    "the linear algebra": (lambda s: s.environment.update(blas="other 1.0"), "processor", "blas"),
    "the number of threads": (
        lambda s: s.environment.update(threads={"OMP_NUM_THREADS": "8"}), "processor", "OMP_NUM_THREADS"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_planted_change_is_named(finished: Study, copy: Study, name: str) -> None:
    """The change moves a published number by more than a step; the audit says so, and what was changed."""
    plant, kind, what = PLANTED[name]
    plant(copy)
    move_effect(copy, 7.0)
    copy.write()
    found = audit(finished.folder / "results/published", copy)
    assert found.verdict == DIFFERS
    assert (kind, what) in [(cause.kind, cause.name) for cause in found.causes]
    assert {cause.kind for cause in found.causes} == {kind}, "nothing else is blamed"
    (pair,) = found.comparison.pairs
    assert pair.difference == 7.0
    assert pair.id.startswith("school_effects/numeracy/2019/benchmark_offset/")


# What is done to the published folder after its run -> the file that must be named.
EDITED: dict[str, tuple[Callable[[Study], None], str]] = {
    "one digit of a table": (lambda s: move_effect(s, 0.5), "school_effects.parquet"),
    "one digit of the text": (
        lambda s: edit(s.folder / "results/published/system_drift.csv", "2020", "2022"), "system_drift.csv"),
    "a file gone": (
        lambda s: (s.folder / "results/published/school_changes.csv").unlink(), "school_changes.csv"),
    "a file put there": (
        lambda s: write_text("x", s.folder / "results/published/extra.csv"), "extra.csv"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITED)
def test_edit_of_a_published_folder_is_named(finished: Study, copy: Study, name: str) -> None:
    plant, file = EDITED[name]
    plant(copy)
    found = audit(copy.folder / "results/published", finished)
    assert found.verdict != SAME_BYTES
    assert [(cause.kind, cause.name) for cause in found.causes] == [("edit", f"results/published/{file}")]


def test_the_same_run_has_the_same_bytes(finished: Study, copy: Study) -> None:
    copy.write()
    for published in ("results/published", "results/manifest.json"):
        found = audit(finished.folder / published, copy)
        assert found.verdict == SAME_BYTES
        assert found.causes == ()


def test_one_step_of_rounding_is_within_tolerance(finished: Study, copy: Study) -> None:
    move_effect(copy, 1.0)
    copy.write()
    found = audit(finished.folder / "results/published", copy)
    assert found.verdict == WITHIN_TOLERANCE
    assert [pair.tolerance for pair in found.comparison.pairs] == [1.0]


def test_a_changed_word_is_never_within_tolerance(finished: Study, copy: Study) -> None:
    path = copy.folder / "results/published/school_effects.parquet"
    frame = pd.read_parquet(path)
    frame.loc[frame.index[0], "students"] = "100 or more"
    write_table(frame, path, PUBLISHED["school_effects"])
    copy.write()
    assert audit(finished.folder / "results/published", copy).verdict == DIFFERS


def test_an_intermediate_file_alone_changes_no_verdict(finished: Study, copy: Study) -> None:
    write_text("otherwise", copy.folder / "results/mixed/fits.parquet")
    copy.write()
    found = audit(finished.folder / "results/published", copy)
    assert found.verdict == SAME_BYTES
    assert found.comparison.outputs == ("results/mixed/fits.parquet",)


def test_a_run_that_fails_could_not_run(finished: Study) -> None:
    def fails(manifest: object) -> Path:
        raise AuditError("the workflow ended with status 1")

    edit_free = audit_release(finished.folder / "results/published", finished.project, fails)
    assert edit_free.verdict == COULD_NOT_RUN
    assert "every number" in edit_free.unchecked
    assert any("students.csv" in words for words in edit_free.unchecked)


def test_verify_tells_edited_missing_and_unlisted(finished: Study, copy: Study) -> None:
    manifest = load_manifest(copy.folder)
    write_text("otherwise", copy.folder / "results/mixed/fits.parquet")
    (copy.folder / "results/published/school_effects.csv").unlink()
    write_text("x", copy.folder / "results/calibration/summary.parquet")
    found = verify_folder(copy.folder / "results", manifest["outputs"])
    assert found.edited == ("results/mixed/fits.parquet",)
    assert found.missing == ("results/published/school_effects.csv",)
    assert found.unlisted == ("results/calibration/summary.parquet",)
    assert not found.holds
    assert verify_folder(finished.folder / "results", manifest["outputs"]).holds


def test_verify_tells_changed_and_missing_input_whatever_its_date(finished: Study, copy: Study) -> None:
    manifest = load_manifest(copy.folder)
    data_folder = copy.folder / "data"
    assert verify_inputs(data_folder, manifest["inputs"]).n_checked == 2
    before = data(copy).stat()
    edit(data(copy), "510", "511")
    os.utime(data(copy), ns=(before.st_atime_ns, before.st_mtime_ns))
    (data_folder / "schools.csv").unlink()
    found = verify_inputs(data_folder, manifest["inputs"])
    assert (found.changed, found.missing) == (("students.csv",), ("schools.csv",))
    assert main(["verify", str(copy.folder), "--data", str(data_folder)]) == 1
    assert main(["verify", str(finished.folder), "--data", str(finished.folder / "data")]) == 0


def test_verify_takes_a_release_alone(copy: Study, capsys: pytest.CaptureFixture[str]) -> None:
    published = copy.folder / "results" / "published"
    assert main(["verify", str(published)]) == 0
    edit(published / "system_drift.csv", "2020", "2022")
    capsys.readouterr()
    assert main(["verify", str(published)]) == 1
    assert "edited: results/published/system_drift.csv" in capsys.readouterr().out


def test_generated_input_and_the_key_are_not_looked_for_in_the_data_folder(tmp_path: Path) -> None:
    inputs = {"student key": "x", "results/synthetic/students.csv": "y"}
    assert verify_inputs(tmp_path, inputs).n_checked == 0


class TestKept:
    """A manifest that is kept has every number: rounding is told from a change without the release."""

    @pytest.fixture
    def kept(self, finished: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        # As for a release of thousands of rows: the run's own manifest has digests.
        monkeypatch.setattr("valueadded.audit.tables.FULL_ROWS", 10)
        monkeypatch.setattr("valueadded.audit.tables.list_numbers.__defaults__", (10,))
        assert main(["keep", str(finished.folder), str(tmp_path / "kept.json.gz")]) == 0
        return tmp_path / "kept.json.gz"

    def test_the_same_file_twice(self, kept: Path, finished: Study, tmp_path: Path) -> None:
        assert main(["keep", str(finished.folder), str(tmp_path / "again.json.gz")]) == 0
        assert (tmp_path / "again.json.gz").read_bytes() == kept.read_bytes()

    def test_one_step_is_within_tolerance_and_more_is_not(self, kept: Path, copy: Study) -> None:
        copy.write()
        assert audit(kept, copy).verdict == SAME_BYTES
        move_effect(copy, 1.0)
        copy.write()
        assert audit(kept, copy).verdict == WITHIN_TOLERANCE
        move_effect(copy, 6.0)
        copy.write()
        found = audit(kept, copy)
        assert found.verdict == DIFFERS
        assert [pair.difference for pair in found.comparison.pairs] == [7.0]

    def test_half_of_it_is_refused(self, kept: Path) -> None:
        kept.write_bytes(kept.read_bytes()[:200])
        with pytest.raises(AuditError, match="not JSON"):
            load_manifest(kept)


@pytest.mark.parametrize(
    ("content", "words"), [("{", "not JSON"), ('{"format": 99}', "format 99"), ("[]", "format None")]
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(AuditError, match=words):
        load_manifest(tmp_path)


def test_a_configuration_is_run_again_with_its_keys_as_they_were(finished: Study) -> None:
    """JSON has no keys but texts; a year that became a text would be refused."""
    raw = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    config = check_config(raw)
    manifest = build_manifest(finished.project, finished.folder, {}, config.model_dump())
    again = json.loads(dump_manifest(manifest))["config_text"]
    assert check_config(yaml.safe_load(again)) == config
    assert again == yaml.safe_dump(yaml.safe_load(again), sort_keys=False, allow_unicode=True)


def test_the_run_of_an_audit_gets_that_configuration(finished: Study, tmp_path: Path) -> None:
    """The small project has no rule, so that Snakemake does nothing; what it was given lies in its folder."""
    invented = {KEY_NAME: "x", "results/synthetic/students.csv": "x"}
    then = load_manifest(finished.folder) | {"inputs": invented}
    assert run_again(then, finished.project, tmp_path / "scratch", None, 1) == tmp_path / "scratch"
    assert yaml.safe_load((tmp_path / "scratch" / "config.yaml").read_text()) == CONFIG


def test_a_confidential_study_is_not_run_without_its_folder(finished: Study, tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="--directory"):
        run_again(load_manifest(finished.folder), finished.project, tmp_path / "scratch", None, 1)


def test_our_own_default_run_needs_no_folder(tmp_path: Path) -> None:
    """What README promises a stranger: the committed manifest is run again from the repository alone."""
    then = load_manifest(ROOT / "results" / "audit" / "manifest.json.gz")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "Snakefile").write_text("")
    scratch = run_again(then, tmp_path / "project", tmp_path / "scratch", None, 1)
    assert (
        yaml.safe_load((scratch / "config.yaml").read_text(encoding="utf-8"))["synthetic"]["schools"] == 300
    )


def test_no_manifest_at_all(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="expected a manifest"):
        load_manifest(tmp_path / "nowhere")


def test_manifest_names_no_path_of_the_machine(finished: Study) -> None:
    text = (finished.folder / "results/manifest.json").read_text()
    assert str(finished.folder) not in text
    assert str(finished.project) not in text
