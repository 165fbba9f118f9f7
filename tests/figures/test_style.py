from itertools import pairwise

import matplotlib
import pytest
from matplotlib.figure import Figure

from valueadded.figures import style


def test_same_figure_gives_the_same_bytes_under_any_user_settings(tmp_path):
    for name, size in (("a", 10), ("b", 30)):
        with matplotlib.rc_context({"font.size": size, "svg.hashsalt": name}):
            _save_example(tmp_path / f"{name}.png", tmp_path / f"{name}.svg")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert b"<dc:date>" not in (tmp_path / "a.svg").read_bytes()
    assert b"Software" not in (tmp_path / "a.png").read_bytes()


def test_figures_have_the_text_width_of_the_page():
    assert style.new_figure(8.0, "title").get_size_inches()[0] * 2.54 == pytest.approx(16.0)


def test_a_failed_save_leaves_nothing_behind(tmp_path):
    class Failing(Figure):
        def savefig(self, stream, **options):
            stream.write(b"half a picture")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        style.save_figure(Failing(), tmp_path / "a.png", tmp_path / "a.svg", 100)
    assert list(tmp_path.iterdir()) == []


def test_main_colours_stay_apart_in_grey():
    # 1.35 is a contrast at which neighbouring greys are told apart in print; texts need 4.5 (WCAG AA).
    ladder = [
        style.luminance(colour) for colour in (style.INK, style.DARK, style.MIDDLE, style.BRIGHT, style.MUTED)
    ]
    assert all((lighter + 0.05) / (darker + 0.05) > 1.35 for darker, lighter in pairwise(ladder))
    assert 1.05 / (style.luminance(style.FADED) + 0.05) > 4.5


@pytest.mark.parametrize("background", ["#ffffff", "#7f9db5", "#808080", style.DARK, style.MIDDLE, "#000000"])
def test_text_on_a_colour_is_readable(background):
    behind, text = sorted([style.luminance(background), style.luminance(style.readable_on(background))])
    # No background is further than 4.3 from both ink and white.
    assert (text + 0.05) / (behind + 0.05) > 4.1


def test_luminance_runs_from_black_to_white():
    assert style.luminance("#000000") == 0
    assert style.luminance("#ffffff") == pytest.approx(1)


@style.house_style()
def _save_example(png, svg):
    figure = style.new_figure(6.0, "example")
    axes = figure.subplots()
    axes.bar([1, 2], [1, 2], hatch="//")
    axes.set_title("title")
    style.save_figure(figure, png, svg, 100)
