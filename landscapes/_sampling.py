"""Stochastic gradients: minibatches, or noise where a loss is no mean over examples."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ravine.landscapes._examples import Examples
from ravine.landscapes._landscape import Loss, Point

Order: TypeAlias = Literal["shuffled", "replacement", "curriculum"]
ORDERS: tuple[Order, ...] = ("shuffled", "replacement", "curriculum")


def minibatches(
    count: int,
    *,
    size: int | None,
    steps: int,
    draws: int = 1,
    order: Order = "shuffled",
    seed: int,
    difficulty: Float[np.ndarray, " examples"] | None = None,
) -> Int[np.ndarray, "steps draws size"]:
    """The rows of every step's minibatches.

    A draw depends on `seed` and its own number alone, not on how many are asked for.

    Args:
        count: The number of examples.
        size: Examples a batch; all of them, in their order, if this is None or `count`.
        steps: The number of steps.
        draws: Batches a step, for methods that take several gradients.
        order: "shuffled" goes through all examples in a new random order each epoch, and a batch may end
            one epoch and begin the next; "replacement" draws every row uniformly from all;
            "curriculum" draws it uniformly from the easiest share, which grows linearly from a fifth to
            all over the first half of the steps (Bengio, Louradour, Collobert and Weston, Curriculum
            Learning, 2009, with linear pacing).
        seed: Of the random order, 0 or more.
        difficulty: Of each example, for a curriculum; see `difficulty_of`.

    Raises:
        ValueError: the size is no number of examples, the order is unknown, or a curriculum has no
            difficulty of each example.

    Example:
        >>> minibatches(4, size=2, steps=3, seed=0).shape
        (3, 1, 2)
    """
    size = count if size is None else size
    _check(count, size, order, difficulty)
    if size == count:
        return np.broadcast_to(np.arange(count), (steps, draws, count))
    generators = [np.random.default_rng((seed, draw)) for draw in range(draws)]
    if order == "shuffled":
        rows = [_shuffled(rng, count, (steps, size)) for rng in generators]
    elif difficulty is None or order == "replacement":
        rows = [rng.integers(count, size=(steps, size)) for rng in generators]
    else:
        easiest_first = np.argsort(difficulty, kind="stable")
        known = _pace(count, steps)[:, None]
        rows = [easiest_first[rng.integers(known, size=(steps, size))] for rng in generators]
    return np.stack(rows, axis=1)


def difficulty_of(examples: Examples, at: Point) -> Float[np.ndarray, " examples"]:
    """Each example's own loss at a point, such as the minimum: the measure of a curriculum.

    Args:
        examples: Of a finite sum.
        at: The point.

    Example:
        >>> from ravine import landscapes
        >>> line = landscapes.load("linear_regression")
        >>> hardest = difficulty_of(line.examples, line.minima[0]).argmax()
        >>> line.examples.inputs[hardest].shape
        (2,)
    """
    with jax.enable_x64(True):
        alone = jnp.arange(len(examples.targets))[:, None]
        return np.asarray(jax.vmap(examples.batch_loss, in_axes=(None, 0))(jnp.asarray(at), alone))


def _shuffled(rng: np.random.Generator, count: int, shape: tuple[int, int]) -> Int[np.ndarray, "steps size"]:
    epochs = -(-math.prod(shape) // count)
    stream = np.concatenate([rng.permutation(count) for _ in range(epochs)])
    return stream[: math.prod(shape)].reshape(shape)


def _pace(count: int, steps: int) -> Int[np.ndarray, " steps"]:
    """From how many of the easiest examples each step draws."""
    first = -(-count // 5)
    growing = max(1, steps // 2)
    return np.minimum(first + (count - first) * np.arange(steps) // growing, count)


def _check(count: int, size: int, order: str, difficulty: Float[np.ndarray, " examples"] | None) -> None:
    if size < 1:
        raise ValueError(f"A minibatch holds at least 1 example; got a size of {size}.")
    if size > count:
        raise ValueError(
            f"A minibatch holds no more examples than there are, which is {count}; got a size of {size}."
        )
    if order not in ORDERS:
        raise ValueError(f"The order of examples is one of {', '.join(ORDERS)}; got {order!r}.")
    if order != "curriculum":
        return
    if difficulty is None:
        raise ValueError("A curriculum needs the difficulty of each example; give difficulty.")
    if len(difficulty) != count:
        raise ValueError(
            f"A curriculum needs one difficulty an example, {count} in all; got {len(difficulty)}."
        )


@dataclass(frozen=True)
class Noisy:
    """`loss` under an oracle: of a point and a noise sample, which is added to the gradient.

    Its value and Hessian are the loss's own. Two of the same loss are equal, so that JAX compiles them
    once.
    """

    loss: Loss

    def __call__(self, point: Float[Array, "2"], noise: Float[Array, "2"]) -> Float[Array, ""]:
        """The loss at `point`, whose gradient is the loss's plus `noise`."""
        zero = point - jax.lax.stop_gradient(point)
        return self.loss(point) + jnp.sum(noise * zero)


def gradient_noise(
    scale: float,
    *,
    steps: int,
    draws: int = 1,
    variables: Literal[1, 2] = 2,
    seed: int,
    shape: Literal["normal", "uniform"] = "normal",
) -> Float[np.ndarray, "steps draws 2"]:
    """Draw what an oracle adds to the gradients, independent in every step, draw and variable.

    A draw depends on `seed` and its own number alone, not on how many are asked for.

    Args:
        scale: The standard deviation of normal noise, or the largest uniform noise, which lies evenly
            between -scale and scale.
        steps: The number of steps.
        draws: Shocks a step, for methods that take several gradients.
        variables: 1 for noise whose y component is 0.
        seed: Of the randomness, 0 or more.
        shape: Of their distribution.

    Raises:
        ValueError: the scale is negative or not finite, or the shape is unknown.

    Example:
        >>> gradient_noise(0.5, steps=100, seed=0).shape
        (100, 1, 2)
        >>> bool(abs(gradient_noise(0.5, steps=100, seed=0, shape="uniform")).max() <= 0.5)
        True
    """
    if not 0.0 <= scale < np.inf:
        raise ValueError(f"The noise of gradients is a finite number, 0 or more; got {scale}.")
    if shape not in ("normal", "uniform"):
        raise ValueError(f"The shape of noise is one of normal, uniform; got {shape!r}.")
    drawn = []
    for draw in range(draws):
        rng = np.random.default_rng((seed, draw))
        size = (steps, variables)
        unit = rng.normal(size=size) if shape == "normal" else rng.uniform(-1.0, 1.0, size)
        drawn.append(np.pad(scale * unit, ((0, 0), (0, 2 - variables))))
    return np.stack(drawn, axis=1)
