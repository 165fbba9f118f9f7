"""Who contributed how much to one fitted effect: its row of Q2 (L2), no matrix of scores by scores needed."""

import numpy as np
import pandas as pd

from valueadded.errors import DesignError
from valueadded.layered.equations import assemble, at_links
from valueadded.layered.factor import lay_out
from valueadded.layered.known import KnownModel


def effect_contributions(
    fit: KnownModel,
    teacher: str,
    year: object,
    domain: str | None = None,
    layer: str = "teacher",
    cohort: object = None,
) -> pd.DataFrame:
    """Return the scores with a weight in one effect: whose, how far from the mean, how much they count.

    `student_id`, `domain`, `year`, `deviation` (score less fixed part), `weight`, `contribution` (their
    product); the sum of the contributions is the effect. Scores of students the teacher never taught have
    weights too, in any layered model.
    """
    effects = fit.design.effects
    chosen = (effects["layer"] == layer) & (effects["unit"] == teacher) & (effects["year"] == year)
    if domain is not None:
        chosen &= effects["domain"] == domain
    if cohort is not None:
        chosen &= effects["cohort"] == cohort
    if chosen.sum() != 1:
        raise DesignError(
            f"{layer} {teacher} has {int(chosen.sum())} effects in year {year}; expected one: "
            "name its domain or cohort, or another year"
        )
    place = int(np.flatnonzero(chosen)[0])
    design, at = fit.design, fit.at
    equations = assemble(design, lay_out(design), at)
    assert equations is not None
    one = np.zeros((len(effects), 1))
    one[place] = at.spread[design.effect_class[place]]
    # A row of G Z'V^-1 is, turned, R^-1 Z L C^-1 L of the effect.
    row = equations.factor.solve(one)
    combine = np.append(-fit.posterior.beta, 1.0)
    tables = []
    for pattern, known in zip(design.patterns, equations.matrices, strict=True):
        weight = (known.precision @ known.loading @ at_links(pattern, row))[:, :, 0]
        deviation = pattern.columns @ combine
        students, cells = np.meshgrid(pattern.students, pattern.cells, indexing="ij")
        tables.append(
            pd.DataFrame(
                {
                    "student_id": design.student_id[students.ravel()],
                    "domain": [design.cells[cell][0] for cell in cells.ravel()],
                    "year": [design.cells[cell][1] for cell in cells.ravel()],
                    "deviation": deviation.ravel(),
                    "weight": weight.ravel(),
                }
            )
        )
    table = pd.concat(tables, ignore_index=True)
    table = table[table["weight"] != 0].assign(contribution=lambda f: f["weight"] * f["deviation"])
    return table.sort_values(["student_id", "domain", "year"], ignore_index=True)
