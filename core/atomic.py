"""Files and folders that appear whole or not at all."""

import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedRandom
from pathlib import Path
from typing import NamedTuple

PathName = str | os.PathLike[str]


class Contents(NamedTuple):
    """The files that a folder to be replaced may hold: a pattern of their names, and what they are."""

    name: re.Pattern[str]
    what: str


FRAMES = Contents(re.compile(r"frame-\d+\.png"), "frame of a film")


class OutputError(ValueError):
    """An output that cannot be written; the message gives the value and the remedy."""


@contextmanager
def atomic_write(path: PathName) -> Iterator[BufferedRandom]:
    """Open a file for writing that takes the place of `path` only when the block ends well.

    After an exception, or a kill at any moment, `path` is what it was before. On Linux the draft has
    no name, so nothing stays behind either; elsewhere a kill can leave a hidden draft beside `path`.
    The file can be sought and read back. It gets the permissions of the file it replaces, or those
    that `open` would give. A symbolic link stays, and the file it points to is replaced.

    Raises:
        OutputError: `path` cannot be a target, see `check_target`.
        OSError: The disk is full, or failed otherwise.
    """
    check_target(path)
    target = Path(path).resolve()
    descriptor = _open_unnamed(target.parent)
    draft = _hidden_draft(target) if descriptor is None else _unnamed_draft(target, descriptor)
    with draft as file:
        yield file


@contextmanager
def atomic_folder(path: PathName, *, holds: Contents = FRAMES) -> Iterator[Path]:
    """Make a folder that takes the place of `path` only when the block ends well.

    The draft is a hidden folder beside `path`; only a kill leaves it there.

    Args:
        path: The folder.
        holds: The contents that an earlier one may have.

    Raises:
        OutputError: `path` cannot be a target, see `check_folder_target`.
        OSError: The disk is full, or failed otherwise.
    """
    check_folder_target(path, holds=holds)
    target = Path(path).resolve()
    draft = _hidden_sibling(target)
    draft.mkdir()
    try:
        yield draft
        _install_folder(draft, target, holds)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def check_target(path: PathName) -> None:
    """Accept a path to which `atomic_write` can write, before any work is done for it.

    Raises:
        OutputError: Its folder is missing or not writable, or it names something other than a file
            that may be replaced.
    """
    target = Path(path)
    if target.is_dir():
        raise OutputError(f"The output '{target}' is a folder; name a file, such as '{target / 'film.gif'}'.")
    if target.exists() and not target.is_file():
        raise OutputError(f"The output '{target}' is not an ordinary file; name another one.")
    if target.is_file() and not os.access(target, os.W_OK):
        raise OutputError(f"The output '{target}' is write-protected; name another file or unprotect it.")
    _check_parent(target)


def check_folder_target(path: PathName, *, holds: Contents = FRAMES) -> None:
    """Accept a path to which `atomic_folder` can write: new, empty, or with an earlier one's files only.

    Raises:
        OutputError: It is a file, holds something else, or its own folder is missing or not writable.
    """
    target = Path(path)
    if target.exists() and not target.is_dir():
        raise OutputError(f"The output '{target}' is a file, where a folder is wanted; name another one.")
    _check_parent(target)
    if not target.is_dir():
        return
    strangers = sorted(entry.name for entry in target.iterdir() if not holds.name.fullmatch(entry.name))
    if strangers:
        raise OutputError(
            f"The folder '{target}' holds '{strangers[0]}', which is no {holds.what}; name a new folder."
        )


def _check_parent(target: Path) -> None:
    folder = target.resolve().parent
    shown = target.parent if not target.is_symlink() else folder
    if not folder.exists():
        raise OutputError(f"The folder '{shown}' of the output does not exist; make it first.")
    if not folder.is_dir():
        raise OutputError(f"'{shown}' is a file, so the output cannot lie in it; name a folder.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"The folder '{shown}' of the output is not writable; name another one.")


def _open_unnamed(folder: Path) -> int | None:
    """A descriptor of a new file without a name in `folder`, where the system has such files."""
    flag = getattr(os, "O_TMPFILE", None)
    if flag is None or not Path("/proc/self/fd").is_dir():
        return None
    try:
        return os.open(folder, flag | os.O_RDWR | os.O_CLOEXEC, 0o666)
    except OSError:
        # File systems without unnamed files answer with various errors; a real one comes again below.
        return None


@contextmanager
def _unnamed_draft(target: Path, descriptor: int) -> Iterator[BufferedRandom]:
    with os.fdopen(descriptor, "w+b") as file:
        _keep_mode(target, descriptor)
        yield file
        file.flush()
        _give_name(descriptor, target)


def _give_name(descriptor: int, target: Path) -> None:
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            _link(descriptor, target.name, folder)
        except FileExistsError:
            # link() replaces nothing, so the draft gets a hidden name for the moment before the swap.
            hidden = _hidden_sibling(target)
            _link(descriptor, hidden.name, folder)
            _replace_file(hidden, target)
    finally:
        os.close(folder)


def _link(descriptor: int, name: str, folder: int) -> None:
    # Only with a folder's descriptor does Python call linkat(), which can follow /proc's symbolic link.
    os.link(f"/proc/self/fd/{descriptor}", name, dst_dir_fd=folder, follow_symlinks=True)


@contextmanager
def _hidden_draft(target: Path) -> Iterator[BufferedRandom]:
    hidden = _hidden_sibling(target)
    descriptor = os.open(hidden, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o666)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            _keep_mode(target, descriptor)
            yield file
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise
    _replace_file(hidden, target)


def _replace_file(hidden: Path, target: Path) -> None:
    try:
        hidden.replace(target)
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise


def _keep_mode(target: Path, descriptor: int) -> None:
    with suppress(FileNotFoundError):
        os.fchmod(descriptor, stat.S_IMODE(target.stat().st_mode))


def _install_folder(draft: Path, target: Path, holds: Contents) -> None:
    if not target.exists():
        draft.rename(target)
        return
    check_folder_target(target, holds=holds)
    draft.chmod(stat.S_IMODE(target.stat().st_mode))
    earlier = _hidden_sibling(target)
    target.rename(earlier)
    try:
        draft.rename(target)
    except BaseException:
        earlier.rename(target)
        raise
    shutil.rmtree(earlier)


def _hidden_sibling(target: Path) -> Path:
    return target.with_name(f".ravine-{secrets.token_hex(8)}")
