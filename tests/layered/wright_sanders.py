"""The examples of Wright and Sanders, as frames of scores."""

import numpy as np
import pandas as pd

COLUMNS = ["student_id", "year", "teacher_id", "score"]
# Sequences of teacher and score, one student each (Tables 5 and 10).
EXAMPLE_2 = "A275 C355|A285 D405|B325 C405|B315 D435"
EXAMPLE_3 = (
    "A370 D440 G470|A350 D380 H530|A330 E500 G550|A310 E440 H610|B430 D500 G530|"
    "B410 D440 H590|B390 E560 G610|B370 E500 H670|C460 F560 J660"
)


def students(sequences: str) -> pd.DataFrame:
    rows = [
        (f"{number:02d}", year, step[0], float(step[1:]))
        for number, sequence in enumerate(sequences.split("|"), start=1)
        for year, step in enumerate(sequence.split(), start=1)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def invented_district(
    seed: int = 7, n_students: int = 120, n_years: int = 3, n_teachers: int = 5, holes: float = 0.15
) -> pd.DataFrame:
    """Students with correlated scores, teachers whose effects persist, and holes at random."""
    random = np.random.default_rng(seed)
    student = np.repeat(np.arange(n_students), n_years)
    year = np.tile(np.arange(1, n_years + 1), n_students)
    teacher = random.integers(n_teachers, size=(n_students, n_years))
    effects = random.normal(scale=6.0, size=(n_years, n_teachers))
    taught = np.cumsum(effects[np.arange(n_years), teacher], axis=1)
    level = random.normal(scale=8.0, size=(n_students, 1))
    score = 50 + 10 * np.arange(n_years) + taught + level + random.normal(scale=6.0, size=taught.shape)
    frame = pd.DataFrame(
        {
            "student_id": [f"s{number:04d}" for number in student],
            "year": year,
            "teacher_id": [f"{y}-{t}" for y, t in zip(year, teacher.ravel(), strict=True)],
            "score": score.ravel(),
            "age": np.repeat(random.normal(size=n_students), n_years),
        }
    )
    return frame[random.random(len(frame)) >= holes].reset_index(drop=True)
