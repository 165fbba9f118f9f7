"""Two cohorts side by side: each with standardised columns of its own, schools matched by identifier."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valueadded.errors import DesignError
from valueadded.location_scale.design import LocationScaleDesign, arrange_design


@dataclass(frozen=True)
class TwoCohortDesign:
    """The students of two cohorts of J schools.

    years : the two outcome years, in order
    cohorts : the design of each, as if alone
    school_id : (J,) schools of either cohort, sorted
    places : for each cohort, the position in `school_id` of each of its schools
    """

    years: tuple[int, int]
    cohorts: tuple[LocationScaleDesign, LocationScaleDesign]
    school_id: NDArray[np.object_]
    places: tuple[NDArray[np.intp], NDArray[np.intp]]

    @property
    def n_students(self) -> NDArray[np.int64]:
        """Return the students (J, 2) of each school in each cohort, 0 where it has none."""
        counts = np.zeros((len(self.school_id), 2), dtype=np.int64)
        for t, (cohort, place) in enumerate(zip(self.cohorts, self.places, strict=True)):
            counts[place, t] = cohort.moments.n
        return counts


def arrange_two_cohorts(
    frame: pd.DataFrame, location: str, scale: str, school: str, cohort: str
) -> TwoCohortDesign:
    """Return the design of two cohorts; moments are used where no term of the log variance varies within.

    Raises
    ------
    DesignError
        Naming the column, or the cohort whose terms cannot be told apart; also without a school in both.
    """
    for column in (school, cohort):
        if column not in frame.columns:
            raise DesignError(f"column {column} is not in the data; expected among {sorted(frame.columns)}")
    years = sorted(int(year) for year in frame[cohort].dropna().unique())
    if len(years) != 2:
        raise DesignError(f"column {cohort}: found cohorts {years}; expected exactly two")
    designs = []
    for year in years:
        try:
            designs.append(arrange_design(frame[frame[cohort] == year], location, scale, school, None))
        except DesignError as fault:
            raise DesignError(f"cohort {year}: {fault}") from fault
    names = [design.moments.school_id.astype(str) for design in designs]
    if not len(np.intersect1d(names[0], names[1])):
        raise DesignError(f"cohorts {years}: found no school in both; expected schools that stay")
    everyone = np.union1d(names[0], names[1])
    return TwoCohortDesign(
        years=(years[0], years[1]),
        cohorts=(designs[0], designs[1]),
        school_id=everyone.astype(object),
        places=(np.searchsorted(everyone, names[0]), np.searchsorted(everyone, names[1])),
    )
