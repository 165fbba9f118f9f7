"""Every reason a student or a year can get has a sentence."""

from valueadded.cohorts import REASONS, STEPS
from valueadded.config.plan import plan_cohorts
from valueadded.config.study import Cohorts, ScaleEra, Study
from valueadded.contracts.columns import PARTICIPATION


def test_every_participation_code_has_a_sentence_for_both_tests():
    codes = [code for code in PARTICIPATION if code != "present"]
    assert set(codes) | {f"prior_{code}" for code in codes} <= set(REASONS)


def test_every_reason_for_an_absent_year_has_a_sentence():
    eras = [ScaleEra(name="first", first_year=2013, last_year=2018), ScaleEra(name="second", first_year=2019)]
    study = Study(domains=["reading"], tested_years=[2013, 2014, 2015, 2017, 2018, 2019, 2020])
    plan = plan_cohorts(study, Cohorts(scale_eras=eras), [], matched=False)
    assert set(plan.absent.values()) == {"year_not_tested", "prior_year_not_tested", "scale_era_break"}
    assert set(plan.absent.values()) <= set(REASONS)


def test_sentences_end_with_a_full_stop():
    assert all(sentence.endswith(".") for sentence in (REASONS | STEPS).values())
