"""Training steps as one compiled program, and what is measured at the iterates that are saved."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, cast

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from ravine.core.compile import RUN_FOR_SECONDS, fast_compile_jit
from ravine.core.pytree import Params
from ravine.landscapes.networks import Measures, Model, Objective, Problem, Split, Splits, trained


class Method(NamedTuple):
    """The part of a training that is fixed when it is compiled.

    Attributes:
        batch_loss: Of a network, inputs and labels.
        rule: From gradients to steps.
        iterate: The field of the rule's state that holds the published iterate; the point where gradients
            are taken if None.
        weight_decay: Times half the squared norm of the trained parameters is added to the loss.
        whole: True if every step sees all examples.
        digest: Of the step's program; it tells methods of the same functions with other constants apart.
    """

    batch_loss: Callable[..., Array]
    rule: optax.GradientTransformationExtraArgs
    iterate: str | None = None
    weight_decay: float = 0.0
    whole: bool = False
    digest: Any = None

    def init(self, params: Params) -> "TrainState":
        """Return the carry of the first step."""
        return TrainState(params, self.rule.init(params))

    def step(
        self, carried: "TrainState", fixed: Params, rows: Int[Array, " size"], examples: Split
    ) -> "tuple[TrainState, Float[Array, '']]":
        """Take a step; return the carry, and the loss of the minibatch without the decay."""
        inputs, labels = examples if self.whole else Split(examples.inputs[rows], examples.labels[rows])

        def loss(params: Params) -> tuple[Array, Array]:
            alone = self.batch_loss(eqx.combine(params, fixed), inputs, labels)
            if not self.weight_decay:
                return alone, alone
            return alone + 0.5 * self.weight_decay * optax.tree.norm(params, squared=True), alone

        params, state = carried
        (value, alone), gradient = jax.value_and_grad(loss, has_aux=True)(params)
        updates, state = self.rule.update(
            gradient, state, params, value=value, grad=gradient, value_fn=lambda at: loss(at)[0]
        )
        return TrainState(optax.apply_updates(params, updates), state), alone

    def place(self, carried: "TrainState") -> Params:
        """The published iterate."""
        return carried.params if self.iterate is None else _of_state(carried.state, self.iterate)


def first_step(
    method: Method, params: Params, fixed: Params, rows: Int[Array, " size"], examples: Split
) -> "tuple[Params, TrainState, Float[Array, '']]":
    """Initialise a method and take one step: the program whose jaxpr is the method's fingerprint."""
    carried, loss = method.step(method.init(params), fixed, rows, examples)
    return method.place(carried), carried, loss


class TrainState(NamedTuple):
    """The carry from step to step: the parameters at which gradients are taken, and the rule's state."""

    params: Params
    state: Any


def _of_state(state: Any, field: str) -> Params:
    """A field of the rule's own state, or else of a state inside it."""
    own = field in getattr(state, "_fields", ())
    return getattr(state, field) if own else optax.tree.get(state, field)


def as_arrays(carried: TrainState) -> list[Array]:
    """Flatten the carry to arrays, random keys to the numbers in them."""
    return [jax.random.key_data(leaf) if _is_key(leaf) else leaf for leaf in jax.tree.leaves(carried)]


def from_arrays(arrays: Sequence[Any], like: TrainState) -> TrainState:
    """Rebuild the carry from its arrays."""
    wanted, structure = jax.tree.flatten(like)
    pairs = zip(wanted, arrays, strict=True)
    leaves = [_key_like(kind, leaf) if _is_key(kind) else jnp.asarray(leaf) for kind, leaf in pairs]
    return jax.tree.unflatten(structure, leaves)


def _key_like(kind: Any, numbers: Any) -> Array:
    """A random key of the implementation that another one has."""
    implementation = jax.random.key_impl(jnp.empty((0,), kind.dtype))
    return jax.random.wrap_key_data(numbers, impl=implementation)


def _is_key(leaf: Any) -> bool:
    return jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


@partial(fast_compile_jit, options=RUN_FOR_SECONDS, static_argnums=0)
def init(method: Method, params: Params) -> TrainState:
    """Return the first carry, with no number of a weak type: no second program is compiled."""
    return jax.tree.map(
        lambda leaf: leaf if _is_key(leaf) else jnp.asarray(leaf, leaf.dtype), method.init(params)
    )


@partial(fast_compile_jit, options=RUN_FOR_SECONDS, static_argnums=(0, 1))
def run_steps(
    method: Method,
    every: int,
    carried: TrainState,
    fixed: Params,
    rows: Int[Array, "most size"],
    count: Int[Array, ""] | int,
    examples: Split,
) -> tuple[TrainState, Params, Float[Array, " most"]]:
    """Take the first `count` of `most` steps.

    Returns:
        What the next step starts from; the published iterates after each `every` steps and after the last
        one, of which the first ones are of use; and the minibatch losses, likewise.
    """
    most = len(rows)
    places = jax.tree.map(
        lambda leaf: jnp.zeros((-(-most // every), *leaf.shape), leaf.dtype), method.place(carried)
    )

    def one(index: Array, given: tuple[TrainState, Params, Array]) -> tuple[TrainState, Params, Array]:
        carried, places, losses = given
        carried, loss = method.step(carried, fixed, rows[index], examples)
        places = jax.tree.map(
            lambda all_, new: all_.at[index // every].set(new), places, method.place(carried)
        )
        return carried, places, losses.at[index].set(loss)

    return jax.lax.fori_loop(0, count, one, (carried, places, jnp.zeros(most)))


def objective_of(problem: Problem) -> Objective:
    """The problem's objective at recalibrated networks."""
    return problem.objective("inference")


@partial(fast_compile_jit, options=RUN_FOR_SECONDS, static_argnums=0)
def measure(
    objective: Objective, places: Params, fixed: Params, count: Int[Array, ""] | int, data: Splits
) -> tuple[Model, Measures]:
    """The first `count` iterates as networks with batch norm recomputed, and the measures at each."""

    def at(index: Any) -> tuple[Model, Measures]:
        params = jax.tree.map(lambda leaf: leaf[index], places)
        model = cast("Model", eqx.combine(params, fixed)).recalibrated(data["train"].inputs)
        return model, objective.measures(model, objective.features(model, data), data)

    def one(index: Array, found: Any) -> Any:
        return jax.tree.map(lambda all_, new: all_.at[index].set(new), found, at(index))

    most = len(jax.tree.leaves(places)[0])
    empty = jax.tree.map(lambda leaf: jnp.zeros((most, *leaf.shape), leaf.dtype), jax.eval_shape(at, 0))
    return jax.lax.fori_loop(0, count, one, empty)


def divided(model: Model) -> tuple[Params, Params]:
    """Split a network into its trained parameters and the rest."""
    return eqx.partition(model, trained(model))
