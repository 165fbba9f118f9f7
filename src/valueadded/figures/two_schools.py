"""Figure: what each model lets differ between two schools (Figure 2 of the source)."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from valueadded.contracts.location_scale_figures import TWO_SCHOOLS
from valueadded.figures.location_scale import by_key, latest, one_estimator
from valueadded.figures.style import DARK, MIDDLE, house_style, in_words, new_figure

# model: panel, words
PANELS = {
    "Model 1": ("A", "mean"),
    "Model 2": ("B", "mean and variance"),
    "Model 3": ("C", "mean, variance by prior"),
    "Model 4": ("D", "mean and slope"),
    "Model 5": ("E", "mean, slope and variance"),
    "Model 6": ("F", "mean, slope, variance by prior"),
}
# school: sign of its effects on mean and slope, colour, hatch; that on the log variance has the other sign
SCHOOLS = {"above": (1.0, DARK, None), "below": (-1.0, MIDDLE, "////")}
POINTS = 41


def select_two_schools(
    coefficients: pd.DataFrame, covariance: pd.DataFrame, prior: pd.Series, prior_term: str, domain: str
) -> pd.DataFrame:
    """Return the expected outcomes of two schools and the spread of their students, by each of Models 1 to 6.

    Both are invented: one lies a standard deviation of the effects above the average school on mean and
    slope and as far below it on the log variance, the other the other way round. The prior term (N,) gives
    the range; slopes turn at its mean.
    """
    models = [model for model in PANELS if (coefficients["model"] == model).any()]
    found = latest(one_estimator(coefficients), domain, models)
    pairs = latest(one_estimator(covariance), domain, models)
    spreads = by_key(pairs, ["model", "effect_a", "effect_b"], "covariance")
    estimate = by_key(found, ["model", "function", "term"], "estimate")
    values = prior.dropna().to_numpy(np.float64)
    low, high = np.quantile(values, [0.02, 0.98])
    at, average = np.linspace(low, high, POINTS), float(values.mean())
    parts = []
    for model in models:
        turned, slope, scale = (
            spreads.get((model, *pair), 0.0)
            for pair in (("intercept", "slope"), ("slope", "slope"), ("log_variance", "log_variance"))
        )
        # The variance of the intercept is that where the prior term is 0; the slopes turn at its mean.
        at_mean = spreads[model, "intercept", "intercept"] + 2 * average * turned + average**2 * slope
        line = estimate[model, "mean", "Intercept"] + estimate[model, "mean", prior_term] * at
        log_variance = estimate[model, "log_variance", "Intercept"] + at * estimate.get(
            (model, "log_variance", prior_term), 0.0
        )
        for school, (sign, _, _) in SCHOOLS.items():
            expected = line + sign * (np.sqrt(at_mean) + np.sqrt(slope) * (at - average))
            spread = np.exp((log_variance - sign * np.sqrt(scale)) / 2)
            parts.append(
                pd.DataFrame(
                    {
                        "model": model,
                        "school": school,
                        "prior": at,
                        "expected": expected,
                        "lower": expected - spread,
                        "upper": expected + spread,
                    }
                )
            )
    rows = pd.concat(parts, ignore_index=True).assign(domain=domain, year=int(found["year"].iloc[0]))
    return rows[list(TWO_SCHOOLS.columns)].astype(dict.fromkeys(("domain", "model", "school"), "str"))


@house_style()
def draw_two_schools(plotted: pd.DataFrame, prior_words: str, unit: str) -> Figure:
    """Return the figure: a panel for each model with the line and the band of both schools."""
    first = plotted.iloc[0]
    models = list(dict.fromkeys(plotted["model"]))
    rows = -(-len(models) // 3)
    figure = new_figure(
        2.0 + 5.4 * rows, f"{in_words(first['domain'])} {first['year']}: two invented schools"
    )
    panels = figure.subplots(rows, min(3, len(models)), sharex=True, sharey=True, squeeze=False)
    for axes in panels.flat[len(models) :]:
        axes.set_visible(False)
    for axes, model in zip(panels.flat, models, strict=False):
        for school, (_, colour, hatch) in SCHOOLS.items():
            part = plotted[(plotted["model"] == model) & (plotted["school"] == school)]
            axes.fill_between(
                part["prior"],
                part["lower"],
                part["upper"],
                facecolor=(colour, 0.18),
                edgecolor=(colour, 0.35),
                hatch=hatch,
                linewidth=0.0,
            )
            words = f"school {school} average: line, and students within a standard deviation of it"
            axes.plot(part["prior"], part["expected"], color=colour, linewidth=1.4, label=words)
        letter, words = PANELS[model]
        axes.set_title(f"{letter}  {model}\n{words}")
    for axes in panels[:, 0]:
        axes.set_ylabel(f"outcome ({unit})")
    for axes in panels[-1]:
        axes.set_xlabel(prior_words)
    figure.legend(*panels.flat[0].get_legend_handles_labels(), loc="outside lower center")
    return figure
