"""The frames that a film is told to have are those that a reader finds in its file."""

import re
from pathlib import Path

import imageio_ffmpeg
import pytest
from PIL import Image

TINY = ["beale", "-O", "sgd:learning_rate=0.01", "--steps", "40", "--size", "96x64"]
MOVES, STANDS = 0.25, 0.35


def read_back(path: Path) -> tuple[int, float]:
    """The number of frames in a file, and how many seconds it plays."""
    if path.suffix in (".mkv", ".mp4", ".webm"):
        return imageio_ffmpeg.count_frames_and_secs(str(path))
    with Image.open(path) as film:
        delays = []
        for index in range(film.n_frames):
            film.seek(index)
            film.load()
            delays.append(film.info["duration"])
        return film.n_frames, sum(delays) / 1000


@pytest.mark.parametrize(
    ("name", "fps"),
    [
        *(("f.gif", fps) for fps in (12, 120)),
        *(("f.apng", fps) for fps in (30, 120)),
        *(("f.webp", 120), ("f.mp4", 12), ("f.mkv", 120), ("f.webm", 60)),
    ],
)
def test_as_many_as_there_are(ravine, in_folder, name, fps):
    given = [*TINY, "--seconds", MOVES, "--hold", STANDS, "--fps", fps, "-o", name]
    (line,) = ravine.works("animate", *given).stdout.splitlines()
    told = re.fullmatch(
        rf"{name}: 96x64, (\d+) frames( \(.*\)|, the last one stored (\d+) times)?, \d+ kB", line
    )
    assert told, line
    stored = int(told[1]) + (int(told[3]) - 1 if told[3] else 0)
    frames, seconds = read_back(Path(name))
    assert frames == stored
    # All but the last frame move.
    assert seconds == pytest.approx(MOVES - 1 / fps + STANDS, abs=0.025)
    most, reason = {
        "f.gif": (50, "a GIF shows 50 a second at most"),
        "f.apng": (90, "browsers show 90 a second of an APNG at most"),
        "f.webp": (90, "browsers show 90 a second of a WebP at most"),
    }.get(name, (120, "none"))
    assert (reason in line) == (fps > most)
    assert ("(" in line) == (most < 120 and stored < round(MOVES * fps))


def test_equal_frames_are_told(ravine, in_folder):
    given = ["beale", "-O", "sgd:learning_rate=1e-9", "--steps", "3", "--size", "96x64", "--panels", "none"]
    for name in ("f.apng", "f.gif", "f.webp"):
        line = ravine.works("animate", *given, "--seconds", "1", "-o", name).stdout
        frames, seconds = read_back(Path(name))
        some = f"{frames} frame{'s' * (frames != 1)} (equal ones in a row are stored as one), "
        assert line.startswith(f"{name}: 96x64, {some}")
        assert frames < 25
        assert seconds == pytest.approx(1 - 1 / 25 + 2, abs=0.011)


def test_pictures_are_told(ravine, in_folder):
    given = [*TINY, "--seconds", "0.25", "--fps", "60"]
    assert ravine.works("animate", *given, "-o", "f/").stdout.startswith("f: 96x64, 15 frames, ")
    assert len(list(Path("f").iterdir())) == 15
    assert "frame" not in ravine.works("animate", *given, "-o", "f.png").stdout
    assert "frame" not in ravine.works("animate", *given, "-o", "f.png", "--frame", 14).stdout


@pytest.mark.parametrize("name", ["f.jpg", "f.png", "f.ppm"])
def test_a_still_is_shown_as_any_kind(ravine, in_folder, name):
    assert ravine.works("show", "beale", "-q", "--size", "96x64", "-o", name).output == ""
    with Image.open(name) as image:
        assert image.size == (96, 64)
        assert image.format == {"f.jpg": "JPEG", "f.png": "PNG", "f.ppm": "PPM"}[name]


def test_those_of_a_plane_are_told(ravine, in_folder):
    trained = ["mlp:widths=[3]", "--data", "moons", "-O", "momentum:learning_rate=0.1", "--steps", 4]
    given = [*trained, "--keep-every", 1, "--resolution", 3, "--size", "320x240"]
    lasts = ["--seconds", MOVES, "--hold", STANDS]
    files = [part for ending in ("gif", "apng", "mkv", "bmp", "json") for part in ("-o", f"p.{ending}")]
    line = ravine.works("plane", *given, *lasts, "--fps", 60, *files).stdout.splitlines()[0]
    frames, seconds = read_back(Path("p.gif"))
    assert f", {frames} frames (a GIF shows 50 a second at most" in line
    assert seconds == pytest.approx(MOVES + STANDS, abs=0.05)
    assert read_back(Path("p.apng"))[1] == pytest.approx(0.583, abs=0.01)
    assert read_back(Path("p.mkv")) == (35, pytest.approx(0.583, abs=0.01))
    with Image.open("p.bmp") as picture:
        assert picture.size == (320, 240)
