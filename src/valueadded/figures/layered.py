"""What the figures of the layered models select, and the words they share."""

import pandas as pd

from valueadded.errors import ContractError

MODEL_WORDS = {
    "complete": "layered (effects persist whole)",
    "fixed": "layered in part (persistence given)",
    "variable": "persistence estimated",
    "zero": "non-layered (effects do not persist)",
}
"""Models in order of preference: figures of one model show the first that was fitted."""


def shown_model(table: pd.DataFrame, domain: str) -> str:
    """Return the model that figures of one model show.

    Raises
    ------
    ContractError
        If the domain has no row of any.
    """
    fitted = set(table.loc[table["domain"] == domain, "model"])
    for model in MODEL_WORDS:
        if model in fitted:
            return model
    raise ContractError(
        f"layered: no row of domain '{domain}'; expected one for each teacher: name the domain in "
        "layered.domains"
    )


def named_or_not(teachers: pd.Series, named: bool) -> "pd.Series[str]":
    """Return the teachers' identifiers, or missing text where figures may not name teachers."""
    texts = teachers.astype("str")
    return texts if named else texts.where(pd.Series(False, index=texts.index))
