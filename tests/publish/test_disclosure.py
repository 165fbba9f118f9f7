"""Which cells are hidden: few students, and a second cell where one alone could be derived."""

import numpy as np
import pandas as pd
import pytest

from valueadded.publish.disclosure import band_counts, hidden_keys, hide_cells


def counts(*students: int, domain: str = "reading") -> pd.DataFrame:
    schools = [f"s{place}" for place in range(len(students))]
    return pd.DataFrame({"domain": domain, "year": 2020, "school_id": schools, "n_students": students})


@pytest.mark.parametrize(
    ("students", "hidden"),
    [
        ((10, 11, 12), ()),
        ((9, 11, 12), (0, 1)),  # one alone: the next smallest is hidden with it
        ((9, 30, 12), (0, 2)),
        ((9, 8, 12), (0, 1)),
        ((9,), (0,)),
        ((9, 40), (0, 1)),
        ((1, 2, 3), (0, 1, 2)),
        ((9, 12, 12), (0, 1)),  # of equals, the first by identifier
    ],
)
def test_cells_hidden_in_one_margin(students: tuple[int, ...], hidden: tuple[int, ...]) -> None:
    found = hide_cells(counts(*students), ["domain", "year"], 10)
    assert tuple(np.flatnonzero(found)) == hidden


def test_each_margin_is_judged_by_itself() -> None:
    both = pd.concat([counts(9, 11, 12), counts(20, 30, 40, domain="numeracy")], ignore_index=True)
    assert hide_cells(both, ["domain", "year"], 10).tolist() == [True, True, False, False, False, False]


def test_order_of_rows_does_not_matter() -> None:
    frame = counts(9, 14, 11, 30, 12).sample(frac=1, random_state=3)
    found = frame.assign(hidden=hide_cells(frame, ["domain", "year"], 10)).sort_values("school_id")
    assert found["hidden"].tolist() == [True, False, True, False, False]


def test_a_school_is_judged_by_its_least_count() -> None:
    models = pd.concat([counts(12, 20, 30), counts(9, 20, 30)], ignore_index=True)
    found = hidden_keys(models, ["domain", "year"], 10)
    assert found["hidden"].tolist() == [True, True, False]
    assert len(found) == 3


def test_counts_are_shown_as_bands() -> None:
    found = band_counts(pd.Series([0, 9, 10, 19, 20, 99, 100, 5000]), [10, 20, 100])
    assert found.tolist() == [
        "suppressed", "suppressed", "10-19", "10-19", "20-99", "20-99", "100 or more", "100 or more",
    ]  # fmt: skip
