"""The catalogue of bad input as the page docs/bad-input.md, printed."""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

# The same module whether this file is run or collected by a test.
sys.path.insert(0, str(Path(__file__).parents[1]))

from validation.catalogue_cases import OUTCOMES, list_cases, read_expected

from valueadded.check_data.causes import ADVICE, key_to_change, likely_cause
from valueadded.cohorts.reasons import REASONS as COHORT_REASONS
from valueadded.layered import FINDINGS
from valueadded.validation import NOTES, REASONS, REFUSALS

NOTED = NOTES | {code: words for code, (_, words) in FINDINGS.items()}
HEADINGS = {
    "refused": "Refused: the file cannot be trusted as a whole",
    "quarantined": "Quarantined: rows put aside, each with its reason",
    "noted": "Accepted with a note",
    "unmatched": "Accepted, and the student or the cohort left out with a reason",
    "accepted": "Accepted as it is",
}
INTRODUCTION = """# Bad input

Written by `.venv/bin/python tests/validation/render_catalogue.py > docs/bad-input.md` from the {cases} cases
under `tests/validation/catalogue/`, one folder each: the file, byte for byte, and `expected.yaml`.
`tests/validation/test_catalogue.py` runs the real check on each of them. No case ends in a traceback, and in
none is a value changed, a row lost or a column shifted without a word: {counts}.

The rows of a case are invented. `valueadded check-data config.yaml` says the same about your own files, with
the configuration key to change; `results/validation/` holds it after a run (`quarantine.parquet`,
`notes.parquet`, `ledger.parquet`). A row is counted from the first below the header; a refusal
names the line.
"""


def render_catalogue() -> str:
    """Return the page."""
    expected = {case: read_expected(case) for case in list_cases()}
    found = Counter(one["outcome"] for one in expected.values())
    counts = ", ".join(f"{found[outcome]} {outcome}" for outcome in HEADINGS)
    lines = [INTRODUCTION.format(cases=len(expected), counts=counts)]
    for outcome, heading in HEADINGS.items():
        lines += [
            f"## {heading}",
            "",
            "| case | what is in the file | what comes of it | likely cause; change |",
        ]
        lines.append("|---|---|---|---|")
        lines += [_row(case, one) for case, one in expected.items() if one["outcome"] == outcome]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _row(case: str, expected: dict[str, Any]) -> str:
    table = next(iter(expected.get("input", {"assessments": None})))
    what, rules = [], []
    for rule in expected.get("refused", []):
        named = ", ".join(f"`{words}`" for words in expected["says"])
        what.append(f"`{rule}`: {REFUSALS[rule]} Named: {named}.")
        rules.append(rule)
    for rule in dict.fromkeys(rule for _, _, rule, _ in expected.get("aside", [])):
        places = [(row, column) for _, row, of, column in expected["aside"] if of == rule]
        rows = ", ".join(str(row) for row, _ in places)
        column = f", column `{places[0][1]}`" if places[0][1] else ""
        what.append(f"`{rule}` (row {rows}{column}): {REASONS[rule]}")
        rules.append(rule)
    for rule, column, _ in expected.get("notes", []):
        place = f" (column `{column}`)" if column else ""
        what.append(f"`{rule}`{place}: {NOTED[rule]}")
        rules.append(rule)
    for reason, students in expected.get("unmatched", {}).items():
        what.append(f"`{reason}`, {students}: {COHORT_REASONS[reason]}")
    for year, reason in expected.get("not_planned", {}).items():
        what.append(f"No cohort in {year}, `{reason}`: {COHORT_REASONS[reason]}")
    if "no_cohort" in expected:
        what.append("The cohort is refused: nobody is left.")
    if not what:
        what.append(f"{OUTCOMES['accepted'].capitalize()}.")
    known = [rule for rule in dict.fromkeys(rules) if rule in ADVICE]
    advice = [f"{likely_cause(rule, [])}; {key_to_change(rule, table)}" for rule in known]
    cells = [f"`{case}`", expected["describes"], "<br>".join(dict.fromkeys(what)), "<br>".join(advice)]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


if __name__ == "__main__":
    print(render_catalogue(), end="")
