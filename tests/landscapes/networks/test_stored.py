"""Stored statistics told from parameters, against what PyTorch, flax and Equinox call them."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine.core.pytree import named_leaves
from ravine.landscapes.networks import Objective, Problem, load, load_data
from ravine.landscapes.networks._network import trained
from ravine.landscapes.networks._statistics import parameters_by_name


def parameters(params) -> set[str]:
    kept = jax.tree.leaves(parameters_by_name(params))
    return {name for (name, _), keep in zip(named_leaves(params)[0], kept, strict=True) if keep}


def arrays(*names: str) -> dict[str, np.ndarray]:
    return {name: np.ones(2, np.float32) for name in names}


def test_parameters_of_pytorch_are_its_own():
    torch = pytest.importorskip("torch")
    pytest.importorskip("torch.nn.utils.prune")
    nn = torch.nn
    parts = [
        nn.Linear(3, 4),
        nn.BatchNorm1d(4),
        nn.InstanceNorm1d(4, track_running_stats=True),
        nn.GroupNorm(2, 4),
        nn.utils.spectral_norm(nn.Linear(4, 4)),
        nn.utils.parametrizations.spectral_norm(nn.Linear(4, 4)),
        nn.utils.parametrizations.weight_norm(nn.Linear(4, 4)),
        nn.LSTM(4, 4),
        nn.PReLU(),
    ]
    averaged = torch.optim.swa_utils.AveragedModel(nn.Sequential(*parts))
    pruned = nn.utils.prune.l1_unstructured(nn.Linear(4, 4), "weight", 3)
    turned = nn.utils.parametrizations.orthogonal(nn.Linear(4, 4))
    for module in (nn.Sequential(*parts), averaged, nn.Sequential(pruned, turned)):
        # All are floating-point numbers here, as a program that writes them may make them.
        state = {name: np.asarray(it.detach().float()) for name, it in module.state_dict().items()}
        assert parameters(state) == {name for name, _ in module.named_parameters()}


def test_parameters_of_flax_linen_are_its_own():
    nn = pytest.importorskip("flax.linen")

    class Net(nn.Module):
        @nn.compact
        def __call__(self, x):
            x = nn.BatchNorm(use_running_average=False)(nn.Dense(4)(x))
            return nn.SpectralNorm(nn.Dense(3))(nn.LayerNorm()(x), update_stats=True)

    shapes = jax.eval_shape(Net().init, jax.random.key(0), jnp.ones((2, 3)))
    variables = jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), shapes)
    wanted = {f"params.{name}" for name, _ in named_leaves(variables["params"])[0]}
    assert parameters(variables) == wanted
    assert parameters(dict(named_leaves(variables)[0])) == wanted


def test_a_type_of_flax_nnx_counts_more_than_a_name():
    nnx = pytest.importorskip("flax.nnx")

    names = ("mean", "var", "scale", "inv_freq")

    class Net(nnx.Module):
        def __init__(self):
            self.norm = nnx.BatchNorm(4, rngs=nnx.Rngs(0))
            self.head = nnx.Dict({name: nnx.Param(jnp.ones(4)) for name in names})

    wanted = {*(f"head.{name}" for name in names), "norm.scale", "norm.bias"}
    assert {name.removesuffix(".value") for name in parameters(nnx.state(Net()))} == wanted


def test_parameters_of_flax_nnx_are_its_own():
    nnx = pytest.importorskip("flax.nnx")

    class Net(nnx.Module):
        def __init__(self, rngs):
            self.first = nnx.Linear(3, 4, rngs=rngs)
            self.norm = nnx.BatchNorm(4, rngs=rngs)
            self.bare = nnx.BatchNorm(4, use_scale=False, use_bias=False, rngs=rngs)
            self.drop = nnx.Dropout(0.5, rngs=rngs)

    state = nnx.state(Net(nnx.Rngs(0)))
    wanted = {name for name, _ in named_leaves(nnx.to_pure_dict(nnx.state(Net(nnx.Rngs(0)), nnx.Param)))[0]}
    assert parameters(state) == {f"{name}.value" for name in wanted}
    assert jax.tree.structure(parameters_by_name(state)) == jax.tree.structure(state)
    pure = nnx.to_pure_dict(state)
    del pure["bare"]
    assert parameters(pure) == wanted
    flat = {name: leaf for name, leaf in named_leaves(state)[0] if not name.startswith("bare")}
    assert parameters(flat) == {f"{name}.value" for name in wanted}


@pytest.mark.parametrize("mode", ["ema", "batch"])
def test_the_state_of_equinox_is_stored(mode):
    class Net(eqx.Module):
        first: eqx.nn.Linear
        norm: eqx.nn.BatchNorm
        spectral: eqx.nn.SpectralNorm

        def __init__(self, key):
            self.first = eqx.nn.Linear(3, 4, key=key)
            self.norm = eqx.nn.BatchNorm(4, "batch", mode=mode)
            self.spectral = eqx.nn.SpectralNorm(eqx.nn.Linear(3, 3, key=key), "weight", key=key)

    wanted = {"first.weight", "first.bias", "norm.weight", "norm.bias"}
    wanted |= {"spectral.layer.weight", "spectral.layer.bias"}
    model, state = eqx.nn.make_with_state(Net)(jax.random.key(0))
    assert parameters(model) == wanted
    assert parameters((model, state)) == {f"0.{name}" for name in wanted}
    whole = eqx.filter(Net(jax.random.key(0)), eqx.is_array)
    assert parameters(whole) == wanted
    assert parameters(dict(named_leaves(whole)[0])) == wanted


def test_a_batch_norm_of_our_own_is_told_by_its_leaves():
    problem = Problem(network=load("conv"), data=load_data("digits"), options={"batch_norm": True})
    shapes = jax.eval_shape(lambda: problem.start(0))
    model = jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), shapes)
    (wanted, kept) = jax.tree.leaves(trained(model)), jax.tree.leaves(parameters_by_name(model))
    assert kept == wanted
    assert not all(wanted)
    names = [name for name, _ in named_leaves(model)[0]]
    assert parameters(dict(named_leaves(model)[0])) == {
        n for n, keep in zip(names, wanted, strict=True) if keep
    }


@pytest.mark.parametrize(
    "name",
    [
        "bn.running_mean",
        "module.features/0/running_var",
        "running_mean",
        "layer.num_batches_tracked",
        "norm/moving_variance",
        "net/~/batch_norm/~/var_ema.average",
        "batch_stats/BatchNorm_0/mean",
        "0.weight_fake_quant.activation_post_process.min_val",
    ],
)
def test_usual_names_are_stored_ones(name):
    assert parameters(arrays(name, "w")) == {"w"}
    nested = {"model": {name: np.ones(2)}, "w": np.ones(2)}
    assert parameters(nested) == {"w"}


@pytest.mark.parametrize(
    "names",
    [
        ("mean", "var"),
        ("posterior.mean", "posterior.var"),
        ("mean", "var", "bias"),
        ("head.mean", "head.var", "head.weight"),
        ("running_means", "my_running_mean", "running_mean_weight", "running_mean.weight"),
        ("cell.weight_u", "cell.weight_v"),
        ("cell._u", "count", "scale", "bias"),
    ],
)
def test_other_names_are_parameters(names):
    assert parameters(arrays(*names)) == set(names)


def test_leaves_without_real_numbers_are_no_parameters():
    params = {
        "count": np.int32(1),
        "flag": np.array([True]),
        "key": jax.random.key(0),
        "text": "relu",
        "half": np.ones(2, jnp.bfloat16),
    }
    assert parameters(params) == {"half"}
    assert Objective.of(lambda params: 0.0).trained(params) == parameters_by_name(params)
