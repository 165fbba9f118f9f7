"""Linear mixed models with schools as groups: design -> moments -> criterion -> fit -> posterior."""

from valueadded.mixed.batches import summarise_batches
from valueadded.mixed.by_cohort import RelativeModels, fit_relative_models
from valueadded.mixed.joint.tables import compare_structures
from valueadded.mixed.models import MixedModels, fit_mixed_models
from valueadded.mixed.moments import SchoolMoments
from valueadded.mixed.multi_cohort import MultiCohortFit, fit_multi_cohort
from valueadded.mixed.multi_subject import MultiSubjectFit, fit_multi_subject
from valueadded.mixed.random_intercept import RandomInterceptFit, fit_random_intercept
from valueadded.mixed.random_slope import RandomSlopeFit, fit_random_slope
from valueadded.mixed.stacking import join_agencies
from valueadded.mixed.subjects.design import SubjectMoments, summarise_subjects
from valueadded.mixed.subjects.joining import join_subject_agencies
from valueadded.mixed.summarise import moments_from_frame, summarise_cohort, summarise_schools

__all__ = [
    "MixedModels",
    "MultiCohortFit",
    "MultiSubjectFit",
    "RandomInterceptFit",
    "RandomSlopeFit",
    "RelativeModels",
    "SchoolMoments",
    "SubjectMoments",
    "compare_structures",
    "fit_mixed_models",
    "fit_multi_cohort",
    "fit_multi_subject",
    "fit_random_intercept",
    "fit_random_slope",
    "fit_relative_models",
    "join_agencies",
    "join_subject_agencies",
    "moments_from_frame",
    "summarise_batches",
    "summarise_cohort",
    "summarise_schools",
    "summarise_subjects",
]
