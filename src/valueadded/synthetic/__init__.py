"""A synthetic state: students, schools and test records with planted truth."""

from valueadded.synthetic.state import State, generate_state
from valueadded.synthetic.teachers import TeacherRecords, generate_teachers
from valueadded.synthetic.twin import Twin, generate_twin

__all__ = ["State", "TeacherRecords", "Twin", "generate_state", "generate_teachers", "generate_twin"]
