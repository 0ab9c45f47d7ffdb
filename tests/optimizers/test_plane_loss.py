"""A function of more than two variables is refused, whatever way it reads them; a table of its own is not."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from jax.ops import segment_sum
from jax.scipy.ndimage import map_coordinates

from ravine import landscapes
from ravine.films import Recipe, film
from ravine.landscapes import Landscape
from ravine.optimizers import PlaneLossError, Sampling, check_plane_loss, descend, descend_tuned, load

TABLE = np.arange(5.0)


def bowl(p):
    return p[0] ** 2 + p[1] ** 2


@jax.custom_jvp
def with_own_tangent(p):
    return bowl(p) + p[2] ** 2


with_own_tangent.defjvp(lambda points, tangents: (with_own_tangent(*points), 2 * points[0] @ tangents[0]))


@jax.custom_vjp
def with_own_gradient(p):
    return bowl(p) + p[2] ** 2


with_own_gradient.defvjp(lambda p: (with_own_gradient(p), p), lambda p, slope: (2 * slope * p,))


def summed_while(p):
    def step(state):
        i, total = state
        return i + 1, total + p[i] ** 2

    return lax.while_loop(lambda state: state[0] < 3, step, (0, 0.0))[1]


def with_table(table):
    return lambda p: jnp.asarray(table)[99] * bowl(p) + jnp.asarray(table)[3:5].sum()


ROWS = np.random.default_rng(1).normal(size=(64, 2))
IMAGE = np.random.default_rng(0).normal(size=(8, 8))


def registered(p):
    """An image moved and scaled onto another, 0 beyond its edge."""
    rows, columns = np.meshgrid(np.arange(8.0), np.arange(8.0), indexing="ij")
    moved = map_coordinates(jnp.asarray(IMAGE) * p[1], [rows, columns + p[0]], order=1, mode="constant")
    return ((moved - IMAGE) ** 2).mean()


def in_groups(p):
    """A fourth group is none: its rows are dropped."""
    return segment_sum((ROWS @ p - 1.0) ** 2, jnp.arange(64) % 4, num_segments=3).max()


def with_ignored_labels(p):
    logs = jax.nn.log_softmax(jnp.stack([ROWS @ p, -(ROWS @ p), ROWS[:, 0] * p[0]], 1))
    labels = jnp.where(jnp.arange(64) % 3 == 2, -100, 0)
    return -jnp.where(labels == -100, 0.0, jnp.take_along_axis(logs, labels[:, None], 1)[:, 0]).mean()


def clipped(p):
    wave, at = jnp.sin(jnp.arange(20.0) * p[0]) * p[1], jnp.arange(20)
    return ((wave.at[at + 1].get(mode="clip") - wave[at]) ** 2).sum()


def of_two_unpacked(p):
    x, y = p
    return x**2 + y**2 + p[2]


READS_MORE = {
    "the rest's first": lambda p: p[0] ** 2 + jnp.sum(p[1:][:2] ** 2),
    "after unpacking": of_two_unpacked,
    "beside a matrix": lambda p: p @ jnp.eye(2) @ p + p[2] ** 2,
    "alone": lambda p: p[2] ** 2,
    "a slice alone": lambda p: jnp.sum(p[2:3] ** 2),
    "a moved dynamic_slice": lambda p: lax.dynamic_slice(p, (1,), (2,)).sum(),
    "an index": lambda p: bowl(p) + p[2] ** 2,
    "a far index": lambda p: bowl(p) + p[9] ** 2,
    "from the end": lambda p: bowl(p) + p[-3] ** 2,
    "several": lambda p: jnp.sum(p[jnp.array([0, 1, 2])] ** 2),
    "at": lambda p: bowl(p) + p.at[2].get() ** 2,
    "filled": lambda p: bowl(p) + p.at[2].get(mode="fill", fill_value=0.0) ** 2,
    "a slice from the first": lambda p: jnp.sum(p[:3] ** 2),
    "a slice from the end": lambda p: bowl(p) + jnp.sum(p[-3:-2] ** 2),
    "dynamic_slice": lambda p: bowl(p) + lax.dynamic_slice(p, (2,), (1,))[0] ** 2,
    "while_loop": summed_while,
    "scan": lambda p: lax.scan(lambda total, i: (total + p[i] ** 2, None), 0.0, jnp.arange(3))[0],
    "cond": lambda p: lax.cond(p[0] > 0, lambda q: q[2] ** 2, lambda q: q[0] ** 2, p),
    "custom_jvp": with_own_tangent,
    "custom_vjp": with_own_gradient,
    "of squares": lambda p: bowl(p) + (p**2)[2],
    "reshaped": lambda p: bowl(p) + p.reshape(1, 2)[0, 2] ** 2,
    "in a condition": lambda p: jnp.where(p[2] > 0, bowl(p), 2 * bowl(p)),
    "rounded": lambda p: bowl(p) + jnp.floor(p[2]),
    "after a table": lambda p: jnp.asarray(TABLE)[9] * p[0] + bowl(p) + p[2] ** 2,
}

OF_TWO = {
    "an image": registered,
    "groups": in_groups,
    "labels to ignore": with_ignored_labels,
    "a replicated edge": clipped,
    "masked beyond": lambda p: sum(jnp.where(i < 2, p[i], 0.0) ** 2 for i in range(3)),
    "a part of an array": lambda p: jnp.ones((61, 67))[:5, :5].sum() * p[0] + p[1],
    "a large table": lambda p: jnp.asarray(np.arange(31 * 37.0).reshape(31, 37))[50, 3] * p[0] ** 2 + p[1],
    "indices": bowl,
    "from the end": lambda p: p[-1] ** 2 + p[-2] ** 2,
    "any number": lambda p: jnp.sum(p**2),
    "neighbours": lambda p: jnp.sum(100 * (p[1:] - p[:-1] ** 2) ** 2 + (1 - p[:-1]) ** 2),
    "pairs": lambda p: jnp.sum((p[1::2] - p[::2] ** 2) ** 2),
    "the rest": lambda p: bowl(p) + jnp.sum(p[2:] ** 2),
    "x alone": lambda p: p[0] ** 4,
    "a constant": lambda p: jnp.full_like(p[0], 3.0),
    "the largest": jnp.max,
    "sorted": lambda p: jnp.sort(p)[0] ** 2 + p[1],
    "fori_loop": lambda p: lax.fori_loop(0, 2, lambda i, total: total + p[i] ** 2, 0.0),
    "joined": lambda p: jnp.concatenate([p, p**2])[3],
    "padded": lambda p: jnp.zeros(3).at[jnp.array([0, 1])].set(p).sum(),
    "a table": lambda p: jnp.asarray(TABLE)[jnp.int32(1e6 * p[0])] * p[1],
    "a table of two": lambda p: jnp.asarray(TABLE[:2])[7] * bowl(p),
    "a filled table": lambda p: jnp.nan_to_num(jnp.take(jnp.asarray(TABLE), 77)) + bowl(p),
    "interpolated": lambda p: jnp.interp(p[0], jnp.asarray(TABLE), jnp.asarray(TABLE) ** 2) + p[1] ** 2,
    **{f"a table of {count}": with_table(np.arange(float(count))) for count in (31, 67)},
}

NO_LOSS = {
    "three numbers": (lambda p: (lambda x, y, z: x + y + z)(*p), "is not a function of one point (x, y)"),
    "unpacked": (lambda p: _unpacked(p), "expected 3, got 2"),
    "a matrix": (lambda p: p @ jnp.eye(3) @ p, "(2,) and (3,)"),
    "reshaped": (lambda p: jnp.sum(p.reshape(3, 3)), "cannot reshape"),
    "two indices": (lambda p: p[0, 1], "Too many indices"),
    "a vector": (lambda p: p**2, "it returns an array of shape (2,)."),
    "a pair": (lambda p: (p[0], p[1]), "it returns tuple."),
    "a whole number": (lambda p: (p[0] > 0).astype(int), "it returns int64."),
}


def _unpacked(p):
    x, y, z = p
    return x + y + z


@pytest.mark.parametrize("form", READS_MORE)
def test_losses_of_more_than_two_variables_are_refused(form):
    place = {"a far index": 9, "from the end": -3, "a slice from the end": -3}.get(form, 2)
    with pytest.raises(PlaneLossError) as caught:
        check_plane_loss(READS_MORE[form], "mine")
    said = f"'mine' is a function of more than two variables: it reads p[{place}] of a point p = (x, y), "
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("form", OF_TWO)
def test_losses_of_two_variables_are_taken(form):
    check_plane_loss(OF_TWO[form])


@pytest.mark.parametrize("form", NO_LOSS)
def test_functions_that_are_no_loss_of_a_point_are_refused(form):
    loss, said = NO_LOSS[form]
    with pytest.raises(PlaneLossError) as caught:
        check_plane_loss(loss, "mine")
    assert str(caught.value).startswith("'mine' ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", landscapes.names())
def test_every_landscape_is_of_two(name):
    landscape = landscapes.load(name)
    for function in (landscape.loss, *landscape.measures.values()):
        check_plane_loss(lambda p, function=function: function(p), name)
    if landscape.examples is not None:
        check_plane_loss(landscape.examples.loss, name)


def test_descents_of_more_than_two_variables_are_refused():
    loss = READS_MORE["an index"]
    with pytest.raises(PlaneLossError, match="more than two variables"):
        descend(loss, [load("sgd")], (1.0, 1.0), steps=2)
    with pytest.raises(PlaneLossError, match="more than two variables"):
        descend_tuned(loss, [], (1.0, 1.0), steps=2, view=((-1, 1), (-1, 1)), lowest=0.0)


def test_a_sampled_loss_of_more_than_two_variables_is_refused():
    def sampled(p, rows):
        return bowl(p) * TABLE.mean() + p[2] * jnp.asarray(TABLE)[rows].mean()

    sampling = Sampling(loss=sampled, samples=np.zeros((2, 1, 3), int))
    with pytest.raises(PlaneLossError, match="'sampled' is a function of more than two variables"):
        descend(bowl, [load("sgd")], (1.0, 1.0), steps=2, sampling=sampling)


def record(loss, **facts):
    box = ((-1.0, 1.0), (-1.0, 1.0))
    texts = dict.fromkeys(("title", "equation", "source", "about"), "")
    return Landscape(loss=loss, domain=box, start=(0.5, 0.5), name="mine", **texts, **facts)


@pytest.mark.parametrize(
    "landscape",
    [
        READS_MORE["an index"],
        record(READS_MORE["an index"]),
        record(bowl, measures={"accuracy": lambda p: jnp.floor(p[2])}),
    ],
)
def test_films_of_more_than_two_variables_are_refused(landscape):
    with pytest.raises(ValueError, match="more than two variables"):
        _ = film(landscape, ["sgd"], steps=2).landscape


def test_a_film_of_a_record_of_two():
    shown = film(record(bowl, measures={"norm": jnp.linalg.norm}), ["sgd"], steps=2)
    assert shown.landscape.name == "mine"
    assert isinstance(shown.recipe, Recipe)
