import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from ravine.core.atomic import OutputError
from ravine.renderer import writers
from ravine.renderer._frames import RGB, Frame
from ravine.renderer.writers import check_path, mp4, to_bytes, webm, write, write_still

WIDTH, HEIGHT = 96, 64
BLUE = (86, 180, 233)


def discs(index: int) -> np.ndarray:
    """A soft disc over a gradient, at a time in frames."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    picture = np.stack([20 + x / 2, 30 + y, 90 - x / 4 + y / 2], axis=2)
    centre_x, centre_y = 48 + 30 * np.cos(index / 5), 32 + 18 * np.sin(index / 4)
    cover = np.clip(9.5 - np.hypot(x - centre_x, y - centre_y), 0, 1)[..., None]
    return ((1 - cover) * picture + cover * np.array(BLUE)).round().astype(np.uint8)


@dataclass
class Film:
    """A film whose renderer reuses one buffer, as the real one does."""

    draw: Callable[[int], np.ndarray] = discs
    count: int = 12
    fps: float = 25.0
    hold: float = 0.2
    loops: int = 0
    comment: str = "landscape = 'beale'\nnote = 'é ≤ 3'"
    exact_colours: tuple[RGB, ...] = (BLUE,)

    @property
    def size(self):
        height, width, _ = self.draw(0).shape
        return width, height

    @property
    def durations(self):
        return [1 / self.fps] * (self.count - 1) + [1 / self.fps + self.hold]

    def still(self, index):
        rgb = self.draw(index % self.count)
        return np.concatenate([rgb, np.full((*rgb.shape[:2], 1), 255, np.uint8)], axis=2)

    def __iter__(self):
        width, height = self.size
        buffer = np.zeros((height, width, 4), np.uint8)
        for index in range(self.count):
            new = self.still(index)
            changed = (new != buffer).any(axis=2)
            buffer[:] = new
            rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
            if len(rows) == 0:
                yield Frame(buffer, (0, 0, 0, 0))
            else:
                box = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
                yield Frame(buffer, box)


def read_video(path: Path) -> tuple[str, list[np.ndarray]]:
    """What ffmpeg says of a film, and its pictures as RGB."""
    source = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path)]
    output = ["-sws_flags", "accurate_rnd+full_chroma_int", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    decoder = subprocess.run([*source, *output], capture_output=True, check=True)
    pictures = np.frombuffer(decoder.stdout, np.uint8).reshape(-1, HEIGHT, WIDTH, 3)
    return decoder.stderr.decode().partition("Output #0")[0], list(pictures)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


PATHS = [f"film{extension}" for extension in writers.EXTENSIONS] + ["frames/"]
KINDS = [name for name in PATHS if name not in ("film.jpeg", "film.tif")]
"""The paths without those that are others by another name."""


def is_still(name: str) -> bool:
    return Path(name).suffix in writers.STILL_EXTENSIONS


@pytest.mark.parametrize("name", KINDS)
class TestEveryKind:
    def test_writes_one_thing_and_tells_of_it(self, tmp_path, name):
        told = []
        write(Film(), f"{tmp_path}/{name}", on_frame=told.append)
        assert names(tmp_path) == [name.rstrip("/")]
        assert told == ([11] if is_still(name) else list(range(12)))

    def test_interrupted_film_leaves_the_earlier_one(self, tmp_path, name):
        """Which has one frame and no comment."""
        path = f"{tmp_path}/{name}"
        write(Film(count=1, comment=""), path)
        assert names(tmp_path) == [name.rstrip("/")]
        before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}

        def stop(index):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write(Film(), path, on_frame=stop)
        assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("extension", [".mp4", ".webm"])
class TestVideo:
    def test_size_rate_and_colours(self, tmp_path, extension):
        path = tmp_path / f"film{extension}"
        write(Film(fps=30.0), path)
        facts, pictures = read_video(path)
        assert re.search(r"yuv420p\(tv, bt709(, progressive)?\), 96x64", facts)
        assert " 30 fps" in facts
        assert "note = 'é ≤ 3'" in facts
        assert len(pictures) == 12 + 6
        for index, picture in enumerate(pictures):
            error = picture.astype(int) - discs(min(index, 11))
            assert np.abs(error).mean() < 3
            assert np.abs(error.mean(axis=(0, 1))).max() < 1

    def test_frames_that_stand_longer_are_repeated(self, tmp_path, extension):
        class Slow(Film):
            durations = (0.2, 0.04, 0.12)

        path = tmp_path / f"film{extension}"
        write(Slow(count=3, fps=25.0), path)
        _, pictures = read_video(path)
        assert len(pictures) == 5 + 1 + 3
        for index, picture in zip([0] * 5 + [1] + [2] * 3, pictures, strict=True):
            assert np.abs(picture.astype(int) - discs(index)).mean() < 3

    @pytest.mark.parametrize("size", [(95, 64), (96, 63)])
    def test_odd_size(self, tmp_path, extension, size):
        with pytest.raises(OutputError, match=rf"must be even, and {size[0]}x{size[1]} is not; take 96x64"):
            check_path(tmp_path / f"film{extension}", size)

    def test_odd_size_in_memory(self, extension):
        with pytest.raises(OutputError, match="must be even, and 95x64 is not"):
            to_bytes(Film(draw=lambda index: discs(index)[:, 1:]), extension)

    def test_failed_encoder(self, tmp_path, extension, monkeypatch):
        module, encoder = {".mp4": (mp4, "_H264"), ".webm": (webm, "_VP9")}[extension]
        monkeypatch.setattr(module, encoder, ["-c:v", "no-such-codec"])
        with pytest.raises(OSError, match=r"^ffmpeg could not write the film: .*\.$"):
            write(Film(count=60), tmp_path / f"film{extension}")
        assert names(tmp_path) == []


class TestWebp:
    def read(self, path):
        with Image.open(path) as image:
            pictures, delays = [], []
            for index in range(image.n_frames):
                image.seek(index)
                pictures.append(np.array(image.convert("RGB")))
                delays.append(image.info["duration"])
            return pictures, delays, image.info, image.getexif()

    def test_equals_the_frames(self, tmp_path):
        write(Film(), tmp_path / "film.webp")
        pictures, delays, _, exif = self.read(tmp_path / "film.webp")
        np.testing.assert_array_equal(pictures, [discs(index) for index in range(12)])
        assert delays == [40] * 11 + [240]
        assert exif[0x010E].encode("latin-1").decode() == Film().comment

    def test_every_pixel_changes(self, tmp_path):
        def noise(index):
            return np.random.default_rng(index).integers(0, 256, (33, 41, 3), np.uint8)

        write(Film(draw=noise), tmp_path / "film.webp")
        pictures, *_ = self.read(tmp_path / "film.webp")
        np.testing.assert_array_equal(pictures, [noise(index) for index in range(12)])

    def test_single_pixels_at_odd_places(self, tmp_path):
        def walk(index):
            picture = np.zeros((11, 13, 3), np.uint8)
            picture[(3 * index) % 11, (5 * index) % 13] = (index + 1, 2, 255)
            return picture

        write(Film(draw=walk), tmp_path / "film.webp")
        pictures, *_ = self.read(tmp_path / "film.webp")
        np.testing.assert_array_equal(pictures, [walk(index) for index in range(12)])

    @pytest.mark.parametrize("loops", [0, 1, 3])
    def test_loops(self, tmp_path, loops):
        write(Film(loops=loops), tmp_path / "film.webp")
        assert self.read(tmp_path / "film.webp")[2]["loop"] == loops

    def test_frames_without_a_change_prolong_the_one_before(self, tmp_path):
        write(Film(draw=lambda index: discs(index // 4)), tmp_path / "film.webp")
        pictures, delays, *_ = self.read(tmp_path / "film.webp")
        np.testing.assert_array_equal(pictures, [discs(0), discs(1), discs(2)])
        assert delays == [160, 160, 360]

    def test_fast_films_lose_frames_and_no_time(self, tmp_path):
        write(Film(fps=120.0, hold=0.0, count=24), tmp_path / "film.webp")
        pictures, delays, *_ = self.read(tmp_path / "film.webp")
        assert sum(delays) == 200
        assert min(delays) >= 11
        np.testing.assert_array_equal(pictures[-1], discs(23))


class TestPng:
    def test_last_frame(self, tmp_path):
        write(Film(), tmp_path / "film.PNG")
        with Image.open(tmp_path / "film.PNG") as image:
            assert image.mode == "RGB"
            assert image.text["Comment"] == Film().comment
            np.testing.assert_array_equal(np.array(image), discs(11))

    def test_plain_comment_is_a_text_chunk(self, tmp_path):
        write_still(Film().still(3), tmp_path / "still.png", "seed = 3")
        assert b"tEXtComment\0seed = 3" in (tmp_path / "still.png").read_bytes()
        with Image.open(tmp_path / "still.png") as image:
            np.testing.assert_array_equal(np.array(image), discs(3))

    def test_still_of_another_kind(self, tmp_path):
        with pytest.raises(OutputError, match=r"is written as \.bmp, .*\.ppm, and '.*a\.gif' ends in none"):
            write_still(Film().still(3), tmp_path / "a.gif", "")

    @pytest.mark.parametrize("name", ["frames", "frames/", "v1.0/"])
    def test_folder(self, tmp_path, name):
        write(Film(), f"{tmp_path}/{name}")
        files = sorted((tmp_path / name).iterdir())
        assert [file.name for file in files] == [f"frame-{index:04}.png" for index in range(12)]
        for index, file in enumerate(files):
            with Image.open(file) as image:
                np.testing.assert_array_equal(np.array(image), discs(index))

    def test_long_films_have_longer_numbers(self, tmp_path):
        class Shown(Film):
            """The first frames of a film."""

            def __iter__(self):
                return islice(super().__iter__(), 2)

        for count, digits in ((10_000, 4), (10_001, 5)):
            write(Shown(draw=lambda index: np.zeros((1, 1, 3), np.uint8), count=count), tmp_path / "frames")
            assert names(tmp_path / "frames") == [f"frame-{index:0{digits}}.png" for index in (0, 1)]

    def test_folder_takes_the_place_of_an_earlier_one(self, tmp_path):
        write(Film(count=5), tmp_path / "frames")
        write(Film(count=3), tmp_path / "frames")
        assert len(names(tmp_path / "frames")) == 3


class TestCheckPath:
    @pytest.mark.parametrize("name", PATHS)
    def test_good_paths(self, tmp_path, name):
        check_path(f"{tmp_path}/{name.upper()}", (96, 64))
        assert names(tmp_path) == []

    def test_unknown_extension(self, tmp_path):
        with pytest.raises(OutputError, match=r"'\.flv', .* \.apng, .* \.gif, .* \.webm, \.webp, .* \.png"):
            check_path(tmp_path / "film.flv", (96, 64))

    @pytest.mark.parametrize("name", PATHS)
    def test_missing_folder(self, tmp_path, name):
        with pytest.raises(OutputError, match="/missing' of the output does not exist; make it first"):
            check_path(f"{tmp_path}/missing/{name}", (96, 64))

    def test_nothing_is_drawn_for_a_bad_path(self, tmp_path):
        class Costly(Film):
            def __iter__(self):
                raise AssertionError

            still = __iter__

        with pytest.raises(OutputError):
            write(Costly(), tmp_path / "missing" / "film.gif")


def test_to_bytes_of_an_unknown_kind():
    with pytest.raises(OutputError, match=r"'\.svg' is not a known kind"):
        to_bytes(Film(), ".svg")


def test_gif_in_memory_is_a_gif():
    with Image.open(BytesIO(to_bytes(Film(), ".gif"))) as image:
        assert (image.format, image.size, image.n_frames) == ("GIF", (WIDTH, HEIGHT), 12)


def test_imports_no_video_library():
    program = (
        "import sys, ravine.renderer.writers; print([m for m in sys.modules if m.startswith('imageio')])"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "[]"
