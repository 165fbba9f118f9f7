"""A synthetic state: students, schools and test records with planted truth."""

from valueadded.synthetic.state import State, generate_state

__all__ = ["State", "generate_state"]
