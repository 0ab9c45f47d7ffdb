"""A training as a folder: its iterates as safetensors, all else as JSON."""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import numpy as np

from ravine.core.atomic import Contents, PathName, atomic_folder
from ravine.core.tables import plain
from ravine.landscapes.networks import Model, read_checkpoint, write_checkpoint
from ravine.studies.training._train import Training

RUN = Contents(re.compile(r"run\.json|(start|solution|iterates)\.safetensors"), "part of a saved run")
"""The files that `save_run` writes, and replaces."""


class RunError(ValueError):
    """A folder that holds no run, or a damaged one; the message says so in one line."""


def save_run(folder: PathName, training: Training, facts: Mapping[str, object] | None = None) -> None:
    """Write a run as a folder, which takes the place of an earlier one when it is whole.

    It holds "start.safetensors" and "solution.safetensors", which are checkpoints; "iterates.safetensors",
    whose arrays have a first axis for the saved iterates; and "run.json" with the numbers and all that
    determines them, where what is not finite is null.

    Args:
        folder: New, empty, or with an earlier run.
        training: The run.
        facts: Further facts about it, as JSON can say them; NumPy's arrays and numbers may be among it.

    Raises:
        OutputError: the folder cannot be a target.
        OSError: the disk is full, or failed otherwise.

    Example:
        >>> save_run("runs/adam", training, {"note": "the longer one"})  # doctest: +SKIP
    """
    Path(folder).parent.mkdir(parents=True, exist_ok=True)
    record = {
        "facts": dict(facts or {}),
        "made_from": training.fingerprint_facts,
        "seed": training.seed,
        "stopped_at": training.stopped_at,
        "diverged_at": training.diverged_at,
        "steps": training.steps,
        "measures": training.measures,
        "batch_losses": training.batch_losses,
    }
    with atomic_folder(folder, holds=RUN) as draft:
        write_checkpoint(draft / "start.safetensors", training.start)
        write_checkpoint(draft / "solution.safetensors", training.solution)
        write_checkpoint(draft / "iterates.safetensors", training.iterates)
        (draft / "run.json").write_text(json.dumps(plain(record), indent=1, allow_nan=False), "utf-8")


def load_run(folder: PathName, like: Model) -> Training:
    """The run in a folder.

    Args:
        folder: As `save_run` writes it.
        like: A network of the same architecture.

    Raises:
        RunError: there is no run, or run.json is damaged.
        CheckpointError: the iterates are damaged or do not match.

    Example:
        >>> import tempfile
        >>> from ravine.landscapes import networks
        >>> from ravine.optimizers import rule
        >>> from ravine.studies.training import train
        >>> problem = networks.Problem(network=networks.load("mlp"), data=networks.load_data("moons"))
        >>> training = train(problem, rule("sgd:learning_rate=0.1"), steps=4, save_every=2)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_run(f"{folder}/run", training)
        ...     print(load_run(f"{folder}/run", problem.start(0)).steps)
        [0 2 4]
    """
    record = _read_record(Path(folder))
    saved = len(record["steps"])
    stacked = jax.tree.map(lambda leaf: np.broadcast_to(np.asarray(leaf), (saved, *leaf.shape)), like)
    return Training(
        steps=np.array(record["steps"], int),
        iterates=read_checkpoint(Path(folder) / "iterates.safetensors", stacked, finite=False),
        batch_losses=_numbers(record["batch_losses"]),
        measures={name: _numbers(values) for name, values in record["measures"].items()},
        stopped_at=record["stopped_at"],
        seed=record["seed"],
        fingerprint_facts=record["made_from"],
    )


def read_run_facts(folder: PathName) -> dict[str, Any]:
    """Read the facts that were given to `save_run`.

    Raises:
        RunError: there is no run, or run.json is damaged.
    """
    return _read_record(Path(folder))["facts"]


def _read_record(folder: Path) -> dict[str, Any]:
    path = folder / "run.json"
    if not path.is_file():
        raise RunError(f"The folder '{folder}' holds no saved run: there is no run.json in it.")
    try:
        record = json.loads(path.read_text("utf-8"))
        _check(record)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise RunError(f"The file '{path}' is no record of a run, or a damaged one; save it again.") from None
    return record


def _check(record: dict[str, Any]) -> None:
    """Let what is no record fail.

    Raises:
        ValueError: numbers are missing, or a key or a kind of value is.
    """
    saved, taken = np.array(record["steps"], int), _numbers(record["batch_losses"])
    measures = {name: _numbers(values) for name, values in record["measures"].items()}
    lengths = {values.shape for values in measures.values()} | {saved.shape}
    whole = saved.ndim == taken.ndim == 1 and len(saved) > 0 and len(lengths) == 1
    stop, seed = record["stopped_at"], record["seed"]
    whole = whole and (stop is None or isinstance(stop, int)) and isinstance(seed, int)
    if not (whole and isinstance(record["facts"], dict) and isinstance(record["made_from"], dict)):
        raise ValueError(f"A record of a run has other numbers; got {record!r}.")


def _numbers(values: Any) -> np.ndarray:
    return np.array([math.nan if value is None else value for value in values], np.float32)
