"""What an audit found: at most 40 lines for people, JSON for programs, one page for both."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import jinja2

from valueadded.audit.compare import DIFFERS, Cause, NumberPair
from valueadded.audit.rerun import Audit

LINES = 40
SHOWN_CAUSES = 12
SHOWN_NUMBERS = 12
SHOWN_UNCHECKED = 4
KINDS = {
    "edit": "edited after the run",
    "input": "input file",
    "config": "configuration",
    "code": "code",
    "library": "library",
    "processor": "processor",
}


def as_text(audit: Audit) -> str:
    """Return the audit in at most 40 lines."""
    lines = [audit.verdict, *_summary(audit)]
    lines += _some("cause", [_cause_words(cause) for cause in audit.causes], SHOWN_CAUSES)
    if audit.comparison is not None:
        lines += _some("number", [_pair_words(pair) for pair in audit.comparison.pairs], SHOWN_NUMBERS)
    lines += [f"not checked: {words}" for words in audit.unchecked[:SHOWN_UNCHECKED]]
    return "\n".join("\n".join(lines).splitlines()[:LINES]) + "\n"


def as_json(audit: Audit) -> str:
    """Return the audit whole, as JSON."""
    return json.dumps(as_dictionary(audit), indent=2, ensure_ascii=False) + "\n"


def as_dictionary(audit: Audit) -> dict[str, Any]:
    """Return the audit whole, in plain values."""
    comparison = audit.comparison
    return {
        "verdict": audit.verdict,
        "reason": audit.reason,
        "source": audit.manifest["source"],
        "numbers": comparison.n_numbers if comparison else 0,
        "differences": [
            {
                "id": pair.id, "then": pair.then, "now": pair.now, "difference": pair.difference,
                "tolerance": pair.tolerance, "within": pair.within,
            }
            for pair in (comparison.pairs if comparison else ())
        ],
        "outputs": list(comparison.outputs) if comparison else [],
        "causes": [
            {"kind": KINDS[each.kind], "name": each.name, "then": each.then, "now": each.now}
            for each in audit.causes
        ],
        "unchecked": list(audit.unchecked),
    }  # fmt: skip


def as_page(audit: Audit) -> str:
    """Return the audit as one HTML page without scripts, every text escaped."""
    pages = jinja2.Environment(
        loader=jinja2.PackageLoader("valueadded"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    page = pages.get_template("audit.html")
    return page.render(found=as_dictionary(audit), summary=list(_summary(audit)))


def _summary(audit: Audit) -> Iterator[str]:
    source = audit.manifest["source"]
    commit = source["commit"][:12] or "unknown"
    changed = {True: ", with uncommitted changes", False: "", None: ", changes unknown"}[
        source["uncommitted"]
    ]
    yield f"published by version {source['version']}, source {commit}{changed}"
    if audit.reason:
        yield f"could not run: {audit.reason}"
    if audit.comparison is not None:
        pairs = audit.comparison.pairs
        outside = sum(not pair.within for pair in pairs)
        yield (
            f"{audit.comparison.n_numbers} published numbers: {len(pairs)} differ, {outside} of them by more "
            f"than rounding; {len(audit.comparison.outputs)} files differ"
        )
        if audit.verdict == DIFFERS and not audit.causes:
            yield "nothing that went in differs: the run does not repeat itself, a fault of the program"


def _cause_words(cause: Cause) -> str:
    short = [_shorten(words) for words in (cause.then, cause.now)]
    return f"{KINDS[cause.kind]}: {cause.name} ({short[0]} -> {short[1]})"


def _pair_words(pair: NumberPair) -> str:
    if pair.difference is None:
        return f"{pair.id}: {_shorten(str(pair.then))} -> {_shorten(str(pair.now))}"
    verdict = "within" if pair.within else "beyond"
    return f"{pair.id}: {pair.then:g} -> {pair.now:g} ({pair.difference:+.6g}, {verdict} {pair.tolerance:g})"


def _shorten(words: str) -> str:
    return words if len(words) <= 40 else f"{words[:12]}..."


def _some(name: str, lines: Sequence[str], most: int) -> Iterator[str]:
    for line in lines[:most]:
        yield f"{name}: {line}"
    if len(lines) > most:
        yield f"{name}: {len(lines) - most} more, in the JSON"
