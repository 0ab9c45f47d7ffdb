"""The user's own loss, from the command line: a function of a pytree in a module of theirs."""

import hashlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ravine.core.fingerprint import fingerprint
from ravine.core.pytree import Params
from ravine.landscapes._user_function import load_member, own_sources
from ravine.landscapes.networks._objective import Objective, ObjectiveError, reraise_as


def load_objective(text: str, ends: Mapping[str, Params] | None = None) -> Objective:
    """The objective "package.module:name", where the module may lie in the current folder.

    The name is that of a loss in `jax.numpy`, a function of one pytree that returns one number; of an
    `Objective`, such as `from_torch` makes; or of a function without arguments that returns one.

    Args:
        text: The reference to load.
        ends: Points by what they are called in messages, such as the files they are from. The loss is
            computed at each, so that a mistake in it is found before any work is done.

    Raises:
        ExpressionError: there is no such module, it fails, or it has nothing of this name.
        ObjectiveError: the loss fails, or returns anything but one finite number at one of the ends.
    """
    module, member = load_member(text)
    objective = _as_objective(member, text)
    losses = [check_end(objective, text, label, params) for label, params in (ends or {}).items()]
    found = _traced(objective, ends) or _read(module, objective, losses)
    return replace(objective, identity=f"{text} {found}" if found else "")


def check_end(objective: Objective, text: str, label: str, params: Params) -> float:
    """The loss at one of the points that are to be looked at.

    Args:
        objective: The user's.
        text: The objective in messages.
        label: The point in messages.
        params: The point.

    Raises:
        ObjectiveError: the loss fails there, or is not finite.
    """
    try:
        with objective.checked(), reraise_as(f"The objective {text!r}"):
            loss = float(objective.compiled_loss(params))
    except ObjectiveError:
        raise
    except Exception as error:
        raise ObjectiveError.of(error, f"The objective {text!r}") from error
    if not np.isfinite(loss):
        raise ObjectiveError(
            f"The objective {text!r} is {loss} at {label!r}; a picture needs a finite loss at each end."
        )
    return loss


def one_number(loss: Callable[[Params], Any], text: str) -> Callable[[Params], Float[Array, ""]]:
    """A user's loss that fails in one line, where it raises or returns anything but one real number.

    Args:
        loss: The user's.
        text: The name for messages.
    """
    shown = f"The objective {text!r}"

    def checked(params: Params) -> Float[Array, ""]:
        try:
            return _number(loss(params), shown)
        except ObjectiveError:
            raise
        except (jax.errors.TracerArrayConversionError, jax.errors.ConcretizationTypeError) as error:
            failure = ObjectiveError.of(error, shown)
            raise ObjectiveError(f"{failure} JAX follows only jax.numpy and jax.lax.") from error
        except (Exception, SystemExit) as error:
            raise ObjectiveError.of(error, shown) from error

    return checked


def _as_objective(member: Any, text: str) -> Objective:
    if isinstance(member, Objective):
        return member
    if not callable(member):
        raise ObjectiveError(
            f"The objective {text!r} is of type {type(member).__name__!r}; "
            "it must be a function or an Objective."
        )
    if _takes_nothing(member):
        return _made(member, text)
    return Objective.of(one_number(member, text), name=text.partition(":")[2])


def _takes_nothing(function: Callable[..., Any]) -> bool:
    try:
        return not inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False


def _made(function: Callable[[], Any], text: str) -> Objective:
    try:
        made = function()
    except ObjectiveError:
        raise
    except (Exception, SystemExit) as error:
        raise ObjectiveError.of(error, f"The objective {text!r}") from error
    if not isinstance(made, Objective):
        raise ObjectiveError(
            f"The objective {text!r} takes no arguments and returned {_kind(made)}; "
            "it must take the parameters, or return an Objective."
        )
    return made


def _number(value: Any, shown: str) -> Float[Array, ""]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        with np.errstate(over="ignore"):
            return jnp.asarray(float(value), jnp.float32)
    if isinstance(value, np.generic | np.ndarray | Array) and value.shape == ():
        if jnp.issubdtype(value.dtype, jnp.floating):
            return jnp.asarray(value)
        if jnp.issubdtype(value.dtype, jnp.integer):
            return jnp.asarray(value).astype(jnp.float32)
    raise ObjectiveError(f"{shown} returned {_kind(value)}; it must return one number.")


def _kind(value: Any) -> str:
    if not (hasattr(value, "shape") and hasattr(value, "dtype")):
        return f"an object of type {type(value).__name__!r}"
    return f"an array of shape {value.shape}" if value.shape else f"a number of type {value.dtype}"


def _traced(objective: Objective, ends: Mapping[str, Params] | None) -> str:
    """Identify a user's loss by its equations; empty where there is no point or no such."""
    points = list((ends or {}).values())
    return fingerprint(objective.at, points[0]) if points else ""


def _read(module: ModuleType, objective: Objective, losses: list[float]) -> str:
    """Identify a loss outside JAX: the text of its modules, and the losses at the ends, where data shows.

    It is empty where a text cannot be read.
    """
    digest = hashlib.sha256()
    try:
        for path in own_sources(module):
            digest.update(path.read_bytes())
    except (OSError, TypeError):
        return ""
    return " ".join([digest.hexdigest(), objective.identity, *(loss.hex() for loss in losses)])
