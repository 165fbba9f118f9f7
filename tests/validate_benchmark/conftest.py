"""The small world, and the words to change it."""

from dataclasses import replace

import pytest
from small_world import SMALL


@pytest.fixture
def small():
    """Return a function that gives the small world with some numbers changed."""
    return lambda **changes: replace(SMALL, **changes)
