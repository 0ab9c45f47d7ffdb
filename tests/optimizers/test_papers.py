"""Every rule beside its paper's equations in NumPy, from random starts and with random hyper-parameters.

A file of `papers` has the function of its name, which yields before every step the iterate and, by name, what
is shown beside it and what the step is taken with. Coordinates come first: theta is "2 lanes". It takes what
the rule takes, and `FORMS` says in pairs with what: options, and the ranges of the numbers that are drawn.
Where the file says PER_CURVATURE, rates are in units of the inverse steepest curvature; on a problem that it
names as CHAOTIC_ON, whatever the rate, the rule is left out.
"""

from functools import partial
from itertools import islice
from types import ModuleType
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from papers._problems import Himmelblau, Rosenbrock, Tilted

from ravine.optimizers import Sampling, Setting, descend, load, names

STEPS = 60
LANES = 48
TOLERANCE = 1e-12
TWINS = 3

WITHOUT_A_PAPER = {
    "adaptive_revision": "test_asynchronous.py",
    "async_adagrad": "test_asynchronous.py",
    "delayed_sgd": "test_asynchronous.py",
    "downpour": "test_reference.py",
    "easgd": "test_asynchronous.py",
    "hogwild": "test_asynchronous.py",
    "bfgs": "test_conjugate_directions.py",
    "conjugate_gradient": "test_conjugate_directions.py",
    "lbfgs": "test_conjugate_directions.py",
    "steepest_descent": "test_conjugate_directions.py",
    "newton": "test_newton.py",
    "saddle_free_newton": "test_newton.py",
}
"""Methods with several workers and those that solve equations or search, and where they are held."""


PROBLEMS = (Rosenbrock(), Himmelblau(), Tilted())


def name_of(problem):
    return type(problem).__name__.lower()


class Shaken(NamedTuple):
    """A problem for lanes and their twins, whose gradients are taken a hair beside the points."""

    problem: Any
    rng: np.random.Generator

    def loss(self, point):
        return self.problem.loss(point)

    def gradient(self, point):
        hair = 1e-13 * self.rng.uniform(-1, 1, point.shape) * (1 + np.abs(point))
        hair[:, :LANES] = 0
        return self.problem.gradient(point + hair)

    def hessian(self, point):
        return self.problem.hessian(point)


class Form(NamedTuple):
    """A rule with some options, its paper, and where its real hyper-parameters are drawn from."""

    name: str
    paper: ModuleType
    options: dict[str, Any]
    ranges: dict[str, Any]

    @property
    def label(self):
        return f"{self.name} {self.options}"

    def draw(self, steepest, rng):
        unit = steepest if getattr(self.paper, "PER_CURVATURE", False) else 1.0

        def drawn(key, bounds):
            if isinstance(bounds, dict):
                return {inside: drawn(inside, ends) for inside, ends in bounds.items()}
            values = np.exp(rng.uniform(*np.log(bounds), LANES))
            return values / unit if key == "learning_rate" else values

        return {key: drawn(key, bounds) for key, bounds in self.ranges.items()}

    def setting(self, values):
        chosen = {**self.options, **values}
        if "inner" in chosen:
            chosen["inner"] = Setting(optimizer=load(self.options["inner"]), hyperparameters=values["inner"])
        return Setting(optimizer=load(self.name), hyperparameters=chosen)

    def on_paper(self, papers, problem, starts, values, rng):
        """The points of every lane and of its twins, and by name what is shown with them, lanes first."""
        tiled = jax.tree.map(lambda column: np.tile(column, 1 + TWINS), values)
        chosen = {**self.options, **tiled}
        if "inner" in chosen:
            inner = self.options["inner"]
            chosen["inner"] = partial(getattr(papers[inner], inner), **tiled["inner"])
        theta = np.tile(starts.T, 1 + TWINS)
        walked = getattr(self.paper, self.name)(Shaken(problem, rng), theta, **chosen)
        places, beside = zip(*islice(walked, STEPS + 1), strict=True)
        shown = {name: by_twin([step[name] for step in beside]) for name in beside[0]}
        return by_twin(places), shown


def by_twin(rows):
    """Values step by step, each for all lanes or for every one, as "twins lanes steps ..."."""
    every = (1 + TWINS) * LANES
    values = np.stack([np.broadcast_to(row, (*np.shape(row)[:-1], every)) for row in rows])
    lanes_first = np.moveaxis(values, -1, 0)
    return lanes_first.reshape(1 + TWINS, LANES, *lanes_first.shape[1:])


def apart(found, expected):
    """In parts of how large it is; the last axis is that of coordinates."""
    return np.linalg.norm(found - expected, axis=-1) / (1 + np.linalg.norm(expected, axis=-1))


def all_forms(papers):
    return [Form(name, paper, *pair) for name, paper in papers.items() for pair in paper.FORMS]


@pytest.fixture(scope="module")
def any_problem(any_of):
    return any_of([problem.loss for problem in PROBLEMS])


@pytest.mark.parametrize("number", range(len(PROBLEMS)), ids=[*map(name_of, PROBLEMS)])
def test_every_rule_equals_its_papers_equation(papers, any_problem, number):
    """All problems are one program: a rule that is not compared on one of them runs on it nevertheless."""
    problem, name = PROBLEMS[number], name_of(PROBLEMS[number])
    rng = np.random.default_rng([1, *name.encode()])
    forms = all_forms(papers)
    chaotic = [name in getattr(form.paper, "CHAOTIC_ON", ()) for form in forms]
    starts = rng.uniform(-problem.half, problem.half, (LANES, 2))
    spare = np.random.default_rng(0)
    drawn = [
        form.draw(problem.steepest, spare if left_out else rng)
        for form, left_out in zip(forms, chaotic, strict=True)
    ]
    settings = [form.setting(values) for form, values in zip(forms, drawn, strict=True)]
    sampling = Sampling(loss=any_problem, samples=np.full((STEPS, 1), number))
    runs = descend(jnp.sum, settings, starts, steps=STEPS, sampling=sampling)
    for form, values, run, left_out in zip(forms, drawn, runs, chaotic, strict=True):
        if not left_out:
            assert_equal(run, *form.on_paper(papers, problem, starts, values, rng), form.label)


def assert_equal(run, places, shown, label):
    """Where no twin has yet parted from its lane; what is shown, as nearly as twins show the same."""
    points, *twins = places
    parted = np.max([apart(twin, points) for twin in twins], axis=0)
    orderly = np.maximum.accumulate(parted, axis=-1) < TOLERANCE
    assert orderly.mean() > 0.7, f"{label} is chaotic here: draw gentler rates"
    assert apart(run.points, points)[orderly].max() < TOLERANCE, label
    assert set(shown) == {*run.markers, *run.series}, label
    for name, ball in run.markers.items():
        assert apart(ball, shown[name][0])[orderly].max() < TOLERANCE, f"{label} {name}"
    for name, series in run.series.items():
        expected, *others = shown[name][..., :-1, None]
        off, *spread = (apart(found, expected) for found in (series[..., None], *others))
        near = off < np.maximum(TOLERANCE, 10 * np.max(spread, axis=0))
        assert near[orderly[:, 1:]].all(), f"{label} {name}"


def test_every_rule_has_a_paper_here_or_is_held_elsewhere(papers):
    assert sorted([*papers, *WITHOUT_A_PAPER]) == sorted(names())
