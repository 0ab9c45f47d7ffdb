"""The numbers of a film: its trajectories as JSON, CSV or NPZ."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from ravine.core.tables import as_csv, as_json, as_npz, plain
from ravine.films._film import Film
from ravine.films._sampling import describe_sampling
from ravine.films._series import Series
from ravine.optimizers import Descent, Setting

_COLUMNS = ("step", "x", "y", "loss", "gradient_norm")
_COUNTS = ("loss_evaluations", "gradient_evaluations", "hessian_evaluations")


def trace_record(film: Film) -> dict[str, Any]:
    """The trajectories as plain lists and numbers; what is not finite is None."""
    landscape = film.landscape
    record = {
        "landscape": landscape.name,
        "start": list(landscape.start),
        "steps": film.recipe.steps,
        "seed": film.recipe.seed,
        "sampling": describe_sampling(film.recipe, landscape) or None,
        "runs": [
            _run_record(descent, measures, stop)
            for (descent, measures), stop in zip(_measured(film), film.computation.stops, strict=True)
        ],
    }
    return plain(record)


def trace_bytes(film: Film, ending: str) -> bytes:
    """The trajectories as a file of the kind that `ending` names: .json, .csv or .npz.

    Args:
        film: Whose trajectories are written.
        ending: Of the file.

    Raises:
        ValueError: the ending is another one.
    """
    if ending not in _WRITERS:
        raise ValueError(f"A trace is written as {', '.join(_WRITERS)}; got {ending!r}.")
    return _WRITERS[ending](film)


def check_trace_path(path: Path) -> None:
    """Refuse a file name whose ending no trace has.

    Raises:
        ValueError: the ending is unknown.
    """
    if path.suffix.lower() not in _WRITERS:
        raise ValueError(f"A trace is written as {', '.join(_WRITERS)}; got {str(path)!r}.")


def _run_record(descent: Descent, measures: Series, stop: int | None) -> dict[str, Any]:
    diverged = int(descent.diverged_at)
    return {
        "label": descent.label,
        "optimizer": descent.setting.optimizer.name,
        "hyperparameters": plain(descent.setting.complete, _named),
        "points": descent.points,
        "losses": descent.losses,
        "gradient_norms": descent.gradient_norms,
        "evaluations": descent.evaluations,
        "measures": measures,
        "series": descent.series,
        "balls": descent.markers,
        "diverged_at": diverged if diverged >= 0 else None,
        "stopped_at": stop,
    }


def _named(value: Any) -> Any:
    """An optimizer inside another one, or a function, as JSON has it."""
    if isinstance(value, Setting):
        inner = {key: plain(part, _named) for key, part in value.complete.items()}
        return {"optimizer": value.optimizer.name, "hyperparameters": inner}
    return getattr(value, "__name__", "function") if callable(value) else str(value)


def _learning_rate(setting: Setting) -> float:
    """The rate, of the rule inside where that has it; not a number where there is none or a schedule."""
    inner = setting.complete.get("inner")
    if isinstance(inner, Setting) and not setting.optimizer.has_rate:
        return _learning_rate(inner)
    rate = setting.complete.get("learning_rate")
    return float(rate) if isinstance(rate, float | np.generic | np.ndarray) else math.nan


def _as_json(film: Film) -> bytes:
    return as_json(trace_record(film), ascii_only=True)


def _as_csv(film: Film) -> bytes:
    further = [{**descent.series, **measures} for descent, measures in _measured(film)]
    names = sorted({name for numbers in further for name in numbers})
    header = ["run", "optimizer", "ball", *_COLUMNS, *_COUNTS, *names]
    rows = (
        _csv_rows(descent, [numbers.get(name) for name in names])
        for descent, numbers in zip(film.descents, further, strict=True)
    )
    return as_csv(chain([header], *rows))


def _measured(film: Film) -> Iterator[tuple[Descent, Series]]:
    return zip(film.descents, film.computation.measures, strict=True)


def _csv_rows(descent: Descent, further: Sequence[np.ndarray | None]) -> Iterator[list[Any]]:
    head = [descent.label, descent.setting.optimizer.name]
    columns = (descent.losses, descent.gradient_norms, *descent.evaluations.T)
    for step, numbers in enumerate(zip(*descent.points.T, *columns, strict=True)):
        taken = [_figure(values, step) for values in further]
        yield [*head, "", step, *map(float, numbers), *taken]
    empty = [""] * (len(columns) + len(further))
    for name, ball in descent.markers.items():
        for step, (x, y) in enumerate(ball):
            yield [*head, name, step, float(x), float(y), *empty]


def _figure(values: np.ndarray | None, step: int) -> float | None:
    """The number of a step, of which there is none after the last point."""
    return None if values is None or step == len(values) else float(values[step])


def _as_npz(film: Film) -> bytes:
    descents = film.descents
    balls = {
        f"ball_{run}_{name}": ball
        for run, descent in enumerate(descents)
        for name, ball in descent.markers.items()
    }
    series = {
        f"series_{run}_{name}": values
        for run, descent in enumerate(descents)
        for name, values in descent.series.items()
    }
    measures = {
        f"measure_{run}_{name}": values
        for run, (_, measured) in enumerate(_measured(film))
        for name, values in measured.items()
    }
    return as_npz(
        labels=np.array([descent.label for descent in descents]),
        optimizers=np.array([descent.setting.optimizer.name for descent in descents]),
        learning_rates=np.array([_learning_rate(descent.setting) for descent in descents]),
        points=np.stack([descent.points for descent in descents]),
        losses=np.stack([descent.losses for descent in descents]),
        gradient_norms=np.stack([descent.gradient_norms for descent in descents]),
        diverged_at=np.array([int(descent.diverged_at) for descent in descents]),
        stopped_at=np.array([-1 if stop is None else stop for stop in film.computation.stops]),
        landscape=np.array(film.landscape.name),
        start=np.array(film.landscape.start),
        sampling=np.array(describe_sampling(film.recipe, film.landscape)),
        evaluations=np.stack([descent.evaluations for descent in descents]),
        **balls,
        **series,
        **measures,
    )


_WRITERS: dict[str, Callable[[Film], bytes]] = {".json": _as_json, ".csv": _as_csv, ".npz": _as_npz}
