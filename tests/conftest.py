"""One run of the tiny state for every test that looks at the results of the whole workflow."""

import fcntl
import os
from pathlib import Path

import pytest
from tiny_state import run_tiny_state


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run. Tests read it and never write into it.

    Under pytest-xdist every worker has its own session; the first to come runs, the others wait for it.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, finished = shared / "tiny_run", shared / "tiny_run.finished"
    with (shared / "tiny_run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            folder.mkdir(exist_ok=True)
            run_tiny_state(folder)
            finished.touch()
    return folder
