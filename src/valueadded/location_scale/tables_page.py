"""Tables 1 to 5 as a page in Markdown (M12), led by what they do not say (M17)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from valueadded.location_scale.characteristics import EVERYONE, SCHOOLS, STUDENTS, describe_characteristics
from valueadded.location_scale.guard import INTERPRETATION_GUARD
from valueadded.location_scale.ladder_plan import LadderPlan
from valueadded.location_scale.ladder_tables import BLOCKS, FIT, TABLES, tabulate_ladder
from valueadded.mixed.by_cohort import Cohort

NOT_SHOWN = "-"
COUNTS = ("students", "schools")
MEANS = {
    "mean_prior": "mean prior",
    "mean_prior_standard": "mean prior, SD units",
    "mean_score": "mean outcome",
    "mean_score_standard": "mean outcome, SD units",
}
HEADINGS = {STUDENTS: "student characteristics", SCHOOLS: "school characteristics"}
NOTES = """\
Tables 1 and 2 are of the students that the models are fitted to. Numbers are cut at their quarters, those of
a school at the quarters of schools; equal numbers stay together, so that groups may differ in size. Means are
over students, also in Table 2. Cells of fewer than 10 students are hidden ("under 10"), and so are those from
which they would follow ("withheld").

Tables 3 to 5: SE is the standard error of a maximum likelihood estimate, or the standard deviation of the
posterior where the estimate is its mean; the note under each table says which. An empty cell: the model does
not have the parameter. "-": there is no such number; a variance or a covariance has an SE only from a
posterior, a correlation has an interval instead, in `covariance.parquet`. The log-likelihood, AIC and BIC are
those of the maximum, over the distribution of the school effects; DIC needs a posterior and is conditional on
the school effects, so that it is not comparable with AIC. Coefficients of the log variance function are on
the log scale."""


@dataclass(frozen=True)
class DescribedModels:
    """Tables 1 to 5 of every cohort.

    characteristics : of `describe_characteristics`
    ladder : of `tabulate_ladder`
    page : of `write_page`
    """

    characteristics: pd.DataFrame
    ladder: pd.DataFrame
    page: str


def describe_models(
    cohorts: Mapping[Cohort, pd.DataFrame],
    coefficients: pd.DataFrame,
    covariance: pd.DataFrame,
    comparison: pd.DataFrame,
    fits: pd.DataFrame,
    plan: LadderPlan,
) -> DescribedModels:
    """Return Tables 1 to 5 and their page from the students and from the tables of `fit_ladders`."""
    characteristics = describe_characteristics(cohorts, plan)
    ladder = tabulate_ladder(coefficients, covariance, comparison, plan)
    return DescribedModels(characteristics, ladder, write_page(characteristics, ladder, fits, plan))


def write_page(
    characteristics: pd.DataFrame, ladder: pd.DataFrame, fits: pd.DataFrame, plan: LadderPlan
) -> str:
    """Return the page from `describe_characteristics`, `tabulate_ladder` and the fits of `fit_ladders`."""
    lines = ["# Location-scale models: Tables 1 to 5", "", f"> {INTERPRETATION_GUARD}", "", NOTES, ""]
    lines += [_references(plan), ""]
    for (domain, year), rows in characteristics.groupby(["domain", "year"]):
        lines += [f"## {domain} {year}", ""]
        for name, table in rows.groupby("table"):
            lines += [f"### {name}: {HEADINGS[str(name)]}", "", *_characteristics(table), ""]
        here = ladder.query("domain == @domain and year == @year")
        found = fits.query("domain == @domain and year == @year")
        lines += [_unit(found), ""]
        for name, models in TABLES.items():
            of_table = found[found["model"].isin(models)]
            if not of_table.empty:
                lines += _ladder(name, here[here["table"].eq(name)], of_table)
    return "\n".join(lines)


def _references(plan: LadderPlan) -> str:
    """Return what categories are measured from."""
    given = "; ".join(f"{column}: {category}" for column, category in sorted(plan.references.items()))
    given = _words(given)
    rest = "the first in alphabetical order"
    return f"Categories are measured from: {given}; of any other term {rest}." if given else (
        f"Categories are measured from {rest}."
    )  # fmt: skip


def _unit(fits: pd.DataFrame) -> str:
    """Return the unit of the mean function and of the variances, in words."""
    first = fits.iloc[0]
    if first["score_scale"] == 1 and first["score_centre"] == 0:
        return "Models: outcome scores in their own unit."
    return (
        f"Models: outcome scores less {first['score_centre']:.4g}, divided by {first['score_scale']:.4g}, so "
        "that these students have mean 0 and standard deviation 1."
    )


def _characteristics(table: pd.DataFrame) -> list[str]:
    """Return Table 1 or 2 of one cohort."""
    of_schools = table["table"].eq(SCHOOLS).all()
    head = ["", *(("schools", "%") if of_schools else ()), "students", "%", *MEANS.values()]
    lines = []
    for row in table.sort_values("position").to_dict("records"):
        label = EVERYONE if row["term"] == EVERYONE else _words(f"{row['term']}: {row['level']}")
        schools = [_number(row["n_schools"], 0), _number(row["percent_schools"], 1)] if of_schools else []
        count = _number(row["n_students"], 0)
        count = row["count_band"] if count == NOT_SHOWN else count
        share = _number(row["percent_students"], 1)
        means = [_number(row[name], 2) for name in MEANS]
        lines.append(_line([label, *schools, count, share, *means]))
    return [_line(head), _rule(len(head)), *lines]


def _ladder(name: str, rows: pd.DataFrame, fits: pd.DataFrame) -> list[str]:
    """Return Table 3, 4 or 5 of one cohort and its note."""
    fitted = [model for model in TABLES[name] if model in set(rows["model"])]
    lines = [f"### {name}: {_listed([str(model) for model in fits['model'].sort_values()])}", ""]
    if fitted:
        head = ["", *(cell for model in fitted for cell in (f"{model}, estimate", "SE"))]
        lines += [_line(head), _rule(len(head))]
    for block in BLOCKS:
        of_block = rows[rows["block"].eq(block)]
        if not of_block.empty:
            lines.append(_line([f"**{block}**", *[""] * (2 * len(fitted))]))
        for _, parameter in of_block.groupby("position"):
            cells = parameter.set_index("model").to_dict("index")
            numbers = [cell for model in fitted for cell in _pair(cells.get(model))]
            lines.append(_line([_words(parameter["label"].iloc[0]), *numbers]))
    return [*lines, "", *_notes(rows, fits), ""]


def _pair(cell: dict | None) -> tuple[str, str]:
    """Return the estimate and the SE of one cell; both empty where the model has no such parameter."""
    if cell is None:
        return "", ""
    if cell["block"] == FIT:
        return _number(cell["estimate"], 0 if cell["label"] in COUNTS else 1), ""
    return _number(cell["estimate"], 3), _number(cell["std_error"], 3)


def _notes(rows: pd.DataFrame, fits: pd.DataFrame) -> list[str]:
    """Return how each model was estimated, and which were not."""
    of_parameters = rows[rows["block"].ne(FIT)]
    lines = []
    for estimator, words in (("posterior", "posterior mean and SD"), ("ml", "maximum likelihood")):
        models = sorted(set(of_parameters.loc[of_parameters["estimator"].eq(estimator), "model"]))
        if models:
            lines.append(f"Estimates are {words} in {_listed(models)}.")
    for fit in fits.sort_values("model").itertuples():
        if not fit.converged:
            lines.append(f"{fit.model} has no certified maximum: {fit.status}.")
        elif fit.boundary:
            lines.append(f"{fit.model}: a variance is 0 or a correlation is 1 or -1.")
    return lines


def _words(name: str) -> str:
    """Return a column's name as words."""
    return name.replace("_", " ")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]


def _number(value: float, digits: int) -> str:
    """Return a number in print; no minus before a 0."""
    if math.isnan(value):
        return NOT_SHOWN
    return f"{round(value, digits) + 0.0:,.{digits}f}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _rule(width: int) -> str:
    return "|---|" + "---:|" * (width - 1)
