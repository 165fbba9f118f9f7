"""Tables reach the disk whole, checked, in one order and the same bytes; damage is noticed."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as parquet
import pytest

from valueadded import table_io
from valueadded.contracts.columns import contract, number, text, whole
from valueadded.errors import ContractError
from valueadded.table_io import (
    check_table,
    read_batches,
    read_table,
    read_tables,
    write_csv,
    write_table,
    write_text,
)

TABLE = contract(
    "records",
    "Records.",
    {
        "student_id": text("student"),
        "year": whole("year", "year"),
        "score": number("score", "points", at_least=0),
        "participation": text("participation", among=("present", "absent")),
    },
    key=["student_id", "year"],
)


def make_records(n: int = 200) -> pd.DataFrame:
    """Records in no order, with a further column ahead of the fixed ones."""
    stream = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "sex": pd.array(stream.choice(["F", "M"], n), dtype="str"),
            "score": stream.normal(500.0, 20.0, n),
            "student_id": pd.array([f"{number:010d}" for number in stream.permutation(n)], dtype="str"),
            "year": 2017,
            "participation": pd.array(["present"] * n, dtype="str"),
        }
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "records.parquet"


class TestWriting:
    def test_what_is_written_comes_back_sorted_by_key_fixed_columns_first(self, path):
        frame = make_records()
        write_table(frame, path, TABLE)
        found = read_table(path, TABLE)
        assert list(found.columns) == ["student_id", "year", "score", "participation", "sex"]
        expected = frame.sort_values("student_id", ignore_index=True)[list(found.columns)]
        pd.testing.assert_frame_equal(found, expected)

    def test_the_bytes_do_not_depend_on_the_order_or_the_time(self, path, tmp_path):
        frame = make_records()
        write_table(frame, path, TABLE)
        again = tmp_path / "again.parquet"
        write_table(frame.iloc[::-1], again, TABLE)
        assert path.read_bytes() == again.read_bytes()

    def test_the_file_names_no_machine_and_no_row_index(self, path):
        write_table(make_records(), path, TABLE)
        assert not parquet.read_schema(path).metadata
        assert set(parquet.read_metadata(path).metadata) == {b"ARROW:schema", b"valueadded"}
        assert "__index_level_0__" not in parquet.read_schema(path).names

    def test_a_table_that_breaks_its_contract_is_not_written(self, path):
        with pytest.raises(ContractError):
            write_table(make_records().assign(score=-1.0), path, TABLE)
        assert not path.exists()

    @pytest.mark.parametrize("step", ["write", "sync", "rename"])
    def test_a_failing_write_leaves_the_old_file_and_nothing_beside_it(self, path, step, monkeypatch):
        write_table(make_records(), path, TABLE)
        before = path.read_bytes()

        def fail(*_: object, **__: object) -> None:
            raise OSError("no space left on device")

        target = {
            "write": (parquet.ParquetWriter, "write_table"),
            "sync": (os, "fsync"),
            "rename": (Path, "replace"),
        }[step]
        monkeypatch.setattr(*target, fail)
        with pytest.raises(OSError, match="no space"):
            write_table(make_records(3), path, TABLE)
        assert path.read_bytes() == before
        assert [entry.name for entry in path.parent.iterdir()] == [path.name]

    def test_a_file_is_synced_before_it_gets_its_name(self, path, monkeypatch):
        events: list[str] = []
        sync, replace = os.fsync, Path.replace
        monkeypatch.setattr(os, "fsync", lambda handle: (events.append("sync"), sync(handle))[1])
        monkeypatch.setattr(
            Path, "replace", lambda self, target: (events.append("rename"), replace(self, target))[1]
        )
        write_table(make_records(), path, TABLE)
        write_text("words", path.with_suffix(".txt"))
        assert events == ["sync", "rename"] * 2

    def test_text_is_whole_or_not_at_all(self, path, monkeypatch):
        write_csv(make_records(), path.with_suffix(".csv"))
        before = path.with_suffix(".csv").read_bytes()
        assert b"\r" not in before and before.endswith(b"\n")
        monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("no space")))
        with pytest.raises(OSError, match="no space"):
            write_text("other", path.with_suffix(".csv"))
        assert path.with_suffix(".csv").read_bytes() == before
        assert len(list(path.parent.iterdir())) == 1


class TestReading:
    @pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
    def test_a_flipped_bit_is_noticed(self, path, share):
        write_table(make_records(2000), path, TABLE)
        content = bytearray(path.read_bytes())
        content[int(share * len(content))] ^= 1
        path.write_bytes(content)
        with pytest.raises(ContractError, match=r"records\.parquet: cannot be read"):
            read_table(path, TABLE)

    @pytest.mark.parametrize("share", [0.0, 0.2, 0.7, 0.99])
    def test_a_file_cut_anywhere_is_refused_by_name(self, path, share):
        write_table(make_records(), path, TABLE)
        content = path.read_bytes()
        path.write_bytes(content[: int(share * len(content))])
        with pytest.raises(ContractError, match=r"records\.parquet: cannot be read"):
            read_table(path, TABLE)

    def test_a_thousand_flipped_bits_are_noticed_each(self, path):
        """Anywhere in the file: in the pages, between them, in the footer, in the checksum itself."""
        write_table(make_records(2000), path, TABLE)
        whole = path.read_bytes()
        places = np.random.default_rng(9).choice(8 * len(whole), 1000, replace=False)
        marks = [8 * whole.index(b"sha256:"), 8 * whole.rindex(b"valueadded")]
        # The length of the footer, by which the checksum is found, and the end of the file.
        last = range(8 * len(whole) - 64, 8 * len(whole))
        for place in [*places.tolist(), *marks, *last]:
            content = bytearray(whole)
            content[place // 8] ^= 1 << place % 8
            path.write_bytes(content)
            with pytest.raises(ContractError, match=r"records\.parquet: cannot be read"):
                read_table(path, TABLE)
        path.write_bytes(whole)
        assert len(read_table(path, TABLE)) == 2000

    def test_a_table_written_elsewhere_is_read_as_input_only(self, path):
        path.parent.mkdir()
        make_records().to_parquet(path, index=False)
        assert (
            len(read_table(path, TABLE, foreign=True)) == len(read_tables([path], TABLE, foreign=True)) == 200
        )
        with pytest.raises(ContractError, match=r"records\.parquet.*no checksum.*delete it and run again"):
            read_table(path, TABLE)

    def test_a_truncated_or_missing_file_is_refused_by_name(self, path):
        write_table(make_records(), path, TABLE)
        path.write_bytes(path.read_bytes()[:-20])
        with pytest.raises(ContractError, match=r"records\.parquet"):
            read_table(path, TABLE)
        path.unlink()
        with pytest.raises(ContractError, match=r"records\.parquet"):
            read_table(path, TABLE)

    def test_a_table_altered_behind_our_back_is_refused(self, path):
        write_table(make_records(), path, TABLE)
        pd.read_parquet(path).assign(score=-1.0).to_parquet(path)
        with pytest.raises(ContractError, match="score"):
            read_table(path, TABLE, foreign=True)

    def test_some_columns(self, path):
        frame = make_records()
        write_table(frame, path, TABLE)
        found = read_table(path, TABLE, ["sex", "score"])
        assert list(found.columns) == ["sex", "score"]
        assert len(found) == len(frame)
        # A contract read in part is not altered for the next reader.
        assert TABLE.unique == ["student_id", "year"]

    def test_tables_one_below_the_other_in_the_order_given(self, tmp_path):
        frame = make_records()
        paths = [tmp_path / "b.parquet", tmp_path / "a.parquet"]
        for year, path in zip((2018, 2017), paths, strict=True):
            write_table(frame.assign(year=year), path, TABLE)
        found = read_tables(paths, TABLE)
        assert found["year"].tolist() == [2018] * len(frame) + [2017] * len(frame)
        assert found.index.equals(pd.RangeIndex(2 * len(frame)))

    def test_no_table_gives_no_rows_in_the_right_types(self):
        found = read_tables([], TABLE)
        assert check_table(found, TABLE, "nothing").empty
        assert found.dtypes.astype(str).to_dict() == {
            "student_id": "str",
            "year": "int64",
            "score": "float64",
            "participation": "str",
        }
        assert list(read_tables([], TABLE, ["score"]).columns) == ["score"]


class TestMessages:
    SECRET = "0098765432"

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"score": -987.125}, ["column score", "greater_than_or_equal_to(0)", "200 rows"]),
            ({"participation": SECRET}, ["column participation", "present", "absent", "200 rows"]),
            ({"student_id": SECRET}, ["column student_id", "uniqueness", "200 rows"]),
            ({"year": 987.125}, ["column year", "int64"]),
            ({"score": SECRET}, ["column score", "float64"]),
        ],
    )
    def test_a_broken_rule_is_named_with_its_column_and_rows_but_no_value(self, changes, words):
        frame = make_records().assign(**changes)
        for name in ("student_id", "participation"):
            frame[name] = frame[name].astype("str")
        with pytest.raises(ContractError) as refused:
            check_table(frame, TABLE, "records.parquet")
        message = str(refused.value)
        assert all(word in message for word in ["records.parquet", "'records'", *words]), message
        assert self.SECRET not in message and "987" not in message
        assert refused.value.__suppress_context__, "the values are in the error that led here"

    def test_every_broken_rule_is_listed_at_once(self):
        frame = make_records().assign(score=-1.0).drop(columns=["participation", "year"])
        with pytest.raises(ContractError) as refused:
            check_table(frame, TABLE, "records.parquet")
        message = str(refused.value)
        assert "column participation: missing" in message
        assert "column year: missing" in message
        assert "column score" in message


def test_a_reader_never_sees_a_half_written_file(path, monkeypatch):
    """While a table is being written its name stands for the old one."""
    write_table(make_records(), path, TABLE)
    seen = []
    write = table_io.parquet.ParquetWriter.write_table

    def write_and_look(writer: object, table: object) -> None:
        write(writer, table)
        seen.append(len(read_table(path, TABLE)))

    monkeypatch.setattr(table_io.parquet.ParquetWriter, "write_table", write_and_look)
    write_table(make_records(3), path, TABLE)
    assert seen == [200]
    assert len(read_table(path, TABLE)) == 3


class TestBatches:
    @pytest.mark.parametrize("rows", [1, 64, 10_000])
    def test_they_are_the_table(self, path, rows):
        write_table(make_records(), path, TABLE)
        parts = list(read_batches(path, ["score", "student_id"], rows))
        assert max(map(len, parts)) <= rows
        pd.testing.assert_frame_equal(
            pd.concat(parts, ignore_index=True), read_table(path, TABLE, ["score", "student_id"])
        )

    def test_a_table_written_elsewhere_is_read(self, path):
        path.parent.mkdir()
        make_records().to_parquet(path, index=False, row_group_size=30)
        assert sum(map(len, read_batches(path, ["score"]))) == 200

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    def test_a_flipped_bit_is_noticed_before_the_first(self, path, share):
        write_table(make_records(2000), path, TABLE)
        content = bytearray(path.read_bytes())
        content[int(share * len(content))] ^= 1
        path.write_bytes(content)
        with pytest.raises(ContractError, match=r"records\.parquet: cannot be read.*checksum"):
            next(read_batches(path, ["score"]))

    def test_an_absent_column_or_file_is_refused_by_name(self, path):
        with pytest.raises(ContractError, match=r"records\.parquet: cannot be read"):
            next(read_batches(path, ["score"]))
        write_table(make_records(), path, TABLE)
        with pytest.raises(ContractError, match=r"column points is not in it; expected among .*'score'"):
            next(read_batches(path, ["score", "points"]))
