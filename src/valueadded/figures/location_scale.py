"""What the figures of schools' means and variances select, and the words they share."""

from collections.abc import Collection

import pandas as pd
import pandera.pandas as pa
from matplotlib.figure import Figure

from valueadded.errors import ContractError
from valueadded.figures.style import new_figure

KEY = ["domain", "year", "model"]
PREFERRED = ("Model 3", "Model 2", "Model 6", "Model 5", "Model 7", "Model 8")
"""Models with a variance for each school, the one that figures show first."""


def one_estimator(table: pd.DataFrame) -> pd.DataFrame:
    """Return the posterior's rows of each model that has them, the maximum of the likelihood for the rest."""
    drawn = table.loc[table["estimator"] == "posterior", KEY].drop_duplicates()
    marked = table.merge(drawn.assign(drawn=True), on=KEY, how="left")
    posterior = marked["drawn"].eq(True)
    return marked[(marked["estimator"] == "posterior") == posterior].drop(columns=["drawn", "estimator"])


def latest(table: pd.DataFrame, domain: str, models: Collection[str]) -> pd.DataFrame:
    """Return one domain's rows of these models, of the latest year that has all of them.

    Raises
    ------
    ContractError
        If no year has them.
    """
    chosen = table[(table["domain"] == domain) & table["model"].isin(list(models))]
    complete = complete_years(table, domain, models)
    if not complete:
        raise ContractError(
            f"location_scale: no cohort of domain '{domain}' has rows of {', '.join(models)}; expected one: "
            "their searches may have failed (`status` in fits.parquet); leave the models out of "
            "location_scale.models"
        )
    return chosen[chosen["year"] == max(complete)]


def complete_years(table: pd.DataFrame, domain: str, models: Collection[str]) -> list[int]:
    """Return the years in which a domain has rows of all these models."""
    chosen = table[(table["domain"] == domain) & table["model"].isin(list(models))]
    counts = chosen.groupby("year")["model"].nunique()
    return [int(year) for year in counts.index[counts == len(set(models))]]


def empty_rows(schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return a table of a contract without rows, for a figure whose models no cohort determines."""
    types = {name: str(column.dtype) for name, column in schema.columns.items()}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})


def draw_nothing(models: Collection[str]) -> Figure:
    """Return a figure that says in words why it is empty."""
    figure = new_figure(3.0, f"{' and '.join(models)}: nothing to draw")
    words = "No cohort determines these models; results/location_scale/fits.parquet says why (`status`)."
    figure.text(0.01, 0.4, words)
    return figure


def shown_model(table: pd.DataFrame, domain: str) -> str:
    """Return the model that figures of one model show: the first of the preferred ones that was fitted.

    Raises
    ------
    ContractError
        If none was.
    """
    fitted = set(table.loc[table["domain"] == domain, "model"])
    for model in PREFERRED:
        if model in fitted:
            return model
    raise ContractError(
        f"location_scale: domain '{domain}' has no fitted model with a variance for each school; expected"
        f" one of {', '.join(PREFERRED)} (location_scale.models)"
    )


def by_key(table: pd.DataFrame, key: list[str], value: str) -> dict[tuple[str, ...], float]:
    """Return key -> value of the rows of a table."""
    names = table[key].itertuples(index=False, name=None)
    return dict(zip(names, map(float, table[value]), strict=True))


def score_words(fits: pd.DataFrame, domain: str, unit: str) -> str:
    """Return the unit of a score in the location-scale models: `unit`, or that of a standardised score."""
    scales = fits.loc[fits["domain"] == domain, "score_scale"]
    return unit if (scales == 1.0).all() else "standard deviations"
