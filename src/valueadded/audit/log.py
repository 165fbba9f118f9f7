"""The log of one job: warnings and refusals in plain words, without a student's values."""

import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import TextIO

from valueadded.errors import ValueAddedError


@contextmanager
def logging_to(path: str | Path) -> Iterator[None]:
    """Send what a job says to the file at `path`, and end the job with a message if it is refused.

    An error raised on purpose ends the job with its message alone. Any other error is a fault of the
    program: the log gets the way to it, but not its message, which may quote a student's values.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8") as log, redirect_stderr(log):
        warnings.simplefilter("default")
        try:
            yield
        except ValueAddedError as refusal:
            _say(f"{type(refusal).__name__}: {refusal}", log)
            raise SystemExit(1) from None
        except Exception as fault:
            log.writelines(traceback.format_tb(fault.__traceback__))
            _say(
                f"{type(fault).__name__}: a fault of the program; {target} says where, without its message",
                log,
            )
            raise SystemExit(1) from None


def _say(words: str, log: TextIO) -> None:
    """Write to the log and to the screen."""
    for stream in (log, sys.__stderr__):
        print(words, file=stream)
