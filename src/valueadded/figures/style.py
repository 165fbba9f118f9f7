"""The house style of every figure, and how a figure becomes files."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from valueadded.ownership import write_bytes

WIDTH_CM = 16.0
"""Text width of an A4 page (centimetres)."""

# Chosen by lightness first: the colours stay apart when printed in grey and for colour-blind readers.
INK = "#1a1a1a"
DARK = "#17466b"
MIDDLE = "#b35c14"
BRIGHT = "#5b9dc4"
SOFT = "#9fb8cc"
FADED = "#6e6e6e"
MUTED = "#b4b4b4"
PALE = "#e9e9e9"

MOST_VECTOR_MARKS = 1500
"""Beyond this many marks an SVG file holds them as a picture: viewers stall on more."""

RULES: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.titlelocation": "left",
    "axes.labelsize": 8,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "legend.handlelength": 1.6,
    "figure.titlesize": 9.5,
    "figure.titleweight": "bold",
    "hatch.linewidth": 0.5,
    "lines.solid_capstyle": "butt",
    # Letters as outlines: the same picture on machines without our font.
    "svg.fonttype": "path",
    # Without a fixed salt the identifiers inside an SVG file differ from run to run.
    "svg.hashsalt": "valueadded",
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house style, whatever the user's own settings of matplotlib; also a decorator."""
    with matplotlib.style.context(["default", RULES]):
        yield


def new_figure(height_cm: float, title: str) -> Figure:
    """Return an empty figure of the text width, `height_cm` tall, with its title at the left."""
    figure = Figure(figsize=(WIDTH_CM / 2.54, height_cm / 2.54), layout="constrained")
    figure.suptitle(title, x=0.01, horizontalalignment="left")
    return figure


def crowd_width(n_lines: int) -> float:
    """Return the width (points) at which `n_lines` lines in one panel still read as lines."""
    return float(np.clip(60 / max(1, n_lines), 0.2, 0.7))


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, 0 (black) to 1 (white), as the eye and grey print see it."""
    channels = np.array(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def readable_on(background: str) -> str:
    """Return the colour, ink or white, that stands out more on `background`."""
    behind = luminance(background) + 0.05
    return INK if behind / (luminance(INK) + 0.05) >= 1.05 / behind else "white"


def in_words(code: str) -> str:
    """Return a name or code as words, its first letter a capital."""
    words = code.replace("_", " ")
    return words[:1].upper() + words[1:]


def save_figure(figure: Figure, png: str | Path, svg: str | Path, dots_per_inch: int) -> None:
    """Write `figure` as PNG and as SVG, each whole or not at all, the same bytes on every run."""
    write_bytes(render_png(figure, dots_per_inch), png)
    write_bytes(_render(figure, dpi=dots_per_inch, format="svg", metadata={"Date": None}), svg)


def render_png(figure: Figure, dots_per_inch: int) -> bytes:
    """Return `figure` as the bytes of a PNG, the same on every run."""
    return _render(figure, dpi=dots_per_inch, format="png", metadata={"Software": None})


def _render(figure: Figure, **options: Any) -> bytes:
    buffer = io.BytesIO()
    with house_style():
        figure.savefig(buffer, **options)
    return buffer.getvalue()
