"""ravine as a process: interrupts, kills, terminals, and the same bytes again."""

import os
import re
import shutil
import signal
import sys
from pathlib import Path

import pytest
from PIL import Image

LONG = ["-O", "sgd:learning_rate=0.01", "--steps", "12", "--size", "160x90", "--seconds", "200"]
"""A film that takes many times longer than a test waits."""

LOADED = """
import sys
from ravine.cli._command import ravine

try:
    ravine(prog_name="ravine")
finally:
    print(*sorted(sys.modules))
"""

NOT_LOADED = {
    *("jax", "matplotlib.pyplot", "imageio", "imageio_ffmpeg", "scipy", "rich", "IPython", "jupyter"),
}


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


def test_a_kill_at_any_moment(ravine, on_terminal, tmp_path, small_but):
    """SIGKILL leaves the earlier film or the whole new one, and nothing that anyone sees beside it."""
    target = tmp_path / "film.gif"
    command = ["animate", "beale", *small_but("--seconds", "4"), "-o"]
    ravine.works(*command, target, "--theme", "dark")
    earlier = target.read_bytes()
    ravine.works(*command, target)
    whole = target.read_bytes()
    assert whole != earlier
    for moment in (1, 60):
        target.write_bytes(earlier)
        terminal = on_terminal(*command, "film.gif")
        while max(map(int, re.findall(rb"(\d+)/100\b", terminal.seen)), default=0) < moment:
            if not terminal.read_on():
                break
        terminal.process.kill()
        terminal.process.wait(60)
        assert terminal.seen
        assert target.read_bytes() in (earlier, whole)
        with Image.open(target) as film:
            film.seek(film.n_frames - 1)
            film.load()
        assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == ["film.gif"]
        assert sum(path.name.startswith(".") for path in tmp_path.iterdir()) <= 1


def test_the_same_command_gives_the_same_bytes_and_progress_only_where_it_is_wanted(
    start, on_terminal, tmp_path, small_but
):
    """Whatever the hash seed and the folder, with numbers that are cached and with programs that are cut."""
    rules = ["-O", "adam:learning_rate=0.1", "-O", "adam@other:learning_rate=0.05"]
    command = ["animate", "beale", *small_but(*rules), "-o", "film.gif"]
    cache = tmp_path / "cache"
    folders = [tmp_path / number for number in "123"]
    for folder in folders:
        folder.mkdir()
    environments = [
        {"PYTHONHASHSEED": folder.name, "XDG_CACHE_HOME": str(cache), "HOME": str(tmp_path / "home")}
        for folder in folders
    ]
    # No terminal, so no progress.
    plain = start(*command, environment=environments[0], cwd=folders[0])
    stdout, stderr = plain.communicate(timeout=60)
    assert (plain.returncode, stderr) == (0, b"")
    assert b"\x1b" not in stdout
    shown = on_terminal(*command, environment=environments[1], cwd=folders[1])
    seen = shown.finish()
    assert shown.process.returncode == 0
    assert b"film.gif" in seen
    assert re.search(rb"\d+/10\b", seen)
    # What was drawn is taken away again: the last line is empty.
    assert re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", seen).split(b"\r")[-1].strip(b"\n ") == b""
    assert stdout.startswith(b"film.gif: 96x64, 10 frames")
    assert shown.process.stdout.read() == stdout
    shutil.rmtree(cache / "ravine" / "numbers")
    programs = [path for path in cache.rglob("*-cache") if path.is_file()]
    assert programs
    for path in programs:  # as a full disk or a kill leaves them
        path.write_bytes(path.read_bytes()[:100])
    entry = [sys.executable, "-c", LOADED]
    quiet = on_terminal(*command, "-q", environment=environments[2], cwd=folders[2], entry=entry)
    assert quiet.finish() == b""
    assert quiet.process.returncode == 0
    # The process that draws does not wait for JAX, which another one loads.
    loaded = set(quiet.process.stdout.read().decode().split())
    assert "matplotlib" in loaded
    assert not loaded & NOT_LOADED
    assert {path.name for path in tmp_path.iterdir()} == {"1", "2", "3", "cache"}
    assert [[path.name for path in folder.iterdir()] for folder in folders] == [["film.gif"]] * 3
    assert len({read(folder / "film.gif") for folder in folders}) == 1
    with Image.open(folders[0] / "film.gif") as film:
        assert film.n_frames == 10
