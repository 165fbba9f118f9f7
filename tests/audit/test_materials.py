"""The bill of materials says what the lock says."""

import json
import re
from pathlib import Path

import pytest

from valueadded.audit.materials import list_materials
from valueadded.cli import main
from valueadded.errors import AuditError

LOCK = Path(__file__).parents[2] / "envs" / "requirements.lock"
ONE = (
    "numpy==2.4.6 ; sys_platform == 'linux' \\\n    --hash=sha256:"
    + "a" * 64
    + " \\\n    --hash=sha256:"
    + "b" * 64
)


def test_one_package_by_hand() -> None:
    bill = json.loads(list_materials(f"{ONE}\n    # via pandas\n", "1.2"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["version"] == "1.2"
    assert bill["components"] == [
        {
            "type": "library",
            "bom-ref": "pkg:pypi/numpy@2.4.6",
            "name": "numpy",
            "version": "2.4.6",
            "purl": "pkg:pypi/numpy@2.4.6",
            "properties": [{"name": "environment marker", "value": "sys_platform == 'linux'"}],
            "hashes": [{"alg": "SHA-256", "content": "a" * 64}, {"alg": "SHA-256", "content": "b" * 64}],
        }
    ]


def test_every_package_and_every_hash_of_our_lock_is_in_it(capsys) -> None:
    assert main(["materials", str(LOCK)]) == 0
    bill = json.loads(capsys.readouterr().out)
    text = LOCK.read_text(encoding="utf-8")
    pinned = re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE)
    assert [(each["name"], each["version"]) for each in bill["components"]] == pinned
    assert len(pinned) > 50
    hashes = [entry["content"] for each in bill["components"] for entry in each["hashes"]]
    assert hashes == re.findall(r"sha256:([0-9a-f]{64})", text)
    assert len({each["bom-ref"] for each in bill["components"]}) == len(pinned)


@pytest.mark.parametrize(
    ("lock", "words"),
    [
        ("", "no hash of any package"),
        ("numpy==2.4.6\n", "no hash of numpy"),
        (f"{ONE}\npandas>=3\n", "line 4"),
        (f"{ONE}\n--index-url somewhere\n", "line 4"),
    ],
)
def test_what_is_no_lock_is_refused(lock: str, words: str) -> None:
    with pytest.raises(AuditError, match=words):
        list_materials(lock, "1.2")
