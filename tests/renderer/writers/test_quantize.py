from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

from ravine.renderer._frames import RGB
from ravine.renderer.writers._quantize import ColourTable, choose_palette


@dataclass
class Stills:
    """Frames of which only stills are asked for."""

    pictures: list[np.ndarray]
    exact_colours: tuple[RGB, ...] = ()
    fps: float = 25.0
    loops: int = 0
    comment: str = ""

    @property
    def size(self):
        height, width, _ = self.pictures[0].shape
        return width, height

    @property
    def durations(self):
        return [0.04] * len(self.pictures)

    def still(self, index):
        return self.pictures[index].copy()

    def __iter__(self):
        raise AssertionError


def opaque(rgb):
    return np.concatenate([rgb, np.full((*rgb.shape[:2], 1), 255)], axis=2).astype(np.uint8)


def gradient(*, shift=0):
    y, x = np.mgrid[0:120, 0:160]
    return opaque(np.stack([x + shift, y + 60, 255 - x / 2 - y / 2], axis=2))


def words(rgb):
    return (rgb.astype(np.uint32) * np.array([1, 256, 65536], np.uint32)).sum(axis=-1, dtype=np.uint32)


def error(picture, palette):
    colours = picture[..., :3].reshape(-1, 3).astype(int)
    table = ColourTable(palette, size=256)
    entries = table.entries[table.indices(words(colours))].astype(int)
    return ((entries - colours) ** 2).mean()


def test_few_colours_are_all_in_the_palette():
    rng = np.random.default_rng(1)
    colours = rng.integers(0, 256, (40, 3))
    pictures = [opaque(colours[rng.integers(0, 40, (30, 30))]) for _ in range(7)]
    palette = choose_palette(Stills(pictures), most=255)
    assert set(map(tuple, palette.tolist())) == set(map(tuple, colours.tolist()))


def test_exact_colours_come_first_once_each():
    exact = ((1, 2, 3), (200, 100, 7), (1, 2, 3))
    palette = choose_palette(Stills([gradient()], exact), most=64)
    assert palette[:2].tolist() == [[1, 2, 3], [200, 100, 7]]
    assert palette.shape == (64, 3)


def test_exact_colours_may_fill_the_palette():
    exact = tuple((index, 0, 0) for index in range(8))
    palette = choose_palette(Stills([gradient()], exact), most=8)
    assert palette.tolist() == [list(colour) for colour in exact]


def test_too_many_exact_colours():
    with pytest.raises(ValueError, match="at most 8 exact colours, and 9 are given"):
        choose_palette(Stills([gradient()], tuple((index, 0, 0) for index in range(9))), most=8)


def test_a_palette_is_closer_than_median_cut_where_some_colours_are_rare():
    y, x = np.mgrid[0:120, 0:160]
    picture = opaque(np.stack([255 * (x / 160) ** 6, 20 + 80 * (y / 120) ** 3, 40 + x / 8 + y / 8], axis=2))
    cut = Image.fromarray(picture[..., :3]).quantize(255, method=Image.Quantize.MEDIANCUT)
    theirs = np.array(cut.getpalette(), np.uint8).reshape(-1, 3)
    assert error(picture, choose_palette(Stills([picture]), most=255)) < 0.8 * error(picture, theirs)


def test_looks_at_the_whole_film():
    pictures = [gradient(shift=8 * index) for index in range(12)]
    palette = choose_palette(Stills(pictures), most=255)
    assert max(error(pictures[index], palette) for index in (3, 6, 8, 11)) < 1.5 * error(pictures[0], palette)


def test_many_colours_are_all_served():
    rng = np.random.default_rng(4)
    picture = opaque(rng.integers(0, 256, (300, 300, 3)))
    palette = choose_palette(Stills([picture]), most=255)
    colours = rng.integers(0, 256, (200, 3))
    table = ColourTable(palette, size=256)
    found = table.entries[table.indices(words(colours))].astype(int)
    assert ((found - colours) ** 2).mean(axis=1).max() < 40**2


def test_same_film_same_palette():
    pictures = [gradient(shift=index) for index in range(3)]
    first, second = (choose_palette(Stills(pictures), most=255) for _ in range(2))
    np.testing.assert_array_equal(first, second)


class TestColourTable:
    def test_finds_the_nearest_entry(self):
        rng = np.random.default_rng(2)
        palette = np.unique(rng.integers(0, 256, (255, 3)), axis=0).astype(np.uint8)
        colours = rng.integers(0, 256, (5000, 3))
        distances = ((colours[:, None] - palette.astype(int)) ** 2).sum(axis=2)
        found = ColourTable(palette, size=len(palette) + 1).indices(words(colours)).astype(int) - 1
        np.testing.assert_array_equal(distances[np.arange(5000), found], distances.min(axis=1))

    def test_keeps_its_own_colours(self):
        rng = np.random.default_rng(3)
        palette = np.unique(rng.integers(0, 256, (255, 3)), axis=0).astype(np.uint8)
        found = ColourTable(palette, size=256).indices(words(palette))
        np.testing.assert_array_equal(found, np.arange(1, len(palette) + 1))

    def test_gives_free_entries_to_new_colours(self):
        table = ColourTable(np.zeros((1, 3), np.uint8), size=4)
        colours = np.array([[9, 9, 9], [200, 0, 0]])
        found = table.indices(words(colours))
        np.testing.assert_array_equal(table.entries[found], colours)

    def test_gives_free_entries_where_the_palette_serves_worst(self):
        table = ColourTable(np.zeros((1, 3), np.uint8), size=3)
        colours = np.array([[1, 0, 0], [255, 255, 255], [2, 0, 0]])
        found = table.indices(words(colours))
        assert table.entries[found].tolist() == [[0, 0, 0], [255, 255, 255], [0, 0, 0]]

    def test_never_moves_an_entry(self):
        table = ColourTable(np.array([[0, 0, 0], [255, 255, 255]], np.uint8), size=5)
        before = table.indices(words(np.array([[0, 0, 0], [255, 255, 255], [90, 0, 0]])))
        table.indices(words(np.array([[0, 90, 0], [0, 0, 90], [91, 0, 0]])))
        after = table.indices(words(np.array([[0, 0, 0], [255, 255, 255], [90, 0, 0]])))
        np.testing.assert_array_equal(before, after)
