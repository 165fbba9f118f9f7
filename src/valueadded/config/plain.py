"""Is the text of a config.yaml plain data? Judged before Snakemake reads it, since YAML can hold code.

Snakemake executes expressions in a file with the key `__use_yte__`, in a dry run too; YAML lets a key stand
twice, of which the last one wins without a word; and a few lines of references to references can become
thousands of millions of entries.
"""

from collections.abc import Iterator

import yaml

from valueadded.errors import ConfigError

LONGEST = 1_000_000  # bytes
MOST_ENTRIES = 100_000  # with every reference written out
DEEPEST = 30
EXECUTED = "__use_yte__"
PLAIN_TAGS = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "seq", "map", "timestamp", "merge")
}


def refuse_code(content: bytes, name: str) -> None:
    """Refuse the content of a configuration file that is more than plain data; `name` stands for it.

    Raises
    ------
    ConfigError
        If the text is too long, not UTF-8, no YAML, holds a tag that makes objects, a key twice, code to
        execute, more entries than any study has, or lies deeper than any section.
    """
    if len(content) > LONGEST:
        raise ConfigError(f"{name}: {len(content)} bytes; expected at most {LONGEST}")
    try:
        root = yaml.compose(content.decode("utf-8"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError:
        raise ConfigError(f"{name}: not UTF-8; expected a text file in UTF-8") from None
    except RecursionError:
        raise ConfigError(f"{name}: lies deeper than {DEEPEST} sections; expected plain YAML") from None
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark else ""
        problem = getattr(fault, "problem", None) or "unreadable"
        raise ConfigError(f"{name}: no YAML{line} ({problem})") from None
    if root is not None:
        for words in _faults(root, 0):
            raise ConfigError(f"{name}: {words}")
        if (entries := _count(root, {})) > MOST_ENTRIES:
            raise ConfigError(
                f"{name}: {entries:.0e} entries with every reference written out; expected at most "
                f"{MOST_ENTRIES}"
            )


def _faults(node: yaml.Node, depth: int, seen: set[int] | None = None) -> Iterator[str]:
    seen = set() if seen is None else seen
    line = node.start_mark.line + 1
    if depth > DEEPEST:
        yield f"line {line} lies deeper than {DEEPEST} sections; expected plain YAML"
        return
    if node.tag not in PLAIN_TAGS:
        yield f"line {line} has the tag {node.tag}; expected plain values"
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        met: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            line = key.start_mark.line + 1
            if key.value == EXECUTED:
                yield f"line {line} has the key `{EXECUTED}`, which would execute code; expected plain values"
            if key.value in met:
                yield f"line {line} has the key `{key.value}` a second time; expected each once"
            met.add(key.value)
        for pair in node.value:
            for part in pair:
                yield from _faults(part, depth + 1, seen)
    elif isinstance(node, yaml.SequenceNode):
        for part in node.value:
            yield from _faults(part, depth + 1, seen)


def _count(node: yaml.Node, known: dict[int, int]) -> int:
    """Return the entries below a node with every reference written out, each node counted once."""
    if id(node) not in known:
        parts: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            parts = [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            parts = list(node.value)
        # A node within itself has no end.
        known[id(node)] = MOST_ENTRIES + 1
        known[id(node)] = 1 + sum(_count(part, known) for part in parts)
    return known[id(node)]
