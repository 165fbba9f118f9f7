"""Yearly values of whole schools: intake as counted, outcomes planted on it, residuals known."""

from dataclasses import dataclass
from typing import cast, get_args

import numpy as np
import pandas as pd

from valueadded.config.synthetic_whole_schools import Outcome, SyntheticWholeSchools, Term
from valueadded.numerics.streams import open_stream
from valueadded.synthetic.whole_school_students import Array, Stays, Students, WholeSchools, present

DOMAINS = ("reading", "writing", "spelling", "grammar", "numeracy")
PLANTED = {"reading": "Read", "numeracy": "Num"}
LEVELS = (3, 5, 7, 9)
DRAWN_LEVEL = 7
AIM_DOMAINS = ("reading", "writing", "mathematics")
# Centre and standard deviation between schools of what is drawn and not planted: interview, Year 7, AIM.
INTERVIEW = (1.0, 0.2)
YEAR_7 = (540.0, 30.0)
AIM = (3.8, 0.35)
# Intake and composition leave school means of an outcome about this much wider than their residuals.
WIDER = 1.4
ESL_YEARS = 5
LOG_CONSTANT = 1.0
# Terms of the planted equation -> measure of the registry, {} being the range of year levels.
MEASURES: dict[Term, str] = {
    "SFO": "SFO",
    "indigenous": "pcIndig{}",
    "disability_funding": "pcPSD",
    "remoteness": "ARIA",
    "enrolments": "enrolments{}",
    "female": "pcGirls{}",
    "esl": "pcESL",
    "refugees": "pcRefugees",
}
BANDS = {"P6": (0, 6), "712": (7, 12)}
# Composition of each outcome, as the registry names it; tests of two years before for Years 5 and 9.
COMPOSITIONS = {
    **dict.fromkeys(("TJEngMathsP6", "TJotherP6", "studabs_P6", "CtoS_56"), "ZNAPLAN_Y3"),
    **dict.fromkeys(("NAPLANyr3Read", "NAPLANyr3Num"), "EOlyr0"),
    "NAPLANyr5Read": "NAPLANyr3Read",
    "NAPLANyr5Num": "NAPLANyr3Num",
    "NAPLANyr9Read": "NAPLANyr7Read",
    "NAPLANyr9Num": "NAPLANyr7Num",
    "VCE": "ZAIM_Y7",
    **dict.fromkeys(
        ("TJEngMaths710", "TJother710", "studabs_712", "RR710pct", "pctExits", "CtoS_712"), "ZNAPLAN_Y9"
    ),
}
OUTLYING = ("studabs_P6", "studabs_712")


@dataclass(frozen=True)
class Planted:
    """Yearly values of J schools over T years.

    outcomes, residuals : outcome -> (J, T), in its own unit
    tests : (year level, domain) -> (J, T) school means
    interviews : (J, T); aim : domain -> (J, T), of the VCE year
    coefficients : contract `TRUTH_WHOLE_SCHOOL_COEFFICIENTS`
    """

    outcomes: dict[str, Array]
    residuals: dict[str, Array]
    tests: dict[tuple[int, str], Array]
    interviews: Array
    aim: dict[str, Array]
    coefficients: pd.DataFrame


def count_intake(
    settings: SyntheticWholeSchools, schools: WholeSchools, stays: Stays, students: Students
) -> dict[str, Array]:
    """Return measure of the registry -> (J, T) yearly values, counted student by student."""
    shape = (settings.schools, len(settings.years))
    flags = {
        "pcIndig": students.indigenous,
        "pcPSD": students.disability_funding,
        "pcESL": students.other_home_language & (students.years_enrolled < ESL_YEARS),
        "pcRefugees": students.refugee,
    }
    bands = [f"{name}{band}" for name in ("enrolments", "pcGirls") for band in BANDS]
    found = {name: np.full(shape, np.nan) for name in [*flags, *bands]}
    for place, year in enumerate(settings.years):
        rows, level = present(stays, schools, year)
        school, number = stays.school[rows], stays.number[rows]
        fte = students.fte[number]
        for name, flag in flags.items():
            found[name][:, place] = _percentage(school, fte, flag[number], settings.schools)
        for band, (lowest, highest) in BANDS.items():
            inside = (level >= lowest) & (level <= highest)
            here, weight = school[inside], fte[inside]
            total = np.bincount(here, weights=weight, minlength=settings.schools)
            found[f"enrolments{band}"][:, place] = np.where(total > 0, total, np.nan)
            found[f"pcGirls{band}"][:, place] = _percentage(
                here, weight, students.female[number][inside], settings.schools
            )
    shares = found.pop("pcIndig")
    return found | {f"pcIndig{band}": shares for band in BANDS}


def plant_outcomes(
    settings: SyntheticWholeSchools, schools: WholeSchools, intake: dict[str, Array]
) -> Planted:
    """Return every outcome, planted year by year.

        outcome = centre + scale x (sum of coefficient x (intake - its centre) / its scale + residual)

    Shares of Indigenous students and of disability funding enter as logarithms. The composition is
    standardised by fixed numbers, tests of two years before for Years 5 and 9. Residuals of a school partly
    last. `intake` holds the registry's measures, SFO, ARIA and pcStabilitySec among them.
    """
    shape = (settings.schools, len(settings.years))
    composed: dict[str, Array] = {
        "EOlyr0": _draw_latent(settings, schools, "interview"),
        "ZAIM_Y7": np.zeros(shape),
    }
    aim = {}
    for domain in AIM_DOMAINS:
        aim[domain] = AIM[0] + AIM[1] * _draw_latent(settings, schools, f"aim {domain}")
        composed["ZAIM_Y7"] += (aim[domain] - AIM[0]) / AIM[1] / len(AIM_DOMAINS)
    outcomes: dict[str, Array] = {}
    residuals: dict[str, Array] = {}
    tests: dict[tuple[int, str], Array] = {}
    for level in LEVELS:
        standardised = []
        for domain in DOMAINS:
            name = f"NAPLANyr{level}{PLANTED.get(domain, '')}"
            centre, unit = unit_of(settings, level, domain)
            if name in settings.outcomes:
                tests[level, domain], residuals[name] = _plant(settings, schools, name, intake, composed)
                outcomes[name] = tests[level, domain]
            else:
                tests[level, domain] = centre + unit * _draw_latent(settings, schools, f"{level} {domain}")
            standardised.append((tests[level, domain] - centre) / unit)
            # The test of two years before; in the first years that of the first.
            earlier = np.maximum(np.arange(shape[1]) - 2, 0)
            composed[name] = standardised[-1][:, earlier]
        composed[f"ZNAPLAN_Y{level}"] = np.mean(standardised, axis=0)
    for name in settings.outcomes:
        if name not in outcomes:
            outcomes[name], residuals[name] = _plant(settings, schools, name, intake, composed)
    interviews = INTERVIEW[0] + INTERVIEW[1] * composed["EOlyr0"]
    return Planted(outcomes, residuals, tests, interviews, aim, tabulate_coefficients(settings))


def unit_of(settings: SyntheticWholeSchools, level: int, domain: str) -> tuple[float, float]:
    """Return by which centre and unit the school means of a test are standardised."""
    if level == DRAWN_LEVEL:
        return YEAR_7
    # Tests without a planted outcome lie where reading does.
    planted = settings.outcomes[cast(Outcome, f"NAPLANyr{level}{PLANTED.get(domain, 'Read')}")]
    return planted.centre, WIDER * planted.scale


def tabulate_coefficients(settings: SyntheticWholeSchools) -> pd.DataFrame:
    """Return the planted coefficient of every measure in every outcome, for one unit as it enters.

    Of a composite that unit is one of the planted composite, whose tests are standardised by `unit_of`.
    """
    units = {
        f"NAPLANyr{n}{short}": unit_of(settings, n, d)[1] for n in LEVELS for d, short in PLANTED.items()
    }
    units["EOlyr0"] = INTERVIEW[1]
    rows = []
    for name, outcome in settings.outcomes.items():
        for term in _terms_of(name):
            entry, measure = settings.terms[term], _measure(term, name)
            unit = entry.scale * (units.get(measure, 1.0) if term == "composition" else 1.0)
            rows.append((name, measure, outcome.scale * entry.coefficient / unit))
    columns = ["outcome", "measure", "coefficient"]
    return pd.DataFrame(rows, columns=columns).astype({"outcome": "str", "measure": "str"})


def _terms_of(outcome: str) -> list[Term]:
    return [term for term in get_args(Term) if term != "stability" or outcome == "RR710pct"]


def _measure(term: Term, outcome: str) -> str:
    if term == "composition":
        return COMPOSITIONS[outcome]
    if term == "stability":
        return "pcStabilitySec"
    return MEASURES[term].format("P6" if band_of(outcome) == "P6" else "712")


def band_of(outcome: str) -> str:
    """Return which of `BANDS` an outcome is of."""
    primary = ("TJEngMathsP6", "TJotherP6", "studabs_P6", "CtoS_56")
    return "P6" if outcome in primary or outcome.startswith(("NAPLANyr3", "NAPLANyr5")) else "712"


def _plant(
    settings: SyntheticWholeSchools,
    schools: WholeSchools,
    name: str,
    intake: dict[str, Array],
    composed: dict[str, Array],
) -> tuple[Array, Array]:
    """Return the yearly values and residuals of one outcome, both (J, T)."""
    random = open_stream(settings.seed, "whole school residuals", name)
    lasting = random.standard_normal((settings.schools, 1))
    yearly = random.standard_normal((settings.schools, len(settings.years)))
    residual = np.sqrt(settings.persistence) * lasting + np.sqrt(1 - settings.persistence) * yearly
    if name in OUTLYING:
        lowest, highest = BANDS[band_of(name)]
        kinds = list(settings.school_types.values())
        covering = [kind.first_level <= lowest and kind.last_level >= highest for kind in kinds]
        of_type = np.flatnonzero(schools.school_type == covering.index(True))
        residual[of_type[:1]] = settings.outlier
    total = residual.copy()
    for term in _terms_of(name):
        entry = settings.terms[term]
        value = (composed if term == "composition" else intake)[_measure(term, name)]
        value = np.log(value + LOG_CONSTANT) if term in ("indigenous", "disability_funding") else value
        total += entry.coefficient * (value - entry.centre) / entry.scale
    planted = settings.outcomes[cast(Outcome, name)]
    return planted.centre + planted.scale * total, planted.scale * residual


def _draw_latent(settings: SyntheticWholeSchools, schools: WholeSchools, name: str) -> Array:
    """Return standardised school means (J, T) that go with advantage and partly last."""
    random = open_stream(settings.seed, "whole school composition", name)
    lasting = random.standard_normal((settings.schools, 1))
    yearly = random.standard_normal((settings.schools, len(settings.years)))
    latent: Array = 0.6 * schools.advantage[:, None] + 0.6 * lasting + 0.5 * yearly
    return latent


def _percentage(school: np.ndarray, weight: Array, flag: np.ndarray, count: int) -> Array:
    total = np.bincount(school, weights=weight, minlength=count)
    part = np.bincount(school, weights=weight * flag, minlength=count)
    return 100 * np.divide(part, total, out=np.full(count, np.nan), where=total > 0)
