"""What matplotlib is told while a figure is made and written, whatever a user's own settings are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib

_LOOKS = (
    "agg.", "axes.", "figure.", "font.", "grid.", "hatch.", "image.", "lines.", "markers.", "mathtext.",
    "patch.", "path.", "pdf.", "savefig.", "svg.", "text.", "xtick.", "ytick.",
)  # fmt: skip

_OWN = {
    "font.family": ["DejaVu Sans"],
    "mathtext.fontset": "dejavusans",
    "axes.unicode_minus": True,
    # Ids of an SVG are random without a salt.
    "svg.hashsalt": "ravine",
    # As outlines words look the same in every browser; as text they would need DejaVu Sans there, and
    # with another font they would touch.
    "svg.fonttype": "path",
    # Journals refuse Type 3.
    "pdf.fonttype": 42,
    "path.simplify": False,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Matplotlib's own defaults and ours, within this block or decorated function alone."""
    defaults = matplotlib.rcParamsDefault
    looks = {name: defaults[name] for name in defaults if name.startswith(_LOOKS)}
    settings: dict[Any, Any] = {**looks, **_OWN}
    with matplotlib.rc_context(settings):
        yield
