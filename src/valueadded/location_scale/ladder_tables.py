"""The models of the ladder side by side: Tables 3, 4 and 5 (M12)."""

import re
from collections.abc import Sequence

import pandas as pd

from valueadded.location_scale.ladder_plan import LadderPlan

TABLES = {
    "Table 3": ("Model 1", "Model 2", "Model 3"),
    "Table 4": ("Model 4", "Model 5", "Model 6"),
    "Table 5": ("Model 7", "Model 8"),
}
TABLE_OF = {model: table for table, models in TABLES.items() for model in models}
FUNCTIONS = {"mean": "mean function", "log_variance": "log variance function"}
EFFECTS, FIT = "school effects", "fit"
BLOCKS = (*FUNCTIONS.values(), EFFECTS, FIT)
WORDS = {"intercept": "intercept", "slope": "slope", "log_variance": "log variance"}
FITTED = {
    "log_likelihood": "log-likelihood",
    "aic": "AIC",
    "bic": "BIC",
    "dic": "DIC",
    "n_students": "students",
    "n_schools": "schools",
}
MODEL = ["domain", "year", "model"]
COLUMNS = [*MODEL, "estimator", "block", "order", "label", "estimate", "std_error"]


def tabulate_ladder(
    coefficients: pd.DataFrame, covariance: pd.DataFrame, comparison: pd.DataFrame, plan: LadderPlan
) -> pd.DataFrame:
    """Return Tables 3 to 5, long: one row for each parameter and model.

    A model with a posterior is given by its posterior mean and standard deviation, any other by maximum
    likelihood, as `estimator` says. The log-likelihood, AIC and BIC are those of the maximum always.

    Parameters
    ----------
    coefficients, covariance, comparison
        Tables of `fit_ladders`.
    """
    parts = [
        _coefficient_rows(_best(coefficients), plan),
        _effect_rows(_best(covariance)),
        _fit_rows(comparison),
    ]
    rows = pd.concat([part[COLUMNS] for part in parts], ignore_index=True)
    rows["table"] = rows["model"].map(TABLE_OF)
    rows["order"] = (
        rows["block"].map({block: str(place) for place, block in enumerate(BLOCKS)}) + rows["order"]
    )
    groups = rows.groupby(["domain", "year", "table"])["order"]
    rows["position"] = groups.transform(_places).astype("int64")
    return rows.drop(columns="order").astype(dict.fromkeys(("table", "block", "label"), "str"))


def _places(order: pd.Series) -> list[int]:
    """Return the place of each row among the distinct ones of its table, from 1."""
    place = {key: number for number, key in enumerate(sorted(set(order)), start=1)}
    return [place[key] for key in order]


def _best(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the posterior of each model that has one, else of maximum likelihood."""
    posterior = table["estimator"].eq("posterior")
    sampled = posterior.groupby([table[name] for name in MODEL]).transform("any")
    return table[posterior | ~sampled]


def _coefficient_rows(table: pd.DataFrame, plan: LadderPlan) -> pd.DataFrame:
    """Return the coefficients of both functions, in the order in which the terms are configured."""
    terms = ["Intercept", plan.prior_term, *plan.student_terms, *plan.school_terms]
    return table.assign(
        block=table["function"].map(FUNCTIONS),
        order=[f"{_rank(term, terms):04d} {term}" for term in table["term"]],
        label=[_label_term(term, plan) for term in table["term"]],
    )


def _rank(term: str, terms: Sequence[str]) -> int:
    """Return the place of the configured term that a coefficient belongs to."""
    return next(
        (place for place, given in enumerate(terms) if term == given or term.startswith(f"{given}[")),
        len(terms),
    )


def _label_term(term: str, plan: LadderPlan) -> str:
    """Return a coefficient in words: `sex[T.female]` as `sex: female, against male`."""
    found = re.fullmatch(r"(\w+)\[(?:T\.)?(.+)\]", term)
    if found is None:
        return term
    column, category = found.groups()
    against = f", against {plan.references[column]}" if column in plan.references else ""
    return f"{column}: {category}{against}"


def _effect_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return variances, then covariances, then correlations of the school effects.

    A correlation has no standard error here; its interval is in the table of covariances.
    """
    place = {name: str(number) for number, name in enumerate(WORDS)}
    places = table["effect_a"].map(place) + table["effect_b"].map(place)
    same = table["effect_a"].eq(table["effect_b"])
    between = table["effect_a"].map(WORDS) + " and " + table["effect_b"].map(WORDS)
    covariances = table.assign(
        order=("0" + places).where(same, "1" + places),
        label=("variance of the " + table["effect_a"].map(WORDS)).where(same, "covariance of " + between),
        estimate=table["covariance"],
    )
    correlations = table.assign(
        order="2" + places,
        label="correlation of " + between,
        estimate=table["correlation"],
        std_error=float("nan"),
    )[~same]
    return pd.concat([covariances, correlations], ignore_index=True).assign(block=EFFECTS)


def _fit_rows(comparison: pd.DataFrame) -> pd.DataFrame:
    """Return the likelihood, the criteria and the numbers of students and schools."""
    parts = [
        comparison.assign(
            estimator="posterior" if name == "dic" else "ml",
            block=FIT,
            order=str(place),
            label=label,
            estimate=comparison[name].astype("float64"),
            std_error=float("nan"),
        )
        for place, (name, label) in enumerate(FITTED.items())
        if comparison[name].notna().any()
    ]
    return pd.concat(parts, ignore_index=True).dropna(subset="estimate")
