"""A PyTorch module as an objective, against PyTorch itself."""

import copy
import os
import subprocess
import sys
from functools import partial
from importlib.util import find_spec

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine.landscapes.networks import ObjectiveError, from_torch, load_objective, params_of, read_checkpoint
from ravine.landscapes.networks._array_files import read_safetensors

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")

EXAMPLES, CLASSES = 24, 3


@pytest.fixture(autouse=True, scope="module")
def pytorch():
    """Import PyTorch, which takes seconds, where these tests run and not where they are collected.

    Threads that wait for each other on tiny matrices only take time from the other tests.
    """
    global cross_entropy, nn, torch
    import torch
    from torch import nn
    from torch.nn.functional import cross_entropy

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def network(*, batch_norm: bool = False) -> "torch.nn.Module":
    torch.manual_seed(1)
    middle = [nn.BatchNorm1d(5), nn.Dropout(0.5)] if batch_norm else []
    module = nn.Sequential(nn.Linear(4, 5), *middle, nn.Tanh(), nn.Linear(5, CLASSES))
    if batch_norm:
        module(torch.randn(50, 4) * 2 + 1)
    return module


def examples(count: int = EXAMPLES) -> tuple["torch.Tensor", "torch.Tensor"]:
    generator = torch.Generator().manual_seed(2)
    inputs = torch.randn(count, 4, generator=generator)
    return inputs, torch.randint(0, CLASSES, (count,), generator=generator)


def batches(*sizes: int) -> list[tuple["torch.Tensor", "torch.Tensor"]]:
    inputs, targets = examples()
    return list(zip(inputs.split(list(sizes)), targets.split(list(sizes)), strict=True))


def moved(module: "torch.nn.Module", seed: int = 3) -> dict[str, np.ndarray]:
    """Weights near the module's own."""
    rng = np.random.default_rng(seed)
    own = params_of(module)
    return {name: (it + 0.1 * rng.random(it.shape)).astype(np.float32) for name, it in own.items()}


def loaded(module: "torch.nn.Module", params: dict[str, np.ndarray]) -> "torch.nn.Module":
    """A copy of the module with these weights, in evaluation mode."""
    own = copy.deepcopy(module)
    state = {name: torch.from_numpy(np.array(it)) for name, it in params.items()}
    own.load_state_dict(state, strict=False)
    return own.eval()


def flat(params: dict[str, np.ndarray], names: list[str]) -> np.ndarray:
    return np.concatenate([np.asarray(params[name]).ravel() for name in names])


@pytest.mark.parametrize("batch_norm", [False, True])
def test_loss_and_accuracy_are_those_of_the_module(batch_norm):
    module = network(batch_norm=batch_norm)
    inputs, targets = examples()
    objective = from_torch(
        module,
        nn.CrossEntropyLoss(),
        batches(10, 10, 4),
        test_batches=[(inputs[:7], targets[:7])],
        accuracy=True,
    )
    params = moved(module)
    with torch.no_grad():
        outputs = loaded(module, params)(inputs)
    expected = {
        "train_loss": cross_entropy(outputs, targets),
        "train_accuracy": (outputs.argmax(1) == targets).float().mean(),
        "test_loss": cross_entropy(outputs[:7], targets[:7]),
        "test_accuracy": (outputs[:7].argmax(1) == targets[:7]).float().mean(),
    }
    for at in (objective.at, jax.jit(objective.at)):
        found = at(params)
        assert set(found) == set(expected)
        for name, value in expected.items():
            np.testing.assert_allclose(found[name], value.item(), rtol=1e-5)
    assert objective.batch_norm == ("inference" if batch_norm else "")
    assert objective.name == "Sequential"


def test_gradients_and_hessian_are_those_of_autograd():
    module = network(batch_norm=True)
    objective = from_torch(module, cross_entropy, batches(10, 14))
    params = {name: jnp.asarray(it) for name, it in moved(module).items()}
    names = [name for name, _ in module.named_parameters()]
    own, (inputs, targets) = loaded(module, params), examples()

    def loss(vector):
        parts = dict(zip(names, vector.split([params[name].size for name in names]), strict=True))
        tensors = {name: part.reshape(params[name].shape) for name, part in parts.items()}
        return cross_entropy(torch.func.functional_call(own, tensors, (inputs,)), targets)

    vector = torch.from_numpy(flat(params, names))
    gradient = torch.autograd.functional.jacobian(loss, vector).numpy()
    hessian = torch.autograd.functional.hessian(loss, vector).numpy()
    found = jax.jit(jax.grad(objective.loss))(params)
    np.testing.assert_allclose(flat(found, names), gradient, atol=1e-6)
    assert all(not np.asarray(found[name]).any() for name in set(params) - set(names))

    def row(along):
        steps = dict(
            zip(names, jnp.split(along, np.cumsum([params[n].size for n in names])[:-1]), strict=True)
        )
        steps = {
            n: steps[n].reshape(it.shape) if n in steps else jnp.zeros_like(it) for n, it in params.items()
        }
        product = jax.jvp(jax.grad(objective.loss), (params,), (steps,))[1]
        return jnp.concatenate([product[name].ravel() for name in names])

    rows = jax.jit(jax.vmap(row))(jnp.eye(len(hessian)))
    np.testing.assert_allclose(rows, hessian, atol=1e-5)


def test_convolutions_have_hessian_products():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Tanh(), nn.Flatten(), nn.Linear(8, 2))
    inputs, targets = torch.randn(5, 1, 4, 4), torch.tensor([0, 1, 0, 1, 1])
    objective = from_torch(module, cross_entropy, [(inputs, targets)])
    params, along = params_of(module), moved(module)
    along |= {name: np.zeros_like(it) for name, it in params.items() if "running" in name}
    slope = jax.jit(jax.grad(objective.loss))
    product = jax.jit(lambda at, way: jax.jvp(slope, (at,), (way,))[1])(params, along)
    step = 1e-2
    ahead, behind = (
        slope({name: it + sign * step * along[name] for name, it in params.items()}) for sign in (1, -1)
    )
    for name, found in product.items():
        np.testing.assert_allclose(found, (ahead[name] - behind[name]) / (2 * step), atol=2e-3)


def test_points_are_evaluated_one_by_one_under_map_and_vmap():
    module = network()
    objective = from_torch(module, cross_entropy, batches(12, 12))
    start, end = params_of(module), moved(module)

    def loss(share):
        return objective.loss({name: (1 - share) * it + share * end[name] for name, it in start.items()})

    shares = np.linspace(-0.5, 1.5, 10, dtype=np.float32)
    one = jax.jit(loss)
    expected = [one(share) for share in shares]
    np.testing.assert_allclose(jax.jit(jax.vmap(loss))(shares), expected, rtol=1e-6)
    np.testing.assert_allclose(jax.jit(partial(jax.lax.map, loss, batch_size=4))(shares), expected, rtol=1e-6)


def snapshot(module: "torch.nn.Module") -> dict[str, object]:
    return {
        "state": {name: it.clone() for name, it in module.state_dict().items()},
        "places": [it.data_ptr() for it in module.state_dict().values()],
        "modes": [part.training for part in module.modules()],
        "gradients": [(it.requires_grad, it.grad) for it in module.parameters()],
        "random": torch.random.get_rng_state(),
    }


def assert_same(left: object, right: object) -> None:
    if isinstance(left, dict):
        assert list(left) == list(right)
        left, right = list(left.values()), list(right.values())
    if isinstance(left, list | tuple):
        for one, other in zip(left, right, strict=True):
            assert_same(one, other)
    elif isinstance(left, torch.Tensor):
        assert torch.equal(left, right)
    else:
        assert left == right


@pytest.mark.parametrize(("policy", "training"), [("inference", True), ("recomputed", False)])
def test_evaluating_changes_nothing_in_the_module(policy, training):
    module = network(batch_norm=True).train(training)
    module[2].train(not training)
    read = batches(12, 12)
    before = snapshot(module)
    objective = from_torch(module, cross_entropy, read, batch_norm=policy)
    params = {name: jnp.asarray(it) for name, it in moved(module).items()}
    values = [float(objective.loss(params)) for _ in range(2)]
    jax.block_until_ready(jax.jvp(jax.grad(objective.loss), (params,), (params,)))
    assert values[0] == values[1]
    assert objective.batch_norm == policy
    assert_same(snapshot(module), before)


def test_recomputed_batch_norm_goes_by_the_batch():
    module = network(batch_norm=True)
    inputs, targets = examples()
    objective = from_torch(module, cross_entropy, [(inputs, targets)], batch_norm="recomputed")
    params = moved(module)
    own = loaded(module, params)
    own[1].train()
    leaves = dict(own.named_parameters())
    loss = cross_entropy(own(inputs), targets)
    gradient = dict(zip(leaves, torch.autograd.grad(loss, list(leaves.values())), strict=True))
    found, slope = jax.value_and_grad(objective.loss)({name: jnp.asarray(it) for name, it in params.items()})
    np.testing.assert_allclose(found, loss.item(), rtol=1e-5)
    for name, expected in gradient.items():
        np.testing.assert_allclose(slope[name], expected, atol=1e-6)
    stored = from_torch(module, cross_entropy, [(inputs, targets)]).loss(params)
    assert abs(float(stored) - loss.item()) > 1e-3


def test_which_leaves_are_trained():
    module = network(batch_norm=True)
    module[0].requires_grad_(False)
    objective = from_torch(module, cross_entropy, batches(24))
    params = params_of(module)
    assert "1.num_batches_tracked" in module.state_dict()
    assert objective.trained(params) == {
        "0.weight": False,
        "0.bias": False,
        "1.weight": True,
        "1.bias": True,
        "1.running_mean": False,
        "1.running_var": False,
        "4.weight": True,
        "4.bias": True,
    }
    module.requires_grad_(False)
    frozen = from_torch(module, cross_entropy, batches(24))
    assert frozen.trained(params) == {name: "running" not in name for name in params}


def test_weights_are_copies_and_float32():
    module = nn.Linear(2, 2).double()
    params = params_of(module)
    assert {it.dtype for it in params.values()} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(params["weight"], module.weight.detach().float())
    before = params["weight"].copy()
    with torch.no_grad():
        module.weight += 1
    np.testing.assert_array_equal(params["weight"], before)
    single = params_of(nn.Linear(2, 2).state_dict())
    assert list(single) == ["weight", "bias"]


def test_a_module_in_double_precision_is_evaluated_in_it():
    module = network().double()
    inputs, targets = examples()
    objective = from_torch(module, cross_entropy, [(inputs.double(), targets)])
    with torch.no_grad():
        expected = cross_entropy(module(inputs.double()), targets).item()
    np.testing.assert_allclose(objective.loss(params_of(module)), expected, rtol=1e-6)


def test_shared_weights_are_one_leaf():
    """One matrix under two names."""
    module = nn.Sequential(nn.Linear(3, 3, bias=False), nn.Tanh(), nn.Linear(3, 3, bias=False))
    module[2].weight = module[0].weight
    params = params_of(module)
    assert list(params) == list(params_of(module.state_dict())) == ["0.weight"]
    inputs, targets = torch.ones(4, 3), torch.zeros(4, 3)
    objective = from_torch(module, nn.functional.mse_loss, [(inputs, targets)])
    doubled = {"0.weight": 2 * params["0.weight"]}
    matrix = doubled["0.weight"].astype(np.float64)
    expected = np.mean((np.tanh(np.ones((4, 3)) @ matrix.T) @ matrix.T) ** 2)
    np.testing.assert_allclose(objective.loss(doubled), expected, rtol=1e-5)
    both = doubled | {"2.weight": np.full((3, 3), 7, np.float32)}
    np.testing.assert_allclose(objective.loss(both), expected, rtol=1e-5)
    assert objective.trained(both) == {"0.weight": True, "2.weight": False}


def test_a_data_loader_is_read():
    inputs, targets = examples()
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(inputs, targets), batch_size=7)
    module = network()
    by_loader = from_torch(module, cross_entropy, loader).loss(params_of(module))
    whole = from_torch(module, cross_entropy, [(inputs, targets)]).loss(params_of(module))
    np.testing.assert_allclose(by_loader, whole, rtol=1e-6)


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (list, "at least 1 example; got 0 in 0 batches"),
        (lambda: [(torch.ones(0, 4), torch.ones(0))], "at least 1 example; got 0 in 1 batches"),
        (lambda: examples(), "got an object of type 'Tensor': write [(inputs, targets)]"),
        (lambda: [(torch.ones(2, 4),)], "type 'tuple' of 1 parts"),
        (lambda: [{"x": 1, "y": 2}], "got an object of type 'dict'"),
    ],
)
def test_batches_that_are_none(read, message):
    with pytest.raises(ObjectiveError) as failure:
        from_torch(network(), cross_entropy, read())
    assert message in str(failure.value)


def fails_with(error: BaseException):
    def loss(outputs, targets):
        raise error

    return loss


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (
            lambda *both: nn.CrossEntropyLoss(reduction="none")(*both),
            "a tensor of shape (24,); it must return one number.",
        ),
        (lambda outputs, targets: None, "an object of type 'NoneType'; it must return one number."),
        (
            lambda outputs, targets: outputs.sum() * 1j,
            "a complex number; it must return one number.",
        ),
        (fails_with(KeyError("a\nb")), "fails: KeyError: 'a\\nb' (test"),
        (lambda *both: nn.functional.mse_loss(*both), "fails: RuntimeError: The size of tensor a (3)"),
    ],
)
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_a_loss_that_is_none_is_found_at_once(loss, message):
    with pytest.raises(ObjectiveError) as failure:
        from_torch(network(), loss, [examples()], name="mine")
    text = str(failure.value)
    assert text.startswith("The objective 'mine' ")
    assert message in text
    assert text.isprintable()


def touchy(error: type[BaseException]) -> "torch.nn.Module":
    """A module that raises where its weight is large."""

    class Touchy(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1))
            self.calls = 0

        def forward(self, inputs):
            self.calls += 1
            if self.weight.item() > 2:
                raise error("the weight is large")
            return inputs * self.weight

    return Touchy()


@pytest.mark.parametrize(
    ("error", "derivative"),
    [(ArithmeticError, 0), (ArithmeticError, 1), (ArithmeticError, 2), (KeyboardInterrupt, 0)],
)
def test_an_error_under_way_is_raised_by_the_check(error, derivative, capfd):
    module = touchy(error)
    objective = from_torch(module, nn.functional.mse_loss, [(torch.ones(3), torch.zeros(3))])

    def value(weight):
        return objective.loss({"weight": weight[None]})

    slope = jax.grad(value)
    values_at = [value, slope, lambda weight: jax.jvp(slope, (weight,), (1.0,))[1]][derivative]
    at = jax.jit(partial(jax.lax.map, values_at))
    calls = module.calls
    with pytest.raises(ObjectiveError if error is ArithmeticError else error) as failure, objective.checked():
        values = np.asarray(at(jnp.array([1.0, 3.0, 1.0, 1.0])))
    assert np.isnan(values[1:]).all()
    assert np.isfinite(values[0])
    assert module.calls == calls + 2
    if error is ArithmeticError:
        assert str(failure.value).startswith(
            "The objective 'Touchy' fails: ArithmeticError: the weight is large ("
        )
    assert "test_torch.py:" in str(failure.value) or error is KeyboardInterrupt
    assert capfd.readouterr() == ("", "")
    with objective.checked():
        expected = {0: 1.0, 1: 2.0, 2: 2.0}[derivative]
        np.testing.assert_allclose(np.asarray(at(jnp.ones(2))), expected, rtol=1e-6)


def test_an_error_at_one_point_is_raised_there():
    module = touchy(ArithmeticError)
    objective = from_torch(module, nn.functional.mse_loss, [(torch.ones(3), torch.zeros(3))])
    with pytest.raises(ObjectiveError, match="ArithmeticError: the weight is large"):
        objective.at({"weight": np.full(1, 3, np.float32)})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda params: {}, "The parameters of 'Sequential' lack '0.weight'; take params_of(module)."),
        (
            lambda params: {**params, "0.weight": np.ones((5, 3), np.float32)},
            "In 'Sequential' '0.weight' has the shape (5, 4); got (5, 3).",
        ),
        (lambda params: list(params.values()), "are arrays by name; got an object of type 'list'"),
        (
            lambda params: {name: it.astype(np.float64) for name, it in params.items()},
            "The parameters of 'Sequential' are float32; '0.weight' is float64.",
        ),
    ],
)
def test_parameters_of_another_module(change, message):
    module = network()
    objective = from_torch(module, cross_entropy, batches(24))
    with pytest.raises(ObjectiveError) as failure:
        objective.at(change(params_of(module)))
    assert message in str(failure.value)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (lambda: 3, "got an object of type 'int'"),
        (dict, "no floating-point weights"),
        (lambda: {"epoch": 3, "state_dict": {}}, "no floating-point weights"),
        (lambda: nn.LazyLinear(3), "'weight' has no shape yet; run the module on one batch first"),
        (lambda: nn.Linear(2, 2, dtype=torch.complex64), "'weight' is complex"),
    ],
)
@pytest.mark.filterwarnings("ignore:Lazy modules")
def test_weights_of_what_has_none(module, message):
    with pytest.raises(ObjectiveError) as failure:
        params_of(module())
    assert message in str(failure.value)


def test_a_function_is_no_module():
    with pytest.raises(ObjectiveError, match=r"takes a torch\.nn\.Module; got an object of type 'function'"):
        from_torch(lambda inputs: inputs, cross_entropy, [examples()])


def test_a_module_without_parameters():
    with pytest.raises(ObjectiveError, match="'Tanh' has no parameters; there is nothing to train"):
        from_torch(nn.Tanh(), cross_entropy, [examples()])


def test_an_unknown_policy_of_batch_norm():
    with pytest.raises(ObjectiveError, match="'inference' or 'recomputed'; got 'train'"):
        from_torch(network(), cross_entropy, [examples()], batch_norm="train")


def test_a_state_dict_in_a_file_has_the_same_names(tmp_path):
    from safetensors.torch import save_file

    module = network(batch_norm=True)
    save_file(module.state_dict(), tmp_path / "a.safetensors")
    assert "1.num_batches_tracked" in read_safetensors(tmp_path / "a.safetensors")
    own = params_of(module)
    for found in (
        read_checkpoint(tmp_path / "a.safetensors"),
        read_checkpoint(tmp_path / "a.safetensors", own),
    ):
        assert set(found) == set(own)
        assert all(np.array_equal(it, own[name]) for name, it in found.items())


MINE = """
import torch
from ravine.landscapes import from_torch

torch.manual_seed(1)
inputs, targets = torch.randn(9, 4), torch.arange(9) % 3
network = torch.nn.Linear(4, 3)

def objective():
    return from_torch(network, torch.nn.functional.cross_entropy, [(inputs, targets)])
"""


def test_a_module_is_looked_at_from_the_command_line(tmp_path, monkeypatch):
    from safetensors.torch import save_file

    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_network.py").write_text(MINE)
    weights = {"weight": torch.ones(3, 4), "bias": torch.zeros(3)}
    save_file(weights, "a.safetensors")
    params = read_checkpoint("a.safetensors")
    objective = load_objective("my_network:objective", {"a.safetensors": params})
    # All classes are alike to these weights.
    np.testing.assert_allclose(objective.loss(params), np.log(3), rtol=1e-6)
    assert objective.identity.startswith("my_network:objective ")
    save_file({"weight": torch.ones(3, 4)}, "b.safetensors")
    short = read_checkpoint("b.safetensors")
    with pytest.raises(ObjectiveError, match="The parameters of 'Linear' lack 'bias'"):
        load_objective("my_network:objective", {"b.safetensors": short})
    del sys.modules["my_network"]


def test_a_loss_is_differentiated_under_no_grad():
    module = network()
    objective = from_torch(module, cross_entropy, batches(24))
    params = {name: jnp.asarray(it) for name, it in params_of(module).items()}
    expected = jax.grad(objective.loss)(params)
    for block in (torch.no_grad(), torch.inference_mode()):
        with block:
            found = jax.grad(objective.loss)(params)
        assert all(np.array_equal(it, expected[name]) for name, it in found.items())
        assert expected["0.weight"].any()


MANY_DEVICES = """
import sys
import ravine.landscapes.networks._torch
print("torch" in sys.modules)

import jax, jax.numpy as jnp, numpy as np, torch
from jax.sharding import NamedSharding, PartitionSpec
from ravine.landscapes import from_torch, params_of

torch.set_num_threads(1)
module = torch.nn.Linear(300, 500)
inputs = torch.randn(2, 300)
objective = from_torch(module, torch.nn.functional.mse_loss, [(inputs, torch.zeros(2, 500))])
params = params_of(module)
mesh = jax.make_mesh((8,), ("points",))
spec = PartitionSpec("points")
def loss(share):
    return objective.loss({name: share * it for name, it in params.items()})
def losses(shares):
    return jax.lax.map(loss, shares, batch_size=2)
sharded = jax.jit(jax.shard_map(losses, mesh=mesh, in_specs=spec, out_specs=spec))
shares = jnp.linspace(0.0, 2.0, 32)
expected = np.asarray(losses(shares))
for _ in range(5):
    found = sharded(jax.device_put(shares, NamedSharding(mesh, spec)))
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-5)
print("equal")
"""


@pytest.fixture(scope="module")
def printed() -> list[str]:
    """What a process of eight devices prints of when PyTorch is imported, and of what it evaluates."""
    flags = f"{os.environ['XLA_FLAGS']} --xla_force_host_platform_device_count=8"
    environment = {**os.environ, "XLA_FLAGS": flags}
    return subprocess.check_output(
        [sys.executable, "-c", MANY_DEVICES], env=environment, text=True, timeout=120
    ).splitlines()


def test_many_devices_call_at_once_without_waiting_for_each_other(printed):
    assert printed[1:] == ["equal"]


def test_without_pytorch_one_line_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ObjectiveError, match="PyTorch is not installed; install it with 'pip install torch'"):
        params_of({})


def test_nothing_imports_pytorch_before_it_is_used(printed):
    assert printed[0] == "False"
