"""One look for all charts: large type, colour-blind-safe colours, and line, marker or hatch for black-and-white print.

Charts use matplotlib's object-oriented interface on the Agg canvas: no pyplot, no window, no global state. A page is
12.8 inches wide, so that 14 points stay readable on a projector of 1280 pixels.
"""

from __future__ import annotations

import io
import itertools
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal, cast

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

__all__ = [
    "BELOW",
    "FAINT",
    "HEIGHT",
    "INK",
    "MUTED",
    "PAR",
    "SMALL",
    "TITLE",
    "WIDTH",
    "ArmStyle",
    "Format",
    "arm_style",
    "beside",
    "body",
    "head_height",
    "inch_axes",
    "look",
    "page",
    "page_for",
    "save",
    "text_width",
    "wrapped",
]

Line = Literal["-"] | tuple[float, tuple[float, ...]]
"""A line style of matplotlib: solid, or where dashes start and their lengths."""
Vertical = Literal["top", "center", "bottom"]
Format = Literal["png", "svg"]
"""Kinds of picture file."""
WIDTH, HEIGHT = 12.8, 7.2
"""Size of a page [inch]: 16 to 9."""
DPI = 120
"""Dots per inch of a PNG, and of all measuring: a page is 1536 pixels wide."""
SMALL, TITLE = 14, 20
"""Type sizes [points]; nothing is smaller than SMALL."""
HANDLE = 1.05
"""Room for a legend's mark and the gaps around it [inch]."""
HINTING = 1.015
"""On the page letters are set to whole pixels, which widens a line a little."""
MARGIN = 0.25
"""White border of a page [inch]."""
INK, MUTED, FAINT = "#1a1a1a", "#595959", "#d9d9d9"
PAR, BELOW = "#009e73", "#d55e00"
"""Okabe & Ito's bluish green and vermilion: at or above par, below par."""

_COLOURS = ("#1a1a1a", "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#7f7f7f")
_LINES: tuple[Line, ...] = (
    "-",
    (0, (5, 2)),
    (0, (1, 1.2)),
    (0, (6, 1.5, 1, 1.5)),
    (0, (9, 2)),
    (0, (3, 1, 1, 1, 1, 1)),
)
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")

_LOOK: dict[str, object] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": SMALL,
    "text.color": INK,
    "text.parse_math": False,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": SMALL,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.labelsize": SMALL,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "axes.formatter.useoffset": False,
    "grid.color": FAINT,
    "grid.linewidth": 0.8,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.frameon": False,
    "legend.fontsize": SMALL,
    "lines.linewidth": 2.4,
    "hatch.linewidth": 1.0,
    "figure.dpi": DPI,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "silosim",
}


@contextmanager
def look() -> Iterator[None]:
    """The look as a context: whatever a user's own matplotlibrc says, and everything as before when it ends."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(cast("Any", _LOOK))  # its type lists each allowed key
        yield


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmStyle:
    """How one arm looks on every chart."""

    colour: str
    line: Line
    marker: str


def arm_style(position: int) -> ArmStyle:
    """Style of the arm at this position (0: the first arm, in black)."""
    return ArmStyle(
        colour=_COLOURS[position % len(_COLOURS)],
        line=_LINES[position % len(_LINES)],
        marker=_MARKERS[position % len(_MARKERS)],
    )


@cache
def _measure() -> TextToPath:
    return TextToPath()


@lru_cache(maxsize=4096)
def text_width(text: str, *, size: float = SMALL, bold: bool = False) -> float:
    """Width of a line of text [inch]; the same words come back on many pages, so widths are kept."""
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    width, _, _ = _measure().get_text_width_height_descent(text, font, ismath=False)
    return float(width) * HINTING / 72


def wrapped(text: str, *, width: float, size: float = SMALL, bold: bool = False) -> str:
    """The text broken into lines no wider than `width` [inch]; a single longer word is broken too."""
    lines: list[str] = []
    for word in text.split():
        joint = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joint, size=size, bold=bold) <= width:
            lines[-1] = joint
            continue
        lines.extend(_pieces(word, width=width, size=size, bold=bold))
    return "\n".join(lines)


def _pieces(word: str, *, width: float, size: float, bold: bool) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, size=size, bold=bold) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def page(
    *, title: str, note: str, handles: Sequence[Artist] = (), height: float = HEIGHT, width: float = WIDTH
) -> Figure:
    """An empty page: message on top, legend below it, note at the foot; axes are laid out in between.

    Parameters
    ----------
    title
        The message in plain words.
    note
        What lines, bands and numbers mean.
    handles
        Legend entries with labels.
    height, width
        Size of the page [inch].
    """
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    inner = width - 2 * MARGIN
    head = wrapped(title, width=inner, size=TITLE, bold=True)
    left, top = MARGIN / width, height - MARGIN
    figure.text(left, top / height, head, size=TITLE, weight="bold", va="top", ha="left", linespacing=1.15)
    top = height - head_height(figure) - 0.08
    if handles:
        top -= _legend(figure, handles, top=top, inner=inner)
    foot = wrapped(note, width=inner)
    bottom = MARGIN
    if foot:
        figure.text(left, bottom / height, foot, color=MUTED, va="bottom", ha="left", linespacing=1.15)
        bottom += (foot.count("\n") + 1) * SMALL * 1.35 / 72 + 0.1
    figure.set_layout_engine(
        "constrained", rect=(left, bottom / height, 1 - 2 * left, (top - bottom) / height), w_pad=0.06, h_pad=0.06
    )
    return figure


def head_height(figure: Figure) -> float:
    """Height of a page's margin and title [inch]: what `page` puts above the legend."""
    lines = figure.texts[0].get_text().count("\n") + 1
    return MARGIN + lines * TITLE * 1.35 / 72


def page_for(
    *,
    needed: float,
    title: str,
    note: str,
    handles: Sequence[Artist] = (),
    width: float = WIDTH,
    least: float = 5.0,
) -> Figure:
    """A page tall enough to leave `needed` inches between its head and its foot, and at least `least` inches tall."""
    probe = page(title=title, note=note, handles=handles, width=width)
    spare = probe.get_figheight() - body(probe)[3]
    return page(title=title, note=note, handles=handles, width=width, height=max(spare + needed, least))


def body(figure: Figure) -> tuple[float, float, float, float]:
    """Left, bottom, width and height of the room between head and foot of a page [inch]."""
    engine = figure.get_layout_engine()
    assert engine is not None
    left, bottom, width, height = engine.get()["rect"]
    wide, tall = figure.get_size_inches()
    return float(left * wide), float(bottom * tall), float(width * wide), float(height * tall)


def inch_axes(figure: Figure, *, needed: float, left: float, right: float, head: float = 0.0) -> Axes:
    """Axes whose y counts inches from the top of the page's body, with words placed by hand at both sides.

    Parameters
    ----------
    needed
        Height of the axes [inch].
    left, right
        Room beside the axes, inside the page's margin [inch].
    head
        Room above the axes, below the legend [inch].
    """
    start, bottom, width, height = body(figure)
    wide, tall = figure.get_size_inches()
    figure.set_layout_engine("none")
    foot = bottom + height - head - needed
    axes = figure.add_axes(((start + left) / wide, foot / tall, (width - left - right) / wide, needed / tall))
    axes.set_ylim(needed, 0)
    axes.set_yticks([])
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    return axes


def beside(
    axes: Axes, text: str, *, at: float, left: bool, bold: bool = False, colour: str = INK, va: Vertical = "top"
) -> None:
    """Words at the left or right of `inch_axes`, at `at` inches from its top."""
    axes.annotate(
        text,
        (0 if left else 1, at),
        (-11 if left else 11, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        annotation_clip=False,
        ha="right" if left else "left",
        va=va,
        weight="bold" if bold else "normal",
        color=colour,
        linespacing=1.15,
    )


def _legend(figure: Figure, handles: Sequence[Artist], *, top: float, inner: float) -> float:
    """Draw the legend at the left below `top`, in as few rows as fit; its height [inch]."""
    for artist in handles:
        artist.set_label(wrapped(str(artist.get_label()), width=inner - HANDLE))
    widths = [HANDLE + max(text_width(line) for line in str(artist.get_label()).split("\n")) for artist in handles]
    columns = next((count for count in range(len(handles), 1, -1) if _columns_width(widths, columns=count) <= inner), 1)
    legend = figure.legend(
        handles=list(handles),
        ncols=columns,
        loc="upper left",
        bbox_to_anchor=(MARGIN / figure.get_figwidth(), top / figure.get_figheight()),
        borderaxespad=0,
        borderpad=0,
        columnspacing=1.4,
        handlelength=2.6,
        handletextpad=0.6,
        labelspacing=0.35,
    )
    legend.set_in_layout(False)
    extent = legend.get_window_extent()
    return float(extent.height) / figure.dpi + 0.12


def _columns_width(widths: Sequence[float], *, columns: int) -> float:
    """Width of a legend that matplotlib fills column by column [inch]."""
    rows, longer = divmod(len(widths), columns)
    ends = [0]
    for column in range(columns):
        ends.append(ends[-1] + rows + (column < longer))
    return sum(max(widths[begin:end]) for begin, end in itertools.pairwise(ends))


def save(figure: Figure, folder: Path, name: str, *, formats: Sequence[Format] = ("png",)) -> list[Path]:
    """Write `name.png`, and `name.svg` if asked: the same bytes for the same figure, no dates, no versions.

    The canvas writes by itself: `savefig` would draw every page twice, only to lay it out.
    """
    canvas: Any = FigureCanvasAgg(figure)  # its own writers are not typed
    written = []
    for kind in formats:
        buffer = io.BytesIO()
        if kind == "png":
            canvas.print_png(buffer, metadata={"Software": None}, pil_kwargs={"compress_level": 4})
        else:
            figure.savefig(buffer, format=kind, metadata={"Date": None, "Creator": None})
        path = folder / f"{name}.{kind}"
        path.write_bytes(buffer.getvalue())
        written.append(path)
    return written
