"""Every fault of a configuration at once, also where some of its values cannot be used.

A rule that needs a faulty value can be judged only once that value is mended. Every other rule is
judged at once: what cannot be used is left out, and a rule that reaches for it stops there. Nothing is
put in the place of a faulty value, because a fault found with a default would be an invented one.
"""

from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from valueadded.config.section import BROKEN_RULE, REPEATED_ENTRY, Section

Key = tuple[str | int, ...]
Faults = list[tuple[Key, str]]

# In the place of an entry that cannot be used: its name is known, what it says is not.
UNUSABLE = object()


def list_faults(model: type[Section], raw: Mapping[str, Any], errors: Iterable[Any]) -> list[str]:
    """Return a line for each fault, `path: words (found ...)`, in the order of the sections.

    Parameters
    ----------
    model
        The whole configuration.
    raw
        What was to be read.
    errors
        What pydantic found in it.
    """
    found = [(_key_of(error, raw), error) for error in errors if error["type"] != BROKEN_RULE]
    faults: Faults = [(key, _in_words(error)) for key, error in found]
    faulty = {key for key, error in found if error["type"] != REPEATED_ENTRY}
    _read_rest(model, raw, (), faulty, faults)
    order = {name: place for place, name in enumerate(model.model_fields)}
    faults.sort(key=lambda fault: order.get(str(fault[0][0]), len(order)))
    return list(dict.fromkeys(f"{'.'.join(map(str, key))}: {words}" for key, words in faults))


def _key_of(error: Any, raw: Mapping[str, Any]) -> Key:
    """Return where an error is, without the names of alternatives that pydantic mixes into the path."""
    key: list[str | int] = []
    part: Any = raw
    for name in error["loc"]:
        entry_of_list = isinstance(part, list) and isinstance(name, int)
        if entry_of_list or (isinstance(part, Mapping) and name in part):
            key.append(name)
            part = part[name]
    match error["type"]:
        case "missing":
            key.append(error["loc"][-1])
        case "union_tag_invalid" | "union_tag_not_found":
            key.append(error["ctx"]["discriminator"].strip("'"))
    return tuple(key)


def _in_words(error: Any) -> str:
    match error["type"]:
        # The value of a key nobody knows may be anything, a password as well: it is not shown.
        case "extra_forbidden":
            return "unknown key; expected one of the documented keys (workflow/schemas/config.schema.yaml)"
        case "missing" | "union_tag_not_found":
            return "missing; this key is required"
        case "union_tag_invalid":
            return f"found '{error['ctx']['tag']}'; expected one of {error['ctx']['expected_tags']}"
        case "model_type":
            words = "expected a section with keys of its own"
        case _:
            words = error["msg"].removeprefix("Value error, ")
    value = error["input"]
    shown = f" (found {value!r})" if isinstance(value, str | int | float | bool | list) else ""
    return words + shown


def _read_rest(
    model: type[Section], raw: Mapping[str, Any], path: Key, faulty: set[Key], faults: Faults
) -> Section:
    """Return a section without what cannot be used, and add the faults of its rules."""
    values: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if name in raw:
            values[name] = _read_value(field.rebuild_annotation(), raw[name], (*path, name), faulty, faults)
    values = {name: value for name, value in values.items() if value is not UNUSABLE}
    rest = model.model_construct(**values)
    # Behind an unknown key there may be a known one mistyped, and then no default is what was meant.
    misspelt = not set(raw) <= set(model.model_fields)
    for name in model.model_fields:
        if name not in values and (misspelt or name in raw):
            rest.__dict__.pop(name, None)
    broken = [fault for rule in model.rules for fault in _judge(rule, rest)]
    for key, words in broken:
        faults.append(((*path, *(key.split(".") if key else ())), words))
        if key:
            _leave_out(rest, key)
        else:
            faulty.add(path)
    return rest


def _judge(rule: Any, rest: Section) -> list[tuple[str, str]]:
    """Return the faults a rule finds before it needs something that was left out."""
    found: list[tuple[str, str]] = []
    try:
        for fault in rule(rest):
            found.append(fault)
    except AttributeError:
        pass
    return found


def _read_value(annotation: Any, raw: Any, path: Key, faulty: set[Key], faults: Faults) -> Any:
    if path in faulty:
        return UNUSABLE
    section = _section_of(annotation)
    if section is not None and isinstance(raw, Mapping):
        rest = _read_rest(section, raw, path, faulty, faults)
        return UNUSABLE if path in faulty else rest
    if get_origin(annotation) is dict and _holds_sections(annotation) and isinstance(raw, Mapping):
        kind = get_args(annotation)[1]
        return {
            name: _read_whole(kind, entry, (*path, name), faulty)
            for name, entry in raw.items()
            if isinstance(name, str)
        }
    return _read_whole(annotation, raw, path, faulty)


def _read_whole(annotation: Any, raw: Any, path: Key, faulty: set[Key]) -> Any:
    if any(key[: len(path)] == path for key in faulty):
        return UNUSABLE
    try:
        value = TypeAdapter(annotation).validate_python(raw, strict=True)
    except ValidationError:
        return UNUSABLE
    plain = isinstance(value, list) and all(isinstance(entry, str | int) for entry in value)
    return list(dict.fromkeys(value)) if plain else value


def _leave_out(section: Section, key: str) -> None:
    """Take the value at a dotted key out of a section; a key that is not there stays so."""
    part: Any = section
    *outer, last = key.split(".")
    for name in outer:
        part = part.get(name) if isinstance(part, dict) else getattr(part, name, None)
    if isinstance(part, dict) and last in part:
        part[last] = UNUSABLE
    elif isinstance(part, Section):
        part.__dict__.pop(last, None)


def _section_of(annotation: Any) -> type[Section] | None:
    """Return the section a key holds, if it holds one section or nothing."""
    kinds = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    kinds = tuple(kind for kind in kinds if kind is not NoneType)
    return kinds[0] if len(kinds) == 1 and _is_section(kinds[0]) else None


def _holds_sections(annotation: Any) -> bool:
    return _is_section(annotation) or any(_holds_sections(part) for part in get_args(annotation))


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Section)
