"""Starting a study, and starting it again after whatever ended it."""

from valueadded.run.study import run_study

__all__ = ["run_study"]
