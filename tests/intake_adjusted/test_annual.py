"""From records to yearly measures: every measure of the registry, as planted; the planted line comes back."""

import numpy as np
import pandas as pd
import pytest
import yaml
from invented_whole_schools import describe_records, read_section, validate_state, value_of

from valueadded.contracts import intake_adjusted_records as contracts
from valueadded.errors import ConfigError, DesignError
from valueadded.intake_adjusted import adjust_outcomes, load_policy, measure_annual, read_policy
from valueadded.synthetic import generate_whole_schools
from valueadded.synthetic.whole_school_outcomes import AIM, AIM_DOMAINS, COMPOSITIONS, DOMAINS, unit_of
from valueadded.table_io import check_table

LOWER_C = read_section().lower_c
COUNTS = ("RR710pct", "pctExits")


@pytest.fixture(scope="module")
def settings():
    return describe_records(schools=300, defects=0.0)


@pytest.fixture(scope="module")
def state(settings):
    return generate_whole_schools(settings)


@pytest.fixture(scope="module")
def records(state, tmp_path_factory):
    validated = validate_state(state, tmp_path_factory.mktemp("records"))
    assert validated.quarantine.empty
    return validated.records


@pytest.fixture(scope="module")
def policy():
    return load_policy("victoria_2011")


@pytest.fixture(scope="module")
def annual(records, policy):
    return measure_annual(records, policy, LOWER_C)


@pytest.fixture(scope="module")
def adjusted(annual, policy):
    return adjust_outcomes(annual.rows, annual.school_types, policy)


def test_every_measure_of_the_registry_has_values(annual, policy):
    found = annual.rows.dropna(subset="value").groupby("measure").size()
    assert set(found.index) == set(policy.measures)
    assert (found > 50).all()
    check_table(annual.rows, contracts.INTAKE_ADJUSTED_ANNUAL, "annual")
    check_table(annual.school_types, contracts.INTAKE_ADJUSTED_SCHOOL_TYPES, "school types")
    check_table(annual.aim_branches, contracts.INTAKE_ADJUSTED_AIM_BRANCHES, "branches")
    check_table(annual.retention_sources, contracts.INTAKE_ADJUSTED_RETENTION_SOURCES, "sources")


def test_outcomes_are_those_planted(annual, state):
    """Through files, validation and measures; scores are written with one to three decimals."""
    for outcome, planted in state.truth.groupby("outcome"):
        if outcome in COUNTS:
            continue
        truth = planted.set_index(["school_id", "calendar_year"])["value"]
        found = value_of(annual.rows, outcome)
        written = 0.06 if "NAPLAN" in outcome else 0.03
        both = pd.concat([found, truth], axis=1, join="inner").to_numpy()
        assert len(both) == len(found) > 100
        # Half a unit of the last decimal, and days of small schools over their students.
        assert np.abs(both[:, 0] - np.maximum(both[:, 1], 0 if "studabs" in outcome else -9)).max() < written


def test_counted_outcomes_are_as_planted_on_average(annual, state):
    for outcome in COUNTS:
        planted = state.truth[state.truth["outcome"] == outcome]
        truth = planted.set_index(["school_id", "calendar_year"])["value"].clip(0, 100)
        gap = value_of(annual.rows, outcome) - truth
        # Schools of few students are far off, none of them on one side: four standard errors of the mean.
        # Retention falls a little short, as who moved away before Year 9 does not come back.
        lean = 2.0 if outcome == "RR710pct" else 0.0
        assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(gap.count()) + lean


def test_intake_is_counted_from_the_records(annual, records):
    """Against plain counts of the records, school by school."""
    census = records["census_august"]
    learns = (
        census["language_background"].eq("yes")
        & census["other_home_language"].eq("yes")
        & census["years_enrolled"].lt(5)
    )
    weights = census.assign(part=census["fte"] * learns)
    sums = weights.groupby(["school_id", "calendar_year"])[["part", "fte"]].sum()
    pd.testing.assert_series_equal(
        value_of(annual.rows, "pcESL"), 100 * sums["part"] / sums["fte"], check_names=False
    )
    february = records["census_february"].query("year_level <= 6")
    pd.testing.assert_series_equal(
        value_of(annual.rows, "enrolmentsP6"),
        february.groupby(["school_id", "calendar_year"])["fte"].sum(),
        check_names=False,
    )
    girls = february.assign(part=february["fte"] * february["female"].eq("yes"))
    sums = girls.groupby(["school_id", "calendar_year"])[["part", "fte"]].sum()
    pd.testing.assert_series_equal(
        value_of(annual.rows, "pcGirlsP6"), 100 * sums["part"] / sums["fte"], check_names=False
    )


def test_all_fifty_regressions_run(adjusted):
    fits = adjusted.regressions.drop_duplicates(["outcome", "window", "group"])
    assert len(fits) == 50
    assert fits["r_squared"].notna().all()


def entered(adjusted, policy, window: str) -> pd.DataFrame:
    """Every estimate but the intercepts, with the measure behind its term."""
    terms = adjusted.regressions.query("term != 'Intercept' and window == @window")
    return terms.assign(measure=[policy.variable(term).measure for term in terms["term"]])


def test_the_planted_coefficients_come_back(adjusted, policy, state):
    """The latest year is exactly the planted equation, but for composites, which are standardised anew."""
    planted = state.coefficients.set_index(["outcome", "measure"])["coefficient"]
    found = entered(adjusted, policy, "LY")
    found = found[~found["measure"].isin([name for name, entry in policy.intake.items() if entry.tests])]
    truth = planted.loc[list(zip(found["outcome"], found["measure"], strict=True))].to_numpy()
    z = (found["estimate"] - truth) / found["std_error"]
    assert len(z) > 200
    # A t of about 30 degrees of freedom and more passes 4.5 once in ten thousand; there are some 210.
    assert z.abs().max() < 4.5
    # Were errors 30 per cent too small, or a term biased throughout, the root mean square would tell.
    assert 0.8 < np.sqrt((z**2).mean()) < 1.25


def test_the_planted_composites_come_back(adjusted, policy, settings, annual, state):
    """The slope of the planted composite on the one that entered carries the coefficient across."""
    planted = state.coefficients.set_index(["outcome", "measure"])["coefficient"]
    composites = {name: entry.tests for name, entry in policy.intake.items() if entry.tests}
    found = entered(adjusted, policy, "LY")
    found = found[found["measure"].isin(composites)]
    values = annual.rows.pivot_table(
        index=["school_id", "calendar_year"], columns="measure", values="value", aggfunc="first"
    )
    z = []
    for row in found.itertuples():
        year = adjusted.performance.query("outcome == @row.outcome and window == 'LY'")["calendar_year"].max()
        tests = list(composites[row.measure])
        if row.measure == "ZAIM_Y7":
            units = [AIM] * len(AIM_DOMAINS)
        else:
            shorts = {"reading": "Read", "writing": "Writ", "spelling": "Spell", "grammar": "Gram"}
            level = int(row.measure[-1])
            by_name = {
                f"NAPLANyr{level}{shorts.get(domain, 'Num')}": unit_of(settings, level, domain)
                for domain in DOMAINS
            }
            units = [by_name[test] for test in tests]
        of_year = values.xs(year, level="calendar_year")[tests]
        true = sum((of_year[test] - centre) / unit for test, (centre, unit) in zip(tests, units, strict=True))
        composite = adjusted.measures.query(
            "variable == @row.term and group == @row.group and outcome_year == @year"
        ).set_index("school_id")["value"]
        both = pd.concat([composite, true / len(tests)], axis=1, join="inner").dropna().to_numpy()
        slope = np.polyfit(both[:, 0], both[:, 1], 1)[0]
        # The two composites are nearly the same line, or no slope could stand for the difference.
        assert np.corrcoef(both.T)[0, 1] > 0.99
        z.append((row.estimate - planted[row.outcome, row.measure] * slope) / row.std_error)
    assert len(z) == 15
    # As above; retention and exits, counts of few students, have wide errors of their own.
    assert np.abs(z).max() < 4.5


def test_the_planted_residuals_come_back(adjusted, state):
    key = ["outcome", "school_id", "calendar_year"]
    both = adjusted.performance.query("window == 'LY' and status == 'published'").merge(state.truth, on=key)
    for (outcome, group), rows in both.groupby(["outcome", "group"]):
        if outcome in COUNTS:
            continue
        found = rows["standardised_residual"].corr(rows["residual"])
        # Ten coefficients are estimated: of J schools a share 10 / J of the residual variance is lost, so
        # the correlation is about sqrt(1 - 10 / J), less four times its own error (1 - r2) / sqrt(J).
        lost = 10 / len(rows)
        assert found > np.sqrt(1 - lost) - 4 * lost / np.sqrt(len(rows)) - 0.05, (outcome, group)


def test_the_outlier_is_capped(adjusted, settings):
    capped = adjusted.performance.query("status == 'capped' and outcome in ['studabs_P6', 'studabs_712']")
    assert {"studabs_P6", "studabs_712"} <= set(capped["outcome"])


def test_what_the_records_lack_has_its_status(adjusted, annual):
    assert {"suppressed", "missing intake", "excluded", "published"} <= set(adjusted.performance["status"])
    assert set(annual.aim_branches["branch"]) == {"cohort", "five_years", "four_years", "none"}


def test_accepted_retention_takes_the_place_of_the_count(annual, records):
    given = records["retention_overrides"].set_index(["school_id", "calendar_year"])["value"]
    found = value_of(annual.rows, "RR710pct")
    pd.testing.assert_series_equal(found[given.index], given)
    told = annual.retention_sources.set_index(["school_id", "calendar_year"])["source"]
    assert (told[given.index] == "override").all()
    assert (told.drop(given.index) == "counted").all()


def test_a_school_type_the_registry_does_not_know_is_named(records, policy):
    years = records["school_years"]
    changed = years.assign(school_type=years["school_type"].where(years["school_id"] != "0001", "Circus"))
    with pytest.raises(DesignError, match=r"school type 'Circus' of 1 schools, the first '0001'"):
        measure_annual(records | {"school_years": changed}, policy, LOWER_C)


def test_a_school_without_a_type_is_named(records, policy):
    years = records["school_years"]
    with pytest.raises(DesignError, match=r"school '0001' is not in schools"):
        measure_annual(records | {"school_years": years[years["school_id"] != "0001"]}, policy, LOWER_C)


def test_a_measure_without_its_table_is_named(records, policy):
    rest = {name: table for name, table in records.items() if name != "exits"}
    with pytest.raises(DesignError, match=r"pctExits is made from exits.*input.whole_schools.exits"):
        measure_annual(rest, policy, LOWER_C)


def test_a_level_without_its_lower_c_is_named(records, policy):
    with pytest.raises(DesignError, match=r"no lower C of year level 10; expected it in .*lower_c"):
        measure_annual(records, policy, {level: c for level, c in LOWER_C.items() if level != 10})


def test_a_registry_that_is_silent_on_a_measure_is_refused(records):
    with pytest.raises(DesignError, match="england_ks2 does not say how"):
        measure_annual(records, load_policy("england_ks2"), LOWER_C)


def test_a_year_level_without_its_full_time_equivalent_is_not_passed_over(records, policy):
    absence = records["absence"]
    first = absence.index[absence["school_id"] == absence["school_id"].iloc[0]][0]
    gap = absence.assign(fte=absence["fte"].where(absence.index != first))
    with pytest.raises(DesignError, match=r"absence: school '\d+' has no students in a year"):
        measure_annual(records | {"absence": gap}, policy, LOWER_C)


def test_a_construction_of_an_unknown_measure_or_kind_is_refused(policy):
    raw = policy.model_dump(mode="json")
    raw["constructions"]["Swimming"] = {"kind": "exits"}
    with pytest.raises(ConfigError, match="unknown measure 'Swimming'"):
        read_policy(yaml.safe_dump(raw))
    raw["constructions"] = {"pctExits": {"kind": "guess"}}
    with pytest.raises(ConfigError, match="guess"):
        read_policy(yaml.safe_dump(raw))


def test_compositions_of_the_planted_equation_are_those_of_the_registry(policy):
    pairs = {
        policy.variable(pair.outcome, outcome=True).measure: policy.variable(pair.composition).measure
        for group in policy.groups.values()
        for pair in group.pairs
    }
    assert pairs == COMPOSITIONS
