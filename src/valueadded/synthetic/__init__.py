"""A synthetic state: students, schools and test records with planted truth."""

from valueadded.synthetic.state import State, generate_state
from valueadded.synthetic.twin import Twin, generate_twin

__all__ = ["State", "Twin", "generate_state", "generate_twin"]
