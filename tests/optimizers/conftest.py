"""What tests of rules share: problems with gradients by hand, and papers' equations run beside our rules."""

import math
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import pytest

STEPS = 60
LANES = 24
TOLERANCE = 1e-10


class Rosenbrock:
    """A banana: `half` is half the side of the box of starts, `steepest` the steepest curvature in it."""

    half = 1.5
    steepest = 2500.0

    def loss(self, point):
        x, y = point
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2

    def __call__(self, points):
        x, y = points.T
        return np.stack([-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)], axis=-1)


class Himmelblau:
    """Four minima among saddles."""

    half = 3.0
    steepest = 250.0

    def loss(self, point):
        x, y = point
        return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2

    def __call__(self, points):
        x, y = points.T
        first, second = x**2 + y - 11, x + y**2 - 7
        return np.stack([4 * x * first + 2 * second, 2 * first + 4 * y * second], axis=-1)


class Tilted:
    """A bowl whose axes are not the coordinates'."""

    MATRIX = np.array([[7.0, -3.0], [-3.0, 2.0]])
    MIDDLE = np.array([0.3, -1.1])
    half = 4.0
    steepest = float(np.linalg.eigvalsh(MATRIX)[-1])

    def loss(self, point):
        away = point - self.MIDDLE
        return away @ self.MATRIX @ away / 2

    def __call__(self, points):
        return (points - self.MIDDLE) @ self.MATRIX


PROBLEMS = {"rosenbrock": Rosenbrock(), "himmelblau": Himmelblau(), "tilted": Tilted()}


class Form(NamedTuple):
    """A rule of ours with its options, the paper's equation, and where its hyper-parameters are drawn from.

    `paper` takes the gradient, the starts and the hyper-parameters, and yields before every step the iterate
    and, by name, what is shown beside it and what the step is taken with. `rate` is in units of the inverse
    steepest curvature for rules that do not scale by the gradient.
    """

    name: str
    options: dict[str, Any]
    paper: Callable[..., Iterator[tuple[np.ndarray, dict[str, Any]]]]
    scaling: bool
    rate: tuple[float, float]
    ranges: dict[str, tuple[float, float]]

    def draw(self, steepest: float, rng: np.random.Generator) -> dict[str, np.ndarray]:
        def spread(low: float, high: float) -> np.ndarray:
            return np.exp(rng.uniform(math.log(low), math.log(high), LANES))

        rate = spread(*self.rate) / (1.0 if self.scaling else steepest)
        return {"learning_rate": rate, **{key: spread(*bounds) for key, bounds in self.ranges.items()}}

    def on_paper(self, gradient: Any, starts: np.ndarray, values: dict[str, np.ndarray]) -> tuple[Any, Any]:
        """The points of every lane, and by name what is shown with them."""
        columns = {key: column[:, None] for key, column in values.items()}
        walked = list(islice(self.paper(gradient, starts, **columns), STEPS + 1))
        shown = {name: np.stack([_column(beside[name]) for _, beside in walked], 1) for name in walked[0][1]}
        return np.stack([point for point, _ in walked], axis=1), shown


class Papers(NamedTuple):
    """Our rules beside the papers' equations on one problem."""

    name: str
    problem: Any

    def check(self, table: tuple[tuple[Any, ...], ...], *, seed: int) -> None:
        """Every form of a table of `Form`, from random starts and with random hyper-parameters."""
        from ravine.optimizers import Setting, descend, load

        rng = np.random.default_rng([seed, *self.name.encode()])
        forms = [Form(*row) for row in table]
        starts = rng.uniform(-self.problem.half, self.problem.half, (LANES, 2))
        drawn = [form.draw(self.problem.steepest, rng) for form in forms]
        settings = [
            Setting(optimizer=load(form.name), hyperparameters={**form.options, **values})
            for form, values in zip(forms, drawn, strict=True)
        ]
        ours = descend(self.problem.loss, settings, starts, steps=STEPS)
        for form, values, run in zip(forms, drawn, ours, strict=True):
            self._check_one(form, values, run, starts, rng)

    def _check_one(self, form: Form, values: Any, run: Any, starts: np.ndarray, rng: Any) -> None:
        label = f"{form.name} {form.options}"
        points, shown = form.on_paper(self.problem, starts, values)
        compared = self._orderly(form, starts, values, points, rng)
        assert compared.mean() > 0.7, f"{label} is chaotic here: draw gentler rates"
        assert set(shown) == {*run.markers, *run.series}, label
        for found, expected in [(run.points, points), *((run.markers[b], shown[b]) for b in run.markers)]:
            assert _apart(found, expected)[compared].max() < TOLERANCE, label
        for name, series in run.series.items():
            expected = shown[name][:, :-1, 0]
            kept = compared[:, 1:]
            np.testing.assert_allclose(series[kept], expected[kept], rtol=1e-6, atol=1e-12, err_msg=label)

    def _orderly(
        self, form: Form, starts: np.ndarray, values: Any, points: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Where no twin whose gradients are taken a hair beside the points has yet parted from them."""

        def shaken(places: np.ndarray) -> np.ndarray:
            return self.problem(places + 1e-13 * rng.uniform(-1, 1, places.shape) * (1 + np.abs(places)))

        twins = [form.on_paper(shaken, starts, values)[0] for _ in range(3)]
        parted = np.max([_apart(twin, points) for twin in twins], axis=0)
        return np.maximum.accumulate(parted, axis=-1) < 1e-11


def _column(value: Any) -> np.ndarray:
    """A value that all lanes may share, for every lane."""
    return np.broadcast_to(value, (LANES, np.shape(value)[-1] if np.ndim(value) else 1))


def _apart(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    return np.linalg.norm(found - expected, axis=-1) / (1 + np.linalg.norm(expected, axis=-1))


@pytest.fixture(params=PROBLEMS)
def papers(request: pytest.FixtureRequest) -> Papers:
    return Papers(request.param, PROBLEMS[request.param])


@pytest.fixture
def steps_on() -> Callable[..., Any]:
    """What a rule makes of gradients that do not follow from its steps: each step, and the state after it."""
    import jax
    import jax.numpy as jnp

    def made(rule: Any, gradients: np.ndarray) -> Any:
        params = jnp.ones_like(gradients[0])

        def step(state: Any, gradient: Any) -> Any:
            updates, state = rule.update(gradient, state, params)
            return state, (updates, state)

        _, walked = jax.lax.scan(step, rule.init(params), jnp.asarray(gradients))
        return jax.tree.map(np.asarray, walked)

    def in_double(rule: Any, gradients: np.ndarray) -> Any:
        with jax.enable_x64(True):
            return made(rule, gradients)

    return in_double
