"""Two hundred random designs, made from their number alone, whose fits by lme4 are in reference/."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

DESIGNS = 200
SEED = 8080
# One in four has a random slope too.
SLOPES = range(0, DESIGNS, 4)


@dataclass(frozen=True)
class RandomDesign:
    """One design: its students, the fixed part, how it is fitted, the term with a random slope if any."""

    students: pd.DataFrame
    formula: str
    method: str
    slope: str | None


def draw_design(number: int) -> RandomDesign:
    """Return design `number`: schools, their sizes, units, terms and variances all differ."""
    stream = np.random.default_rng([SEED, number])
    slope = number in SLOPES
    schools = int(stream.integers(12 if slope else 4, 41))
    sizes = stream.integers(1, int(stream.choice([6, 16, 31])), schools)
    sizes[:2] += 3
    school = np.repeat(np.arange(schools), sizes)
    count = len(school)
    # Between none of the variance and most of it lies between schools.
    between = float(stream.choice([0.0, 0.01, 0.05, 0.1, 0.2, 0.6]))
    x = stream.normal(0, 0.5, schools)[school] + stream.normal(0, 1, count)
    w = 0.8 * x + stream.normal(0, 0.6, count)
    level = stream.normal(0, 1, schools)[school]
    part = stream.integers(0, 2, count).astype(np.float64)
    effect = stream.normal(0, np.sqrt(between), schools)
    tilt = stream.normal(0, 0.3, schools) * slope
    noise = stream.normal(0, np.sqrt(1 - between / 2), count)
    score = 0.6 * x + 0.2 * w + 0.1 * level - 0.3 * part + effect[school] + tilt[school] * x + noise
    unit, origin = float(stream.choice([0.01, 1.0, 70.0])), float(stream.choice([0.0, 5.0, 500.0]))
    terms = ["x", *(name for name in ("w", "level", "part") if stream.random() < 0.5)]
    students = pd.DataFrame(
        {
            "school_id": np.char.mod("S%02d", school),
            "x": x,
            "w": w,
            "level": level,
            "part": part,
            "score": unit * score + origin,
        }
    )
    method = "REML" if stream.random() < 0.5 else "ML"
    return RandomDesign(students, f"score ~ {' + '.join(terms)}", method, "x" if slope else None)
