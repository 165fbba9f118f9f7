"""Faults done to a run: each must end in the bytes of an undisturbed run, or in a refusal that names why.

    python tests/workflow/faults.py FOLDER [fault ...]    writes FOLDER/faults.json and prints a table

A small study is run in FOLDER once. Every fault is done to a copy of it, and the workflow and
`valueadded verify` are asked again. The last run of all is in benchmarks/workflow-faults.md.
"""

import dataclasses
import gzip
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[2]

STUDY = ROOT / "examples" / "england_ks2"
READ = "results/intake_adjusted/annual.parquet"
MADE = "results/intake_adjusted/contest.parquet"
JOB = "contest_composition"
INPUT = "data/england_ks2_2018-2019_850_hampshire.csv.gz"


@dataclasses.dataclass
class Place:
    """A copy of the finished study, and the project that runs it."""

    folder: Path
    project: Path = ROOT
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    said: str = ""

    def command(self, *options: str) -> list[str]:
        snakefile = str(self.project / "Snakefile")
        return [
            *(sys.executable, "-m", "snakemake", "--snakefile", snakefile, "--directory", str(self.folder)),
            *("--cores", "2", *options),
        ]

    def settings(self) -> dict[str, str]:
        return os.environ | {"PYTHONPATH": str(self.project / "src")} | self.environment

    def run(self, *options: str, limit: Callable[[], None] | None = None) -> int:
        done = subprocess.run(
            self.command(*options),
            env=self.settings(),
            capture_output=True,
            text=True,
            preexec_fn=limit,
            check=False,
        )
        self.said += done.stdout + done.stderr
        return done.returncode

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command(*options),
            env=self.settings(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def path(self, name: str) -> Path:
        return self.folder / name


def make_base(base: Path) -> None:
    """Run the study once, undisturbed: whole schools as files in `data`, from values to a release."""
    if (base / "results" / "manifest.json").is_file():
        return
    shutil.rmtree(base, ignore_errors=True)
    shutil.copytree(STUDY / "lookalike", base / "data")
    for name in ("config.yaml", "registry.yaml"):
        shutil.copy2(STUDY / name, base / name)
    place = Place(base)
    assert place.run() == 0, place.said[-3000:]


def wait_for_job(place: Place, script: str, seconds: float = 120) -> int:
    """Return the process of the job that runs a script of this folder."""
    end = time.time() + seconds
    while time.time() < end:
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                program, *words = entry.read_bytes().decode("utf-8", "replace").rstrip("\0").split("\0")
            except OSError:
                continue
            # Not the shell around it.
            found = "python" in program and len(words) == 1 and words[0].endswith(f".{script}.py")
            if found and words[0].startswith(str(place.folder)):
                return int(entry.parent.name)
        time.sleep(0.02)
    raise TimeoutError(f"no job of {script} began")


def stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def kill_job(place: Place) -> None:
    place.path(MADE).unlink()
    run = place.start()
    os.kill(wait_for_job(place, JOB), signal.SIGKILL)
    run.wait()


def kill_driver_and_job(place: Place) -> None:
    place.path(MADE).unlink()
    run = place.start()
    job = wait_for_job(place, JOB)
    stop(run)
    os.kill(job, signal.SIGKILL)


def kill_driver(place: Place) -> None:
    place.path(MADE).unlink()
    run = place.start()
    wait_for_job(place, JOB)
    stop(run)


def terminate(place: Place) -> None:
    place.path(MADE).unlink()
    run = place.start()
    wait_for_job(place, JOB)
    run.terminate()
    run.wait()


def half_a_table(place: Place) -> None:
    path = place.path(READ)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped_bit(place: Place, name: str = READ) -> None:
    """Same size, same date."""
    path = place.path(name)
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def flipped_and_read(place: Place) -> None:
    flipped_bit(place)
    place.path(MADE).unlink()


def edit_input(place: Place) -> bytes:
    """The input file with one digit changed, in the tenth line."""
    lines = gzip.decompress(place.path(INPUT).read_bytes()).split(b"\n")
    changed = re.sub(
        rb"(\d)(,|\r?$)", lambda digit: b"%d" % (9 - int(digit[1])) + digit[2], lines[9], count=1
    )
    assert changed != lines[9]
    return gzip.compress(b"\n".join([*lines[:9], changed, *lines[10:]]), mtime=0)


def input_of_the_same_date(place: Place) -> None:
    path = place.path(INPUT)
    before, content = path.stat(), edit_input(place)
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def older_input(place: Place) -> None:
    content = edit_input(place)
    place.path(INPUT).write_bytes(content)
    os.utime(place.path(INPUT), (1_000_000_000, 1_000_000_000))


def input_of_tomorrow(place: Place) -> None:
    tomorrow = time.time() + 86_400
    os.utime(place.path(INPUT), (tomorrow, tomorrow))


def dangling_input(place: Place) -> None:
    place.path(INPUT).rename(place.path("elsewhere.csv"))
    place.path(INPUT).symlink_to(place.path("nowhere.csv"))


def second_run(place: Place) -> None:
    place.path(MADE).unlink()
    run = place.start()
    wait_for_job(place, JOB)
    assert place.run() != 0, "a second run in one folder was let in"
    run.wait()


def two_hosts(place: Place) -> None:
    """Two drivers that do not know of each other's lock, as on two hosts of one shared folder."""
    place.path(MADE).unlink()
    runs = [place.start("--nolock") for _ in range(2)]
    for run in runs:
        run.wait()


def copy_project(place: Place) -> None:
    place.project = place.folder.with_name(f"{place.folder.name}-project")
    for name in ("Snakefile", "workflow", "scripts", "src", "profiles", "envs", "pyproject.toml"):
        source = ROOT / name
        target = place.project / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy2(source, target)


def changed_module(place: Place) -> None:
    copy_project(place)
    path = place.project / "src/valueadded/intake_adjusted/contest.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n# A line more.\n", encoding="utf-8")


def changed_script(place: Place) -> None:
    copy_project(place)
    path = place.project / f"scripts/{JOB}.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n# A line more.\n", encoding="utf-8")


def other_library(place: Place) -> None:
    """A package of another version is found before the installed one."""
    shadow = place.folder.with_name(f"{place.folder.name}-shadow") / "openpyxl-0.0.1.dist-info"
    shadow.mkdir(parents=True)
    (shadow / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: openpyxl\nVersion: 0.0.1\n", encoding="utf-8"
    )
    place.environment["PYTHONPATH"] = f"{shadow.parent}:{place.project / 'src'}"


def empty_output(place: Place) -> None:
    place.path(READ).write_bytes(b"")


def lost_memory(place: Place) -> None:
    """Snakemake's own records are gone."""
    shutil.rmtree(place.path(".snakemake"))


def full_disk(place: Place) -> None:
    """No file may grow beyond a few thousand bytes."""
    place.path(MADE).unlink()
    place.run(limit=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))


def little_memory(place: Place) -> None:
    place.path(MADE).unlink()
    place.run(limit=lambda: resource.setrlimit(resource.RLIMIT_AS, (900 << 20, 900 << 20)))


def edited_by_hand(place: Place) -> None:
    frame = pd.read_parquet(place.path(READ))
    frame.loc[frame.index[0], "value"] += 5
    frame.to_parquet(place.path(READ), index=False)


def edited_release(place: Place) -> None:
    path = place.path("results/published/performance.csv")
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b",published,", b",published ,", 1))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def edited_today(place: Place) -> None:
    path = place.path("results/published/performance.csv")
    path.write_bytes(path.read_bytes().replace(b",published,", b",published ,", 1))


def lost_manifest(place: Place) -> None:
    place.path("results/manifest.json").unlink()


def folder_in_the_way(place: Place) -> None:
    place.path(MADE).unlink()
    place.path(MADE).mkdir()
    (place.path(MADE) / "note.txt").write_text("x", encoding="utf-8")


def other_locale(place: Place) -> None:
    place.environment |= {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Pacific/Chatham"}
    place.run("--forcerun", JOB, "read_school_values")


def other_hashes(place: Place) -> None:
    place.environment |= {"PYTHONHASHSEED": "12345"}
    place.run("--forcerun", JOB, "read_school_values")


# Fault -> what is done, and the file that a refusal must name.
FAULTS: dict[str, tuple[Callable[[Place], None], str]] = {
    "a job is killed": (kill_job, MADE),
    "driver and job are killed": (kill_driver_and_job, MADE),
    "the driver is killed, its job lives on": (kill_driver, MADE),
    "the run is asked to stop": (terminate, MADE),
    "a table is cut in half": (half_a_table, READ),
    "a bit flips, size and date stay; nothing reads it": (flipped_bit, READ),
    "a bit flips, size and date stay; a job reads it": (flipped_and_read, READ),
    "an input file changes, its date stays": (input_of_the_same_date, Path(INPUT).name),
    "an input file is replaced by one of an older date": (older_input, Path(INPUT).name),
    "an input file is dated tomorrow": (input_of_tomorrow, Path(INPUT).name),
    "an input file is a link to nowhere": (dangling_input, Path(INPUT).name),
    "a second run in the same folder": (second_run, MADE),
    "two hosts run in one shared folder": (two_hosts, MADE),
    "a module of the library changes": (changed_module, MADE),
    "a script changes": (changed_script, MADE),
    "a library has another version": (other_library, MADE),
    "an output is empty": (empty_output, READ),
    "Snakemake's records are deleted": (lost_memory, MADE),
    "the disk is full": (full_disk, MADE),
    "the memory is not enough": (little_memory, MADE),
    "an intermediate table is edited by hand": (edited_by_hand, READ),
    "a published table is edited by hand, its date stays": (edited_release, "performance.csv"),
    "a published table is edited by hand": (edited_today, "performance.csv"),
    "the manifest is gone": (lost_manifest, "manifest.json"),
    "a folder stands where a file belongs": (folder_in_the_way, "contest.parquet"),
    "another language, calendar and time zone": (other_locale, MADE),
    "another order of hashes": (other_hashes, MADE),
}


def settle(place: Place) -> tuple[int, str]:
    """Run again as a user would: unlock where a lock is stale, make incomplete files again."""
    place.said = ""
    status = place.run("--rerun-incomplete")
    if status and "lock" in place.said.lower():
        place.run("--unlock")
        place.said = ""
        status = place.run("--rerun-incomplete")
    return status, place.said


def verify(place: Place) -> tuple[int, str]:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "valueadded.cli",
            "verify",
            str(place.folder),
            "--data",
            str(place.path("data")),
        ],
        env=place.settings(),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def differing(base: Path, place: Place) -> list[str]:
    """Files of results that differ from the undisturbed run; manifests name their code and libraries."""
    found = []
    for path in sorted((base / "results").rglob("*")):
        if path.is_file() and path.name.lstrip(".") != "manifest.json":
            other = place.folder / path.relative_to(base)
            if not other.is_file() or other.read_bytes() != path.read_bytes():
                found.append(path.relative_to(base).as_posix())
    return found


def judge(base: Path, place: Place, named: str) -> tuple[str, str]:
    """Return how a fault ended, and who noticed."""
    status, said = settle(place)
    short = Path(named).name
    if status:
        return ("refused" if short in said else "REFUSED WITHOUT A NAME"), "workflow"
    verified, words = verify(place)
    if verified:
        return ("refused" if short in words else "REFUSED WITHOUT A NAME"), "verify"
    return ("SILENT" if differing(base, place) else "same bytes"), "nobody needed to"


def main(folder: Path, names: list[str]) -> int:
    base = folder / "base"
    make_base(base)
    report = folder / "faults.json"
    found = json.loads(report.read_text(encoding="utf-8")) if report.is_file() else {}
    for name in names or [name for name in FAULTS if name not in found]:
        do, named = FAULTS[name]
        copy = folder / f"fault-{list(FAULTS).index(name)}"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(base, copy, symlinks=True)
        place = Place(copy)
        do(place)
        found[name] = judge(base, place, named)
        report.write_text(json.dumps(found, indent=1), encoding="utf-8")
        print(f"| {name} | {found[name][0]} | {found[name][1]} |", flush=True)
        for made in folder.glob(f"{copy.name}*"):
            shutil.rmtree(made)
    good = sum(end in ("same bytes", "refused") for end, _ in found.values())
    print(f"{good} of {len(found)} ended in the same bytes or in a refusal that names the file")
    return 0 if good == len(found) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
