"""Where a run ran: Python, libraries, processor kind and linear algebra; and which source it ran."""

import os
import platform
import subprocess
from importlib.metadata import distributions, version
from pathlib import Path
from typing import Any

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_CORETYPE")


def describe_environment() -> dict[str, Any]:
    """Return Python, system, machine, processor, linear algebra, threads, and versions of the libraries."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "processor": processor_kind(),
        "blas": blas_kind(),
        "threads": {name: os.environ[name] for name in THREADS if name in os.environ},
        "libraries": dict(sorted((each.name.lower(), each.version) for each in distributions() if each.name)),
    }


def processor_kind() -> str:
    """Return the processor's model as the system names it; two may differ in the last digit of a sum."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or "unknown"


def blas_kind() -> str:
    """Return the linear algebra library NumPy was built with, and its version."""
    import numpy as np

    built = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"{built['name']} {built['version']}"


def describe_source(project: Path) -> dict[str, Any]:
    """Return `version` of the package, `commit` of the source and whether it has `uncommitted` changes.

    Without git, or outside a repository, the commit is empty and nothing is known of changes.
    """
    commit = _git(project, "rev-parse", "HEAD")
    changed = _git(project, "status", "--porcelain", "--untracked-files=no")
    return {
        "version": version("valueadded"),
        "commit": (commit or "").strip(),
        "uncommitted": None if changed is None else bool(changed.strip()),
    }


def _git(project: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(project), *words], capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout
