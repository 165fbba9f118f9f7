"""A synthetic state: students, schools and test records with planted truth."""

from valueadded.synthetic.state import State, generate_state
from valueadded.synthetic.twin import Twin, generate_twin
from valueadded.synthetic.whole_schools import WholeSchoolState, generate_whole_schools

__all__ = ["State", "Twin", "WholeSchoolState", "generate_state", "generate_twin", "generate_whole_schools"]
