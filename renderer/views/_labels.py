"""Words about points of a graph: where they stand below it, clear of it and of each other."""

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np

from ravine.renderer.canvas import Canvas, Pen, in_two_lines, text_size, touch
from ravine.renderer.views._profile import Graph

_LINE = 1.25
"""From one line of a word to the next, in sizes."""

_SHIFTS = (0.0, 0.25, -0.25, 0.5, -0.5, 0.75, -0.75, 1.0, -1.0, 1.5, -1.5)
"""Sideways shifts of a label from its point that are tried, in widths of the label."""

_ASIDE, _WRAPPED = 0.7, 1.0
"""Costs of a label's place, in pixels down: a pixel to the side, and a second line in text sizes."""

_CLEAR, _CLEAR_OF_TIE = 0.5, 0.2
"""The margins around a label and beside its line, in text sizes."""

_TIED = 0.9
"""A word further than this below its point, in sizes, has a line to it."""

_MOST_ORDERS = 120

Box = tuple[float, float, float, float]


class Word(NamedTuple):
    """Lines of text below a point.

    Attributes:
        lines: One or two.
        size: Of the text.
        point: The point that they name: of the graph, or below what is marked there.
        box: The box that they fill: left, top, right, bottom.
    """

    lines: tuple[str, ...]
    size: float
    point: tuple[float, float]
    box: Box

    @property
    def tie(self) -> tuple[tuple[float, float], tuple[float, float]] | None:
        """The ends of the line from the point to a word that stands away from it."""
        (x, y), (left, top, right, _) = self.point, self.box
        if top - y <= _TIED * self.size and left <= x <= right:
            return None
        return (x, y), (min(max(x, left), right), top)

    @property
    def boxes(self) -> list[Box]:
        """The boxes that it fills, its line included."""
        if self.tie is None:
            return [self.box]
        (x0, y0), (x1, y1) = self.tie
        clear = _CLEAR_OF_TIE * self.size
        return [self.box, (min(x0, x1) - clear, y0, max(x0, x1) + clear, y1)]

    @property
    def cost(self) -> float:
        """The cost of its place, 0 right below its point."""
        (x, y), (left, top, right, _) = self.point, self.box
        aside = abs((left + right) / 2 - x)
        return top - y + _ASIDE * aside + _WRAPPED * self.size * (len(self.lines) - 1)

    def write(self, canvas: Canvas, *, colour: str, tie: Pen) -> None:
        """Write it, tied to its point where it stands away from it."""
        left, top, right, _ = self.box
        if self.tie is not None:
            canvas.line(tie, np.array(self.tie))
        for row, line in enumerate(self.lines):
            at = ((left + right) / 2, top + (0.9 + row * _LINE) * self.size)
            canvas.text(line, at, size=self.size, colour=colour, anchor="center")


def placed_words(
    marks: Sequence[tuple[float, str]], graph: Graph, *, depth: float, size: float, taken: Sequence[Box]
) -> list[Word]:
    """Words near below their points, as many as there is room for.

    Args:
        marks: The column of a point, and what is said of it.
        graph: No word is above it.
        depth: The height of the trails below the graph.
        size: Of the text.
        taken: Boxes that no word touches.
    """
    places = [
        list(_places(text, _foot(column, graph, taken), graph, depth=depth, size=size))
        for column, text in sorted(marks)
    ]
    best: list[Word] = []
    for _, order in zip(range(_MOST_ORDERS), permutations(places), strict=False):
        best = min(best, _in_order(order, graph, taken), key=_badness)
    return best


def _badness(words: Sequence[Word]) -> tuple[int, float]:
    return -len(words), sum(word.cost for word in words)


def _foot(column: float, graph: Graph, taken: Sequence[Box]) -> tuple[float, float]:
    """A point of the graph, or below what is marked there."""
    row = graph.lowest_row(column, column)
    marked = [bottom for left, _, right, bottom in taken if left < column < right and bottom > row]
    return column, max([row, *marked])


def _places(
    text: str, point: tuple[float, float], graph: Graph, *, depth: float, size: float
) -> Iterator[Word]:
    """Yield the possible places of a label: below the graph and its point, as high as it can be."""
    edge_left, _, edge_right, _ = graph.box
    clear = _CLEAR * size
    for lines in dict.fromkeys([(text,), in_two_lines(text)]):
        width = max(text_size(line, size=size)[0] for line in lines)
        height = (1.15 + (len(lines) - 1) * _LINE) * size
        for shift in _SHIFTS:
            left = min(max(point[0] + (shift - 0.5) * width, edge_left + clear), edge_right - clear - width)
            if left > edge_left:
                under = graph.lowest_row(left - clear, left + width + clear) + depth
                top = max(under, point[1]) + clear
                yield Word(lines, size, point, (left, top, left + width, top + height))


def _in_order(order: Sequence[Sequence[Word]], graph: Graph, taken: Sequence[Box]) -> list[Word]:
    """One word after the other, each in the best of its places that is left."""
    full, words = list(taken), []
    for places in order:
        lowered = (_lowered(word, full) for word in places)
        left = [word for word in lowered if _fits(word, graph, full)]
        if left:
            words.append(min(left, key=lambda word: word.cost))
            full += words[-1].boxes
    return words


def _lowered(word: Word, full: Sequence[Box]) -> Word:
    """The word, as far down as it touches none of the boxes."""
    left, top, right, bottom = word.box
    clear, height = _CLEAR * word.size, bottom - top
    for box in sorted(full, key=lambda box: box[1]):
        if touch((left - clear, top - clear, right + clear, top + height + clear), box):
            top = box[3] + clear
    return word._replace(box=(left, top, right, top + height))


def _fits(word: Word, graph: Graph, full: Sequence[Box]) -> bool:
    free = not any(touch(own, box) for own in word.boxes for box in full)
    return free and word.box[3] <= graph.box[3] - 0.5 * _CLEAR * word.size
