"""Student identifiers as keyed hashes: whoever has no key cannot tell whom a hash stands for.

The hash is HMAC with SHA-256 (FIPS 198-1). Without the key nobody can try out identifiers and compare; with
the same key one student has the same hash in every file and in every run.
"""

import hashlib
import hmac
import secrets
from pathlib import Path

import pandas as pd

from valueadded.errors import SourceError

# Invented and public identifiers are no secret, and a run of them repeats itself to the last digit.
FIXED_KEY = "invented and public identifiers are no secret and keep one key"
LEAST_BYTES = 32
# 80 bits: among ten million students, two share a hash once in 20 thousand million studies.
DIGITS = 20
FINGERPRINT_OF = b"fingerprint of a key of student identifiers"
OTHERS = 0o077


def make_key() -> str:
    """Return a random key, 256 bits in hexadecimal digits."""
    return secrets.token_hex(LEAST_BYTES)


def read_key(path: str | Path) -> bytes:
    """Return the key in a file, without white space around it.

    Raises
    ------
    SourceError
        If it is not there, shorter than 32 characters, or somebody beside the owner may read it.
    """
    file = Path(path)
    try:
        content = file.read_bytes().strip()
        open_to_others = file.stat().st_mode & OTHERS
    except OSError as fault:
        raise SourceError(
            f"{path}: cannot be read ({fault.strerror}); expected a key of student identifiers "
            "(input.student_key), as `valueadded key` makes one"
        ) from None
    if len(content) < LEAST_BYTES:
        raise SourceError(
            f"{path}: found a key of {len(content)} characters; expected {LEAST_BYTES} or more, as "
            "`valueadded key` makes them (input.student_key)"
        )
    if open_to_others and content != FIXED_KEY.encode():
        raise SourceError(
            f"{path}: others than its owner may read it; expected a file for the owner alone: chmod 600 "
            "(input.student_key)"
        )
    return content


def fingerprint_key(key: bytes) -> str:
    """Return 16 hexadecimal digits that tell two keys apart, and tell nothing about either."""
    return hmac.new(key, FINGERPRINT_OF, hashlib.sha256).hexdigest()[:16]


def hide_students(records: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """Return records with every `student_id` replaced by its hash; a table without students as it is."""
    if "student_id" not in records:
        return records
    codes, names = pd.factorize(records["student_id"])
    # To begin with the key takes longer than the rest: it is done once.
    begun = hmac.new(key, digestmod="sha256")
    hashes = []
    for name in names.tolist():
        one = begun.copy()
        one.update(name.encode("utf-8"))
        hashes.append(one.hexdigest()[:DIGITS])
    return records.assign(student_id=pd.array(hashes, dtype="str").take(codes))
