"""Student identifiers leave the first step that reads them as hashes, under a key for the owner alone."""

import hashlib
import hmac
import runpy
from pathlib import Path

import pandas as pd
import pytest

from valueadded.cli import main
from valueadded.errors import SourceError
from valueadded.validation.student_key import (
    FIXED_KEY,
    fingerprint_key,
    hide_students,
    make_key,
    read_key,
)

KEY = b"k" * 40
MARK = runpy.run_path(str(Path(__file__).parents[2] / "scripts" / "mark_student_key.py"))["main"]


def frame_of(*students: str) -> pd.DataFrame:
    return pd.DataFrame({"student_id": list(students), "score": range(len(students))})


def test_hash_is_the_standard_one() -> None:
    hidden = hide_students(frame_of("0001"), KEY)
    assert hidden["student_id"].tolist() == [hmac.new(KEY, b"0001", hashlib.sha256).hexdigest()[:20]]


def test_published_example_of_the_standard() -> None:
    """Test case 2 of RFC 4231."""
    hidden = hide_students(frame_of("what do ya want for nothing?"), b"Jefe")
    assert hidden["student_id"].tolist() == ["5bdcc146bf60754e6a04"]


def test_one_student_has_one_hash_and_two_have_two() -> None:
    hidden = hide_students(frame_of("0001", "1", "0001", "Zo\u00eb", "0002"), KEY)["student_id"]
    assert hidden[0] == hidden[2]
    assert hidden.nunique() == 4


def test_another_key_gives_every_student_another_hash() -> None:
    students = frame_of(*(f"{number:04d}" for number in range(1000)))
    one, other = (set(hide_students(students, key)["student_id"]) for key in (KEY, b"l" * 40))
    assert not one & other


def test_nothing_else_changes_and_tables_without_students_stay() -> None:
    records = frame_of("0002", "0001")
    assert hide_students(records, KEY)["score"].tolist() == [0, 1]
    assert records["student_id"].tolist() == ["0002", "0001"], "what was given is left alone"
    schools = pd.DataFrame({"school_id": ["0001"]})
    assert hide_students(schools, KEY) is schools


def test_accepted_records_are_hashed_after_they_are_judged(validate, records) -> None:
    plain, hidden = validate(records), validate(records, key=KEY)
    for part, rows in plain.parts.items():
        assert hidden.parts[part].equals(hide_students(rows, KEY))
        assert not set(hidden.parts[part]["student_id"]) & set(rows["student_id"])
    assert len(hidden.outside_study)
    assert hidden.outside_study.equals(hide_students(plain.outside_study, KEY))
    assert hidden.ledger.equals(plain.ledger)
    # A rounded number is put aside as the identifier it is, not accepted as a hash of it.
    damaged = validate(["1.23457E+11,013,2017,3,reading,present,500,20"], key=KEY)
    assert damaged.quarantine["reason"].tolist() == ["identifier_damaged"]


def write_key(path: Path, content: str, mode: int = 0o600) -> Path:
    path.write_text(content, encoding="utf-8")
    path.chmod(mode)
    return path


def test_a_made_key_is_read_again(tmp_path: Path) -> None:
    key = make_key()
    assert read_key(write_key(tmp_path / "key", f"{key}\n")) == key.encode()
    assert make_key() != key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SourceError, match="chmod 600"):
        read_key(write_key(tmp_path / "key", make_key(), mode))


@pytest.mark.parametrize("content", ["", "secret", "x" * 31])
def test_a_short_key_is_refused_without_being_shown(tmp_path: Path, content: str) -> None:
    with pytest.raises(SourceError, match="expected 32 or more") as refusal:
        read_key(write_key(tmp_path / "key", content))
    assert not content or content not in str(refusal.value).replace(str(tmp_path), "")


def test_a_missing_key_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere.*input\.student_key"):
        read_key(tmp_path / "nowhere")


def test_the_key_of_invented_students_may_be_read_by_all(tmp_path: Path) -> None:
    assert read_key(write_key(tmp_path / "key", FIXED_KEY, 0o644)) == FIXED_KEY.encode()


def test_fingerprints_tell_keys_apart_and_are_no_hash_of_a_student() -> None:
    assert fingerprint_key(KEY) != fingerprint_key(b"l" * 40)
    assert fingerprint_key(KEY) == fingerprint_key(KEY)
    assert len(fingerprint_key(KEY)) == 16


class TestMark:
    def test_without_a_key_a_random_one_is_made_and_said(self, tmp_path, capsys) -> None:
        for run in ("one", "other"):
            MARK("", False, str(tmp_path / f"{run}.key"), str(tmp_path / f"{run}.txt"))
            assert (tmp_path / f"{run}.key").stat().st_mode & 0o777 == 0o600
        assert "random" in capsys.readouterr().err
        assert read_key(tmp_path / "one.key") != read_key(tmp_path / "other.key")
        assert (tmp_path / "one.txt").read_text() != (tmp_path / "other.txt").read_text()

    def test_invented_students_have_one_key(self, tmp_path, capsys) -> None:
        MARK("", True, str(tmp_path / "key"), str(tmp_path / "mark"))
        assert read_key(tmp_path / "key") == FIXED_KEY.encode()
        assert capsys.readouterr().err == ""

    def test_a_named_key_is_not_copied(self, tmp_path) -> None:
        key = make_key()
        MARK(str(write_key(tmp_path / "key", key)), False, "", str(tmp_path / "out" / "mark"))
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["mark"]
        assert (tmp_path / "out" / "mark").read_text() == f"{fingerprint_key(key.encode())}\n"


class TestCommand:
    def test_makes_a_key_for_its_owner_alone(self, tmp_path, capsys) -> None:
        path = tmp_path / "student.key"
        assert main(["key", str(path)]) == 0
        assert path.stat().st_mode & 0o777 == 0o600
        assert len(read_key(path)) == 64
        assert read_key(path).decode() not in capsys.readouterr().out

    def test_never_writes_over_a_key(self, tmp_path, capsys) -> None:
        path = write_key(tmp_path / "student.key", make_key())
        before = path.read_bytes()
        assert main(["key", str(path)]) == 1
        assert path.read_bytes() == before
        assert "exists already" in capsys.readouterr().err
