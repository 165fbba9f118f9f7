"""The base of every section of the configuration: closed, strict, its keys in agreement."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

# Kinds of fault after which every key of the section, or every entry of the list, can be read all the same.
BROKEN_RULE = "broken_rule"
REPEATED_ENTRY = "repeated_entry"

# The key at fault, dotted and seen from the section (empty for the section itself), and the words.
Fault = tuple[str, str]
Rule = Callable[[Any], Iterator[Fault]]
Entry = TypeVar("Entry")


class Section(BaseModel):
    """A section that refuses unknown keys, silent conversions and keys that contradict each other."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    # What the keys of a section may only say together; `faults` asks one by one when a key is faulty. For
    # sections at a key of their own: entries of lists and mappings are read whole, with a validator.
    rules: ClassVar[tuple[Rule, ...]] = ()

    @model_validator(mode="after")
    def _rules_hold(self) -> Self:
        faults = [f"{key}: {words}" for rule in self.rules for key, words in rule(self)]
        if faults:
            raise PydanticCustomError(BROKEN_RULE, "{faults}", {"faults": "; ".join(faults)})
        return self


def each_once(entries: Entry) -> Entry:
    """Return a list whose entries are all different; anything else as it is.

    Raises
    ------
    PydanticCustomError
        If an entry is repeated.
    """
    if isinstance(entries, list) and len(set(entries)) < len(entries):
        raise PydanticCustomError(REPEATED_ENTRY, "an entry is repeated; expected each once")
    return entries
