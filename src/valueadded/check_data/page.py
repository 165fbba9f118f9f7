"""The findings as text for a terminal, and as one HTML page."""

from collections.abc import Iterator
from html import escape

from valueadded.check_data.matching import Outcome
from valueadded.check_data.study import Finding, StudyFindings
from valueadded.cohorts import REASONS

TITLE = "Check of the data"
OUTCOMES = {"refused": "refused", "quarantined": "put aside", "note": "note"}
STATUS = {
    0: "Every file is accepted and no record is put aside.",
    1: "Records are put aside; the study can run without them.",
    2: "The study cannot run: see what is refused.",
}
PRIVACY = "No value of a student is shown: digits stand as 9, letters as A."
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
th, td { border-bottom: 1px solid #ccc; padding: .4rem .6rem; text-align: left; vertical-align: top }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
.refused { color: #a01010 } .quarantined { color: #8a5a00 } .note { color: #444 }
code { background: #f2f2f2; padding: 0 .2rem }
"""


def render_text(found: StudyFindings) -> str:
    """Return the findings as lines of text."""
    lines = [STATUS[found.status], PRIVACY, ""]
    for row in found.ledger.to_dict("records"):
        lines.append(
            f"{row['source_file']} ({row['table']}): {row['rows_in']:,} records ="
            f" {row['accepted']:,} accepted + {row['quarantined']:,} put aside +"
            f" {row['duplicates_merged']:,} repeats merged; {row['outside_study']:,} outside the study"
        )
    for one in found.findings:
        place = ", ".join(part for part in (one.source_file, one.column and f"column {one.column}") if part)
        lines += ["", f"{OUTCOMES[one.outcome]}: {one.rule}" + (f" ({place})" if place else "")]
        lines.append(f"  {one.said}" if not one.records else f"  {one.records:,} records. {one.said}")
        if one.examples:
            lines.append(f"  for example {'; '.join(one.examples)}")
        lines.append(f"  likely cause: {one.cause}; change {one.key}")
    if found.cohorts:
        lines += ["", "Students of each cohort"]
    for cohort in found.cohorts:
        lines += _cohort_lines(cohort)
    return "\n".join(lines) + "\n"


def _cohort_lines(cohort: Outcome) -> Iterator[str]:
    name = f"{cohort.domain} {cohort.year}"
    if cohort.refusal or cohort.absent:
        yield f"{name}: {_no_cohort(cohort)}"
        return
    yield f"{name}: {cohort.records:,} with an outcome record, {cohort.matched:,} matched"
    for reason, sentence, students, places in cohort.reasons:
        yield f"  {students:,} {reason}: {sentence} For example {'; '.join(places)}"


def _no_cohort(cohort: Outcome) -> str:
    """Return why there is no such cohort."""
    if cohort.refusal:
        return f"refused: {cohort.refusal}"
    return f"no cohort: {cohort.absent}: {REASONS[cohort.absent]}"


def render_html(found: StudyFindings) -> str:
    """Return the findings as one page that needs nothing else."""
    names = ["file", "table", "records", "accepted", "put aside", "repeats merged", "outside the study"]
    files = [
        [escape(row["source_file"]), row["table"]]
        + [
            f"{row[key]:,}"
            for key in ("rows_in", "accepted", "quarantined", "duplicates_merged", "outside_study")
        ]
        for row in found.ledger.to_dict("records")
    ]
    parts = [
        f"<h1>{TITLE}</h1>",
        f"<p><strong>{STATUS[found.status]}</strong> {PRIVACY}</p>",
        "<h2>Files</h2>",
        _table(names, files, numbers=5),
        "<h2>Findings</h2>",
        _table(
            ["outcome", "file, column", "rule", "records", "what, for example", "likely cause", "change"],
            [_finding_cells(one) for one in found.findings],
        ),
    ]
    if found.cohorts:
        parts.append("<h2>Students of each cohort</h2>")
        rows = [cells for cohort in found.cohorts for cells in _cohort_cells(cohort)]
        parts.append(
            _table(["cohort", "what became of the students", "for example", "students"], rows, numbers=1)
        )
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{TITLE}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _finding_cells(one: Finding) -> list[str]:
    examples = f"<br>{escape('; '.join(one.examples))}" if one.examples else ""
    return [
        f'<span class="{one.outcome}">{OUTCOMES[one.outcome]}</span>',
        escape(", ".join(part for part in (one.source_file, one.column) if part)),
        f"<code>{escape(one.rule)}</code>",
        f"{one.records:,}" if one.records else "",
        escape(one.said) + examples,
        escape(one.cause),
        escape(one.key),
    ]


def _cohort_cells(cohort: Outcome) -> Iterator[list[str]]:
    name = escape(f"{cohort.domain} {cohort.year}")
    if cohort.refusal or cohort.absent:
        yield [
            name,
            f'<span class="{"refused" if cohort.refusal else "note"}">{escape(_no_cohort(cohort))}</span>',
            "",
            "",
        ]
        return
    yield [name, "with an outcome record", "", f"{cohort.records:,}"]
    for reason, sentence, students, places in cohort.reasons:
        yield ["", f"<code>{reason}</code> {escape(sentence)}", escape("; ".join(places)), f"{students:,}"]
    yield ["", "matched", "", f"{cohort.matched:,}"]


def _table(names: list[str], rows: list[list[str]], numbers: int = 0) -> str:
    """Return a table whose last `numbers` columns are aligned as numbers."""

    def cells(kind: str, row: list[str]) -> str:
        first = len(row) - numbers
        return "".join(
            f'<{kind} class="number">{cell}</{kind}>' if place >= first else f"<{kind}>{cell}</{kind}>"
            for place, cell in enumerate(row)
        )

    body = "\n".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table>\n<tr>{cells('th', names)}</tr>\n{body}\n</table>"
