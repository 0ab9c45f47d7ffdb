"""The numbers of a film: its trajectories as JSON, CSV or NPZ."""

import csv
import io
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ravine.gallery._film import Film
from ravine.optimizers import Descent


def trace_record(film: Film) -> dict[str, Any]:
    """The trajectories as plain lists and numbers; what is not finite is None."""
    landscape = film.landscape
    return {
        "landscape": landscape.name,
        "start": list(landscape.start),
        "steps": film.recipe.steps,
        "seed": film.recipe.seed,
        "runs": [_run_record(descent) for descent in film.descents],
    }


def trace_bytes(film: Film, ending: str) -> bytes:
    """The trajectories as a file of the kind that `ending` names: .json, .csv or .npz.

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


def _run_record(descent: Descent) -> dict[str, Any]:
    diverged = int(descent.diverged_at)
    return {
        "label": descent.label,
        "optimizer": descent.setting.optimizer.name,
        "hyperparameters": {key: _plain(value) for key, value in descent.setting.complete.items()},
        "points": _finite(descent.points.tolist()),
        "losses": _finite(descent.losses.tolist()),
        "gradient_norms": _finite(descent.gradient_norms.tolist()),
        "balls": {name: _finite(ball.tolist()) for name, ball in descent.balls.items()},
        "diverged_at": diverged if diverged >= 0 else None,
    }


def _finite(values: Any) -> Any:
    if isinstance(values, list):
        return [_finite(value) for value in values]
    return values if math.isfinite(values) else None


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, str | bool | int | float) or value is None:
        return value
    return list(value) if isinstance(value, tuple) else str(value)


def _as_json(film: Film) -> bytes:
    return (json.dumps(trace_record(film), allow_nan=False) + "\n").encode()


def _as_csv(film: Film) -> bytes:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["run", "optimizer", "ball", "step", "x", "y", "loss", "gradient_norm"])
    for descent in film.descents:
        table.writerows(_csv_rows(descent))
    return text.getvalue().encode()


def _csv_rows(descent: Descent) -> Iterator[list[Any]]:
    head = [descent.label, descent.setting.optimizer.name]
    numbers = zip(descent.points, descent.losses, descent.gradient_norms, strict=True)
    for step, ((x, y), loss, norm) in enumerate(numbers):
        yield [*head, "", step, *map(repr, map(float, (x, y, loss, norm)))]
    for name, ball in descent.balls.items():
        for step, (x, y) in enumerate(ball):
            yield [*head, name, step, repr(float(x)), repr(float(y)), "", ""]


def _as_npz(film: Film) -> bytes:
    descents = film.descents
    balls = {
        f"ball_{run}_{name}": ball
        for run, descent in enumerate(descents)
        for name, ball in descent.balls.items()
    }
    buffer = io.BytesIO()
    np.savez(
        buffer,
        allow_pickle=False,
        labels=np.array([descent.label for descent in descents]),
        optimizers=np.array([descent.setting.optimizer.name for descent in descents]),
        learning_rates=np.array(
            [float(descent.setting.complete.get("learning_rate", math.nan)) for descent in descents]
        ),
        points=np.stack([descent.points for descent in descents]),
        losses=np.stack([descent.losses for descent in descents]),
        gradient_norms=np.stack([descent.gradient_norms for descent in descents]),
        diverged_at=np.array([int(descent.diverged_at) for descent in descents]),
        landscape=np.array(film.landscape.name),
        start=np.array(film.landscape.start),
        **balls,
    )
    return buffer.getvalue()


_WRITERS: dict[str, Callable[[Film], bytes]] = {".json": _as_json, ".csv": _as_csv, ".npz": _as_npz}
