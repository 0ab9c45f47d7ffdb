import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from ravine.renderer._frames import RGB, Frame
from ravine.renderer.writers._written import repeats, whole_delays
from ravine.renderer.writers.gif import write_gif


@dataclass
class Film:
    """A film whose renderer reuses one buffer, as the real one does."""

    draw: Callable[[int], np.ndarray]
    durations: list[float]
    loops: int = 0
    comment: str = ""
    exact_colours: tuple[RGB, ...] = ()
    fps: float = 30.0

    @property
    def size(self):
        height, width, _ = self.draw(0).shape
        return width, height

    def still(self, index):
        rgb = self.draw(index % len(self.durations))
        return np.concatenate([rgb, np.full((*rgb.shape[:2], 1), 255, np.uint8)], axis=2)

    def __iter__(self):
        width, height = self.size
        buffer = np.zeros((height, width, 4), np.uint8)
        for index in range(len(self.durations)):
            new = self.still(index)
            rows, columns = np.nonzero((new != buffer).any(axis=2))
            buffer[:] = new
            if len(rows) == 0:
                yield Frame(buffer, (0, 0, 0, 0))
            else:
                box = int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1
                yield Frame(buffer, box)


WIDTH, HEIGHT = 160, 120
BALL = (86, 180, 233)


def discs(index: int) -> np.ndarray:
    """Two discs with soft edges over a gradient, at a time in frames."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    picture = np.stack([20 + x / 3, 30 + y / 2, 90 - x / 8 + y / 4], axis=2)
    for phase, colour in ((0, BALL), (2, (230, 159, 0))):
        centre_x, centre_y = 80 + 50 * np.cos(index / 9 + phase), 60 + 35 * np.sin(index / 7 + phase)
        cover = np.clip(8.5 - np.hypot(x - centre_x, y - centre_y), 0, 1)[..., None]
        picture = (1 - cover) * picture + cover * np.array(colour)
    return picture.round().astype(np.uint8)


def spots(index: int) -> np.ndarray:
    """A square that moves one pixel a frame: cheap to draw and of few colours."""
    picture = np.zeros((20, 64, 3), np.uint8)
    picture[8:12, index % 60 : index % 60 + 4] = 255
    return picture


def encode(film: Film, **options) -> bytes:
    file = BytesIO()
    write_gif(film, file, **options)
    return file.getvalue()


def decode(content: bytes) -> tuple[list[np.ndarray], list[int]]:
    """The pictures as RGB and the hundredths of a second for which each stands."""
    with Image.open(BytesIO(content)) as image:
        pictures, delays = [], []
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            pictures.append(np.array(image.convert("RGB")))
            delays.append(round(image.info["duration"] / 10))
    return pictures, delays


def psnr(one, other):
    return 10 * np.log10(255**2 / np.mean((one.astype(float) - other) ** 2))


DISCS = Film(discs, [1 / 25] * 12, comment="discs", exact_colours=(BALL,))


@pytest.fixture(scope="module")
def content() -> bytes:
    return encode(DISCS)


@pytest.fixture(scope="module")
def shown(content) -> list[np.ndarray]:
    pictures, _ = decode(content)
    return pictures


def test_looks_like_the_frames(shown):
    assert len(shown) == 12
    assert min(psnr(picture, discs(index)) for index, picture in enumerate(shown)) > 44


def test_a_gif_keeps_exact_colours(shown):
    for index, picture in enumerate(shown):
        there = (discs(index) == BALL).all(axis=2)
        assert there.sum() > 100
        assert (picture[there] == BALL).all()


def test_a_gif_does_not_flicker_where_nothing_moves(shown):
    still = np.all([discs(index) == discs(0) for index in range(12)], axis=(0, 3))
    assert still.sum() > 1000
    assert all((picture[still] == shown[0][still]).all() for picture in shown)


def test_same_film_same_bytes(content):
    assert encode(DISCS) == content


@pytest.mark.parametrize("fps", [10.0, 24.0, 25.0, 30.0, 48.0, 50.0])
def test_delays_are_exact_on_average(fps):
    _, delays = decode(encode(Film(spots, [1 / fps] * 59)))
    assert len(delays) == 59
    ends = np.cumsum(delays)
    np.testing.assert_allclose(ends, 100 / fps * np.arange(1, 60), atol=0.5001)


def test_fast_films_lose_frames_and_no_time():
    pictures, delays = decode(encode(Film(spots, [1 / 60] * 60)))
    assert min(delays) >= 2
    assert sum(delays) == 100
    assert len(pictures) == 50
    np.testing.assert_array_equal(pictures[-1], spots(59))


def test_last_frame_includes_the_hold():
    _, delays = decode(encode(Film(spots, [1 / 25] * 9 + [2.04])))
    assert delays == [4] * 9 + [204]


def test_frames_without_a_change_prolong_the_one_before():
    film = Film(lambda index: spots(index // 5), [1 / 25] * 20)
    pictures, delays = decode(encode(film))
    assert delays == [20] * 4
    assert all((picture == spots(index)).all() for index, picture in enumerate(pictures))


def test_delays_of_more_than_eleven_minutes():
    _, delays = decode(encode(Film(spots, [0.04, 1400.0])))
    assert delays == [4, 65535, 65535, 140_000 - 2 * 65535]


@pytest.mark.parametrize(("loops", "repeats_after"), [(0, 0), (1, None), (2, 1), (5, 4), (100_000, 65535)])
def test_loops(loops, repeats_after):
    with Image.open(BytesIO(encode(Film(spots, [0.04] * 3, loops=loops)))) as image:
        assert image.info.get("loop") == repeats_after


@pytest.mark.parametrize("comment", ["made by ravine", "é ≤ 3", "a" * 255, "b" * 1000, ""])
def test_comment(comment):
    content = encode(Film(spots, [0.04] * 3, comment=comment))
    with Image.open(BytesIO(content)) as image:
        assert image.info.get("comment", b"").decode() == comment


def test_a_gif_of_one_frame():
    pictures, _ = decode(encode(Film(spots, [2.0])))
    np.testing.assert_array_equal(pictures, [spots(0)])


def test_colours_that_come_late_are_kept():
    def flash(index):
        picture = spots(index)
        picture[0, 0] = (index, 2 * index, 3 * index)
        return picture

    pictures, _ = decode(encode(Film(flash, [0.04] * 80)))
    assert all((picture == flash(index)).all() for index, picture in enumerate(pictures))


def test_a_gif_is_written_where_the_file_stands():
    file = BytesIO(b"head and a tail that is to be kept" * 100)
    file.seek(4)
    write_gif(Film(spots, [0.04] * 3), file)
    end = file.tell()
    assert file.getvalue()[:4] == b"head"
    assert file.getvalue()[4:end] == encode(Film(spots, [0.04] * 3))


def test_the_encoder_reports_every_frame():
    told = []
    encode(Film(lambda index: spots(index // 3), [1 / 60] * 20), on_frame=told.append)
    assert told == list(range(20))


def test_durations_that_do_not_fit_the_frames():
    class Short(Film):
        def __iter__(self):
            yield next(super().__iter__())

    with pytest.raises(ValueError, match="longer"):
        encode(Short(spots, [0.04] * 3))


def test_memory_does_not_grow_with_the_number_of_frames(tmp_path):
    """The most that is held between two frames: within one, the search for colours takes more."""

    def held(count):
        sizes = []
        tracemalloc.start()
        with (tmp_path / "film.gif").open("w+b") as file:
            film = Film(spots, [1 / 25] * count)
            write_gif(film, file, on_frame=lambda _: sizes.append(tracemalloc.get_traced_memory()[0]))
        tracemalloc.stop()
        return max(sizes)

    held(2)
    assert held(160) < held(16) + 20 * spots(0).nbytes


_SHAPE = st.tuples(st.integers(1, 12), st.integers(1, 12))


@given(st.data())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_films_of_few_colours_survive_bit_by_bit(data):
    height, width = data.draw(_SHAPE)
    colours = data.draw(arrays(np.uint8, (data.draw(st.integers(1, 255)), 3)))
    count = data.draw(st.integers(1, 12))
    which = data.draw(arrays(np.uint8, (count, height, width)))
    frames = colours[which % len(colours)]
    pictures, delays = decode(encode(Film(lambda index: frames[index], [0.05] * count)))
    shown = np.repeat(np.arange(len(delays)), np.array(delays) // 5)
    assert len(shown) == count
    for frame, index in zip(frames, shown, strict=True):
        np.testing.assert_array_equal(pictures[index], frame)


class TestTiming:
    @pytest.mark.parametrize("fps", [24.0, 25.0, 29.97, 30.0, 50.0, 60.0, 100.0, 144.0])
    @pytest.mark.parametrize(("ticks", "shortest"), [(100, 2), (1000, 11)])
    def test_whole_delays_keep_the_time(self, fps, ticks, shortest):
        delays = whole_delays([1 / fps] * 500 + [2.0], ticks=ticks, shortest=shortest)
        assert sum(delays) == pytest.approx(ticks * (500 / fps + 2), abs=0.5001)
        assert all(delay == 0 or delay >= shortest for delay in delays)
        assert delays[-1] >= ticks

    def test_the_last_frame_is_shown_however_short(self):
        assert whole_delays([0.02, 0.001], ticks=100, shortest=2) == [2, 2]

    @pytest.mark.parametrize("fps", [24.0, 29.97, 30.0, 60.0])
    def test_repeats_keep_the_time(self, fps):
        counts = repeats([1 / fps] * 100 + [2.0], fps)
        assert counts == [1] * 100 + [round(2 * fps)]

    def test_repeats_of_frames_slower_and_faster_than_the_rate(self):
        assert repeats([0.2, 0.05, 0.05, 0.1, 0.01], 10.0) == [2, 0, 1, 1, 1]
