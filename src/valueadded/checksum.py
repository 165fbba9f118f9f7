"""The checksum of a whole Parquet file, within the file.

Page checksums cover the values, not the footer that says which value is which. This one covers every byte: it
is the SHA-256 of the file as it would be with zeros in its place.
"""

import hashlib
import re

KEY = "valueadded"
PREFIX = b"sha256:"
EMPTY = PREFIX + b"0" * 64
# The key or the prefix: a bit flipped in one of them leaves the other.
TRACE = re.compile(re.escape(KEY.encode()) + b"|" + PREFIX)
MARK = re.compile(PREFIX + rb"[0-9a-f]{64}")


def fill_checksum(content: bytes) -> bytes:
    """Return a file that was written with `EMPTY`, with its checksum in that place."""
    place = content.rindex(EMPTY)
    checksum = PREFIX + hashlib.sha256(content).hexdigest().encode()
    return content[:place] + checksum + content[place + len(EMPTY) :]


def is_whole(content: bytes) -> bool | None:
    """Return whether a file is as it was written; None for one without a checksum, written elsewhere."""
    # The footer is the end of the file; its length stands before the last four bytes.
    start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    footer = content[start:] if 0 < start < len(content) else content
    if not TRACE.search(footer):
        return None
    marks = list(MARK.finditer(footer))
    if len(marks) != 1:
        return False
    at = len(content) - len(footer) + marks[0].start()
    emptied = hashlib.sha256(content[:at])
    emptied.update(EMPTY)
    emptied.update(content[at + len(EMPTY) :])
    return marks[0].group() == PREFIX + emptied.hexdigest().encode()
