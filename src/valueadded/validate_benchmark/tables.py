"""The summary in Markdown: the tables that the sentences of a page link to."""

import pandas as pd

from valueadded.contracts.validate_benchmark import MEASURES, METHODS, SCENARIOS, TARGETS

MINUS = "\N{MINUS SIGN}"
PERCENT = ("coverage", "flagged", "false_flags")


def describe_summary(summary: pd.DataFrame) -> str:
    """Return every number of the study as Markdown, one table for each target and scenario.

    Each row has an anchor of its own, `scenario-target-method`; Monte Carlo errors stand in brackets.
    """
    parts = []
    for target, title in TARGETS.items():
        of_target = summary[summary["target"] == target]
        if of_target.empty:
            continue
        parts.append(f"### {title}")
        for scenario, words in SCENARIOS.items():
            rows = of_target[of_target["scenario"] == scenario]
            if len(rows):
                parts += [f"#### {title}: {words}", _table(rows, f"{scenario}-{target}")]
    return "\n\n".join(parts) + "\n"


def show(measure: str, value: float) -> str:
    """Return a number as tables and text show it: a percentage, or points and correlations to 2 decimals."""
    number = f"{100 * value:.1f}%" if measure in PERCENT else f"{value:.2f}"
    if number.strip("-0.%") == "":
        number = number.lstrip("-")
    return number.replace("-", MINUS)


def _table(rows: pd.DataFrame, anchor: str) -> str:
    keys = zip(rows["method"], rows["measure"], strict=True)
    numbers = zip(rows["value"].tolist(), rows["monte_carlo_error"].tolist(), strict=True)
    cells = {key: _cell(key[1], *pair) for key, pair in zip(keys, numbers, strict=True)}
    measures = [name for name in MEASURES if name in set(rows["measure"])]
    lines = [
        "| method | " + " | ".join(MEASURES[name] for name in measures) + " |",
        "|---" + "|---:" * len(measures) + "|",
    ]
    for method, words in METHODS.items():
        if method in set(rows["method"]):
            row = [cells.get((method, name), "") for name in measures]
            lines.append(f'| <a id="{anchor}-{method}"></a>{words} | ' + " | ".join(row) + " |")
    return "\n".join(lines)


def _cell(measure: str, value: float, error: float) -> str:
    return f"{show(measure, value)} ({show(measure, error)})"
