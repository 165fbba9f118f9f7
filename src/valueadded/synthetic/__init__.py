"""A synthetic state: students, schools and test records with planted truth."""

from valueadded.synthetic.state import State, generate_files, generate_state
from valueadded.synthetic.teachers import TeacherRecords, generate_teachers
from valueadded.synthetic.twin import Twin, generate_twin
from valueadded.synthetic.whole_schools import WholeSchoolState, generate_whole_schools

__all__ = [
    "State",
    "TeacherRecords",
    "Twin",
    "WholeSchoolState",
    "generate_files",
    "generate_state",
    "generate_teachers",
    "generate_twin",
    "generate_whole_schools",
]
