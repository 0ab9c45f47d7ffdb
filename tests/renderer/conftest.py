"""What is written on pictures, seen before it is pixels."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ravine.renderer.canvas._canvas import Canvas


@dataclass(frozen=True)
class Text:
    """A text on a canvas, with the point that its baseline goes through."""

    canvas: "Canvas" = field(compare=False)
    words: str
    at: tuple[float, float] = field(compare=False)
    size: float
    box: tuple[int, int, int, int]
    """Left, top, right and bottom of its ink and advance, in pixels of the canvas."""


class Written(list[Text]):
    """Texts in the order in which they are drawn."""

    @property
    def words(self) -> list[str]:
        return [text.words for text in self]


def pixel_box(words: str, at: tuple[float, float], **how: Any) -> tuple[int, int, int, int]:
    from ravine.renderer.canvas._canvas import text_size

    anchor = how.get("anchor", "left")
    font = {key: how[key] for key in ("size", "bold", "mono") if key in how}
    width, height, descent = text_size(words, **font)
    left = at[0] - {"left": 0.0, "center": width / 2, "right": width}[anchor]
    return round(left), round(at[1] + descent - height), round(left + width), round(at[1] + descent)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    """Every text that is drawn on a canvas."""
    from ravine.renderer.canvas._canvas import Canvas

    written = Written()
    draw = Canvas.text

    def text(canvas: Canvas, words: str, at: tuple[float, float], **how: Any) -> tuple[int, int, int, int]:
        written.append(Text(canvas, words, at, how["size"], pixel_box(words, at, **how)))
        return draw(canvas, words, at, **how)

    monkeypatch.setattr(Canvas, "text", text)
    return written
