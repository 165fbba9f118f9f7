"""What is handed to Snakemake, and when the study is claimed."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from valueadded.cli import main
from valueadded.ownership import CLAIM
from valueadded.run import study
from valueadded.run.claim import claim_file

WHICH = shutil.which


@pytest.fixture
def handed(monkeypatch, tmp_path):
    """The commands this process would have become."""
    commands = []
    monkeypatch.setattr(os, "execv", lambda program, command: commands.append(command))
    monkeypatch.setattr(study.shutil, "which", lambda program: None)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(CLAIM, raising=False)
    monkeypatch.delenv("SNAKEMAKE_PROFILE", raising=False)
    yield commands
    os.environ.pop(CLAIM, None)


def test_every_option_and_target_reaches_snakemake_in_order(handed, tmp_path):
    given = ["--cores", "2", "--directory", "a", "--config", "x=1", "y=2", "--", "results/a.png", "b"]
    (tmp_path / "a").mkdir()
    assert main(["run", *given]) == 0
    (command,) = handed
    assert command[:4] == [sys.executable, "-m", "snakemake", "--rerun-incomplete"]
    # Here is no workflow, so the project's own is named.
    assert command[4:6] == ["--snakefile", str(study.PROJECT / "Snakefile")]
    assert command[6:] == given


def test_a_run_claims_its_study_and_tells_its_jobs(handed, tmp_path):
    (tmp_path / "a").mkdir()
    main(["run", "--directory=a", "--snakefile", "other"])
    claim = json.loads(claim_file(tmp_path / "a").read_text())
    assert claim["pid"] == os.getpid()
    assert os.environ[CLAIM] == f"{claim['token']}:{claim_file(tmp_path / 'a')}"
    assert str(study.PROJECT / "Snakefile") not in handed[0]


@pytest.mark.parametrize(
    ("options", "programs", "submits"),
    [
        (["--workflow-profile", "profiles/slurm"], True, True),
        (["--profile=anything"], True, True),
        (["--executor", "slurm"], True, True),
        # A machine may have Slurm's programs and no cluster behind them.
        (["--cores", "1"], True, False),
        (["--executor", "local", "--profile", "anything"], True, False),
        (["--executor", "slurm"], False, False),
    ],
)
def test_jobs_on_a_cluster_are_named_after_the_run(options, programs, submits, handed, tmp_path, monkeypatch):
    monkeypatch.setattr(study.shutil, "which", lambda program: program if programs else None)
    monkeypatch.setattr(study, "keeps_accounts", lambda: True)
    main(["run", *options])
    claim = json.loads(claim_file(tmp_path).read_text())
    assert claim["slurm"] is submits
    assert (f"valueadded-{claim['token']}" in handed[0]) is submits


@pytest.mark.parametrize("status", [0, 1])
def test_without_accounting_questions_about_jobs_go_to_the_queue(status, handed, tmp_path, monkeypatch):
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, body in {"sacct": f"exit {status}", "squeue": 'echo "$@"'}.items():
        (programs / name).write_text(f"#!/bin/sh\n{body}\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setattr(study.shutil, "which", WHICH)
    main(["run", "--executor", "slurm"])
    asked = ["sacct", "-X", "--format=JobIdRaw,State", "--name", "valueadded-1_a"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert told.returncode == 0
    assert told.stdout == ("--noheader --states=all --format=%i|%T --name=valueadded-1_a\n" if status else "")
    if status:  # a question about accounts
        assert subprocess.run(["sacct", "-nu", "me"], capture_output=True, check=True).stdout == b""


@pytest.mark.parametrize(
    "options",
    [["--directory", "a"], ["--directory=a"], ["-d", "a"], ["-da"], ["-n", "-d", "a", "--", "-d", "b"]],
)
def test_the_study_is_where_the_option_says(options, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert study.study_folder(options) == tmp_path / "a"
    assert study.study_folder(["--cores", "2", "--", "-d", "b"]) == tmp_path


@pytest.mark.parametrize(
    "question", ["-n", "-np", "--dry-run", "--summary", "--unlock", "--report=report.html"]
)
def test_a_question_claims_nothing(question, handed, tmp_path):
    main(["run", "--cores", "1", question])
    assert list(tmp_path.iterdir()) == []
    assert handed[0][-1] == question
    assert CLAIM not in os.environ


def test_other_commands_still_refuse_what_they_do_not_know(capsys):
    with pytest.raises(SystemExit):
        main(["dictionary", "--cores", "2"])
    assert "unrecognized arguments: --cores 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "terminal", "installed", "shown"),
    [
        (["--cores", "2"], True, True, True),
        (["--cores", "2"], False, True, False),
        (["--cores", "2"], True, False, False),
        (["--cores", "2", "--quiet"], True, True, False),
        (["--cores", "2", "--quiet=all"], True, True, False),
        (["--cores", "2", "--logger", "snkmt"], True, True, False),
        (["--cores", "2", "-n"], True, True, False),
        (["--summary"], True, True, False),
    ],
)
def test_people_see_progress_and_files_get_lines(options, terminal, installed, shown, handed, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    monkeypatch.setattr(study, "find_spec", lambda name: object() if installed else None)
    assert main(["run", *options]) == 0
    # Before another option: it takes several values, and would take a target for one.
    assert ("--logger rich --rerun" in " ".join(handed[0])) is shown
