"""A fault in one job, on demand: Python imports this by itself where the folder is in PYTHONPATH.

The variable FAULT names a rule and what happens to its job: `match_cohort:fail`. With FAULT_ONCE, the name of
a file, it happens to the first attempt only.
"""

import os
import sys
import time
from pathlib import Path


def strike(kind: str) -> None:
    if kind == "fail":
        sys.exit("planted: this attempt fails")
    if kind == "fill":
        # More than the first attempt may use and less than the second, held long enough to be noticed.
        held = b"1" * (2600 << 20)
        time.sleep(8)
        del held
    if kind == "hang":
        time.sleep(600)
    if kind == "wait":
        # Long enough to be cancelled, or for its controller or driver to be lost.
        time.sleep(25)


rule, _, kind = os.environ.get("FAULT", "").partition(":")
# The arguments as the system has them, because Python has not read them yet.
if kind and any(word.endswith(f".{rule}.py") for word in sys.orig_argv):
    once = os.environ.get("FAULT_ONCE")
    if once is None:
        strike(kind)
    elif not Path(once).exists():
        Path(once).touch()
        strike(kind)
