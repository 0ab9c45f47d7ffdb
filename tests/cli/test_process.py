"""ravine as a process: interrupts, kills, terminals, and the same bytes twice."""

import os
import re
import signal
import time
from pathlib import Path

import pytest
from PIL import Image

LONG = ["-O", "sgd", "--steps", "200", "--size", "640x360", "--seconds", "200"]
"""A film that takes many times longer than a test waits."""


def read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


@pytest.mark.parametrize(("name", "earlier"), [("film.gif", True), ("film.mp4", False), ("frames/", True)])
def test_ctrl_c_in_the_middle_of_a_film(on_terminal, tmp_path, name, earlier):
    target = tmp_path / name
    if earlier and name.endswith("/"):
        target.mkdir()
    elif earlier:
        target.write_bytes(b"earlier")
    before = [path.name for path in tmp_path.iterdir()]
    terminal = on_terminal("animate", "beale", *LONG, "-o", name, start_new_session=True)
    terminal.read_until(b"/5000")
    # A terminal sends Ctrl-C to the whole group, ffmpeg included.
    os.killpg(terminal.process.pid, signal.SIGINT)
    seen = terminal.finish(10)
    assert terminal.process.returncode == 130
    assert b"Traceback" not in seen
    assert b"Error" not in seen
    assert terminal.process.stdout.read() == b""
    assert [path.name for path in tmp_path.iterdir()] == before
    assert (
        read(target) == b"earlier" if earlier and not name.endswith("/") else not list(tmp_path.rglob("*.*"))
    )


def test_a_kill_at_any_moment(ravine, start, tmp_path, small_but):
    """SIGKILL leaves the earlier film or the whole new one, and nothing that anyone sees beside it."""
    target = tmp_path / "film.gif"
    command = ["animate", "beale", *small_but("--size", "640x360", "--seconds", "4")]
    ravine.works(*command, "--theme", "dark", "-o", target)
    earlier = target.read_bytes()
    command += ["-o", "film.gif"]
    begun = time.monotonic()
    made = start(*command)
    assert (made.wait(60), made.stderr.read()) == (0, b"")
    span = time.monotonic() - begun
    whole = target.read_bytes()
    assert whole != earlier
    for moment in (0.7, 0.9):
        target.write_bytes(earlier)
        process = start(*command)
        time.sleep(moment * span)
        process.kill()
        process.wait(60)
        assert target.read_bytes() in (earlier, whole)
        with Image.open(target) as film:
            film.seek(film.n_frames - 1)
            film.load()
        assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == ["film.gif"]
        assert sum(path.name.startswith(".") for path in tmp_path.iterdir()) <= 1


def test_progress_on_a_terminal(on_terminal, tmp_path, small):
    terminal = on_terminal("animate", "beale", *small, "-o", "film.gif")
    seen = terminal.finish()
    assert terminal.process.returncode == 0
    assert b"film.gif" in seen
    assert re.search(rb"\d+/10\b", seen)
    # What was drawn is taken away again: the last line is empty.
    assert re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", seen).split(b"\r")[-1].strip(b"\n ") == b""
    assert terminal.process.stdout.read().startswith(b"film.gif: 320x180, 10 frames")


def test_no_progress_where_it_is_not_wanted_and_no_file_elsewhere(on_terminal, tmp_path, small, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert on_terminal("animate", "beale", *small, "-q", "-o", "film.gif").finish() == b""
    assert [path.name for path in tmp_path.iterdir()] == ["film.gif"]
    assert list(Path(os.environ["XDG_CACHE_HOME"]).rglob("*-cache"))


def test_the_same_command_gives_the_same_bytes(start, tmp_path, small):
    """Whatever the hash seed, the folder, and whether JAX's programs are compiled or come from the cache."""
    outcomes = []
    for number in ("1", "2"):
        folder = tmp_path / number
        folder.mkdir()
        own = {"PYTHONHASHSEED": number, "XDG_CACHE_HOME": str(tmp_path / "cache")}
        command = ["animate", "beale", *small, "-O", "adam", "-o", "film.gif"]
        process = start(*command, environment=own, cwd=folder)
        stdout, stderr = process.communicate(timeout=60)
        # No terminal, so no progress.
        assert (process.returncode, stderr) == (0, b"")
        assert b"\x1b" not in stdout
        outcomes.append((stdout, read(folder / "film.gif")))
        cached = [path.name for path in (tmp_path / "cache").rglob("*-cache")]
        assert cached
    assert outcomes[0] == outcomes[1]
    with Image.open(tmp_path / "1" / "film.gif") as film:
        assert film.n_frames == 10
