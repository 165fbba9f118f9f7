"""Tables 1 and 2: hand-counted levels, means, and which cells are hidden."""

import numpy as np
import pandas as pd
import pytest

from valueadded.contracts.location_scale_tables import CHARACTERISTICS
from valueadded.location_scale import LadderPlan
from valueadded.location_scale.characteristics import (
    describe_characteristics,
    group_levels,
    hide_small_cells,
)
from valueadded.table_io import check_table


def hand_made() -> pd.DataFrame:
    """Sixty students: schools a and b of 24, boys then girls; c of 12, girls; one more has no sex."""
    schools, sexes = ["a"] * 24 + ["b"] * 24 + ["c"] * 12, ["M", "F"] * 24 + ["F"] * 12
    frame = pd.DataFrame(
        {
            "school_id": [*schools, "c"],
            "sex": pd.Series([*sexes, None], dtype="str"),
            "kind": ["mixed"] * 48 + ["girls"] * 13,
            "poor": [10.0] * 24 + [20.0] * 24 + [30.0] * 13,
            "prior": np.arange(61.0),
        }
    )
    return frame.assign(score=100 + 2 * frame["prior"] + frame["sex"].eq("F") * 10)


def described(frame: pd.DataFrame, **changes: object) -> pd.DataFrame:
    terms = {"student_terms": ["sex"], "school_terms": ["kind", "poor"], "references": {"sex": "M"}}
    plan = LadderPlan("prior", [1], **(terms | changes))
    return describe_characteristics({("reading", 2019): frame.dropna()}, plan)


def test_counts_and_means_by_hand() -> None:
    found = described(hand_made())
    check_table(found, CHARACTERISTICS, "characteristics")
    rows = found.set_index(["table", "term", "level"])
    men, women = rows.loc[("Table 1", "sex", "M")], rows.loc[("Table 1", "sex", "F")]
    assert [men["n_students"], women["n_students"]] == [24, 36]
    assert [men["percent_students"], women["percent_students"]] == [40, 60]
    # Men are students 0, 2, ..., 46.
    assert men["mean_prior"] == 23
    assert men["mean_score"] == pytest.approx(146)
    # Women are 1, 3, ..., 47 (sum 576) and 48, ..., 59 (sum 642).
    assert women["mean_prior"] == pytest.approx(1218 / 36)
    assert women["mean_score"] == pytest.approx(110 + 2 * 1218 / 36)
    # Of 0, ..., 59 the mean is 29.5 and the variance (60^2 - 1) / 12.
    assert men["mean_prior_standard"] == pytest.approx((23 - 29.5) / np.sqrt(3599 / 12))
    mixed = rows.loc[("Table 2", "kind", "mixed")]
    assert list(mixed[["n_schools", "n_students"]]) == [2, 48]
    assert list(mixed[["percent_schools", "percent_students"]]) == pytest.approx([200 / 3, 80])
    # Three numbers of a school are levels themselves.
    assert [level for _, term, level in rows.loc[["Table 2"]].index if term == "poor"] == ["10", "20", "30"]


def test_rows_stand_as_configured() -> None:
    found = described(hand_made())
    first = found[found["table"] == "Table 1"]
    assert list(first["position"]) == list(range(1, 8))
    assert list(first["term"]) == ["all", "prior", "prior", "prior", "prior", "sex", "sex"]
    # The category of reference comes first.
    assert list(first["level"])[-2:] == ["M", "F"]


def test_scores_are_raw_whether_or_not_the_models_standardise() -> None:
    one, other = (described(hand_made(), standardise=choice) for choice in (True, False))
    # Standardising and undoing it costs a rounding of each score.
    pd.testing.assert_frame_equal(one, other, rtol=1e-12, atol=1e-12)


def test_only_students_with_every_term_count() -> None:
    plan = LadderPlan("prior", [7], ["sex"])
    found = describe_characteristics({("reading", 2019): hand_made()}, plan)
    assert found["n_students"].iloc[0] == 60


def test_numbers_are_cut_at_their_quarters() -> None:
    levels = group_levels(pd.Series(np.arange(1.0, 9.0)))
    assert list(levels.cat.codes) == [0, 0, 1, 1, 2, 2, 3, 3]
    assert levels.cat.categories[0] == "group 1: up to 2"
    # Ties stay together: the two lower quarters end at 0, the third at 3.
    tied = group_levels(pd.Series([0.0, 0, 0, 0, 0, 1, 2, 3, 4, 5]))
    assert list(tied.cat.codes) == [0, 0, 0, 0, 0, 1, 1, 1, 2, 2]
    # Three quarters and more have the largest number: the others are one group.
    full = group_levels(pd.Series([1.0, 2, 3, 4, *[5] * 20]))
    assert list(full.value_counts(sort=False)) == [4, 20]


def test_schools_are_cut_at_the_quarters_of_schools() -> None:
    sizes = [40, 10, 10, 10, 10, 10, 10, 10]
    frame = pd.DataFrame(
        {
            "school_id": np.repeat(list("abcdefgh"), sizes),
            "poor": np.repeat(np.arange(1.0, 9.0), sizes),
            "sex": "M",
        }
    )
    frame["prior"] = np.arange(len(frame)) % 7.0
    frame["score"] = frame["prior"] + np.arange(len(frame)) % 5
    found = described(frame, school_terms=["poor"])
    rows = found[found["term"] == "poor"]
    assert list(rows["n_schools"]) == [2, 2, 2, 2]
    assert list(rows["n_students"]) == [50, 20, 20, 20]


def cells(sizes: list[int]) -> pd.DataFrame:
    numbers = ("percent_students", "n_schools", "percent_schools", "mean_prior", "mean_prior_standard")
    given = dict.fromkeys((*numbers, "mean_score", "mean_score_standard"), 1.0)
    return hide_small_cells(pd.DataFrame({"n_students": sizes}).assign(**given))


@pytest.mark.parametrize(
    ("sizes", "bands"),
    [
        ([10, 30], ["10", "30"]),
        # One hidden cell is the total less the others, so that the next smallest is withheld.
        ([9, 50, 30], ["under 10", "50", "withheld"]),
        # Two hidden cells of fewer than 10 together would follow as one.
        ([4, 5, 50, 30], ["under 10", "under 10", "50", "withheld"]),
        ([9, 9, 50, 30], ["under 10", "under 10", "50", "30"]),
        ([3], ["under 10"]),
    ],
)
def test_small_cells_are_hidden(sizes: list[int], bands: list[str]) -> None:
    found = cells(sizes)
    assert list(found["count_band"]) == bands
    shown = [band.isdigit() for band in bands]
    for name in found.columns.drop("count_band"):
        assert list(found[name].notna()) == shown
