"""A school's published results in plain words: what they say, and what they leave open."""

from collections.abc import Mapping
from typing import Any

from valueadded.publish.disclosure import NOT_AVAILABLE, SUPPRESSED

WHY = {
    SUPPRESSED: "is not shown: a single student's or another school's result could be worked out from it",
    NOT_AVAILABLE: "is not available: no students with both tests",
}


def describe_school(row: Mapping[str, Any], unit: str) -> list[str]:
    """Return sentences on one school, domain and year; descriptive, none names a cause.

    `row` has the columns of the published effects and `change`, `change_lower`, `change_upper`, `year_from`;
    None where missing.
    """
    name = f"{row['domain']} {row['year']}"
    if row["effect"] is None:
        return [f"The result of {name} {WHY.get(row['status'], 'does not apply')}."]
    sentences = [_standing(row, name, unit), _place(row)]
    if row["change"] is not None:
        sentences.append(_change(row, unit))
    return sentences


def _standing(row: Mapping[str, Any], name: str, unit: str) -> str:
    interval = f"{row['lower']:g} to {row['upper']:g}"
    if row["lower"] <= 0 <= row["upper"]:
        said = f"cannot be told from the average of schools with alike intake (interval {interval} {unit})"
    else:
        side = "above" if row["effect"] > 0 else "below"
        distance = f"{abs(row['effect']):g} {unit}"
        said = f"is about {distance} {side} that of schools with alike intake (interval {interval})"
    return f"In {name}, with {row['students']} students, the school's result {said}."


def _place(row: Mapping[str, Any]) -> str:
    low, high = row["percentile_lower"], row["percentile_upper"]
    if high - low >= 50:
        return f"Its place among the schools is open: anywhere from {low:g}% to {high:g}% of the way up."
    return f"Among the schools its place is likely between {low:g}% and {high:g}% of the way up."


def _change(row: Mapping[str, Any], unit: str) -> str:
    interval = f"{row['change_lower']:g} to {row['change_upper']:g}"
    since = f"Since {row['year_from']}"
    if row["change_lower"] <= 0 <= row["change_upper"]:
        return f"{since} the data do not tell whether it rose or fell (change between {interval} {unit})."
    verb = "rose" if row["change"] > 0 else "fell"
    return f"{since} it {verb} by about {abs(row['change']):g} {unit} (between {interval})."
