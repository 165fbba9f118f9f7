"""A teacher's effect as a formula in means of deviations, the notation of Wright and Sanders (L8).

M2_D is the mean of the year-2 deviations of the students whom teacher D had in D's own year; M1_DE that of
all students whom D and E had then.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.layered.solve import LayeredSolution

Array = NDArray[np.float64]

# Weights and coefficients smaller than this are 0, and those closer are equal: effects of a large variance
# leave traces of its inverse.
NOTHING = 1e-3


@dataclass(frozen=True)
class EffectFormula:
    """The two forms of an effect's formula.

    coefficients : DataFrame `domain`, `year`, `group` (teachers of the own year), `n_students`,
        `coefficient`: the effect is the sum of coefficient times the group's mean deviation
    expanded : with one mean for each group
    centred : the same around the means of all groups
    """

    coefficients: pd.DataFrame
    expanded: str
    centred: str


def write_formula(
    solution: LayeredSolution,
    teacher: str,
    year: object,
    domain: str | None = None,
    symbols: Mapping[str, float] | None = None,
) -> EffectFormula:
    """Return an effect's formula from its row of Q2.

    Students are grouped by the teachers they had in the teacher's own year. Where students of one group have
    different weights they are grouped by all their teachers instead, and the group is named by the sequence.

    Parameters
    ----------
    symbols
        Names for values in the centred form, such as {"b": 0.411765}.
    """
    effects = solution.design.effects
    chosen = (effects["unit"] == teacher) & (effects["year"] == year)
    if domain is not None:
        chosen &= effects["domain"] == domain
    if chosen.sum() != 1:
        years = sorted(map(str, effects.loc[effects["unit"] == teacher, "year"].unique()))
        remedy = "name its domain" if chosen.any() else f"its years are {years}"
        raise DesignError(
            f"teacher {teacher} has {int(chosen.sum())} effects in year {year}; expected one: {remedy}"
        )
    place = int(np.flatnonzero(chosen)[0])
    focal = (effects["domain"][place], effects["year"][place])
    scores = pd.DataFrame(
        {
            "student": solution.matrices.student,
            "cell": solution.matrices.cell,
            "weight": solution.solution.q2[place],
        }
    )
    groups = _groups(solution, focal)
    scores["group"] = groups[scores["student"]]
    unlike = scores.groupby(["cell", "group"])["weight"].agg(np.ptp)
    if (unlike > NOTHING * scores["weight"].abs().max()).any():
        scores["group"] = _groups(solution, None)[scores["student"]]
    table = scores.groupby(["cell", "group"], as_index=False).agg(
        n_students=("student", "size"), coefficient=("weight", "sum")
    )
    # Groups without any weight are of another track.
    weighty = table.assign(size=table["coefficient"].abs()).groupby("group")["size"].max() > NOTHING
    table = table[table["group"].map(weighty)]
    return EffectFormula(
        coefficients=_coefficients(solution, table),
        expanded=_expanded(solution, table, teacher, focal),
        centred=_centred(solution, table, teacher, focal, dict(symbols or {})),
    )


def _groups(solution: LayeredSolution, focal: tuple[object, object] | None) -> NDArray[np.object_]:
    """Return each student's group: the teachers of the focal cell, or all of them in order."""
    effects = solution.design.effects
    groups = np.full(len(solution.design.student_id), "none", dtype=object)
    for pattern in solution.design.patterns:
        for student, links in zip(pattern.students, pattern.links, strict=True):
            own = effects.iloc[links]
            own = own[own["layer"] == "teacher"]
            if focal is not None:
                own = own[(own["domain"] == focal[0]) & (own["year"] == focal[1])]
            if len(own):
                groups[student] = ".".join(own["unit"])
    return groups


def _coefficients(solution: LayeredSolution, table: pd.DataFrame) -> pd.DataFrame:
    cells = solution.design.cells
    frame = pd.DataFrame(
        {
            "domain": [cells[cell][0] for cell in table["cell"]],
            "year": [cells[cell][1] for cell in table["cell"]],
        },
        index=table.index,
    )
    return frame.join(table[["group", "n_students", "coefficient"]]).reset_index(drop=True)


def _mean(solution: LayeredSolution, cell: int, groups: list[str]) -> str:
    domain, year = solution.design.cells[cell]
    several = len({name for name, _ in solution.design.cells}) > 1
    joined = "".join(groups) if all(len(group) == 1 for group in groups) else "+".join(groups)
    return f"M{year}{'[' + domain + ']' if several else ''}_{joined}"


def _in_order(solution: LayeredSolution, table: pd.DataFrame, focal: tuple[object, object]) -> list[int]:
    """Return the cells, the teacher's own first, then earlier and later ones."""
    own = solution.design.cells.index(focal)
    return [own, *(cell for cell in sorted(table["cell"].unique()) if cell != own)]


def _expanded(
    solution: LayeredSolution, table: pd.DataFrame, teacher: str, focal: tuple[object, object]
) -> str:
    terms = []
    for cell in _in_order(solution, table, focal):
        rows = table[(table["cell"] == cell) & (table["coefficient"].abs() > NOTHING)]
        rows = rows.assign(other=rows["group"] != teacher).sort_values(["other", "group"])
        terms += [
            (coefficient, _mean(solution, cell, [group]))
            for coefficient, group in zip(rows["coefficient"], rows["group"], strict=True)
        ]
    return _sum(terms, {})


def _centred(
    solution: LayeredSolution,
    table: pd.DataFrame,
    teacher: str,
    focal: tuple[object, object],
    symbols: dict[str, float],
) -> str:
    """Return s_t M_all + a_t (M_teacher - M_all) for each cell t; expanded where groups are unlike."""
    plain, apart = [], []
    order = _in_order(solution, table, focal)
    for cell in order:
        rows = table[table["cell"] == cell]
        own, others = rows["group"] == teacher, rows["group"] != teacher
        per_student = (rows["coefficient"] / rows["n_students"])[others]
        if own.sum() != 1 or (others.any() and np.ptp(per_student) > NOTHING * abs(per_student).max() + 1e-9):
            return _expanded(solution, table, teacher, focal)
        every = _mean(solution, cell, sorted(rows["group"]))
        mine = _mean(solution, cell, [teacher])
        total = float(rows["coefficient"].sum())
        if not others.any():
            plain.append((total, mine))
            continue
        level = float(per_student.iloc[0]) * float(rows["n_students"].sum())
        if cell == order[0]:
            plain.append((total, mine))
            apart.append((-level, cell, f"({mine} - {every})"))
        else:
            plain.append((total, every))
            apart.append((total - level, cell, f"({mine} - {every})"))
    return _sum([*plain, *_bracketed(apart)], symbols)


def _bracketed(apart: list[tuple[float, int, str]]) -> list[tuple[float, str]]:
    """Return the terms, a later year's joined with the own year's where they cancel."""
    terms = [(coefficient, text) for coefficient, _, text in apart[1:]] if apart else []
    if not apart or abs(apart[0][0]) <= NOTHING:
        return terms
    own, cell, text = apart[0]
    for coefficient, other, term in apart[1:]:
        if other > cell and abs(coefficient + own) < NOTHING:
            joined = (coefficient, f"[{term} - {text}]")
            return [joined if pair == (coefficient, term) else pair for pair in terms]
    return [(own, text), *terms]


def _sum(terms: list[tuple[float, str]], symbols: dict[str, float]) -> str:
    written = ""
    for coefficient, text in terms:
        if abs(coefficient) <= NOTHING:
            continue
        size = abs(coefficient)
        names = [name for name, value in symbols.items() if abs(size - value) < NOTHING]
        factor = names[0] if names else f"{size:.4f}".rstrip("0").rstrip(".")
        factor = "" if abs(size - 1) < NOTHING else f"{factor} "
        sign = " - " if coefficient < 0 else " + "
        written += (sign if written else sign.strip().replace("+", "")) + factor + text
    return written or "0"
