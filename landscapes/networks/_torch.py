"""A PyTorch module's loss as an objective: evaluation runs in PyTorch, everything else is shared."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array

from ravine.core.pytree import Params
from ravine.landscapes.networks._callback_loss import Failures, differentiable
from ravine.landscapes.networks._objective import BatchNorm, Features, Measures, Objective, ObjectiveError
from ravine.landscapes.networks._torch_loss import TorchLoss, batch_norms, read_batches

if TYPE_CHECKING:
    import torch


def params_of(module: "torch.nn.Module | Mapping[str, Any]") -> dict[str, np.ndarray]:
    """A copy of a PyTorch module's weights: its state dict as float32 arrays by name.

    Integers, such as batch norm's count of batches, are left out, and so is the second name of weights that
    are shared.

    Args:
        module: The module, or its state dict.

    Raises:
        ObjectiveError: it is neither, has no weights yet, or has complex ones.

    Example:
        >>> import torch  # doctest: +SKIP
        >>> params_of(torch.nn.Linear(2, 3))["weight"].shape  # doctest: +SKIP
        (3, 2)
    """
    torch = _torch()
    state: Any = module
    if isinstance(state, torch.nn.Module):
        state = state.state_dict()
    if not isinstance(state, Mapping):
        raise ObjectiveError(f"Weights are taken of a module or of its state dict; got {_type(module)}.")
    params: dict[str, np.ndarray] = {}
    places = set()
    for name, tensor in state.items():
        if not isinstance(tensor, torch.Tensor):
            continue
        _check_weights(name, tensor)
        place = (tensor.data_ptr(), tensor.shape, tensor.stride())
        if tensor.is_floating_point() and not (tensor.numel() and place in places):
            places.add(place)
            params[name] = tensor.detach().cpu().float().numpy().copy()
    if not params:
        raise ObjectiveError("There are no floating-point weights; give the module or module.state_dict().")
    return params


def from_torch(
    module: "torch.nn.Module",
    loss: Callable[[Any, Any], Any],
    batches: Iterable[tuple[Any, Any]],
    *,
    test_batches: Iterable[tuple[Any, Any]] | None = None,
    accuracy: bool = False,
    batch_norm: Literal["inference", "recomputed"] = "inference",
    name: str = "",
) -> Objective:
    """The objective of a PyTorch module, over weights as `params_of` gives them.

    The module is evaluated in evaluation mode, dropout off, and nothing in it changes. Gradients and Hessians
    are PyTorch's, by the parameters that require a gradient; the rest, such as the stored statistics of batch
    norm, counts as constant.

    Args:
        module: On any device; it may be trained on after this.
        loss: The mean over a batch, from the module's outputs and the targets.
        batches: Pairs of inputs and targets, read once; of different sizes, they count by their examples.
        test_batches: Held-out examples, for the test loss.
        accuracy: True if the share of examples is measured too whose highest output is their target's.
        batch_norm: By the stored statistics, or by those of each batch, recomputed at each point.
        name: On the picture; the class of the module if empty.

    Raises:
        ObjectiveError: PyTorch is not installed, `module` is none or has no weights, there are no batches,
            the module or the loss fails on the first one, or the loss is not one number.

    Example:
        >>> import ravine, torch  # doctest: +SKIP
        >>> start = params_of(module)  # before it is trained  # doctest: +SKIP
        >>> objective = from_torch(module, torch.nn.functional.cross_entropy, loader)  # doctest: +SKIP
        >>> ravine.line(objective, start, params_of(module)).save("line.png")  # doctest: +SKIP
    """
    torch = _torch()
    if not isinstance(module, torch.nn.Module):
        raise ObjectiveError(f"from_torch takes a torch.nn.Module; got {_type(module)}.")
    if batch_norm not in ("inference", "recomputed"):
        raise ObjectiveError(f"batch_norm is 'inference' or 'recomputed'; got {batch_norm!r}.")
    name = name or type(module).__name__
    parts = {"train": batches} | ({} if test_batches is None else {"test": test_batches})
    hosts = {
        part: TorchLoss(
            module=module,
            loss=loss,
            batches=read_batches(examples, module),
            use_batch_statistics=batch_norm == "recomputed",
            with_accuracy=accuracy,
            shown=f"The objective {name!r}",
        )
        for part, examples in parts.items()
    }
    trained = hosts["train"].trained
    if not trained:
        raise ObjectiveError(f"The module {name!r} has no parameters; there is nothing to train.")
    failures = Failures()
    return Objective(
        measures=_measures(hosts, failures, params_of(module), name),
        trained=lambda params: {leaf: leaf in trained for leaf in params},
        batch_norm=_policy(module, batch_norm),
        check=failures.check,
        name=name,
    )


def _measures(
    hosts: Mapping[str, TorchLoss], failures: Failures, like: Mapping[str, np.ndarray], name: str
) -> Callable[[Params, Features, Any], Measures]:
    for host in hosts.values():
        host.check()
    measured = {part: differentiable(host, failures) for part, host in hosts.items()}
    shapes = {leaf: array.shape for leaf, array in like.items()}

    def measures(params: Params, features: Features, data: Any) -> Measures:
        del features, data
        checked = _checked(params, shapes, name)
        values = {part: values_at(checked) for part, values_at in measured.items()}
        if not any(isinstance(it, Tracer) for it in values.values()):
            jax.block_until_ready(values)
            failures.check()
        return {
            f"{part}_{measure}": value
            for part, each in values.items()
            for measure, value in zip(("loss", "accuracy"), each, strict=False)
        }

    return measures


def _policy(module: "torch.nn.Module", batch_norm: Literal["inference", "recomputed"]) -> BatchNorm:
    return batch_norm if batch_norms(module) else ""


def _checked(params: Params, shapes: Mapping[str, tuple[int, ...]], name: str) -> dict[str, Array]:
    """The module's own among the parameters, of the right shapes."""
    if not isinstance(params, Mapping):
        raise ObjectiveError(f"The parameters of {name!r} are arrays by name; got {_type(params)}.")
    for leaf, shape in shapes.items():
        if leaf not in params:
            raise ObjectiveError(f"The parameters of {name!r} lack {leaf!r}; take params_of(module).")
        found = params[leaf]
        if np.shape(found) != shape:
            raise ObjectiveError(f"In {name!r} {leaf!r} has the shape {shape}; got {np.shape(found)}.")
        if found.dtype == np.float64:
            raise ObjectiveError(f"The parameters of {name!r} are float32; {leaf!r} is float64.")
    return {leaf: jnp.asarray(params[leaf], np.float32) for leaf in shapes}


def _check_weights(name: str, tensor: "torch.Tensor") -> None:
    from torch.nn.parameter import is_lazy

    if is_lazy(tensor):
        raise ObjectiveError(f"The weight {name!r} has no shape yet; run the module on one batch first.")
    if tensor.is_complex():
        raise ObjectiveError(f"Weights are real numbers; {name!r} is complex.")


def _type(value: Any) -> str:
    return f"an object of type {type(value).__name__!r}"


def _torch() -> Any:
    try:
        import torch
    except ImportError:
        raise ObjectiveError("PyTorch is not installed; install it with 'pip install torch'.") from None
    return torch
