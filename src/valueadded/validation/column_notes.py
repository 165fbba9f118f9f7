"""What is worth saying about the columns of a file as they come: unread, changed on the way, doubtful."""

from collections.abc import Iterable, Iterator

import pandas as pd

from valueadded.config.input import InputFile, Reading
from valueadded.validation.mapping import Records, resolve_sources, section_of
from valueadded.validation.notes import Note
from valueadded.validation.source_rows import SourceRows
from valueadded.validation.values import holds_any, is_ascii, make_plain

# The first characters of what UTF-8 becomes when it is read as Windows-1252.
WRONGLY_DECODED = "[\u00c2\u00c3][\u0080-\u00bf\u0152-\u2122]|\u00e2\u20ac"


def note_columns(
    source: SourceRows, records: Records, table: str, file: InputFile, reading: Reading
) -> Iterator[Note]:
    """Yield what is worth saying about the columns that are read, and those that are not."""
    available = list(source.rows.columns)
    sources = resolve_sources(table, file, reading, available, file.path)
    read = {name: key for key, name in reading.score_columns.items()}
    for key, origin in sources.items():
        read |= dict.fromkeys([*([origin.column] if origin.column else []), *(origin.columns or [])], key)
    unread = [name for name in available if name not in read]
    if unread:
        named = ", ".join(repr(name) for name in unread)
        yield Note(
            "columns_not_read", "", 0, f"{named}, unless read on purpose ({section_of(table)}.columns)"
        )
    if table == "assessments" and "participation" not in sources:
        key = "input.assessments.columns.participation"
        yield Note(
            "participation_assumed", "", len(records.frame), f"a column of participation codes ({key})"
        )
    if records.scores_ignored:
        column = records.origins.get("score", "score")
        expected = "the right participation (input.assessments.columns.participation.codes)"
        yield Note("score_ignored", column, records.scores_ignored, expected)
    yield from note_texts(source, [name for name in available if name in read])


def note_texts(source: SourceRows, columns: Iterable[str]) -> Iterator[Note]:
    """Yield which changes are made to the texts of some columns, and which may be due."""
    for name in columns:
        if source.rows[name].dtype == "str" or source.rows[name].dtype == object:
            yield from _note_characters(source.rows[name].astype("str"), name)


def _note_characters(texts: pd.Series, column: str) -> Iterator[Note]:
    """Yield which changes were made to the texts of one column, and which may be due."""
    ascii_only = is_ascii(texts)
    if holds_any(texts, " \t\r\n") or not ascii_only:
        spaced = int((texts.str.strip() != texts).fillna(False).sum())
        if spaced:
            yield Note("spaces_removed", column, spaced, "nothing to do")
    if ascii_only:
        return
    trimmed = texts.str.strip()
    changed = int((make_plain(trimmed) != trimmed).fillna(False).sum())
    if changed:
        yield Note("characters_made_plain", column, changed, "nothing to do")
    wrong = int(texts.str.contains(WRONGLY_DECODED, regex=True).fillna(False).sum())
    if wrong:
        yield Note("wrongly_decoded", column, wrong, "the file's own encoding (input.*.encoding)")
