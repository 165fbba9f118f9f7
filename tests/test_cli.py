"""Commands: a folder for a study of one's own that the workflow accepts, and the data dictionary."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import pytest
import yaml
from invented_changes import make_changes

from valueadded.cli import data_dictionary, main
from valueadded.cohorts.reasons import REASONS as COHORT_REASONS
from valueadded.config.whole import Config, check_config
from valueadded.contracts import dictionary
from valueadded.contracts.benchmark import DRIFT
from valueadded.contracts.mixed import JOINT_CHANGES
from valueadded.table_io import write_table
from valueadded.validation.reasons import REASONS as VALIDATION_REASONS

ROOT = Path(__file__).parents[1]


def run_snakemake(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "VALUEADDED_DATA"}
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "--directory", str(folder), "--cores", "1", *arguments],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_version_is_printed(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert re.fullmatch(r"valueadded (\d+\.\d+\.\d+|\(not installed\))\n", capsys.readouterr().out)


def test_without_a_command_the_commands_are_named(capsys):
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_init_makes_a_study_the_configuration_model_accepts(tmp_path, capsys):
    folder = tmp_path / "my study"
    assert main(["init", str(folder)]) == 0
    assert str(folder) in capsys.readouterr().out
    assert (folder / "data").is_dir()
    settings = check_config(yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8")))
    assert settings.synthetic is None
    assert settings.plan.years == [2018, 2019, 2021]
    assert settings.plan.absent == {2020: "year_not_tested", 2022: "prior_year_not_tested"}


def test_init_template_shows_every_section(tmp_path):
    main(["init", str(tmp_path)])
    shown = yaml.safe_load((tmp_path / "config.yaml").read_text(encoding="utf-8"))
    # A study of real files invents nothing; few have teachers or whole schools, whose sections are comments.
    assert set(Config.model_fields) - {
        "layered",
        "synthetic",
        "synthetic_teachers",
        "recovery_layered",
        "synthetic_twin",
        "synthetic_whole_schools",
        "intake_adjusted",
        "validate_benchmark",
        "calibration",
    } == set(shown)


def test_init_keeps_student_records_out_of_a_repository(tmp_path):
    main(["init", str(tmp_path)])
    assert {"/data/", "/results/"} <= set((tmp_path / ".gitignore").read_text(encoding="utf-8").splitlines())


def test_init_refuses_to_overwrite(tmp_path, capsys):
    (tmp_path / "config.yaml").write_text("mine: true\n", encoding="utf-8")
    assert main(["init", str(tmp_path)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]
    assert (tmp_path / "config.yaml").read_text(encoding="utf-8") == "mine: true\n"


def test_init_leaves_other_files_alone(tmp_path):
    (tmp_path / "README.md").write_text("mine\n", encoding="utf-8")
    assert main(["init", str(tmp_path)]) == 0
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "mine\n"


def test_init_refuses_a_place_that_is_a_file(tmp_path, capsys):
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["init", str(tmp_path / "file")]) == 1
    assert "cannot be made" in capsys.readouterr().err


@pytest.mark.workflow
def test_a_new_study_waits_for_its_files_by_name(tmp_path):
    main(["init", str(tmp_path)])
    refused = run_snakemake(tmp_path, "--dry-run")
    assert refused.returncode != 0
    for name in ("assessments_2016.csv", "assessments_2022.csv", "students.csv"):
        assert f"data/{name}" in refused.stdout + refused.stderr


@pytest.mark.workflow
def test_a_new_study_reads_the_files_its_config_describes(tmp_path):
    main(["init", str(tmp_path)])
    header = "student_id,school_id,calendar_year,year_level,domain,participation,score\n"
    for year in (2016, 2017, 2018, 2019, 2021, 2022):
        rows = f"0007,001,{year},3,reading,P,400\n0007,001,{year},3,numeracy,A,\n"
        (tmp_path / "data" / f"assessments_{year}.csv").write_text(header + rows, encoding="utf-8")
    students = "student_id,calendar_year,sex,esl\n0007,2018,F,N\n0008,2018,M,Y\n"
    (tmp_path / "data" / "students.csv").write_text(students, encoding="utf-8")
    done = run_snakemake(tmp_path, "results/validation/ledger.parquet")
    assert done.returncode == 0, done.stdout + done.stderr
    ledger = pd.read_parquet(tmp_path / "results" / "validation" / "ledger.parquet")
    assert ledger["accepted"].sum() == ledger["rows_in"].sum() == 6 * 2 + 2


def test_dictionary_is_the_committed_file(capsys):
    assert main(["dictionary"]) == 0
    committed = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == committed, "run: valueadded dictionary > docs/data-dictionary.md"


def test_dictionary_has_every_contract_column_and_reason():
    text = data_dictionary()
    for module in dictionary.STAGES.values():
        for contract in vars(module).values():
            if isinstance(contract, pa.DataFrameSchema):
                part = text.partition(f"### {contract.name}\n")[2].partition("\n### ")[0]
                assert contract.description in part
                assert all(f"| `{name}` |" in part for name in contract.columns)
    assert all(
        f"| `{code}` | {words} |" in text for code, words in (VALIDATION_REASONS | COHORT_REASONS).items()
    )


def test_dictionary_leaves_out_no_module_of_contracts():
    folder = ROOT / "src" / "valueadded" / "contracts"
    modules = {path.stem for path in folder.glob("*.py")} - {
        "__init__",
        "columns",
        "dictionary",
        "table_files",
    }
    assert modules == {module.__name__.rpartition(".")[2] for module in dictionary.STAGES.values()}


def test_dictionary_names_the_files_that_rules_write():
    text = data_dictionary()
    rules = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "workflow" / "rules").glob("*.smk")
    )
    # A path with the table or the part left open stands for several that the dictionary names.
    written = {
        path
        for path in re.findall(r'"(results/[^"]*\.parquet)"', rules)
        if not re.search(r"\{(table|part|name|suffix)\}|outside_study|wildcards", path)
    }
    assert written
    missing = sorted(path for path in written if f"`{path}`" not in text)
    assert missing == []


def study_with_results(folder: Path) -> None:
    changes, drift = make_changes()
    (folder / "config.yaml").write_text((ROOT / "config.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    write_table(changes, folder / "results" / "mixed" / "joint_changes.parquet", JOINT_CHANGES)
    write_table(drift, folder / "results" / "benchmark" / "drift.parquet", DRIFT)


def test_explain_prints_three_sentences_for_a_domain(tmp_path, capsys):
    study_with_results(tmp_path)
    assert main(["explain", "0042", "--directory", str(tmp_path), "--domain", "reading"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "school 0042 stands 13 " in lines[0]
    assert (len(lines), lines[3]) == (5, "")
    assert main(["explain", "0042", "--directory", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 9


def test_explain_refuses_with_what_to_do(tmp_path, capsys):
    def refused(*arguments: str) -> str:
        assert main(["explain", *arguments, "--directory", str(tmp_path)]) == 1
        return capsys.readouterr().err

    assert "config.yaml does not exist" in refused("0042")
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    assert "run the workflow first: snakemake" in refused("0042")
    study_with_results(tmp_path)
    assert "no school '9'" in refused("9")
    assert "to 2030" in refused("0042", "--year", "2030")
    del config["benchmark"]
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    assert "no section benchmark" in refused("0042")
