"""Who the students and schools behind the location-scale models are: Tables 1 and 2 (M12)."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from valueadded.location_scale.ladder_plan import OUTCOME, SCHOOL, LadderPlan, Ready, prepare_cohort
from valueadded.mixed.by_cohort import Cohort
from valueadded.mixed.formula import formula_variables

STUDENTS, SCHOOLS = "Table 1", "Table 2"
FEWEST_STUDENTS = 10
UNDER, WITHHELD = f"under {FEWEST_STUDENTS}", "withheld"
EVERYONE = "all"
MEANS = ("mean_prior", "mean_prior_standard", "mean_score", "mean_score_standard")
TEXTS = ("domain", "table", "term", "level", "count_band")
NUMBERS = ("n_students", "percent_students", "n_schools", "percent_schools", *MEANS)


def describe_characteristics(cohorts: Mapping[Cohort, pd.DataFrame], plan: LadderPlan) -> pd.DataFrame:
    """Return Tables 1 and 2 of every cohort, of the students its models are fitted to.

    Table 1 has the levels of the prior term and of each student term, Table 2 those of each school term.
    A category is a level; numbers are cut at their quarters, those of a school at the quarters of schools.
    Means are over students. Cells of few students are hidden as `hide_small_cells` says.

    Raises
    ------
    DesignError
        If the columns do not fit the plan.
    """
    tables = [
        _describe(prepare_cohort(frame, plan), plan).assign(domain=domain, year=year)
        for (domain, year), frame in cohorts.items()
    ]
    return pd.concat(tables, ignore_index=True).astype(dict.fromkeys(TEXTS, "str"))


def group_levels(values: pd.Series) -> pd.Series:
    """Return the level of each value, as categories in their order.

    Categories keep theirs; four numbers or fewer are levels themselves; more are cut at their quarters,
    equal numbers staying together, so that ties make groups of unequal size, or fewer of them.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return values.astype("str").astype("category")
    numbers = values.to_numpy(np.float64)
    distinct = np.unique(numbers)
    if len(distinct) <= 4:
        labels, codes = [f"{number:g}" for number in distinct], np.searchsorted(distinct, numbers)
    else:
        # Observed numbers below the largest, so that no group is empty.
        cuts = np.unique(np.quantile(numbers, [0.25, 0.5, 0.75], method="inverted_cdf"))
        cuts = np.unique(np.minimum(cuts, distinct[-2]))
        codes = np.searchsorted(cuts, numbers, side="left")
        ends = [f"{float(f'{cut:.3g}') if abs(cut) < 100 else round(cut):g}" for cut in cuts]
        ranges = [f"up to {ends[0]}", *map("above {}, up to {}".format, ends, ends[1:]), f"above {ends[-1]}"]
        labels = [f"group {place}: {words}" for place, words in enumerate(ranges, start=1)]
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(labels)), index=values.index)


def hide_small_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the levels of one term with small cells hidden and the column `count_band`.

    A level of fewer than 10 students is hidden. So that it does not follow from the others and their sum,
    further levels are withheld, the smallest first, until two are hidden that have 10 students together.
    """
    sizes = cells["n_students"].to_numpy(np.float64)
    by_size = np.argsort(sizes, kind="stable")
    small = sizes < FEWEST_STUDENTS
    hidden = int(small.sum())
    while 0 < hidden < len(sizes) and (hidden < 2 or sizes[by_size[:hidden]].sum() < FEWEST_STUDENTS):
        hidden += 1
    gone = np.zeros(len(sizes), bool)
    gone[by_size[:hidden]] = True
    shown = [f"{size:.0f}" for size in sizes]
    band = np.where(small, UNDER, np.where(gone, WITHHELD, shown))
    return cells.assign(
        count_band=band,
        **{name: cells[name].astype("float64").mask(gone) for name in NUMBERS},
    )


def _describe(ready: Ready, plan: LadderPlan) -> pd.DataFrame:
    """Return both tables of one cohort."""
    students = _with_scores(ready, _columns([plan.prior_term])[0])
    everyone = pd.Series(EVERYONE, index=students.index).astype("category")
    first = {EVERYONE: everyone}
    second = dict(first)
    for column in _columns([plan.prior_term, *plan.student_terms]):
        first[column] = group_levels(students[column])
    for column in _columns(plan.school_terms):
        second[column] = _levels_of_schools(students, column)
    blocks = [
        _block(students, levels, term, table)
        for table, terms in ((STUDENTS, first), (SCHOOLS, second))
        for term, levels in terms.items()
    ]
    rows = pd.concat(blocks, ignore_index=True)
    return rows.assign(position=rows.groupby("table").cumcount() + 1)


def _columns(terms: Sequence[str]) -> list[str]:
    """Return the columns behind the terms, in the order of the terms."""
    names = [name for term in terms for name in sorted(formula_variables(f"~ {term}"))]
    return list(dict.fromkeys(names))


def _with_scores(ready: Ready, prior: str) -> pd.DataFrame:
    """Return the students with both scores in their own unit and standardised within the cohort."""
    students = ready.students
    score = students[OUTCOME].to_numpy(np.float64) * ready.scale + ready.centre
    numeric = pd.api.types.is_numeric_dtype(students[prior])
    before = students[prior].to_numpy(np.float64) if numeric else np.full(len(students), np.nan)
    return students.assign(
        mean_prior=before,
        mean_prior_standard=(before - before.mean()) / before.std(),
        mean_score=score,
        mean_score_standard=(score - score.mean()) / score.std(),
    )


def _levels_of_schools(students: pd.DataFrame, column: str) -> pd.Series:
    """Return the level of each student's school; a category that varies within it counts in each."""
    values = students[column]
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return group_levels(values)
    levels = group_levels(values.groupby(students[SCHOOL]).mean())
    return pd.Series(
        pd.Categorical(students[SCHOOL].map(levels.astype("str")), categories=levels.cat.categories),
        index=students.index,
    )


def _block(students: pd.DataFrame, levels: pd.Series, term: str, table: str) -> pd.DataFrame:
    """Return the rows of one term."""
    grouped = students.groupby(levels.rename("level"), observed=True)
    cells = grouped[list(MEANS)].mean()
    cells["n_students"] = grouped.size()
    cells["n_schools"] = grouped[SCHOOL].nunique() if table == SCHOOLS else np.nan
    cells["percent_students"] = 100 * cells["n_students"] / len(students)
    cells["percent_schools"] = 100 * cells["n_schools"] / students[SCHOOL].nunique()
    return hide_small_cells(cells.reset_index()).assign(table=table, term=term)
