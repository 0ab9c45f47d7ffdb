"""A loss over parameters of any form, what else is measured at a point, and its errors in one line."""

import sysconfig
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal, TypeAlias

import jax
from jaxtyping import Array, Float

from ravine.core.pytree import Params as Params
from ravine.landscapes.networks._statistics import parameters_by_name

_LONGEST = 300
_OWN = Path(__file__).parents[2]


class ObjectiveError(ValueError):
    """A loss that fails or gives no number; the message says what and, where it can, on which line."""

    @classmethod
    def of(cls, error: BaseException, shown: str) -> "ObjectiveError":
        """Describe an exception in a user's code.

        Args:
            error: It, with its traceback.
            shown: The name of the part that failed, such as "The objective 'module:loss'".
        """
        return cls(f"{shown} fails: {_described(error)}{_place(error)}.")


@contextmanager
def reraise_as(shown: str) -> Iterator[None]:
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
    """Take the first line of an error; those of JAX go on for paragraphs after the line that says it."""
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


Features: TypeAlias = Any
Measures: TypeAlias = Mapping[str, Float[Array, ""]]
BatchNorm: TypeAlias = Literal["", "inference", "recomputed"]

TRAIN_LOSS = "train_loss"


def _no_features(params: Params, data: Any) -> Features:
    del params, data
    return ()


def _nothing_to_raise() -> None:
    pass


@dataclass(frozen=True, kw_only=True, eq=False)
class Objective:
    """A loss whose lines and planes can be drawn.

    Attributes:
        measures: The numbers at a point by name, from the parameters, their features and the data; among
            them `train_loss`. Traceable by JAX.
        features: The part of a point that is linear in the parameters and expensive to compute, such as the
            pre-activations of a first layer on all examples. On a plane it is computed for the origin and
            the directions alone.
        data: The input of both: a pytree of arrays, passed along so that it is compiled into nothing.
        trained: The trained leaves of the parameters, as a pytree of booleans. The others, such as
            the stored statistics of batch norm, are constants: no part of derivatives, norms, distances and
            chosen directions. Along a line from one point to another they go from the one's to the other's,
            so that both ends have their own loss; on a plane they are those of its origin. Unless given, the
            leaves that hold real numbers, but for those that `parameters_by_name` takes for stored ones.
        batch_norm: The source of its statistics, for a network that has it.
        name: On the picture.
        identity: A fingerprint of the objective, for cached results; nothing is cached where
            this is empty.
        check: Raises what has gone wrong since it was last asked in a loss that runs outside JAX; to JAX that
            loss answers with NaN. See `checked`.
    """

    measures: Callable[[Params, Features, Any], Measures]
    features: Callable[[Params, Any], Features] = _no_features
    data: Any = ()
    trained: Callable[[Params], Params] = parameters_by_name
    batch_norm: BatchNorm = ""
    name: str = "loss"
    identity: str = ""
    check: Callable[[], None] = _nothing_to_raise

    @classmethod
    def of(cls, loss: Callable[[Params], Any], *, name: str = "") -> "Objective":
        """The objective of any function of the parameters in `jax.numpy`."""
        return cls(
            measures=lambda params, features, data: {TRAIN_LOSS: loss(params)},  # noqa: ARG005
            name=name or getattr(loss, "__name__", "loss"),
        )

    def at(self, params: Params) -> Measures:
        """All measures at one point."""
        return self.measures(params, self.features(params, self.data), self.data)

    def loss(self, params: Params) -> Float[Array, ""]:
        """The training loss at one point."""
        return self.at(params)[TRAIN_LOSS]

    @cached_property
    def compiled_loss(self) -> Callable[[Params], Float[Array, ""]]:
        """The training loss at one point as a program, which is traced once for each shape of a point."""
        measures, features = self.measures, self.features

        @jax.jit
        def loss(params: Params, data: Any) -> Float[Array, ""]:
            return measures(params, features(params, data), data)[TRAIN_LOSS]

        return partial(loss, data=self.data)

    @contextmanager
    def checked(self) -> Iterator[None]:
        """A block at whose end a loss that failed outside JAX raises its error, in place of any other.

        What the block computes is to be NumPy's by then: JAX may still be computing otherwise.

        Raises:
            ObjectiveError: a callback of the loss failed while JAX ran it.
        """
        try:
            with reraise_as(f"The objective {self.name!r}"):
                yield
        finally:
            self.check()
