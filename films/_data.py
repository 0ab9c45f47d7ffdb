"""What a picture needs of a recipe's landscape and runs: plain numbers and texts, which can be kept."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from ravine.landscapes import Landscape
from ravine.optimizers import Setting, small_print, write_setting

if TYPE_CHECKING:
    from ravine.optimizers import Descent

Arrays = dict[str, np.ndarray]
Points = Float[np.ndarray, "steps+1 2"]
Part = Literal["gradient", "velocity", "jump", "correction", "step", "newton", "minimum"]


class Arrow(NamedTuple):
    """One arrow at every point of a run.

    Attributes:
        part: What it stands for.
        tails: Where it begins.
        arrows: From tail to tip; not a number where there is none.
        unit: Whether only its direction counts.
    """

    part: Part
    tails: Points
    arrows: Points
    unit: bool = False


class Seen(NamedTuple):
    """Every example's loss on a grid, and the examples of each step.

    Attributes:
        xs: The grid's columns.
        ys: Its rows.
        examples: The loss of each example.
        rows: Which examples each step sees.
    """

    xs: Float[np.ndarray, " columns"]
    ys: Float[np.ndarray, " rows"]
    examples: Float[np.ndarray, "examples rows columns"]
    rows: Int[np.ndarray, "steps size"]

    def losses(self, step: int) -> Float[np.ndarray, "rows columns"]:
        """The loss that a step sees."""
        return self.examples[self.rows[min(step, len(self.rows) - 1)]].mean(0, dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class RunSketch:
    """One run.

    Attributes:
        facts: Its rule, label, note, the text that reproduces it if there is one, the balls that no line ties
            to the iterate, the kind of each ball, and the step at which it was stopped.
        diverged_at: The first step on which it left the reals, -1 if it did not.
        balls: By name.
        series: Numbers at every point, by name.
        vectors: Arrows of a kind each.
    """

    facts: Mapping[str, Any]
    points: Points
    losses: Float[np.ndarray, "steps+1"]
    diverged_at: int
    balls: Mapping[str, Points]
    series: Mapping[str, Float[np.ndarray, "steps+1"]]
    vectors: tuple[Arrow, ...] = ()

    @classmethod
    def of(
        cls,
        descent: "Descent",
        *,
        series: Mapping[str, np.ndarray],
        vectors: tuple[Arrow, ...],
        stopped_at: int | None,
    ) -> "RunSketch":
        """The sketch of a descent."""
        setting = descent.setting
        return cls(
            facts={
                "rule": setting.optimizer.name,
                "label": setting.label,
                "note": small_print(setting),
                "text": _text_of(setting),
                "untied": descent.unconnected,
                "kinds": descent.marker_kinds,
                "stopped_at": stopped_at,
            },
            points=descent.points,
            losses=descent.losses,
            diverged_at=int(descent.diverged_at),
            balls=descent.markers,
            series=series,
            vectors=vectors,
        )


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """A landscape's facts and its runs.

    Attributes:
        landscape: Its name, title, equation, domain, window, start, minima, lowest, scale, variables, marks,
            the name of its own measure, and what must be said of what steps see.
        tuned: Whether a rate was found rather than given.
        outside: Whether the start lies off the landscape's domain.
        slices: The losses along each slice.
        seen: What each step sees of a finite sum, where that is drawn.
    """

    landscape: Mapping[str, Any]
    runs: tuple[RunSketch, ...]
    tuned: bool
    outside: bool
    slices: Float[np.ndarray, "slices places"] = field(default_factory=lambda: np.zeros((0, 2)))
    seen: Seen | None = None

    def to_arrays(self) -> Arrays:
        """The sketch as named arrays, without objects."""
        texts = {"landscape": dict(self.landscape), "tuned": self.tuned, "outside": self.outside}
        arrays = {
            f"run {k} {key}": array for k, run in enumerate(self.runs) for key, array in _run_arrays(run)
        }
        seen = {} if self.seen is None else {f"seen {key}": a for key, a in self.seen._asdict().items()}
        return {"texts": np.array(json.dumps(texts)), "slices": self.slices, **seen, **arrays}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> "Sketch":
        """The sketch that `to_arrays` took apart."""
        texts = json.loads(str(arrays["texts"]))
        seen = _below(arrays, "seen ")
        runs: list[RunSketch] = []
        while own := _below(arrays, f"run {len(runs)} "):
            runs.append(_run_from(own))
        return cls(
            landscape={key: _as_tuples(value) for key, value in texts["landscape"].items()},
            runs=tuple(runs),
            tuned=texts["tuned"],
            outside=texts["outside"],
            slices=arrays["slices"],
            seen=Seen(**seen) if seen else None,
        )


def facts_of(landscape: Landscape, said: str) -> dict[str, Any]:
    """What a picture needs to know of a landscape; `said` is of what steps see of it."""
    return {
        "name": landscape.name,
        "title": landscape.title,
        "equation": landscape.equation,
        "domain": landscape.domain,
        "window": landscape.window,
        "start": landscape.start,
        "minima": landscape.minima,
        "lowest": landscape.lowest,
        "scale": landscape.scale,
        "variables": landscape.variables,
        "marks": landscape.marks,
        "measure": next(iter(landscape.measures), None),
        "said": said,
    }


def _run_arrays(run: RunSketch) -> Iterator[tuple[str, np.ndarray]]:
    yield "facts", np.array(json.dumps({**run.facts, "diverged_at": run.diverged_at}))
    yield "points", run.points
    yield "losses", run.losses
    yield from ((f"ball {name}", ball) for name, ball in run.balls.items())
    yield from ((f"series {name}", values) for name, values in run.series.items())
    for arrow in run.vectors:
        yield f"vector {arrow.part} {int(arrow.unit)}", np.stack([arrow.tails, arrow.arrows])


def _run_from(arrays: Mapping[str, np.ndarray]) -> RunSketch:
    facts = json.loads(str(arrays["facts"]))
    vectors = []
    for key, (tails, tips) in _below(arrays, "vector ").items():
        part, unit = key.split()
        vectors.append(Arrow(part, tails, tips, unit == "1"))  # pyright: ignore[reportArgumentType]
    return RunSketch(
        diverged_at=facts.pop("diverged_at"),
        facts={key: _as_tuples(value) for key, value in facts.items()},
        points=arrays["points"],
        losses=arrays["losses"],
        balls=_below(arrays, "ball "),
        series=_below(arrays, "series "),
        vectors=tuple(vectors),
    )


def _below(arrays: Mapping[str, np.ndarray], prefix: str) -> Arrays:
    return {key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)}


def _text_of(setting: Setting) -> str | None:
    try:
        return write_setting(setting)
    except ValueError:
        return None


def _as_tuples(value: Any) -> Any:
    return tuple(_as_tuples(part) for part in value) if isinstance(value, list) else value
