"""The data of a film: the background and the runs as a picture shows them, and their form as arrays."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ravine.landscapes import Box, Landscape
from ravine.optimizers import small_print
from ravine.renderer import Background, Batches, GridLosses, Run, Slice, Vector

if TYPE_CHECKING:
    from ravine.optimizers import Descent

LOSS = "loss"
HELD_OUT = "held_out_loss"

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class FilmData:
    """A landscape and the runs on it, in all that a film shows of them but its look.

    Attributes:
        name: The landscape's.
        domain: Its own.
        variables: The number of variables of its loss.
        measure: The first number that it measures beside the loss, if there is one.
        sampling: The description of what steps see; empty where they see all of the loss.
        runs: Without colours, which are the theme's.
        texts: Of each run, the optimizer that reproduces it, if a text does.
        tuned: True if a rate was found rather than given.
        outside: True if the start lies off the domain.
    """

    name: str
    domain: Box
    variables: int
    measure: str | None
    sampling: str
    background: Background
    runs: tuple[Run, ...]
    texts: tuple[str | None, ...]
    tuned: bool
    outside: bool

    @property
    def series(self) -> tuple[str, ...]:
        """The names of the series that any run has beside its loss, sorted."""
        return tuple(sorted({name for run in self.runs for name in run.series} - {LOSS}))

    def to_arrays(self) -> Arrays:
        """Take the data apart into named arrays, without objects; the loss on the grid is not among them."""
        arrays: Arrays = {}
        facts = _encoded(self, "film", arrays)
        return {"facts": np.array(json.dumps(facts)), **arrays}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], losses: GridLosses) -> "FilmData":
        """Put together what `to_arrays` took apart.

        Args:
            arrays: By name.
            losses: The loss at every pair of an x and a y.
        """
        return _decoded(json.loads(str(arrays["facts"])), arrays, losses)


_RECORDS: Mapping[str, Callable[..., Any]] = {
    record.__name__: record for record in (FilmData, Background, Batches, Run, Slice, Vector)
}


def _encoded(value: Any, place: str, arrays: Arrays) -> Any:
    """Put the arrays in a value under names that begin with `place`, and return the rest for JSON."""
    if isinstance(value, np.ndarray):
        arrays[place] = value
        return {"array": place}
    if isinstance(value, tuple):
        return {"tuple": [_encoded(part, f"{place} {k}", arrays) for k, part in enumerate(value)]}
    if isinstance(value, frozenset):
        return {"set": sorted(value)}
    if isinstance(value, Mapping):
        return {"mapping": {key: _encoded(part, f"{place} {key}", arrays) for key, part in value.items()}}
    if is_dataclass(value):
        own = {field.name: getattr(value, field.name) for field in fields(value)}
        kept = {name: part for name, part in own.items() if not callable(part)}
        return {
            type(value).__name__: {
                name: _encoded(part, f"{place} {name}", arrays) for name, part in kept.items()
            }
        }
    return value


def _decoded(node: Any, arrays: Mapping[str, np.ndarray], losses: GridLosses) -> Any:
    if not isinstance(node, dict):
        return node
    ((kind, parts),) = node.items()
    if kind == "array":
        return arrays[parts]
    if kind == "tuple":
        return tuple(_decoded(part, arrays, losses) for part in parts)
    if kind == "set":
        return frozenset(parts)
    values = {name: _decoded(part, arrays, losses) for name, part in parts.items()}
    if kind == "mapping":
        return values
    return _RECORDS[kind](**values, **({"losses": losses} if kind == Background.__name__ else {}))


def background_of(
    landscape: Landscape, losses: GridLosses, *, slices: tuple[Slice, ...], batches: Batches | None
) -> Background:
    """Make the background of a landscape, with what is drawn on it."""
    return Background(
        title=landscape.title,
        equation=landscape.equation,
        window=landscape.window,
        start=landscape.start,
        minima=landscape.minima,
        lowest=landscape.lowest,
        scale=landscape.scale,
        losses=losses,
        marks=landscape.marks,
        slices=slices,
        batches=batches,
    )


def run_of(
    descent: "Descent",
    *,
    series: Mapping[str, np.ndarray],
    vectors: tuple[Vector, ...],
    stopped_at: int | None,
) -> Run:
    """Make the run that a picture shows of a descent."""
    setting, diverged = descent.setting, int(descent.diverged_at)
    kinds = descent.marker_kinds
    return Run(
        label=setting.label,
        note=small_print(setting),
        colour_key=setting.optimizer.name,
        points=descent.points,
        losses=descent.losses,
        markers=descent.markers,
        diverged_at=diverged if diverged >= 0 else None,
        unconnected=frozenset(descent.unconnected),
        kinds={name: kind for name, kind in kinds.items() if kind in ("worker", "read")},
        series={LOSS: descent.losses, **series},
        vectors=vectors,
        stopped_at=stopped_at,
    )


def in_one_film(runs: tuple[Run, ...], texts: tuple[str | None, ...]) -> tuple[Run, ...]:
    """Let every run have every series, and a rule of the user's another colour than ours of its name."""
    names = dict.fromkeys(name for run in runs for name in run.series)
    ours = {run.colour_key for run, text in zip(runs, texts, strict=True) if text}
    return tuple(
        replace(
            run,
            colour_key=run.colour_key if text or run.colour_key not in ours else f"another {run.colour_key}",
            series={**dict.fromkeys(names, np.full(len(run.losses), np.nan)), **run.series},
        )
        for run, text in zip(runs, texts, strict=True)
    )
