"""Write two_years.csv, the invented students of the agreement tests: `python make_two_years.py`.

Two cohorts of 40 schools of very uneven size, some schools in one cohort only, a system that fell by 9
points and changed its slope in between, school effects that persist, and a column of lots drawn without
regard to the score, whose variance is truly 0.
"""

from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20170518
SCHOOLS = 40
YEARS = {2017: (500.0, 0.72), 2019: (491.0, 0.66)}  # height and slope of the line at a prior score of 400
ABSENT = {2017: [11], 2019: [4, 29]}
LOTS = 25


def main() -> None:
    random = np.random.default_rng(SEED)
    sizes = np.sort(random.integers(2, 34, SCHOOLS))
    sizes[:3] = 1
    lasting = random.normal(0, 10, SCHOOLS)
    place = random.normal(0, 14, SCHOOLS)
    cohorts = []
    for year, (height, slope) in YEARS.items():
        present = np.setdiff1d(np.arange(SCHOOLS), ABSENT[year])
        school = np.repeat(present, sizes[present])
        effect = 0.8 * lasting + 0.6 * random.normal(0, 10, SCHOOLS)
        steeper = random.normal(0, 0.12, SCHOOLS)
        prior = random.normal(400, 60, len(school)) + place[school]
        male = random.random(len(school)) < 0.5
        line = height + (slope + steeper[school]) * (prior - 400) - 6 * male
        cohorts.append(
            pd.DataFrame(
                {
                    "year": year,
                    "school_id": [f"{number + 1:03d}" for number in school],
                    "lot": random.integers(1, LOTS + 1, len(school)),
                    "prior_score": prior.round(1),
                    "sex": np.where(male, "male", "female"),
                    "score": (line + effect[school] + random.normal(0, 40, len(school))).round(1),
                }
            )
        )
    students = pd.concat(cohorts).sample(frac=1.0, random_state=SEED)
    students.to_csv(Path(__file__).with_name("two_years.csv"), index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
