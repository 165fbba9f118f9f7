import pytest
from invented import FORMULA, make_cohort

from valueadded.contracts.effects import SCHOOL_EFFECTS
from valueadded.contracts.mixed import FIT_RECORDS, FITS, FIXED_EFFECTS
from valueadded.errors import FitError
from valueadded.mixed import fit_relative_models, summarise_schools
from valueadded.table_io import check_table


def cohorts() -> dict:
    return {
        ("reading", year): summarise_schools(make_cohort(year, year=year), FORMULA, cohort="year")
        for year in (2016, 2017)
    }


def test_tables_meet_their_contracts() -> None:
    models = fit_relative_models(cohorts(), FORMULA, "prior_score", "ML", 0.95)
    check_table(models.fits, FITS, "fits")
    check_table(models.fixed_effects, FIXED_EFFECTS, "fixed_effects")
    check_table(models.fit_records, FIT_RECORDS, "fit_records")
    check_table(models.school_effects, SCHOOL_EFFECTS, "school_effects")
    assert set(models.fits["model"]) == {"relative", "relative_slope"}
    assert len(models.fits) == 4


def test_each_fit_keeps_its_evidence() -> None:
    models = fit_relative_models(cohorts(), FORMULA, None, "ML", 0.95)
    first = models.fit_records.query("year == 2016")
    assert first["iteration"].nunique() == models.fits.set_index("year")["evaluations"][2016]
    assert -2 * models.fits.set_index("year")["log_likelihood"][2016] == pytest.approx(
        first["deviance"].min(), abs=1e-6
    )


def test_a_cohort_that_cannot_be_fitted_is_named() -> None:
    lonely = summarise_schools(make_cohort(1, 1), FORMULA, cohort="year")
    with pytest.raises(FitError, match="numeracy 2019: found 1 school"):
        fit_relative_models({("numeracy", 2019): lonely}, FORMULA, None, "ML", 0.95)
