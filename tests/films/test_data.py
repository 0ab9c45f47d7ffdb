"""The data of a film as arrays and back, through a file as the cache keeps it."""

import dataclasses
import io
import subprocess
import sys
from functools import cache

import numpy as np
import pytest

import ravine
from ravine import landscapes, optimizers
from ravine.films._data import FilmData
from ravine.optimizers import read_setting
from ravine.optimizers._settings import small_print

FILMS = {
    "evaluations, workers, a curve of held-out losses, and where runs stop": {
        "landscape": "small_sample_regression",
        "optimizers": ["hogwild:learning_rate=0.1", "sgd:learning_rate=0.3"],
        "clock": "evaluations",
        "early_stopping": 3,
        "steps": 20,
    },
    "batches, parts of steps, and workers that start apart": {
        "landscape": "noisy_moons",
        "optimizers": ["nesterov@N", "momentum:learning_rate=0.1", "easgd:learning_rate=0.05,spread=0.5"],
        "show_batch": True,
        "show_vectors": "step",
        "steps": 4,
        "batch_size": 5,
    },
    "directions, slices and noise": {
        "landscape": "beale",
        "optimizers": ["adam@ä:learning_rate=0.1"],
        "show_vectors": "newton",
        "slices": [[-1, 0, 1, 0], [0, -1, 0, 1]],
        "noise": 0.1,
        "steps": 5,
    },
    "one variable, and marks": {"landscape": "critical_points", "optimizers": ["yellowfin"], "steps": 3},
    "no minimum that is known, and more than ten runs, which leave the reals, from outside": {
        "landscape": "monkey_saddle",
        "optimizers": ["lookahead", *(f"sgd:learning_rate={k}e9" for k in range(1, 13))],
        "start": (9.0, 9.0),
        "steps": 9,
    },
}


@cache
def data_of(case):
    return ravine.film(**FILMS[case]).data


def assert_same(one, other):
    """Records, tuples and mappings in the same shape, with the same arrays to the last bit."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == other.dtype
    elif dataclasses.is_dataclass(one):
        assert type(one) is type(other)
        for field in dataclasses.fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, dict):
        assert list(one) == list(other)
        for key, value in one.items():
            assert_same(value, other[key])
    elif isinstance(one, tuple):
        assert type(one) is type(other)
        assert len(one) == len(other)
        for part, same in zip(one, other, strict=True):
            assert_same(part, same)
    else:
        assert one == other


@pytest.mark.parametrize("case", FILMS)
def test_the_data_of_a_film_are_cached_whole(case):
    data = data_of(case)
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **data.to_arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        assert_same(data, FilmData.from_arrays(dict(arrays), data.background.losses))


GRIDS = """
import numpy as np
from pathlib import Path
from ravine.core.cache import Cache
from ravine.films import Recipe
from ravine.films._worker import CachedSource

recipe = Recipe(landscape="sphere", optimizers=("sgd:learning_rate=0.1",), steps=2)
source = CachedSource(recipe, Cache(Path()))
x, y = np.linspace(-1, 1, 3), np.linspace(0, 2, 2)
for xs, ys in ((x, y), (y, x)):
    np.testing.assert_allclose(source.losses(xs, ys), xs**2 + ys[:, None] ** 2)
source.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only there is a process forked")
def test_a_process_of_its_own_answers_for_every_grid(tmp_path):
    subprocess.run([sys.executable, "-c", GRIDS], cwd=tmp_path, check=True)


def test_the_films_hold_everything():
    films = [data_of(case) for case in FILMS]
    runs = [run for data in films for run in data.runs]
    assert any(run.markers for run in runs)
    assert any(run.unconnected for run in runs)
    assert any(run.stopped_at is not None for run in runs)
    assert any(run.diverged_at is not None for run in runs)
    assert {arrow.role for run in runs for arrow in run.vectors} >= {"jump", "velocity", "newton"}
    assert {arrow.unit for run in runs for arrow in run.vectors} == {True, False}
    assert any(data.background.batches is not None for data in films)
    assert any(len(data.background.slices) == 2 for data in films)
    assert any(data.tuned for data in films)
    assert any(data.outside for data in films)
    assert any(data.background.marks for data in films)
    assert any(data.background.lowest is None for data in films)
    assert any(text is None for data in films for text in data.texts)


def test_workers_are_untied_by_their_numbered_names():
    (run, _) = ravine.film("linear_regression", ["hogwild:learning_rate=0.01,workers=3"], steps=2).data.runs
    assert run.unconnected == {"worker 1", "worker 2", "worker 3"}
    assert set(run.markers) == {"worker 1", "worker 2", "worker 3", "read"}
    kinds = {"worker 1": "worker", "worker 2": "worker", "worker 3": "worker", "read": "read"}
    assert run.kinds == kinds


def test_what_a_step_sees_is_the_mean_over_its_examples():
    film = ravine.film("linear_regression", ["sgd"], batch_size=3, steps=5, show_batch=True, seed=2)
    examples, seen = landscapes.load("linear_regression").examples, film.data.background.batches
    for step in (0, 4):
        rows = film.computation.sampling.samples[step, 0]
        np.testing.assert_array_equal(seen.rows[step], rows)
        x, y = np.meshgrid(seen.xs, seen.ys)
        outputs = np.stack([x, y], axis=-1) @ examples.inputs[rows].T
        wanted = 0.5 * ((outputs - examples.targets[rows]) ** 2).mean(-1)
        np.testing.assert_allclose(seen.losses(step), wanted, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(seen.losses(5), seen.losses(4))
    (x0, x1), (y0, y1) = film.landscape.window
    assert (seen.xs[0], seen.xs[-1], seen.ys[0], seen.ys[-1]) == (x0, x1, y0, y1)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("sgd:learning_rate=0.1", "rate 0.1"),
        ("adam:b1=0.5,learning_rate=0.001", "rate 0.001 · b1 0.5"),
        ("adam:learning_rate=0.001,bias_correction=false", "rate 0.001 · bias_correction false"),
        ("aggmo:learning_rate=0.1,betas=[0,0.5]", "rate 0.1 · betas [0, 0.5]"),
        ("easgd:learning_rate=0.1,rho=0.5,mode=sync", "rate 0.1 · rho 0.5 · mode sync"),
        ("easgd:learning_rate=0.1,worker_starts=[[0,1],[1,0]],workers=2", "rate 0.1 · workers 2"),
        ("hogwild:learning_rate=0.1,delays=[1,2,3,4,5,6,7]", "rate 0.1"),
        ("sgd:learning_rate=cosine(0.1,100)", "rate cosine(0.1,100)"),
    ],
)
def test_the_small_print(text, printed):
    assert small_print(read_setting(text)) == printed


def test_the_small_print_of_a_rule_inside_a_rule():
    assert "adam rate 0.1" in small_print(read_setting("lookahead:inner=(adam:learning_rate=0.1)"))


def test_every_rule_has_small_print():
    for name in optimizers.names():
        printed = small_print(read_setting(name))
        assert "object at" not in printed, name
        assert len(printed) < 60, name
