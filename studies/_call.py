"""The keys of a call: what is studied, and which of them would change nothing."""

from collections.abc import Collection, Mapping
from typing import Any

from ravine.core.recipe import RecipeError

_OF_TRAINING = ("optimizers", "batch_order", "keep_every", "weight_decay", "early_stopping")
_IDLE: Mapping[str, tuple[str, ...]] = {
    "connect": _OF_TRAINING,
    "line": (*_OF_TRAINING, "steps", "batch_size", "between"),
    "plane": (*_OF_TRAINING, "steps", "batch_size"),
    "spectrum": (*_OF_TRAINING, "steps", "batch_size", "at"),
    "walk": (*_OF_TRAINING, "steps", "batch_size"),
}
"""What says nothing of points that are given, by command."""

_OF_NETWORKS = ("networks", "data", "batch_norm")


def keys_of_call(
    command: str, subject: Any, points: tuple[Any, ...], choices: Mapping[str, Any]
) -> dict[str, Any]:
    """The choices of a call, with its first argument and its points under their keys.

    Raises:
        RecipeError: the first argument is nothing to study, or a choice would change nothing.
    """
    keys = {**_subject(subject), **({"points": points} if points else {}), **choices}
    check_keys(command, keys)
    return keys


def check_keys(command: str, keys: Collection[str]) -> None:
    """Refuse what says how networks are trained where none is.

    Raises:
        RecipeError: naming the keys.
    """
    if "points" not in keys:
        return
    idle, reason = _IDLE.get(command, ()), "the points are given"
    if "objective" in keys:
        idle, reason = (*_OF_NETWORKS, *idle), "the loss and the points are given"
    found = [key for key in idle if key in keys]
    if found:
        raise RecipeError(f"No network is trained where {reason}; leave out {', '.join(found)}.")


def _subject(subject: Any) -> dict[str, Any]:
    if subject is None:
        return {}
    if isinstance(subject, str | list | tuple):
        return {"networks": subject}
    if hasattr(subject, "state_dict"):
        raise RecipeError(
            "A PyTorch module becomes an objective by ravine.landscapes.from_torch(module, loss, batches); "
            "study that."
        )
    from ravine.landscapes.networks import Objective

    if not (callable(subject) or isinstance(subject, Objective)):
        raise RecipeError(f"What is studied is a network such as 'mlp', or a loss; got {subject!r}.")
    return {"objective": subject}
