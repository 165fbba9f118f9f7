"""What may leave the building: disclosure -> release tables -> exports; a guard between releases."""

from valueadded.publish.guard import compare_performance, compare_releases
from valueadded.publish.release import ReleasePolicy, ReleaseTables, guard_release, release_tables

__all__ = [
    "ReleasePolicy",
    "ReleaseTables",
    "compare_performance",
    "compare_releases",
    "guard_release",
    "release_tables",
]
