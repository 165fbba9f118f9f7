"""The log of one job: warnings and refusals in plain words, without a student's values."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path

from valueadded.errors import ValueAddedError


@contextmanager
def logging_to(path: str | Path) -> Iterator[None]:
    """Send what a job says to the file at `path`, and end the job with a message if it is refused.

    An error raised on purpose ends the job with its message alone. Any other error is a fault of the
    program and keeps its traceback.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8") as log, redirect_stderr(log):
        warnings.simplefilter("default")
        try:
            yield
        except ValueAddedError as refusal:
            print(f"{type(refusal).__name__}: {refusal}", file=log)
            log.flush()
            print(f"{type(refusal).__name__}: {refusal}", file=sys.__stderr__)
            raise SystemExit(1) from None
