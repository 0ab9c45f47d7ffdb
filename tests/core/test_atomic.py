import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ravine.core import atomic as _whole_file
from ravine.core.atomic import OutputError, atomic_folder, atomic_write, check_folder_target, check_target


@pytest.fixture(params=["unnamed", "hidden"])
def draft(request, monkeypatch):
    """Both ways to keep a draft out of sight, whatever the file system of the tests has."""
    if request.param == "hidden":
        monkeypatch.setattr(_whole_file, "_open_unnamed", lambda folder: None)


def write_and_fail(path: Path, interruption: type[BaseException]) -> None:
    with atomic_write(path) as file:
        file.write(b"half a film")
        raise interruption


def write_zeros(path: Path, *sizes: int) -> None:
    with atomic_write(path) as file:
        for size in sizes:
            file.write(bytes(size))


@pytest.mark.usefixtures("draft")
class TestWholeFile:
    def test_writes_a_new_file(self, tmp_path):
        with atomic_write(tmp_path / "film.gif") as file:
            file.write(b"film")
            assert not (tmp_path / "film.gif").exists()
        assert [path.name for path in tmp_path.iterdir()] == ["film.gif"]
        assert (tmp_path / "film.gif").read_bytes() == b"film"

    def test_replaces_a_file(self, tmp_path):
        target = tmp_path / "film.gif"
        target.write_bytes(b"earlier and longer")
        with atomic_write(target) as file:
            file.write(b"film")
            assert target.read_bytes() == b"earlier and longer"
        assert target.read_bytes() == b"film"
        assert list(tmp_path.iterdir()) == [target]

    def test_can_be_sought(self, tmp_path):
        with atomic_write(tmp_path / "film.gif") as file:
            file.write(b"....film")
            file.seek(0)
            file.write(b"size")
        assert (tmp_path / "film.gif").read_bytes() == b"sizefilm"

    @pytest.mark.parametrize("interruption", [ValueError, KeyboardInterrupt, SystemExit])
    @pytest.mark.parametrize("earlier", [None, b"earlier"])
    def test_leaves_nothing_behind_an_exception(self, tmp_path, interruption, earlier):
        target = tmp_path / "film.gif"
        if earlier is not None:
            target.write_bytes(earlier)
        with pytest.raises(interruption):
            write_and_fail(target, interruption)
        assert [path.read_bytes() for path in tmp_path.iterdir()] == ([] if earlier is None else [earlier])

    def test_full_disk(self, tmp_path, full_disk):
        (tmp_path / "film.gif").write_bytes(b"earlier")
        with full_disk(10_000), pytest.raises(OSError, match="File too large"):
            write_zeros(tmp_path / "film.gif", 9_000, 9_000)
        assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"earlier"]

    def test_full_disk_in_the_last_moment(self, tmp_path, full_disk):
        with full_disk(10), pytest.raises(OSError, match="File too large"):
            write_zeros(tmp_path / "film.gif", 100)
        assert list(tmp_path.iterdir()) == []

    def test_permissions_of_a_new_file(self, tmp_path):
        before = os.umask(0o027)
        try:
            with atomic_write(tmp_path / "film.gif"):
                pass
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "film.gif").stat().st_mode) == 0o640

    def test_permissions_of_the_replaced_file(self, tmp_path):
        target = tmp_path / "film.gif"
        target.touch()
        target.chmod(0o604)
        with atomic_write(target):
            pass
        assert stat.S_IMODE(target.stat().st_mode) == 0o604

    @pytest.mark.parametrize("exists", [True, False])
    def test_symbolic_link_stays(self, tmp_path, exists):
        (tmp_path / "elsewhere").mkdir()
        real, link = tmp_path / "elsewhere" / "real.gif", tmp_path / "film.gif"
        if exists:
            real.touch()
        link.symlink_to(real)
        with atomic_write(link) as file:
            file.write(b"film")
        assert link.is_symlink()
        assert real.read_bytes() == b"film"
        assert sorted(path.name for path in tmp_path.rglob("*")) == ["elsewhere", "film.gif", "real.gif"]

    def test_name_of_the_greatest_length(self, tmp_path):
        for _ in range(2):
            with atomic_write(tmp_path / ("n" * 251 + ".gif")):
                pass

    def test_relative_path(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        with atomic_write("film.gif") as file:
            file.write(b"film")
        assert Path("film.gif").read_bytes() == b"film"


def test_failed_replacement_leaves_no_draft(tmp_path, monkeypatch):
    target = tmp_path / "film.gif"
    target.write_bytes(b"earlier")

    def refuse(self, other):
        raise PermissionError

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PermissionError), atomic_write(target) as file:
        file.write(b"film")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"earlier"]


_WRITE_AND_WRITE = """
import sys
from ravine.core.atomic import atomic_write
print("ready", flush=True)
for version in range(1000):
    with atomic_write(sys.argv[1]) as file:
        for _ in range(200):
            file.write(bytes([version % 256]) * 10_000)
            file.flush()
"""


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="only Linux has files without a name")
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("earlier", [None, b"\1" * 2_000_000])
def test_kill_leaves_whole_files_only(tmp_path, seed, earlier):
    target = tmp_path / "film.gif"
    if earlier is not None:
        target.write_bytes(earlier)
    command = [sys.executable, "-c", _WRITE_AND_WRITE, str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(np.random.default_rng(seed).uniform(0, 0.03))
        process.send_signal(signal.SIGKILL)
    found = [path.read_bytes() for path in tmp_path.iterdir()]
    assert len(found) >= (earlier is not None)
    # Between two system calls a whole draft can stand beside the file it is about to replace.
    assert len(found) <= 2
    assert all(len(content) == 2_000_000 and len(set(content)) == 1 for content in found)


class TestCheckTarget:
    def test_missing_folder(self, tmp_path):
        with pytest.raises(OutputError, match=r"^The folder '.*/x/y' of the output does not exist; make it"):
            check_target(tmp_path / "x" / "y" / "film.gif")

    def test_folder(self, tmp_path):
        with pytest.raises(OutputError, match="is a folder; name a file"):
            check_target(tmp_path)

    def test_file_in_place_of_the_folder(self, tmp_path):
        (tmp_path / "x").touch()
        with pytest.raises(OutputError, match="/x' is a file"):
            check_target(tmp_path / "x" / "film.gif")

    def test_device(self):
        with pytest.raises(OutputError, match="'/dev/null' is not an ordinary file"):
            check_target("/dev/null")

    def test_folder_that_is_not_writable(self, tmp_path, monkeypatch):
        monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)
        with pytest.raises(OutputError, match="is not writable"):
            check_target(tmp_path / "film.gif")

    def test_file_that_is_not_writable(self, tmp_path, monkeypatch):
        target = tmp_path / "film.gif"
        target.touch()
        monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != target)
        with pytest.raises(OutputError, match="is write-protected"):
            check_target(target)

    def test_dangling_link_into_a_missing_folder(self, tmp_path):
        (tmp_path / "film.gif").symlink_to(tmp_path / "x" / "real.gif")
        with pytest.raises(OutputError, match="/x' of the output does not exist"):
            check_target(tmp_path / "film.gif")

    def test_leaves_no_trace(self, tmp_path):
        check_target(tmp_path / "film.gif")
        check_folder_target(tmp_path / "frames")
        assert list(tmp_path.iterdir()) == []


def _make_frames(folder: Path, count: int) -> None:
    for index in range(count):
        (folder / f"frame-{index:04}.png").write_text(str(count))


def _make_frames_and_fail(path: Path, interruption: type[BaseException]) -> None:
    with atomic_folder(path) as folder:
        _make_frames(folder, 1)
        raise interruption


class TestWholeFolder:
    def test_makes_a_new_folder(self, tmp_path):
        with atomic_folder(f"{tmp_path}/frames/") as folder:
            _make_frames(folder, 2)
            assert not (tmp_path / "frames").exists()
        assert sorted(path.name for path in (tmp_path / "frames").iterdir()) == [
            "frame-0000.png",
            "frame-0001.png",
        ]
        assert len(list(tmp_path.iterdir())) == 1

    @pytest.mark.parametrize("count", [0, 3])
    def test_replaces_earlier_frames(self, tmp_path, count):
        frames = tmp_path / "frames"
        frames.mkdir(mode=0o750)
        _make_frames(frames, count)
        with atomic_folder(frames) as folder:
            _make_frames(folder, 2)
            assert len(list(frames.iterdir())) == count
        assert [path.read_text() for path in frames.iterdir()] == ["2", "2"]
        assert stat.S_IMODE(frames.stat().st_mode) == 0o750
        assert list(tmp_path.iterdir()) == [frames]

    def test_keeps_out_of_a_folder_with_other_files(self, tmp_path):
        _make_frames(tmp_path, 1)
        (tmp_path / "notes.txt").touch()
        with pytest.raises(OutputError, match=r"holds 'notes\.txt', which is no frame"):
            check_folder_target(tmp_path)

    def test_sees_a_file_that_came_meanwhile(self, tmp_path):
        frames = tmp_path / "frames"
        frames.mkdir()
        with pytest.raises(OutputError, match="holds 'thesis"), atomic_folder(frames):
            (frames / "thesis.tex").touch()
        assert [path.name for path in tmp_path.rglob("*")] == ["frames", "thesis.tex"]

    @pytest.mark.parametrize("interruption", [ValueError, KeyboardInterrupt])
    def test_leaves_nothing_behind_an_exception(self, tmp_path, interruption):
        frames = tmp_path / "frames"
        frames.mkdir()
        _make_frames(frames, 3)
        with pytest.raises(interruption):
            _make_frames_and_fail(frames, interruption)
        assert len(list(frames.iterdir())) == 3
        assert list(tmp_path.iterdir()) == [frames]

    def test_file_in_its_place(self, tmp_path):
        (tmp_path / "frames").touch()
        with pytest.raises(OutputError, match="is a file, where a folder is wanted"):
            check_folder_target(tmp_path / "frames")

    def test_failed_swap_brings_the_earlier_frames_back(self, tmp_path, monkeypatch):
        frames = tmp_path / "frames"
        frames.mkdir()
        _make_frames(frames, 3)
        rename = Path.rename

        def refuse_second(self, other):
            if Path(other) == frames and len(list(self.iterdir())) == 1:
                raise PermissionError
            return rename(self, other)

        monkeypatch.setattr(Path, "rename", refuse_second)
        with pytest.raises(PermissionError), atomic_folder(frames) as folder:
            _make_frames(folder, 1)
        assert len(list(frames.iterdir())) == 3
        assert list(tmp_path.iterdir()) == [frames]
