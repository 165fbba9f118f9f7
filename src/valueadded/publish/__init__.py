"""What may leave the building: disclosure -> release tables -> exports; a guard between releases."""

from valueadded.publish.guard import compare_releases
from valueadded.publish.release import ReleasePolicy, ReleaseTables, release_tables

__all__ = ["ReleasePolicy", "ReleaseTables", "compare_releases", "release_tables"]
