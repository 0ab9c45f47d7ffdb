"""Leaves of given points that are held fixed: stored statistics, and others on request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

import jax
import numpy as np

from ravine.core.pytree import Params, is_array, is_key, named_leaves
from ravine.core.recipe import RecipeError
from ravine.landscapes.networks import COUNTERS, Objective, parameters_by_name, real_leaves

NONE = "none"
"""In place of a pattern: stored statistics are parameters too."""

_SHOWN = 6
"""The number of leaves that a message names."""


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """Leaves of real numbers that are left out of derivatives, norms, distances and chosen directions.

    Attributes:
        stored: Stored statistics, by their names; or what the objective itself does not train.
        chosen: Leaves that are held fixed on request.
        constants: Leaves that hold no real numbers, but for counters.
        by_name: True where `stored` was found by names.
        unread: True where the loss takes other statistics than the stored ones, those of the examples.
        between: Stored statistics that differ between the ends of a line, and go along with it.
        note: A warning for the picture, where points differ in fixed leaves.
        caption: The same on a picture, in a few words.
    """

    stored: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    by_name: bool = True
    unread: bool = False
    between: tuple[str, ...] = ()
    note: str = ""
    caption: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.stored, *self.chosen)

    @property
    def described(self) -> str:
        """All of them in one line; empty without any."""
        how = "stored statistics; --fixed adds others, and --fixed none takes these for parameters"
        parts = [(self.stored, how if self.by_name else "not trained"), (self.chosen, "--fixed")]
        shown = [f"{listed(names)} ({reason})" for names, reason in parts if names]
        return f"Held fixed: {'; '.join(shown)}." if shown else ""

    def record(self) -> dict[str, Any]:
        """Write them for files."""
        return {"fixed": list(self.names), **({"fixed_note": self.note} if self.note else {})}


def fixed_at_point(fixed: Fixed) -> Fixed:
    """Nothing to note: one point alone is looked at."""
    return _noted(fixed, [], [])


def fixing(objective: Objective, patterns: Sequence[str], like: Params) -> tuple[Objective, Fixed]:
    """The objective with the leaves of some names held fixed too.

    Args:
        objective: Of a network, or of the user.
        patterns: As `fnmatch` reads them, on names such as "encoder.0.weight"; or "none".
        like: A point.

    Raises:
        RecipeError: a pattern fits no name, or no leaf is left to move.
    """
    wanted = tuple(pattern for pattern in patterns if pattern != NONE)
    by_name = objective.trained is parameters_by_name
    if NONE in patterns and not by_name:
        raise RecipeError(
            f"fixed {NONE!r} is for leaves that are held fixed by their names; {objective.name} says itself "
            "which of its leaves are trained."
        )
    own = real_leaves if by_name and NONE in patterns else objective.trained
    names = [name for name, leaf in named_leaves(like)[0] if is_array(leaf) and not is_key(leaf)]
    for pattern in wanted:
        _check(pattern, names)
    if wanted or own is not objective.trained:
        objective = replace(objective, trained=_without(own, wanted))
    trained, before, real = (_by_name(mask, like) for mask in (objective.trained, own, real_leaves))
    if not any(trained.values()):
        raise RecipeError(
            f"Nothing is left to move, for all of {listed(names)} is held fixed; fix fewer, or add {NONE!r} "
            "to fixed where stored statistics are the parameters."
        )
    return objective, Fixed(
        stored=tuple(name for name in names if real[name] and not before[name]),
        chosen=tuple(name for name in names if real[name] and before[name] and not trained[name]),
        constants=tuple(name for name in names if not real[name] and name.rpartition(".")[2] not in COUNTERS),
        by_name=by_name,
        unread=objective.batch_norm == "recomputed",
    )


def fixed_on_line(fixed: Fixed, points: Sequence[Params]) -> tuple[tuple[Params, ...], Fixed]:
    """The ends of a line or curve, with what was chosen to be fixed as in the first, and a note of that.

    Stored statistics are each end's own, so that the loss there is too, and in between on the way, as
    those of batch norm in our own networks.
    """
    own, held = _read(fixed, points), _differing(points, (*fixed.chosen, *fixed.constants))
    notes, captions = [], []
    if own:
        notes.append(f"{listed(own)}: each end has its own, and they go from one's to the other's.")
        captions += ["stored statistics interpolated"] * fixed.by_name
    if held:
        notes.append(
            f"{listed(held)}: as in the first point throughout, though the last one differs; the loss at its "
            "end is not its own."
        )
        captions.append("fixed leaves as in the first point")
    first = dict(named_leaves(points[0])[0])
    ends = tuple(_with(point, {name: first[name] for name in held}) for point in points)
    return ends, replace(_noted(fixed, notes, captions), between=own)


def fixed_on_walk(fixed: Fixed, points: Sequence[Params]) -> Fixed:
    """A note of what differs between iterates, which each keep their own."""
    own = (*_read(fixed, points), *_differing(points, (*fixed.chosen, *fixed.constants)))
    return _noted(fixed, [f"{listed(own)}: each point has its own."] if own else [], [])


def fixed_on_plane(fixed: Fixed, points: Sequence[Params], origin: str) -> Fixed:
    """A note of what differs between the points of a plane, which has it from its origin alone."""
    held = (*_read(fixed, points), *_differing(points, (*fixed.chosen, *fixed.constants)))
    if not held:
        return fixed_at_point(fixed)
    note = (
        f"{listed(held)}: as in {origin} throughout, though the points differ; the plane's losses at the "
        "others are not their own."
    )
    return _noted(fixed, [note], [f"fixed leaves as in {origin}"])


def listed(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _noted(fixed: Fixed, notes: Sequence[str], captions: Sequence[str]) -> Fixed:
    count = len(fixed.names if fixed.by_name else fixed.chosen)
    usual = [f"{count} {'leaf' if count == 1 else 'leaves'} held fixed"] if count else []
    return replace(fixed, note=" ".join(notes), caption=", ".join(captions or usual))


def _read(fixed: Fixed, points: Sequence[Params]) -> tuple[str, ...]:
    """The stored statistics that differ between the points, where the loss reads them."""
    return () if fixed.unread else _differing(points, fixed.stored)


def _check(pattern: str, names: Sequence[str]) -> None:
    if pattern.rpartition(".")[2] in COUNTERS or any(_fits(pattern, name) for name in names):
        return
    raise RecipeError(
        f"No leaf fits fixed {pattern!r}; the leaves are {listed(names)}. A pattern is of whole names, as in "
        "'encoder.*'."
    )


def _fits(pattern: str, name: str) -> bool:
    return name == pattern or fnmatchcase(name, pattern)


def _without(own: Any, patterns: Sequence[str]) -> Any:
    """The mask without what fits a pattern."""

    def trained(params: Params) -> Params:
        leaves, structure = named_leaves(params)
        kept = structure.flatten_up_to(own(params))
        fixed = [any(_fits(pattern, name) for pattern in patterns) for name, _ in leaves]
        return structure.unflatten(bool(own) and not held for own, held in zip(kept, fixed, strict=True))

    return trained


def _by_name(mask: Any, like: Params) -> Mapping[str, bool]:
    leaves, structure = named_leaves(like)
    return {name: bool(it) for (name, _), it in zip(leaves, structure.flatten_up_to(mask(like)), strict=True)}


def _differing(points: Sequence[Params], names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the leaves that are not the same in all points."""
    first, *others = (dict(named_leaves(point)[0]) for point in points)
    return tuple(n for n in names if not all(np.array_equal(first[n], other[n]) for other in others))


def _with(point: Params, leaves: Mapping[str, Any]) -> Params:
    own, structure = named_leaves(point)
    return jax.tree.unflatten(structure, [leaves.get(name, leaf) for name, leaf in own])
