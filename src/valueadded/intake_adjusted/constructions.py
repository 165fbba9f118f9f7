"""How a registry says that each yearly measure is made from the records of whole schools."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

# The first and the last of a range of year levels, 0 being Prep.
Levels = tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]
Census = Literal["census_february", "census_august"]


class _Closed(BaseModel):
    """A construction: unknown keys and silent conversions are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CampusMean(_Closed):
    """Index of the campuses, weighted by their enrolments."""

    kind: Literal["campus_mean"]


class SchoolCode(_Closed):
    """The code of remoteness of the school."""

    kind: Literal["remoteness"]


class FlagShare(_Closed):
    """Percentage of enrolments with a flag, of the whole school or of some year levels."""

    kind: Literal["share"]
    census: Census
    flag: Literal["female", "disability_funding", "indigenous", "refugee", "esl"]
    levels: Levels | None = None


class Enrolments(_Closed):
    """Full-time equivalent enrolments of some year levels."""

    kind: Literal["enrolments"]
    census: Census
    levels: Levels


class StabilityOfTests(_Closed):
    """Students at the school at both tests, Year 7 and Year 9."""

    kind: Literal["stability"]


class MeanScore(_Closed):
    """Mean of all students' scores in a table, of one year level and domain where it has several."""

    kind: Literal["mean_score"]
    table: Literal["interviews", "tests", "vce"]
    level: int | None = None
    domain: str | None = None


class AimMean(_Closed):
    """Year 7 AIM of the VCE cohort in one domain, with its fallbacks."""

    kind: Literal["aim"]
    domain: str


class Judgements(_Closed):
    """Teacher judgements of some year levels, in the named domains or in all but English and Mathematics."""

    kind: Literal["judgements"]
    levels: Levels
    domains: list[str] | None = None


class AbsenceDays(_Closed):
    """Days absent per student in some year levels."""

    kind: Literal["absence"]
    levels: Levels


class Connectedness(_Closed):
    """Mean answer of the students of some year levels."""

    kind: Literal["connectedness"]
    levels: Levels


class Retention(_Closed):
    """Real retention from Year 7 to Year 10, by the census."""

    kind: Literal["retention"]
    census: Census


class Exits(_Closed):
    """Positive destinations among the known ones."""

    kind: Literal["exits"]


Construction = Annotated[
    CampusMean
    | SchoolCode
    | FlagShare
    | Enrolments
    | StabilityOfTests
    | MeanScore
    | AimMean
    | Judgements
    | AbsenceDays
    | Connectedness
    | Retention
    | Exits,
    Field(discriminator="kind"),
]
