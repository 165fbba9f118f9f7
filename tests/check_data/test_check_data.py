"""The command that says what is wrong with a user's own files: what it finds, shows, hides and returns."""

import re
from pathlib import Path

import pytest
import yaml

from valueadded.check_data.causes import likely_cause
from valueadded.cli import main

HEADER = "student_id,school_id,calendar_year,year_level,domain,participation,score"
ROWS = [
    f"{student:04d},{school:03d},{year},{level},reading,present,{score + 7 * student + 50 * (level - 3)}"
    for year, level, score in ((2015, 3, 300), (2017, 5, 310))
    for student, school in ((1, 1), (2, 1), (3, 2), (4, 2), (50, 3))
]
CONFIG = {
    "study": {"domains": ["reading"], "tested_years": [2015, 2017]},
    "input": {"assessments": {"files": "records_{calendar_year}.csv"}},
    "validation": {"year_levels": [3, 5], "score_minimum": 0, "score_maximum": 1000},
    "cohorts": {"minimum_students": 1},
    "mixed": {"formula": "score ~ prior_score"},
}
CANARY = "canary77"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The config.yaml of a study of two files without a fault."""
    (tmp_path / "data").mkdir()
    write_rows(tmp_path, ROWS)
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(CONFIG), encoding="utf-8")
    return tmp_path / "config.yaml"


def write_rows(folder: Path, rows: list[str]) -> None:
    for year in (2015, 2017):
        lines = [HEADER, *(row for row in rows if f",{year}," in row), ""]
        (folder / "data" / f"records_{year}.csv").write_text("\n".join(lines), encoding="utf-8")


def test_files_without_a_fault(study, capsys):
    assert main(["check-data", str(study)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Every file is accepted")
    assert "records_2017.csv (assessments): 5 records = 5 accepted + 0 put aside" in said
    assert "reading 2017: 5 with an outcome record, 5 matched" in said


def test_records_put_aside_are_counted_explained_and_masked(study, capsys):
    bad = [f'{CANARY},001,2017,5,reading,present,"1,{place}10"' for place in range(4)]
    write_rows(study.parent, [*ROWS, *bad])
    page = study.parent / "page.html"
    assert main(["check-data", str(study), "--html", str(page)]) == 1
    said = capsys.readouterr().out
    assert "put aside: score_not_a_number (records_2017.csv, column score)\n  4 records." in said
    assert "for example row 6: 9,999; row 7: 9,999; row 8: 9,999\n" in said
    assert "likely cause: commas between thousands" in said
    assert "change input.assessments.missing" in said
    html = page.read_text(encoding="utf-8")
    assert "row 6: 9,999; row 7: 9,999; row 8: 9,999" in html
    assert "commas between thousands" in html
    for shown in (said, html):
        assert CANARY not in shown
        assert not re.search("1,[0-3]10", shown)
        for row in ROWS:
            student, *_, score = row.split(",")
            assert not re.search(rf"\b({student}|{score})\b", shown)


def test_html_holds_what_the_text_holds_and_no_markup_of_the_files(study, capsys):
    write_rows(
        study.parent, [*ROWS, "<b>9</b>,001,2017,5,reading,present,", "Total,1,2017,5,reading,present,4"]
    )
    page = study.parent / "page.html"
    assert main(["check-data", str(study), "--html", str(page)]) == 1
    said, html = capsys.readouterr().out, page.read_text(encoding="utf-8")
    for rule in ("score_missing", "total_row"):
        assert rule in said
        assert f"<code>{rule}</code>" in html
    assert "<b>" not in html
    numbers = re.findall(r'<td class="number">(\d+)</td>', html.partition("<h2>Findings")[0])
    assert numbers == ["5", "5", "0", "0", "0", "7", "5", "2", "0", "0"]


def test_unmatched_students_are_counted_with_their_places(study, capsys):
    rows = [row for row in ROWS if not row.startswith("0003,002,2015")]
    write_rows(study.parent, rows)
    assert main(["check-data", str(study)]) == 0
    said = capsys.readouterr().out
    assert "reading 2017: 5 with an outcome record, 4 matched" in said
    assert "1 no_prior_record: " in said
    assert "For example records_2017.csv, row 3" in said


def test_every_refusal_is_listed_and_stops_the_study(study, capsys):
    (study.parent / "data" / "records_2015.csv").unlink()
    (study.parent / "data" / "records_2017.csv").write_bytes(b"a,b\n1,2")
    assert main(["check-data", str(study)]) == 2
    said = capsys.readouterr().out
    assert "refused: file_missing (records_2015.csv)" in said
    assert "refused: last_line_unfinished (records_2017.csv)" in said
    assert "line 2, the last, has no line end" in said


def test_cohort_without_students_is_refused(study, capsys):
    write_rows(study.parent, [row.replace("00", "9", 1) if ",2017," in row else row for row in ROWS])
    assert main(["check-data", str(study)]) == 2
    assert "reading 2017: refused: cohort reading 2017: none of 5 students" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, "study: [", "just words", "study: {}"])
def test_configuration_that_cannot_be_used_is_refused(tmp_path, capsys, content):
    if content is not None:
        (tmp_path / "config.yaml").write_text(content, encoding="utf-8")
    assert main(["check-data", str(tmp_path / "config.yaml")]) == 2
    assert capsys.readouterr().err.startswith("valueadded: ")


def test_page_that_cannot_be_written_is_refused(study, capsys):
    assert main(["check-data", str(study), "--html", str(study.parent / "no" / "page.html")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_data_folder_may_be_named_by_the_environment(study, capsys, monkeypatch):
    (study.parent / "data").rename(study.parent / "elsewhere")
    monkeypatch.setenv("VALUEADDED_DATA", str(study.parent / "elsewhere"))
    assert main(["check-data", str(study)]) == 0


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("9,999", "thousands"),
        ("999,9", "decimal point"),
        ("99.9 %", "percent"),
        ("AAA", "missing value"),
        ("9-9", "a code or a note"),
    ],
)
def test_form_of_a_value_points_to_its_cause(form, words):
    assert words in likely_cause("score_not_a_number", [form, form])


def test_a_study_of_teachers_and_ready_made_values_needs_no_cohort(tmp_path, capsys):
    (tmp_path / "data").mkdir()
    files = {
        "scores.csv": "student_id,calendar_year,year_level,domain,score\n"
        "01,2017,3,reading,412\n01,2017,9,reading,500\n02,2017,3,spelling,430\n",
        "links.csv": "student_id,calendar_year,domain,teacher_id\n01,2017,all,T1\n",
        "values.csv": "ID,READ,NUM\n001,104.5,99\n002,SUPP,98\n003,n/k,97\n004\n",
    }
    for name, text in files.items():
        (tmp_path / "data" / name).write_text(text, encoding="utf-8")
    values = {
        "path": "values.csv",
        "calendar_year": 2019,
        "columns": {"school_id": "ID", "school_type": {"constant": "Primary"}},
        "codes": {"SUPP": "suppressed"},
        "measures": {"reading": "READ", "numeracy": "NUM"},
    }
    config = {
        "input": {
            "teacher_scores": {"files": "scores.csv"},
            "teacher_links": {"files": "links.csv"},
            "school_values": [values],
        },
        "layered": {"domains": ["reading"], "years": [2017], "year_levels": [3]},
        "intake_adjusted": {"policy": "victoria_2011"},
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    assert main(["check-data", str(tmp_path / "config.yaml")]) == 1
    said = capsys.readouterr().out
    assert "scores.csv (teacher_scores): 3 records = 2 accepted + 1 put aside" in said
    assert "1 of other domains (layered.domains)" in said
    assert "change layered.domains, layered.years, layered.year_levels" in said
    assert "note: teacher_with_one_student\n  1 records. Counted in effects." in said
    # A link to every domain is used, not outside the study.
    assert (
        "links.csv (teacher_links): 1 records = 1 accepted + 0 put aside + 0 repeats merged; 0 outside"
        in said
    )
    assert "put aside: value_not_a_number (values.csv, column READ)" in said
    assert "for example row 3: A/A" in said
    # One row, though it holds two records.
    assert "for example row 4\n" in said
    assert "change input.school_values.codes, input.school_values.missing" in said
    assert "Students of each cohort" not in said


def test_a_year_without_a_cohort_is_named_with_its_reason(study, capsys):
    config = yaml.safe_load(study.read_text(encoding="utf-8"))
    config["study"]["outcome_years"] = [2016, 2017]
    study.write_text(yaml.safe_dump(config), encoding="utf-8")
    page = study.parent / "page.html"
    assert main(["check-data", str(study), "--html", str(page)]) == 0
    assert "reading 2016: no cohort: year_not_tested: No test was held" in capsys.readouterr().out
    assert "no cohort: year_not_tested" in page.read_text(encoding="utf-8")
