"""The descents of one film in this process, timed: LANDSCAPE RULE..., and JSON on standard output."""

import json
import sys
import time
from collections.abc import Callable

import jax
import numpy as np

from ravine.films import Recipe
from ravine.films._runs import FilmRuns
from ravine.landscapes import losses_at

_SCAN = 0.02
"""A program that takes fewer seconds to compile holds no descent: it fills an array or the like."""


def prepared(landscape: str, rules: tuple[str, ...], steps: int = 200) -> FilmRuns:
    """A film's work with all but the descents done."""
    work = FilmRuns(Recipe(landscape=landscape, optimizers=rules, steps=steps))
    losses_at(work.landscape.loss, np.array([[0.5, 0.5]]))
    return work


def timed(task: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of processor time."""
    clock, processor = time.perf_counter(), time.process_time()
    task()
    return time.perf_counter() - clock, time.process_time() - processor


def main() -> None:
    """Measure a first film and a second one with the same programs."""
    landscape, *rules = sys.argv[1:]
    first, second = (prepared(landscape, tuple(rules)) for _ in range(2))
    assert first.settings
    assert second.settings
    compiled: list[float] = []
    jax.monitoring.register_event_duration_secs_listener(
        lambda event, seconds, **_: compiled.append(seconds) if "backend_compile" in event else None
    )
    cold, processor = timed(lambda: first.descents)
    programs = sum(seconds > _SCAN for seconds in compiled)
    again, _ = timed(lambda: second.descents)
    print(json.dumps({"cold": cold, "processor": processor, "programs": programs, "again": again}))


if __name__ == "__main__":
    main()
