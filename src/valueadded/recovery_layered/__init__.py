"""Do the layered models find planted teachers and persistence? Judged by their public functions alone."""

from valueadded.recovery_layered.page import describe_recovery
from valueadded.recovery_layered.study import Recovered, recover_teachers
from valueadded.recovery_layered.summary import Recovery, summarise_recovery

__all__ = ["Recovered", "Recovery", "describe_recovery", "recover_teachers", "summarise_recovery"]
