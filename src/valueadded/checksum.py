"""The checksum of a whole Parquet file, within the file.

Page checksums cover the values, not the footer that says which value is which. This one covers every byte: it
is the SHA-256 of the file as it would be with zeros in its place.
"""

import hashlib
import re
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

KEY = "valueadded"
PREFIX = b"sha256:"
EMPTY = PREFIX + b"0" * 64
# The key or the prefix: a bit flipped in one of them leaves the other.
TRACE = re.compile(re.escape(KEY.encode()) + b"|" + PREFIX)
MARK = re.compile(PREFIX + rb"[0-9a-f]{64}")
BLOCK = 1 << 16


def fill_checksum(content: bytes) -> bytes:
    """Return a file that was written with `EMPTY`, with its checksum in that place."""
    place = content.rindex(EMPTY)
    checksum = PREFIX + hashlib.sha256(content).hexdigest().encode()
    return content[:place] + checksum + content[place + len(EMPTY) :]


def is_whole(file: BinaryIO) -> bool | None:
    """Return whether a file is as it was written; None for one without a checksum, written elsewhere.

    `file` is open for reading anywhere; only its footer and one block at a time are held in memory.
    """
    size = file.seek(0, 2)  # from its end
    # The footer is the end of the file; its length stands before the last four bytes.
    file.seek(max(size - 8, 0))
    start = size - 8 - int.from_bytes(file.read(4), "little")
    start = start if 0 < start < size else 0
    file.seek(start)
    footer = file.read()
    if not TRACE.search(footer):
        return None
    marks = list(MARK.finditer(footer))
    if len(marks) != 1:
        return False
    at = start + marks[0].start()
    emptied = hashlib.sha256()
    for block in chain(_blocks(file, 0, at), [EMPTY], _blocks(file, at + len(EMPTY), size)):
        emptied.update(block)
    return marks[0].group() == PREFIX + emptied.hexdigest().encode()


def _blocks(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """Return the bytes from `start` to `end`, a block at a time."""
    file.seek(start)
    while start < end and (block := file.read(min(BLOCK, end - start))):
        start += len(block)
        yield block
