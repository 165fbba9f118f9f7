"""The awkward designs: 20 schools of 12 students, and what is done to them."""

import numpy as np
import pandas as pd

FORMULA = "score ~ x + z"
COEFFICIENTS = {"Intercept": 100.0, "x": 2.0, "z": 3.0}
# Sums of such numbers and 1e9 are exact in float64.
UNIT = 1 / 1024


def make_students(seed: int, year: int) -> pd.DataFrame:
    """Return 20 schools of 12 students with a school variance of 25 and a residual variance of 100."""
    stream = np.random.default_rng(seed)
    school = np.repeat(np.arange(20), 12)
    x, z = stream.normal(50, 10, 240), stream.normal(0, 1, 240)
    effect, residual = stream.normal(0, 5, 20), stream.normal(0, 10, 240)
    frame = pd.DataFrame({"x": x, "z": z, "score": 100 + 2 * x + 3 * z + effect[school] + residual})
    frame = (frame / UNIT).round() * UNIT
    return frame.assign(school_id=[f"S{k:02d}" for k in school], year=year)


def level_schools(students: pd.DataFrame) -> pd.DataFrame:
    """Return students of schools that all lie on the line: less variance between them than chance gives."""
    residual = students["score"] - 100 - 2 * students["x"] - 3 * students["z"]
    return students.assign(
        score=students["score"] - residual.groupby(students["school_id"]).transform("mean")
    )


def first_schools(students: pd.DataFrame, *sizes: int) -> pd.DataFrame:
    """Return the first students of the first schools, `sizes` of them."""
    schools = [students[students["school_id"] == f"S{k:02d}"].head(size) for k, size in enumerate(sizes)]
    return pd.concat(schools, ignore_index=True)


def spoil(students: pd.DataFrame, design: str) -> pd.DataFrame:
    """Return the students with the awkward thing of one design done to them."""
    x, z, score = students["x"], students["z"], students["score"]
    place = students.groupby("school_id").cumcount()
    return {
        "school variance truly 0": level_schools(students),
        "one school": first_schools(students, 12),
        "every school has 1 student": students[place == 0],
        "some schools have 1 student": students[(place == 0) | (students["school_id"] < "S12")],
        "z = 2x + 3": students.assign(z=2 * x + 3),
        # A third has no exact mean: what is left of it after centring is not 0.
        "constant z": students.assign(z=1 / 3),
        "z = 2x + 3 + 1e-7 noise": students.assign(z=2 * x + 3 + 1e-7 * z),
        "y + 1e9": students.assign(score=score + 1e9),
        "x + 1e8": students.assign(x=x + 1e8),
        "constant y": students.assign(score=1 / 3),
        "perfect fit": students.assign(score=100 + 2 * x + 3 * z),
        "missing y": students.assign(score=score.where(np.arange(len(students)) % 10 > 0)),
        "infinite y": students.assign(score=score.where(np.arange(len(students)) != 5, np.inf)),
        "two schools": first_schools(students, 12, 12),
        "as many students as coefficients": first_schools(students, 2, 1),
        "one student more than coefficients": first_schools(students, 2, 2),
        "empty table": students.iloc[:0],
    }[design]
