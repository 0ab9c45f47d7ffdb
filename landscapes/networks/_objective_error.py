"""What goes wrong in a user's loss, in one line."""

import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jax

_LONGEST = 300
_OWN = Path(__file__).parents[2]


class ObjectiveError(ValueError):
    """A loss that fails or gives no number; the message says what and, where it can, on which line."""

    @classmethod
    def of(cls, error: BaseException, shown: str) -> "ObjectiveError":
        """What an exception in a user's code says.

        Args:
            error: It, with its traceback.
            shown: What failed, such as "The objective 'module:loss'".
        """
        return cls(f"{shown} fails: {_described(error)}{_place(error)}.")


@contextmanager
def told(shown: str) -> Iterator[None]:
    """A block in which a compiled program may stop: JAX wraps a mistake of a user, or Ctrl-C, in pages.

    Raises:
        ObjectiveError: the program stopped.
    """
    try:
        yield
    except jax.errors.JaxRuntimeError as error:
        if _first_line(error).startswith("KeyboardInterrupt"):
            raise KeyboardInterrupt from error
        raise ObjectiveError.of(error, shown) from error


def _described(error: BaseException) -> str:
    text = _first_line(error)
    text = "".join(letter for letter in text if letter.isprintable()).rstrip(".:")
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _first_line(error: BaseException) -> str:
    """What an error says; those of JAX go on for paragraphs after the line that says it."""
    try:
        lines = [" ".join(line.split()) for line in str(error).splitlines()]
    except Exception:
        # It is a user's class, whose text may fail too.
        return ""
    lines = [line for line in lines if line] or [""]
    return lines[-1] if "Traceback" in lines[0] else lines[0]


def _place(error: BaseException) -> str:
    """The last line that is neither of a library nor of ravine."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _is_users(frame.filename)]
    return f" ({_relative(Path(own[-1].filename))}:{own[-1].lineno})" if own else ""


def _is_users(filename: str) -> bool:
    path = Path(filename)
    libraries = [Path(sysconfig.get_path(kind)) for kind in ("stdlib", "purelib", "platlib")]
    installed = any(part in ("site-packages", "dist-packages") for part in path.parts)
    in_ravine = path.is_relative_to(_OWN) and not path.is_relative_to(_OWN / "tests")
    return not (
        filename.startswith("<") or installed or in_ravine or any(map(path.is_relative_to, libraries))
    )


def _relative(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
