"""The tolerance of a published number is the step its own group was rounded to."""

import pytest
from published_world import invent_world

from valueadded.audit.steps import group_of, rounding_by_group, rounding_of

EFFECTS = ["domain", "year", "model", "school_id"]
CHANGES = ["domain", "school_id", "year_from", "year_to", "model"]


@pytest.mark.parametrize(
    ("values", "step"),
    [([1.0, 3.0, -2.0], 1.0), ([0.5, 2.0], 0.5), ([0.1, 0.3, 0.7], 0.1), ([20.0, 35.0], 5.0),
     ([0.0, 0.0], 0.0), (["10-19", None], 0.0), ([], 0.0), ([None, 0.02, 0.06], 0.02)],
)  # fmt: skip
def test_the_step_is_the_greatest_common_one(values: list[object], step: float) -> None:
    assert rounding_of(values) == pytest.approx(step, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "row", "key", "group"),
    [
        ("school_effects", "reading/2019/relative/s01", EFFECTS, ("reading", "relative")),
        ("school_effects", "reading/2019/relative/a/b/c", EFFECTS, ("reading", "relative")),
        ("school_changes", "reading/s01/2017/2019/joint", CHANGES, ("reading", "joint")),
        ("school_changes", "reading/../x/2017/2019/joint", CHANGES, ("reading", "joint")),
        ("system_drift", "reading/2019/student", ["domain", "year", "basis"], ("reading", "student")),
        ("location_scale", "reading/2019/Model 3/s/1", EFFECTS, ("reading", "2019")),
        ("performance", "reading/LY/primary/s01", ["outcome", "window", "group", "school_id"], ()),
    ],
)
def test_a_group_is_read_from_the_id_whatever_the_school_is_called(
    name: str, row: str, key: list[str], group: tuple[str, ...]
) -> None:
    assert group_of(name, row, key) == group


def test_a_group_of_wider_steps_keeps_them_beside_one_of_finer_steps() -> None:
    """One step of 2 in reading is within tolerance, though numeracy has steps of 0.5."""
    rows = {f"reading/2019/relative/s{n}": [2.0 * n] for n in range(5)}
    rows |= {f"numeracy/2019/relative/s{n}": [0.5 * n] for n in range(5)}
    table = {"key": EFFECTS, "columns": ["effect"], "numbers": rows}
    assert rounding_by_group("school_effects", table) == {
        ("reading", "relative"): [2.0],
        ("numeracy", "relative"): [0.5],
    }


def test_every_group_of_a_release_has_its_own_step() -> None:
    """What `publish` rounds alike is one group here: each step is one that was published."""
    effects = invent_world().release.tables["school_effects"].query("status == 'published'")
    for _, rows in effects.groupby(["domain", "model"]):
        steps = {rounding_of(rows[name].tolist()) for name in ("effect", "std_error", "lower", "upper")}
        # The standard error, of few values, may have a wider one by chance; none has a finer.
        assert min(steps) == rounding_of(rows["effect"].tolist())
