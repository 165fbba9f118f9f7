import re

import pandas as pd
import pytest

from valueadded.validate_benchmark import describe_summary
from valueadded.validate_benchmark.tables import show

ROWS = [
    ("drift", "system", "relative", "bias", 10.0, 0.0),
    ("drift", "system", "joint", "bias", -0.004, 0.03),
    ("drift", "system", "joint", "coverage", 0.9514, 0.0096),
    ("drift", "school", "joint", "rank_correlation", -0.5, 0.01),
]
SUMMARY = pd.DataFrame(
    ROWS, columns=["scenario", "target", "method", "measure", "value", "monte_carlo_error"]
)


@pytest.mark.parametrize(
    ("measure", "value", "words"),
    [
        ("bias", -9.984, "−9.98"),
        ("bias", -0.004, "0.00"),
        ("coverage", 0.9514, "95.1%"),
        ("false_flags", 0.0, "0.0%"),
        ("rank_correlation", 0.555, "0.56"),
    ],
)
def test_numbers_are_shown_in_one_way(measure, value, words):
    assert show(measure, value) == words


def test_each_method_of_a_scenario_has_a_row_with_an_anchor_and_its_errors():
    text = describe_summary(SUMMARY)
    assert '| <a id="drift-system-relative"></a>relative | 10.00 (0.00) |  |' in text
    assert '| <a id="drift-system-joint"></a>joint model | 0.00 (0.03) | 95.1% (1.0%) |' in text
    assert len(re.findall(r"<a id=", text)) == 3
    assert "| method | bias | coverage |" in text


def test_a_scenario_that_was_not_run_has_no_table():
    assert "prior shock" not in describe_summary(SUMMARY)
    assert "### Change of a school's place among schools" not in describe_summary(SUMMARY)
