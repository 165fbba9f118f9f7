"""The multilevel view of each outcome: whose students, whose intake, and what is said where there is none."""

import numpy as np
import pandas as pd
import pytest
from intake_adjusted.invented_schools import invent

from valueadded.contracts import intake_adjusted as contracts
from valueadded.intake_adjusted import adjust_outcomes, load_policy
from valueadded.intake_adjusted.multilevel_by_outcome import StudentTest, compare_outcomes, take_students
from valueadded.mixed import fit_random_intercept
from valueadded.table_io import check_table

POLICY = load_policy("victoria_2011")
NAME = "NAPLANyr5Read_LY"
YEAR, SIZE = 2010, 60


@pytest.fixture(scope="module")
def results():
    return adjust_outcomes(*invent(POLICY, 150, 4), POLICY)


@pytest.fixture(scope="module")
def tests(results):
    """Students whose school means are the observed outcomes; each brings a score of two years before."""
    random = np.random.default_rng(5)
    rows = results.performance.query("variable == @NAME")
    rows = rows[rows["standardised_residual"].notna()]
    count = len(rows) * SIZE
    ability, luck = random.normal(size=(2, len(rows), SIZE))
    ability -= ability.mean(axis=1, keepdims=True)
    luck -= luck.mean(axis=1, keepdims=True)
    now = pd.DataFrame(
        {
            "student_id": [f"{place:06d}" for place in range(count)],
            "school_id": np.repeat(rows["school_id"].to_numpy(), SIZE),
            "calendar_year": YEAR,
            "year_level": 5,
            "domain": "reading",
            "score": np.repeat(rows["observed"].to_numpy(), SIZE) + (40 * ability + 10 * luck).ravel(),
        }
    )
    before = now.assign(calendar_year=YEAR - 2, year_level=3, score=400 + 30 * ability.ravel(), school_id="x")
    other = now.assign(domain="numeracy", score=0.0)
    return pd.concat([now, before, other], ignore_index=True)


def test_schools_of_one_size_agree_with_their_residuals_in_every_group(results, tests):
    found = compare_outcomes(
        tests, results.performance, results.regressions, results.measures,
        {NAME: StudentTest("reading", 5)},
    )  # fmt: skip
    check_table(found.schools, contracts.INTAKE_ADJUSTED_MULTILEVEL, "multilevel")
    check_table(found.agreement, contracts.INTAKE_ADJUSTED_AGREEMENT, "agreement")
    assert found.agreement["group"].tolist() == ["primary_below_100", "primary_from_100"]
    rows = results.performance.query("variable == @NAME")
    for group, row in found.agreement.set_index("group").iterrows():
        shown = rows[(rows["group"] == group) & rows["standardised_residual"].notna()]
        capped = shown["status"] == "capped"
        assert (row["n_schools"], row["n_students"]) == (len(shown), len(shown) * SIZE)
        # With every school of one size the random intercept is the residual of means, shrunk alike; a capped
        # school is in one fit and not in the other.
        assert row["correlation"] == pytest.approx(1, abs=0.05 if capped.any() else 1e-9)


def test_the_fixed_part_holds_the_intake_of_the_regression_and_the_students_prior(results, tests):
    found = compare_outcomes(
        tests, results.performance, results.regressions, results.measures,
        {NAME: StudentTest("reading", 5, 3)},
    )  # fmt: skip
    group = "primary_from_100"
    terms = results.regressions.query("outcome == 'NAPLANyr5Read' and window == 'LY' and group == @group")
    names = [term for term in terms["term"] if term != "Intercept"]
    wide = results.measures.query("group == @group and outcome_year == @YEAR").pivot(
        index="school_id", columns="variable", values="value"
    )
    students = take_students(tests, StudentTest("reading", 5, 3), YEAR).join(
        wide, on="school_id", how="inner"
    )
    fit = fit_random_intercept(students, f"score ~ prior_score + {' + '.join(names)}")
    expected = fit.school_effects(interval="textbook").set_index("school_id")["effect"]
    effects = found.schools[found.schools["group"] == group].set_index("school_id")["effect"]
    assert effects.to_numpy() == pytest.approx(expected.loc[effects.index].to_numpy(), abs=1e-8)
    row = found.agreement.set_index("group").loc[group]
    assert row["residual_variance"] == pytest.approx(fit.residual_variance)
    # What the prior score leaves: 10^2. Its relative standard error is sqrt(2 / 5,000) = .02, three allowed.
    assert row["residual_variance"] == pytest.approx(100, rel=0.06)


def test_only_the_test_asked_for_counts_and_a_prior_score_is_needed_where_asked(tests):
    plain = take_students(tests, StudentTest("reading", 5), YEAR)
    assert len(plain) == (tests["domain"].eq("reading") & tests["year_level"].eq(5)).sum()
    gone = tests["student_id"].eq("000000") & tests["year_level"].eq(3) & tests["domain"].eq("reading")
    absent = tests["student_id"].eq("000001") & tests["year_level"].eq(5) & tests["domain"].eq("reading")
    fewer = tests.assign(score=tests["score"].mask(gone | absent))
    with_prior = take_students(fewer, StudentTest("reading", 5, 3), YEAR)
    assert not {"000000", "000001"} & set(with_prior["student_id"])
    assert len(with_prior) == len(plain) - 2
    # The school is that of the outcome, not that of the prior test.
    assert "x" not in set(with_prior["school_id"])


def test_where_there_is_no_comparison_the_reason_is_a_row(results, tests):
    found = compare_outcomes(
        tests, results.performance, results.regressions, results.measures,
        {NAME: StudentTest("writing", 5), "NAPLANyr5Num_LY": StudentTest("numeracy", 5)},
    )  # fmt: skip
    check_table(found.schools, contracts.INTAKE_ADJUSTED_MULTILEVEL, "multilevel")
    table = check_table(found.agreement, contracts.INTAKE_ADJUSTED_AGREEMENT, "agreement")
    assert (table["n_schools"] == 0).all() and len(table) == 4
    reasons = table.groupby("outcome")["reason"].first()
    assert reasons["NAPLANyr5Read"] == "no student of these schools has the test"
    # Every numeracy score is 0 here.
    assert "score" in reasons["NAPLANyr5Num"]


def test_schools_that_differ_by_chance_alone_have_no_correlation(results, tests):
    # The mean of each school moves by less than its few students would let it.
    random = np.random.default_rng(6)
    few = tests[tests["domain"].eq("reading") & tests["year_level"].eq(5)].groupby("school_id").head(4)
    wide = few.assign(
        score=500 + 50 * np.tile([-1.0, -1.0, 1.0, 1.0], len(few) // 4) + random.random(len(few))
    )
    found = compare_outcomes(
        wide, results.performance, results.regressions, results.measures, {NAME: StudentTest("reading", 5)}
    )
    table = check_table(found.agreement, contracts.INTAKE_ADJUSTED_AGREEMENT, "agreement")
    assert (table["school_variance"] == 0).all() and table["correlation"].isna().all()
    assert table["reason"].str.contains("no more between schools than by chance").all()
    assert (found.schools["effect"] == 0).all() and len(found.schools) == table["n_schools"].sum()
