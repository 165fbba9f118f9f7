"""A release as RO-Crate: what is said of each file is so, and the library reads what it wrote."""

import datetime
import hashlib
import json
from pathlib import Path

import pytest
from published_world import invent_world
from rocrate.rocrate import ROCrate

from valueadded.audit.crate import write_crate
from valueadded.audit.manifest import build_manifest, dump_manifest
from valueadded.contracts.published import PUBLISHED
from valueadded.errors import AuditError
from valueadded.publish.exports import export_csv
from valueadded.table_io import write_table, write_text

DATE = datetime.date(2026, 1, 2)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A project, a run of it and its manifest."""
    for name in ("Snakefile", "workflow/rules/mixed.smk", "scripts/fit_mixed.py", "envs/requirements.lock"):
        write_text(f"# {name}\n", tmp_path / "project" / name)
    run = tmp_path / "run"
    write_text("student,score\n1,500\n", tmp_path / "secret" / "students.csv")
    for name, table in invent_world(12).release.tables.items():
        write_table(table, run / f"results/published/{name}.parquet", PUBLISHED[name])
        write_text(export_csv(table), run / f"results/published/{name}.csv")
    inputs = {"students.csv": tmp_path / "secret" / "students.csv"}
    manifest = dump_manifest(build_manifest(tmp_path / "project", run, inputs, {"mixed": {"method": "ML"}}))
    write_text(manifest, run / "results/published/manifest.json")
    return tmp_path


def crate_of(study: Path) -> Path:
    published = study / "run/results/published"
    manifest = json.loads((published / "manifest.json").read_text(encoding="utf-8"))
    write_crate(published, manifest, study / "project", study / "crate", DATE, "CC-BY-4.0")
    return study / "crate"


def test_the_crate_is_read_again_and_names_its_workflow(study: Path) -> None:
    read = ROCrate(crate_of(study))
    assert read.mainEntity.id == "Snakefile"
    assert "ComputationalWorkflow" in read.mainEntity.type
    assert read.mainEntity["programmingLanguage"]["name"] == "Snakemake"
    profiles = {each.id for each in read.root_dataset["conformsTo"]}
    assert "https://w3id.org/ro/wfrun/workflow/0.5" in profiles
    assert (read.license, str(read.datePublished)[:10]) == ("CC-BY-4.0", "2026-01-02")


def test_the_run_has_the_workflow_its_input_and_every_published_file(study: Path) -> None:
    folder = crate_of(study)
    read = ROCrate(folder)
    (run,) = read.get_by_type("CreateAction")
    assert read.root_dataset["mentions"] in (run, [run])
    assert run["instrument"].id == "Snakefile"
    (given,) = run["object"]
    assert given["sha256"] == hashlib.sha256((study / "secret/students.csv").read_bytes()).hexdigest()
    published = study / "run/results/published"
    results = {each.id: each for each in run["result"]}
    assert set(results) == {f"results/published/{path.name}" for path in published.iterdir()}
    for name, entity in results.items():
        content = (folder / name).read_bytes()
        assert content == (published / Path(name).name).read_bytes()
        if name != "results/published/manifest.json":
            assert entity["sha256"] == hashlib.sha256(content).hexdigest()


def test_every_file_is_described_and_every_description_has_its_file(study: Path) -> None:
    folder = crate_of(study)
    graph = json.loads((folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    files = {each["@id"] for each in graph if "File" in each["@type"]}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert there - {"ro-crate-metadata.json"} == files
    assert "workflow/rules/mixed.smk" in files


def test_no_confidential_file_and_no_place_of_the_machine_is_in_it(study: Path) -> None:
    folder = crate_of(study)
    assert not list(folder.rglob("students.csv"))
    text = (folder / "ro-crate-metadata.json").read_text(encoding="utf-8")
    assert str(study) not in text
    assert "student,score" not in text


@pytest.mark.parametrize("change", ["edit", "remove", "add"])
def test_a_release_that_was_touched_is_refused(study: Path, change: str) -> None:
    path = study / "run/results/published/system_drift.csv"
    if change == "edit":
        path.write_text(path.read_text() + "\n")
    elif change == "remove":
        path.unlink()
    else:
        path.with_name("more.csv").write_text("x\n")
    with pytest.raises(AuditError, match="not what its manifest says"):
        crate_of(study)
    assert not (study / "crate").exists()


def test_nothing_is_written_over(study: Path) -> None:
    (study / "crate").mkdir()
    with pytest.raises(AuditError, match="expected a new folder"):
        crate_of(study)
