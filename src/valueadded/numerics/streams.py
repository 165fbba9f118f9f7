"""Random numbers, one independent stream for each purpose."""

import zlib

import numpy as np


def open_stream(seed: int, *name: str | int) -> np.random.Generator:
    """Return the generator of random numbers that belongs to `name`.

    A stream depends on the seed and its own name alone, so that adding a year leaves the random numbers
    of every other year as they were.
    """
    key = tuple(zlib.crc32(str(part).encode()) for part in name)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))
