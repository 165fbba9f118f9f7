"""An example, run as its README says."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"


def run_example(
    name: str, data_folder: Path, folder: Path, examples: Path = EXAMPLES, settings: tuple[str, ...] = ()
) -> Path:
    """Run an example in a folder of its own, as its README says, and return where the results are.

    `settings` are further keys, as for `--config`.
    """
    for file in (examples / name).glob("*.yaml"):
        shutil.copy(file, folder)
    command = [sys.executable, "-m", "snakemake", "--directory", str(folder), "--cores", "2"]
    # An auditor's own setting must not decide which data a test reads.
    environment = {key: value for key, value in os.environ.items() if key != "VALUEADDED_DATA"}
    found = subprocess.run(
        [*command, "--config", f"data_folder={data_folder}", *settings],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout[-2000:] + found.stderr[-4000:]
    return folder / "results"
