"""Writes the students of the random designs for make_random_designs.R, in 17 digits; they are not kept.

python make_random_designs.py random_students.csv && Rscript make_random_designs.R random_students.csv
"""

import sys
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))
from random_designs import DESIGNS, draw_design

tables = []
for number in range(DESIGNS):
    design = draw_design(number)
    tables.append(
        design.students.assign(
            design=number, formula=design.formula, method=design.method, slope=design.slope or ""
        )
    )
pd.concat(tables).to_csv(sys.argv[1], index=False, float_format="%.17g")
