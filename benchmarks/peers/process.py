"""What every peer in Python tells of its process."""

import json
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

Found = TypeVar("Found")


def memory(line: str = "VmRSS", process: int | str = "self") -> int:
    """Kilobytes of memory of this process, or of another by its number: now, or at its peak (VmHWM)."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return int(next(text for text in lines if text.startswith(line)).split()[1])


def time_of(work: Callable[[], Found]) -> tuple[Found, float]:
    """What the work returns, and its seconds."""
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def tell(
    answer: Path, before: int, read: float, seconds: float, deviance: float, slope: float, program: str
) -> None:
    """Write the answer: memory, seconds, -2 log-likelihood, coefficient of the prior score, version."""
    found = {
        "before": before,
        "peak": memory("VmHWM"),
        "read": read,
        "fit": seconds,
        "deviance": deviance,
        "slope": slope,
        "version": f"{program} {version(program)}",
    }
    answer.write_text(json.dumps(found), encoding="utf-8")
