"""Each kind of file, read back by another program than wrote it: its frames, their times, their pixels."""

import gc
import io
import os
import re
import shutil
import subprocess
import sys
import tracemalloc
from dataclasses import fields
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

import ravine
from ravine.core.atomic import OutputError
from ravine.renderer import Timing, writers
from ravine.renderer._frames import Frame, Frames
from ravine.renderer.writers import EXTENSIONS, FILM_EXTENSIONS, STILL_EXTENSIONS, Written, catalogue

ROOT = Path(ravine.__path__[0])
NAMES = catalogue.names()
VIDEOS = (".avi", ".mkv", ".mov", ".mp4", ".webm")
RECORDS = {extension: catalogue.load(name) for name in NAMES for extension in catalogue.load(name).extensions}
ENDINGS = [catalogue.load(name).extensions[0] for name in NAMES if catalogue.load(name).extensions]
"""One of each writer: its others are the same file by another name."""
FILES = [*(f"film{extension}" for extension in ENDINGS), "frames/"]
SIZE, FPS, HOLD = (96, 64), 25.0, 0.2


class ReadBack(NamedTuple):
    """What another program finds: pictures, and the seconds that all of them stand."""

    pictures: list[np.ndarray]
    seconds: float


def read(path: Path) -> ReadBack:
    """Images with delays by Pillow, of which the streams are our own; all others by ffmpeg."""
    return read_images(path) if path.suffix in (".apng", ".gif", ".tif", ".tiff", ".webp") else decoded(path)


def read_images(path: Path) -> ReadBack:
    pictures, milliseconds = [], 0.0
    with Image.open(path) as image:
        for index in range(image.n_frames):
            image.seek(index)
            pictures.append(np.array(image.convert("RGB")))
            milliseconds += image.info.get("duration", 0.0)
    return ReadBack(pictures, milliseconds / 1000)


def decoded(path: Path) -> ReadBack:
    source = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path)]
    output = ["-sws_flags", "accurate_rnd+full_chroma_int", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run([*source, *output], capture_output=True, check=True)
    width, height = map(int, re.search(rb" (\d+)x(\d+)[, ]", done.stderr).groups())
    rate = re.search(rb" ([\d.]+) fps", done.stderr)
    pictures = list(np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 3))
    return ReadBack(pictures, len(pictures) / float(rate[1]))


class Broken:
    """A film that is stopped after three frames, and before one that is drawn by itself."""

    def __init__(self, film: Frames):
        self._film = film

    def __getattr__(self, name):
        return getattr(self._film, name)

    def __iter__(self):
        yield from islice(self._film, 3)
        raise KeyboardInterrupt

    def still(self, index):
        raise KeyboardInterrupt


@pytest.fixture(scope="module")
def film(scenes):
    timing = Timing(seconds=0.32, fps=FPS, hold=HOLD)
    return scenes.frames(size=SIZE, timing=timing, panels="none", comment="a = 'é', b ≤ 3")


@pytest.fixture(scope="module")
def drawn(film):
    return [frame.pixels[..., :3].copy() for frame in film]


class OnDisk(NamedTuple):
    """A film in a file, and what its writer told of it."""

    path: Path
    written: Written


@pytest.fixture(scope="module")
def on_disk(film, tmp_path_factory) -> dict[str, OnDisk]:
    """The film in each kind of file."""
    folder = tmp_path_factory.mktemp("films")
    names = *(f"film{extension}" for extension in EXTENSIONS), "frames/"
    return {name: OnDisk(folder / name, writers.write(film, f"{folder}/{name}")) for name in names}


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check_near(found: np.ndarray, wanted: np.ndarray, *, exact: bool) -> None:
    if exact:
        np.testing.assert_array_equal(found, wanted)
        return
    error = found.astype(int) - wanted
    assert np.abs(error).mean() < 4
    assert np.abs(error.mean(axis=(0, 1))).max() < 1.5


@pytest.mark.parametrize("extension", FILM_EXTENSIONS)
def test_a_film_has_its_frames_times_and_pixels(on_disk, film, drawn, extension):
    path, written = on_disk[f"film{extension}"]
    pictures, seconds = read(path)
    held = round(HOLD * FPS) - 1 if extension in VIDEOS else 0
    assert len(pictures) == written.frames == len(drawn) + held
    for found, wanted in zip(pictures, [*drawn, *[drawn[-1]] * held], strict=True):
        check_near(found, wanted, exact=RECORDS[extension].exact)
    if extension not in (".tif", ".tiff"):
        assert seconds == pytest.approx(sum(film.durations), abs=1e-3)


@pytest.mark.parametrize("extension", STILL_EXTENSIONS)
def test_a_still_is_the_last_frame(tmp_path, on_disk, film, extension):
    path, written = on_disk[f"film{extension}"]
    assert written.frames == 1
    writers.write_still(film.still(-1), tmp_path / f"still{extension}", film.comment)
    assert (tmp_path / f"still{extension}").read_bytes() == path.read_bytes()
    (picture,) = read(path).pictures
    check_near(picture, film.still(-1)[..., :3], exact=RECORDS[extension].exact)


def test_a_folder_has_every_frame(on_disk, drawn):
    folder, written = on_disk["frames/"]
    assert written.frames == len(drawn)
    names = sorted(path.name for path in folder.iterdir())
    assert names == [f"frame-{index:04}.png" for index in range(len(drawn))]
    np.testing.assert_array_equal(decoded(folder / "frame-%04d.png").pictures, drawn)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_in_memory_a_film_has_the_same_bytes(tmp_path, on_disk, film, extension, monkeypatch):
    """And leaves nothing in the system's folder."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert writers.to_bytes(film, extension) == on_disk[f"film{extension}"].path.read_bytes() != b""
    assert list(tmp_path.iterdir()) == []


def test_the_same_film_is_the_same_folder(tmp_path, on_disk, film):
    writers.write(film, f"{tmp_path}/frames/")
    assert files_in(tmp_path) == files_in(on_disk["frames/"].path) != {}


@pytest.mark.parametrize("name", FILES)
class TestEveryFormat:
    def test_a_film_that_is_stopped_leaves_nothing(self, tmp_path, film, name, monkeypatch):
        (tmp_path / "system").mkdir()
        (tmp_path / "films").mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "system"))
        with pytest.raises(KeyboardInterrupt):
            writers.write(Broken(film), f"{tmp_path}/films/{name}")
        assert [*(tmp_path / "films").iterdir(), *(tmp_path / "system").iterdir()] == []

    # imageio-ffmpeg leaves the pipe to an ffmpeg that has ended to the garbage collector.
    @pytest.mark.filterwarnings("ignore:Exception ignored:pytest.PytestUnraisableExceptionWarning")
    def test_a_full_disk_is_told_in_a_line_and_leaves_nothing(self, tmp_path, film, name, full_disk):
        with full_disk(300), pytest.raises(OSError) as raised:  # noqa: PT011
            writers.write(film, f"{tmp_path}/{name}")
        gc.collect(1)  # what is young: all there is takes long
        assert len(str(raised.value).splitlines()) == 1
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("extension", ENDINGS)
def test_an_odd_size_is_refused_or_works(tmp_path, scenes, extension):
    odd = scenes.frames(size=(95, 63), timing=Timing(seconds=0.12, hold=0.0), panels="none")
    path = tmp_path / f"film{extension}"
    if RECORDS[extension].even:
        with pytest.raises(OutputError, match="must be even, and 95x63 is not; take 96x64"):
            writers.write(odd, path)
        return
    writers.write(odd, path)
    check_near(read(path).pictures[-1], odd.still(-1)[..., :3], exact=RECORDS[extension].exact)


class Noise:
    """A film of which no frame is like another."""

    size, fps, loops, comment, exact_colours = (128, 64), 25.0, 0, "", ()

    def __init__(self, count: int):
        self.durations = (0.04,) * count

    def still(self, index):
        shades = np.random.default_rng(index).integers(0, 200, (64, 128), np.uint8)
        return np.stack([shades, shades, shades, np.full_like(shades, 255)], axis=2)

    def __iter__(self):
        return (Frame(self.still(index), (0, 0, *self.size)) for index in range(len(self.durations)))


@pytest.mark.parametrize("extension", sorted({*ENDINGS} & {*FILM_EXTENSIONS}))
def test_a_film_is_never_in_memory(tmp_path, extension):
    def most(count: int) -> int:
        tracemalloc.start()
        try:
            writers.write(Noise(count), tmp_path / f"film{extension}")
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    most(2)  # loads what is loaded once
    few, many = most(8), most(24)
    assert many < few + 8 * Noise(1).still(0).nbytes


@pytest.mark.parametrize("extension", VIDEOS)
def test_a_rate_is_kept_as_the_fraction_it_is(tmp_path, scenes, extension):
    timing = Timing(seconds=0.2, fps=30000 / 1001, hold=0.0)
    writers.write(scenes.frames(size=SIZE, timing=timing, panels="none"), tmp_path / f"film{extension}")
    pictures, seconds = decoded(tmp_path / f"film{extension}")
    assert len(pictures) == 6
    assert seconds == pytest.approx(6 * Fraction(1001, 30000), rel=2e-4)


@pytest.mark.parametrize("extension", [".mkv", ".webm"])
def test_ffmpeg_is_not_started_by_a_fork(tmp_path, film, extension, monkeypatch):
    """Neither by imageio nor by us: JAX's threads may lock up in it, and JAX warns on the terminal."""
    started = []

    class Watched(subprocess.Popen):
        def __init__(self, *arguments, preexec_fn=None, **options):
            started.append(preexec_fn)
            super().__init__(*arguments, preexec_fn=preexec_fn, **options)

    before = dict(os.environ)
    monkeypatch.setattr(subprocess, "Popen", Watched)
    writers.write(film, tmp_path / f"film{extension}")
    assert started
    assert set(started) == {None}
    assert dict(os.environ) == before


@pytest.mark.parametrize("extension", [".avi", ".mkv", ".mov"])
def test_a_video_that_cannot_be_read_back_is_none(tmp_path, film, extension, monkeypatch):
    def cut(film):
        raise RuntimeError("invalid data")

    monkeypatch.setattr(imageio_ffmpeg, "count_frames_and_secs", cut)
    with pytest.raises(OSError, match=r"^ffmpeg could not write the film: 0 of its 12 frames"):
        writers.write(film, tmp_path / f"film{extension}")
    assert list(tmp_path.iterdir()) == []


class TestComments:
    """What made the film stands in every file that has room for it."""

    @pytest.mark.parametrize("extension", [".apng", ".png"])
    def test_of_png(self, on_disk, film, extension):
        with Image.open(on_disk[f"film{extension}"].path) as image:
            assert image.info["Comment"] == film.comment

    def test_of_jpeg(self, on_disk, film):
        with Image.open(on_disk["film.jpg"].path) as image:
            assert image.info["comment"].decode() == film.comment

    def test_of_tiff(self, on_disk, film):
        with Image.open(on_disk["film.tiff"].path) as image:
            assert image.tag_v2[270].encode("latin-1").decode() == film.comment

    @pytest.mark.parametrize("extension", VIDEOS)
    def test_of_videos(self, on_disk, film, extension):
        path = on_disk[f"film{extension}"].path
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path)]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
        assert film.comment in said


class TestApng:
    @pytest.mark.parametrize("loops", [0, 1, 3])
    def test_loops(self, scenes, loops):
        timing = Timing(seconds=0.12, hold=0.0, loops=loops)
        content = writers.to_bytes(scenes.frames(size=SIZE, timing=timing, panels="none"), ".apng")
        with Image.open(io.BytesIO(content)) as image:
            assert image.info["loop"] == loops

    def test_stores_what_changed(self, on_disk, drawn):
        """A frame takes a part of the first one's bytes."""
        small, whole = (on_disk[f"film{extension}"].path.stat().st_size for extension in (".apng", ".png"))
        assert small < whole * (1 + 0.5 * (len(drawn) - 1))

    def test_a_hold_of_more_than_a_minute(self, tmp_path, scenes):
        timing = Timing(seconds=0.12, hold=150.0)
        frames = scenes.frames(size=SIZE, timing=timing, panels="none")
        writers.write(frames, tmp_path / "film.apng")
        assert read_images(tmp_path / "film.apng").seconds == pytest.approx(sum(frames.durations), abs=0.002)


class TestRecords:
    @pytest.mark.parametrize("name", NAMES)
    def test_facts_are_those_of_the_record(self, name):
        record, facts = catalogue.load(name), catalogue.facts(name)
        plain = {it.name: it for it in fields(record) if it.name != "write"}
        assert set(facts) <= set(plain)
        assert {key: facts.get(key, it.default) for key, it in plain.items()} == {
            key: getattr(record, key) for key in plain
        }

    def test_each_ending_is_of_one_format(self):
        endings = [ending for name in NAMES for ending in catalogue.load(name).extensions]
        assert sorted(endings) == sorted(EXTENSIONS)
        assert len(set(endings)) == len(endings)
        assert len({catalogue.load(name).title for name in NAMES}) == len(NAMES)

    def test_an_ending_is_a_dot_and_lower_case(self):
        for wrong in ("gif", ".GIF"):
            with pytest.raises(ValueError, match=f"such as .gif; got '{wrong}'"):
                writers.Writer(title="", extensions=(wrong,), write=lambda: None)

    def test_the_readme_names_every_ending(self):
        text = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
        assert [ending for ending in EXTENSIONS if f"`{ending}`" not in text] == []


def test_to_add_a_format_is_to_add_a_file(tmp_path):
    """Help, checks and the file itself know of it."""
    house = tmp_path / "ravine"
    house.mkdir()
    for path in ROOT.iterdir():
        if path.name != "renderer" and (path.suffix == ".py" or (path / "__init__.py").is_file()):
            (house / path.name).symlink_to(path)
    shutil.copytree(ROOT / "renderer", house / "renderer", ignore=shutil.ignore_patterns("__pycache__"))
    text = (ROOT / "renderer" / "writers" / "bmp.py").read_text("utf-8")
    (house / "renderer" / "writers" / "targa.py").write_text(text.replace(".bmp", ".tga"), "utf-8")
    program = (
        "import numpy as np\n"
        "from ravine.cli._animate import animate_command as animate\n"
        "from ravine.renderer import writers\n"
        "assert '.tga' in {it.name: it for it in animate.params}['output'].help\n"
        "writers.check_path('film.tga', (8, 8))\n"
        "writers.write_still(np.full((8, 8, 4), 255, np.uint8), 'still.tga', '')\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, check=True)
    with Image.open(tmp_path / "still.tga") as image:
        assert (image.format, image.size) == ("TGA", (8, 8))
