"""The release of the tiny state, from the workflow: what is in it, what is not, and whether it repeats."""

import csv
import json
import re
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import yaml
from tiny_state import YEARS, files_config, run_snakemake, write_config

from valueadded.cli import main
from valueadded.config.whole import check_config

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

TABLES = {
    "school_effects",
    "school_changes",
    "system_drift",
    "year_correlations",
    "location_scale",
    "performance",
}


@pytest.fixture
def release(tiny_run: Path, tmp_path: Path) -> Path:
    """A copy of the published folder, as somebody outside receives it."""
    return Path(shutil.copytree(tiny_run / "results" / "published", tmp_path / "published"))


def test_the_release_has_its_tables_three_times(release: Path) -> None:
    names = {path.name for path in release.iterdir()}
    tables = {f"{name}.{kind}" for name in TABLES for kind in ("parquet", "csv")}
    assert names == {*tables, "release.xlsx", "report.html", "manifest.json"}
    with zipfile.ZipFile(release / "release.xlsx") as book:
        sheets = set(re.findall(r'<sheet name="(\w+)"', book.read("xl/workbook.xml").decode("utf-8")))
    assert sheets == {*TABLES, "dictionary"}


def test_every_school_is_there_with_a_status(release: Path, tiny_run: Path) -> None:
    effects = pd.read_parquet(release / "school_effects.parquet")
    truth = pd.read_parquet(tiny_run / "results" / "effects" / "school_effects.parquet")
    assert set(effects["year"]) == set(YEARS)
    assert set(effects["school_id"]) == set(truth["school_id"])
    shown = effects["status"].eq("published")
    assert shown.any() and effects.loc[shown, "effect"].notna().all()
    assert effects.loc[~shown, ["effect", "std_error", "lower", "upper"]].isna().all(axis=None)


def people_of(folder: Path) -> set[str]:
    """Identifiers of students and teachers in the input files: each a canary."""
    people = set()
    for path in (folder / "results" / "synthetic").glob("*.csv"):
        with path.open(encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                people |= {row.get(name, "") for name in ("student", "student_id", "teacher_id")}
    people = {person for person in people if len(person) >= 6}
    assert len(people) > 1000
    return people


def text_of(path: Path) -> str:
    """What a reader finds in a file: every cell of a table, every part of a workbook, or the text."""
    if path.suffix == ".parquet":
        # The footer and its metadata too.
        return pd.read_parquet(path).to_csv() + path.read_bytes().decode("latin-1")
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return "".join(book.read(name).decode("utf-8") for name in book.namelist())
    # Pictures and digests are random letters and digits.
    text = path.read_bytes().decode("latin-1")
    return re.sub(r"base64,[\w+/=]+|\b[0-9a-f]{64,}\b", "", text)


def test_no_file_of_the_release_names_a_student_or_a_teacher(release: Path, tiny_run: Path) -> None:
    people = people_of(tiny_run)
    for path in release.iterdir():
        shown = set(re.findall(r"\w+", text_of(path))) & people
        assert not shown, f"{path.name} shows {len(shown)} identifiers"


def test_no_student_is_named_anywhere_but_in_the_input(tiny_run: Path) -> None:
    students = set()
    for path in (tiny_run / "results" / "synthetic").glob("assessments_*.csv"):
        students |= set(pd.read_csv(path, dtype=str)["student"].dropna().str.strip())
    students = {student for student in students if len(student) >= 6}
    assert len(students) > 1000
    places = [tiny_run / "results", tiny_run / "logs", tiny_run / ".snakemake"]
    paths = [path for place in places for path in place.rglob("*") if path.is_file()]
    paths = [path for path in paths if "synthetic" not in path.parts and path.suffix not in (".png", ".svg")]
    assert len(paths) > 200
    for path in paths:
        shown = set(re.findall(r"\w+", text_of(path))) & students
        assert not shown, f"{path} shows {len(shown)} identifiers"


def test_files_are_for_their_owner_alone(tiny_run: Path) -> None:
    for path in (tiny_run / "results").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, f"{path} is open to others"


def test_a_study_without_a_key_keeps_none(tiny_run: Path, tmp_path: Path) -> None:
    """The key of one run is random, said so, and gone once the files are read."""
    shutil.copytree(tiny_run / "results" / "synthetic", tmp_path / "results" / "synthetic")
    config = files_config()
    del config["input"]["student_key"]
    write_config(tmp_path, config)
    parts = [f"results/validation/assessments/assessments_{year}/{year}-5.parquet" for year in (2018, 2020)]
    found = run_snakemake(tmp_path, "--cores", "2", *parts)
    said = found.stdout + found.stderr
    assert found.returncode == 0, said
    assert "a random one is made" in said
    assert not (tmp_path / "results" / "validation" / "student.key").exists()
    hashes = [set(pd.read_parquet(folder / parts[0])["student_id"]) for folder in (tmp_path, tiny_run)]
    assert len(hashes[0]) == len(hashes[1]) > 100
    assert not hashes[0] & hashes[1]


def test_the_manifest_names_every_input_and_output(tiny_run: Path) -> None:
    manifest = json.loads((tiny_run / "results" / "manifest.json").read_text(encoding="utf-8"))
    read = {Path(name).name for name in manifest["inputs"]}
    assert {row["source_file"] for row in manifest["ledger"]} <= read
    assert "results/synthetic/scale_links.parquet" in manifest["inputs"]
    written = {
        path.relative_to(tiny_run).as_posix()
        for path in (tiny_run / "results").rglob("*")
        if path.is_file() and path.name not in ("manifest.json", ".manifest.json")
    }
    assert written == set(manifest["outputs"])
    assert set(manifest["published"]) == TABLES
    again = check_config(yaml.safe_load(manifest["config_text"]))
    given = check_config(yaml.safe_load((tiny_run / "config.yaml").read_text(encoding="utf-8")))
    assert again == given, "what an audit would run is what was run"
    assert str(tiny_run) not in json.dumps(manifest)


def test_verify_holds_until_one_byte_changes(tiny_run: Path, tmp_path: Path, capsys) -> None:
    assert main(["verify", str(tiny_run)]) == 0
    copy = Path(shutil.copytree(tiny_run / "results", tmp_path / "run" / "results"))
    path = copy / "effects" / "school_effects.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    capsys.readouterr()
    assert main(["verify", str(copy.parent)]) == 1
    assert "edited: results/effects/school_effects.parquet" in capsys.readouterr().out


def test_an_audit_against_the_same_run_finds_the_same_bytes(release: Path, tiny_run: Path, capsys) -> None:
    assert main(["audit", str(release), "--finished", str(tiny_run)]) == 0
    assert capsys.readouterr().out.startswith("REPRODUCED (same bytes)")


def test_an_audit_names_the_edited_number(release: Path, tiny_run: Path, tmp_path: Path, capsys) -> None:
    path = release / "system_drift.parquet"
    frame = pd.read_parquet(path)
    last = frame.index[-1]
    frame.loc[last, "drift"] += 5
    frame.to_parquet(path, index=False)
    page = tmp_path / "audit.html"
    assert main(["audit", str(release), "--finished", str(tiny_run), "--html", str(page)]) == 2
    said = capsys.readouterr().out
    row = frame.loc[last]
    assert f"system_drift/{row['domain']}/{row['year']}/{row['basis']}/drift" in said
    assert "results/published/system_drift.parquet" in said
    assert len(said.splitlines()) <= 40
    assert "system_drift" in page.read_text(encoding="utf-8")
