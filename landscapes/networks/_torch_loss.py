"""The loss of a PyTorch module over batches, and its derivatives, at parameters that are given as arrays."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from ravine.landscapes.networks._callback_loss import Arrays
from ravine.landscapes.networks._objective import ObjectiveError

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """Examples, and the share of all examples that they are."""

    inputs: Any
    targets: Any
    share: float


@dataclass(frozen=True, kw_only=True, eq=False)
class TorchLoss:
    """A module's mean loss over batches, computed in evaluation mode; the module stays as it is.

    Attributes:
        loss: The mean over a batch, from the module's outputs and the targets.
        use_batch_statistics: True if batch norm goes by each batch rather than by its stored statistics.
        with_accuracy: True if the share of examples whose highest output is their target's is measured too.
        shown: In messages.
    """

    module: "torch.nn.Module"
    loss: Callable[[Any, Any], Any]
    batches: Sequence[Batch]
    use_batch_statistics: bool
    with_accuracy: bool
    shown: str

    @property
    def count(self) -> int:
        """The number of measures."""
        return 1 + self.with_accuracy

    @property
    def trained(self) -> tuple[str, ...]:
        """The names of the parameters that are trained: all, where none requires a gradient."""
        own = {name: it for name, it in self.module.named_parameters() if it.is_floating_point()}
        return tuple(name for name, it in own.items() if it.requires_grad) or tuple(own)

    def measures(self, params: Arrays) -> Float[np.ndarray, " count"]:
        """The loss and, where asked, the accuracy."""
        import torch

        found = np.zeros(self.count)
        with self._evaluation(), torch.no_grad():
            tensors = self._tensors(params)
            for batch in self.batches:
                outputs = self._outputs(tensors, batch)
                values = [self._scalar(outputs, batch).item()]
                if self.with_accuracy:
                    values.append(_accuracy(outputs, batch.targets))
                found += batch.share * np.array(values)
        return found.astype(np.float32)

    def gradient(self, params: Arrays) -> Arrays:
        """The loss's derivatives by the trained parameters."""
        return self._summed(params, lambda loss, leaves: _derivatives(loss, leaves, keep=False))

    def product(self, params: Arrays, along: Arrays) -> Arrays:
        """The Hessian by the trained parameters, times a direction."""
        import torch

        def of_batch(loss: "torch.Tensor", leaves: Sequence["torch.Tensor"]) -> Sequence["torch.Tensor"]:
            first = _derivatives(loss, leaves, keep=True)
            steps = [torch.from_numpy(along[name]) for name in self.trained]
            slopes = [(part * step.to(part)).sum() for part, step in zip(first, steps, strict=True)]
            return _derivatives(torch.stack(slopes).sum(), leaves, keep=False)

        return self._summed(params, of_batch)

    def check(self) -> None:
        """Compute the loss on the first batch as the module is.

        Raises:
            ObjectiveError: the module or the loss fails, or the loss is not one number.
        """
        import torch

        with self._evaluation(), torch.no_grad():
            tensors = self._tensors({})
            outputs = self._outputs(tensors, self.batches[0])
            self._scalar(outputs, self.batches[0])
            if self.with_accuracy:
                _accuracy(outputs, self.batches[0].targets)

    def _summed(self, params: Arrays, of_batch: Callable[..., Sequence["torch.Tensor"]]) -> Arrays:
        import torch

        with self._evaluation(), torch.inference_mode(False), torch.enable_grad():
            tensors = self._tensors(params)
            leaves = [tensors[name].requires_grad_() for name in self.trained]
            sums = [torch.zeros_like(leaf, requires_grad=False) for leaf in leaves]
            for batch in self.batches:
                loss = self._scalar(self._outputs(tensors, batch), batch)
                for total, part in zip(sums, of_batch(loss, leaves), strict=True):
                    total.add_(part.detach(), alpha=batch.share)
        return dict(zip(self.trained, map(_as_float32, sums), strict=True))

    @contextmanager
    def _evaluation(self) -> Iterator[None]:
        """Evaluation mode and own random numbers for the time of the block; errors come out in one line."""
        import torch

        modes = [(module, module.training) for module in self.module.modules()]
        try:
            with torch.random.fork_rng(devices=[]):
                torch.default_generator.manual_seed(0)
                self.module.eval()
                for module in batch_norms(self.module) if self.use_batch_statistics else ():
                    module.training = True
                yield
        except ObjectiveError:
            raise
        except Exception as error:
            raise ObjectiveError.of(error, self.shown) from error
        finally:
            for module, mode in modes:
                module.training = mode

    def _tensors(self, params: Arrays) -> dict[str, "torch.Tensor"]:
        """Return copies of all tensors of the module, with `params` in their places."""
        import torch

        own = {**dict(self.module.named_parameters()), **dict(self.module.named_buffers())}
        return {
            name: torch.from_numpy(params[name]).to(tensor) if name in params else tensor.detach().clone()
            for name, tensor in own.items()
        }

    def _outputs(self, tensors: Mapping[str, "torch.Tensor"], batch: Batch) -> Any:
        import torch

        return torch.func.functional_call(self.module, dict(tensors), (batch.inputs,))

    def _scalar(self, outputs: Any, batch: Batch) -> "torch.Tensor":
        import torch

        value = self.loss(outputs, batch.targets)
        if isinstance(value, int | float):
            value = torch.tensor(float(value))
        if not isinstance(value, torch.Tensor):
            kind = f"an object of type {type(value).__name__!r}"
            raise ObjectiveError(f"{self.shown} returned {kind}; it must return one number.")
        if value.shape != () or value.is_complex():
            kind = "complex number" if value.is_complex() else f"tensor of shape {tuple(value.shape)}"
            raise ObjectiveError(f"{self.shown} returned a {kind}; it must return one number.")
        return value


def batch_norms(module: "torch.nn.Module") -> list["torch.nn.Module"]:
    """The layers whose outputs depend on whether the statistics are stored ones or the batch's."""
    from torch.nn.modules.batchnorm import _BatchNorm

    return [part for part in module.modules() if isinstance(part, _BatchNorm)]


def read_batches(batches: Iterable[Any], module: "torch.nn.Module") -> list[Batch]:
    """All batches, on the module's device.

    Raises:
        ObjectiveError: there is none, or one is no pair of inputs and targets.
    """
    device = next((it.device for it in module.parameters()), None)
    pairs = []
    for batch in batches:
        if not isinstance(batch, tuple | list) or len(batch) != 2:
            raise ObjectiveError(
                f"Batches are pairs of inputs and targets; got {_kind(batch)}: "
                "write [(inputs, targets)] for a single one."
            )
        pairs.append(tuple(_on(device, part) for part in batch))
    sizes = [_size(targets) for _, targets in pairs]
    if sum(sizes) == 0:
        raise ObjectiveError(f"A loss is computed on at least 1 example; got 0 in {len(pairs)} batches.")
    return [
        Batch(inputs=inputs, targets=targets, share=size / sum(sizes))
        for (inputs, targets), size in zip(pairs, sizes, strict=True)
    ]


def _kind(batch: Any) -> str:
    parts = f" of {len(batch)} parts" if isinstance(batch, tuple | list) else ""
    return f"an object of type {type(batch).__name__!r}{parts}"


def _on(device: Any, value: Any) -> Any:
    import torch

    return value.to(device) if isinstance(value, torch.Tensor) else value


def _size(targets: Any) -> int:
    try:
        return len(targets)
    except TypeError:
        return 1


def _derivatives(
    value: "torch.Tensor", leaves: Sequence["torch.Tensor"], *, keep: bool
) -> Sequence["torch.Tensor"]:
    import torch

    if not value.requires_grad:
        return [torch.zeros_like(leaf) for leaf in leaves]
    return torch.autograd.grad(value, leaves, create_graph=keep, allow_unused=True, materialize_grads=True)


def _accuracy(outputs: Any, targets: Any) -> float:
    return (outputs.argmax(dim=1) == targets).double().mean().item()


def _as_float32(tensor: "torch.Tensor") -> np.ndarray:
    return tensor.cpu().float().numpy()
