"""Schools whose identifier changed: from a former identifier to the present one."""

from pathlib import Path

import numpy as np

from valueadded.config.reading import InputFile, Reading
from valueadded.config.school_values import IdMap
from valueadded.errors import SourceError
from valueadded.validation.prescan import read_source
from valueadded.validation.source_rows import describe_names
from valueadded.validation.values import text_of


def read_id_map(folder: str | Path, id_map: IdMap | None, section: str) -> dict[str, str]:
    """Return former identifier -> present one, chains of changes followed to their end; empty without a map.

    Raises
    ------
    SourceError
        If the file lacks a column, has a gap, gives one identifier two followers, or leads in a circle.
    """
    if id_map is None:
        return {}
    path, section = Path(folder, id_map.path), f"{section}.id_map"
    source = read_source(path, Reading(files=[InputFile(path=id_map.path)]), section)
    rows = source.rows
    for key, column in (("old", id_map.old), ("new", id_map.new)):
        if column not in rows:
            found = describe_names(list(rows.columns))
            raise SourceError(
                f"{path}: missing column '{column}' ({section}.{key}); the file has {found}; expected it"
                " there",
                "columns_missing",
            )
    old, new = text_of(rows[id_map.old]), text_of(rows[id_map.new])
    gaps = (old.isna() | new.isna()).to_numpy()
    if source.misshapen or gaps.any():
        row = min([*source.misshapen, *source.source_row[gaps].tolist()])
        raise SourceError(
            f"{path}: row {row} has no two identifiers; expected a former and a present one",
            "id_map_faulty",
        )
    follower: dict[str, str] = {}
    for row, former, present in zip(source.source_row, old, new, strict=True):
        if follower.setdefault(former, present) != present:
            raise SourceError(
                f"{path}: row {row} gives '{former}' a second follower, '{present}'; expected one"
                f" ({section})",
                "id_map_faulty",
            )
    return {former: _last_of(follower, former, path) for former in follower}


def _last_of(follower: dict[str, str], former: str, path: Path) -> str:
    name = former
    for _ in np.arange(len(follower)):
        name = follower[name]
        if name not in follower:
            return name
    raise SourceError(
        f"{path}: the changes of '{former}' lead in a circle; expected an identifier at their end",
        "id_map_faulty",
    )
