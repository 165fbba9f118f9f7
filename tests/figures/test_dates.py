"""No file of a figure carries a date, whatever the clock or SOURCE_DATE_EPOCH says."""

import pytest

from valueadded.figures import style


@style.house_style()
def draw(folder, name):
    figure = style.new_figure(5.0, "title")
    figure.subplots().plot([1, 3, 2])
    style.save_figure(figure, folder / f"{name}.png", folder / f"{name}.svg", 72)
    return (folder / f"{name}.png").read_bytes(), (folder / f"{name}.svg").read_bytes()


@pytest.mark.parametrize("epoch", ["0", "1700000000"])
def test_the_epoch_of_the_source_changes_nothing(epoch, monkeypatch, tmp_path):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    plain = draw(tmp_path, "plain")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    dated = draw(tmp_path, "dated")
    assert plain == dated
    for content in dated:
        assert b"1970" not in content
        assert b"2023" not in content
        assert b"tIME" not in content
