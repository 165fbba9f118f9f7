"""What a job says goes to its log; a refusal is its message alone, a fault of the program its place."""

import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"
JOB = """
import sys
import warnings
sys.path.insert(0, {source!r})
from valueadded.audit.log import logging_to
from valueadded.errors import SourceError

with logging_to({log!r}):
    {body}
"""


def run_job(log: Path, body: str) -> subprocess.CompletedProcess[str]:
    """Run a job of its own process, as Snakemake does: the end of the process is part of what is tested."""
    script = JOB.format(source=str(SOURCE), log=str(log), body=body)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)


def test_a_refusal_is_its_message_alone(tmp_path):
    log = tmp_path / "logs" / "job" / "all.log"
    found = run_job(log, "raise SourceError('records.csv: column score is missing')")
    message = "SourceError: records.csv: column score is missing\n"
    assert found.returncode == 1
    assert log.read_text(encoding="utf-8") == message
    assert found.stderr == message


def test_a_refusal_hides_what_led_to_it(tmp_path):
    body = "\n    ".join(
        [
            "try:",
            "    int('student 0012345')",
            "except ValueError as cause:",
            "    raise SourceError('x') from cause",
        ]
    )
    found = run_job(tmp_path / "job.log", body)
    assert "0012345" not in (tmp_path / "job.log").read_text(encoding="utf-8") + found.stderr


def test_a_fault_of_the_program_leaves_its_place_and_no_value(tmp_path):
    found = run_job(tmp_path / "job.log", "float('student 0012345')")
    log = (tmp_path / "job.log").read_text(encoding="utf-8")
    assert found.returncode == 1
    assert 'File "<string>"' in log and log.splitlines()[-1].startswith("ValueError:")
    assert found.stderr.startswith("ValueError:") and str(tmp_path / "job.log") in found.stderr
    assert "0012345" not in log + found.stderr


def test_warnings_and_standard_error_go_to_the_log(tmp_path):
    body = "print('progress', file=sys.stderr); warnings.warn('a slope is on its bound')"
    found = run_job(tmp_path / "job.log", body)
    log = (tmp_path / "job.log").read_text(encoding="utf-8")
    assert found.returncode == 0
    assert found.stderr == ""
    assert "progress" in log and "UserWarning: a slope is on its bound" in log


def test_a_quiet_job_leaves_an_empty_log(tmp_path):
    assert run_job(tmp_path / "job.log", "pass").returncode == 0
    assert (tmp_path / "job.log").read_text(encoding="utf-8") == ""
