"""Random numbers, one independent stream for each purpose."""

import zlib

import numpy as np
import numpy.typing as npt


def open_stream(seed: int, *name: str | int) -> np.random.Generator:
    """Return the generator of random numbers that belongs to `name`.

    A stream depends on the seed and its own name alone, so that adding a year to the state leaves the
    random numbers of every other year as they were.
    """
    key = tuple(zlib.crc32(str(part).encode()) for part in name)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def draw_correlated(
    random: np.random.Generator, count: int, width: int, correlation: float
) -> npt.NDArray[np.float64]:
    """Return standard normal numbers (count, width), equally correlated between the columns."""
    shared = random.standard_normal((count, 1))
    own = random.standard_normal((count, width))
    mixed: npt.NDArray[np.float64] = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own
    return mixed
