"""One file through validation: parts, what the study does not use, and nothing lost or shown."""

import logging

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from valueadded.contracts.records import INPUT_TABLES, LEDGER, QUARANTINE
from valueadded.errors import ContractError, ReconciliationError, ValueAddedError
from valueadded.table_io import check_table, write_table
from valueadded.validation import REASONS
from valueadded.validation import validate as module


def test_parts_and_what_the_study_does_not_use(validate, records):
    more = ["0006,013,2017,3,spelling,present,500,20", "0007,013,2017,9,reading,present,700,20"]
    validated = validate([*records, *more])
    assert list(validated.parts) == [(2017, 3), (2017, 5)]
    assert validated.parts[2017, 3]["student_id"].tolist() == ["0001"]
    assert validated.parts[2017, 5]["student_id"].tolist() == ["12345678901234567890", "0003", "0004"]
    assert validated.outside_study["student_id"].tolist() == ["0005", "0006", "0007"]
    assert validated.ledger.iloc[0].tolist()[:7] == ["records.csv", "assessments", 7, 7, 0, 0, 3]
    assert len(validated.ledger["content"].item()) == 64


def test_other_years_of_a_file_with_several_are_kept_apart(validate, records):
    validated = validate([*records, "0006,013,2016,3,reading,present,500,20"], calendar_year=None)
    assert validated.quarantine.empty
    assert "0006" in validated.outside_study["student_id"].tolist()


def test_tables_meet_their_contracts_even_when_empty(validate):
    for lines in (["0006,013,2017,3,reading,present,500,20"], [",,,,,,,"]):
        validated = validate(lines)
        for part in [*validated.parts.values(), validated.outside_study]:
            check_table(part, INPUT_TABLES["assessments"], "part")
        check_table(validated.quarantine, QUARANTINE, "quarantine")
        check_table(validated.ledger, LEDGER, "ledger")


def test_lost_record_stops_the_run(validate, records, monkeypatch):
    whole = module.part_records

    def lossy(*arguments):
        parted = whole(*arguments)
        return type(parted)(parted.accepted.iloc[1:], parted.quarantine, parted.merged)

    monkeypatch.setattr(module, "part_records", lossy)
    with pytest.raises(ReconciliationError, match="1 in none of them"):
        validate(records)


ORDINARY = ["0001", "1", "3", "5", "2017", "2016", "reading", "spelling", "present", "absent", "512.5"]
ODD = ["", "NA", "1,010", "nan", "-5", "1e9", "1.2E+11", "=1+1", '"a"', "a\nb", "x\x00y", "x\x07y"]
UNUSUAL = ["\u00a0", "\uff17", "\u200b"]
VALUES = st.sampled_from([*ORDINARY, *ODD, *UNUSUAL])


@st.composite
def corrupted_lines(draw):
    """Return lines of a file of test records, some of them repeated, cut, lengthened or with odd values."""
    lines = []
    for place in range(draw(st.integers(1, 8))):
        fields = [
            f"{place:04d}",
            "012",
            "2017",
            draw(st.sampled_from("345")),
            "reading",
            "present",
            "500",
            "20",
        ]
        for where in draw(st.lists(st.integers(0, 7), max_size=3)):
            fields[where] = '"' + draw(VALUES).replace('"', '""') + '"'
        fields = fields[: draw(st.integers(0, 8))] if draw(st.booleans()) else fields
        line = ",".join([*fields, "more"] if draw(st.integers(0, 5)) == 0 else fields)
        lines += [line] * draw(st.integers(1, 2))
    return lines


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=corrupted_lines(), wide=st.booleans())
def test_no_record_is_lost_whatever_the_file_holds(validate, lines, wide):
    options = {"score_columns": {"reading": "score", "numeracy": "score_se"}} if wide else {}
    validated = validate(lines, **options)
    counts = validated.ledger.iloc[0]
    assert counts["rows_in"] == len(lines) * (2 if wide else 1)
    assert counts["rows_in"] == counts["accepted"] + counts["quarantined"] + counts["duplicates_merged"]
    assert counts["accepted"] == sum(map(len, validated.parts.values())) + len(validated.outside_study)
    assert counts["quarantined"] == len(validated.quarantine)
    assert set(validated.quarantine["reason"]) <= set(REASONS)
    accepted = pd.concat([*validated.parts.values(), validated.outside_study])
    check_table(accepted, INPUT_TABLES["assessments"], "accepted records")


CANARIES = ["canary77", "987654321", "61.2345"]


@pytest.mark.parametrize(
    "line",
    [
        "canary77,012,2017,3,reading,present,61.2345x,20",
        "canary77,987654321,2017,3,reading,present,61.2345,20,extra",
        "canary77,987654321,61.2345,3,reading",
        "canary77\x00,987654321,2017,3,reading,present,61.2345,20",
        'canary77,"987654321,2017,3,reading,present,61.2345,20',
    ],
)
def test_no_message_table_or_log_shows_a_value(validate, line, caplog, capsys, tmp_path):
    caplog.set_level(logging.DEBUG)
    said = ""
    try:
        validated = validate([line])
        said = validated.quarantine.to_csv() + validated.ledger.to_csv()
        broken = validated.parts[2017, 3].reindex([0]).assign(student_id="canary77", score=61.2345)
        with pytest.raises(ContractError) as refusal:
            write_table(broken, tmp_path / "part.parquet", INPUT_TABLES["assessments"])
        said += str(refusal.value)
    except ValueAddedError as refusal:
        said += str(refusal)
    said += caplog.text + "".join(capsys.readouterr())
    assert said
    assert not [canary for canary in CANARIES if canary in said]
