"""Every network of the catalogue, written a second time in torch."""

from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")


@pytest.fixture(autouse=True, scope="module")
def pytorch():
    """Import PyTorch, which takes seconds, where these tests run and not where they are collected."""
    global functional, torch
    import torch
    from torch.nn import functional


def tensors(*leaves: Any) -> list[Any]:
    return [torch.tensor(np.asarray(leaf)) for leaf in leaves]


def normalised(norm: Any, signals: Any, use_batch_statistics: bool) -> Any:
    mean, variance, scale, shift = tensors(norm.mean, norm.variance, norm.scale, norm.shift)
    return functional.batch_norm(signals, mean, variance, scale, shift, training=use_batch_statistics)


def dense(layer: Any, signals: Any) -> Any:
    return functional.linear(signals, *tensors(layer.weight, layer.bias))


def convolved(layer: Any, images: Any, stride: int = 1) -> Any:
    weight, bias = tensors(layer.weight, layer.bias)
    return functional.conv2d(images, weight, bias, stride=stride, padding=weight.shape[-1] // 2)


UNITS = {
    "linear": lambda signals: signals,
    "maxout": lambda signals: torch.maximum(*signals.chunk(2, dim=1)),
    "relu": lambda signals: torch.relu(signals),
    "sigmoid": lambda signals: torch.sigmoid(signals),
    "tanh": lambda signals: torch.tanh(signals),
}


def dense_logits(model: Any, inputs: Any, use_batch_statistics: bool) -> Any:
    signals = inputs.flatten(1)
    for place, layer in enumerate(model.layers[:-1]):
        signals = dense(layer, signals)
        if model.norms:
            signals = normalised(model.norms[place], signals, use_batch_statistics)
        signals = UNITS[model.activation](signals)
    return dense(model.layers[-1], signals)


def conv_logits(model: Any, inputs: Any, use_batch_statistics: bool) -> Any:
    def perhaps_normalised(norms: Any, place: int, images: Any) -> Any:
        return normalised(norms[place], images, use_batch_statistics) if norms else images

    images = convolved(model.first, inputs[:, None], stride=2)
    images = torch.relu(perhaps_normalised(model.norms, 0, images))
    for block in model.blocks:
        first, second = block.convolutions
        made = torch.relu(perhaps_normalised(block.norms, 0, convolved(first, images)))
        made = perhaps_normalised(block.norms, 1, convolved(second, made))
        images = torch.relu(images + made if block.skip else made)
    return dense(model.last, images.mean((2, 3)))


def lstm_logits(model: Any, inputs: Any, use_batch_statistics: bool) -> Any:
    layer = torch.nn.LSTM(inputs.shape[-1], model.last.weight.shape[1], batch_first=True)
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    bias = np.asarray(model.first.bias)
    leaves = tensors(model.first.weight, model.recurrent, bias, np.zeros_like(bias))
    layer.load_state_dict(dict(zip(names, leaves, strict=True)))
    states, _ = layer(inputs)
    return dense(model.last, states[:, -1])


IN_TORCH = {
    "book": dense_logits,
    "conv": conv_logits,
    "deep_linear": dense_logits,
    "lstm": lstm_logits,
    "mlp": dense_logits,
}


@pytest.mark.parametrize("use_batch_statistics", [False, True])
def test_logits_are_those_of_torch(kind, use_batch_statistics, close):
    model = kind.stirred()
    inputs = torch.tensor(kind.inputs).reshape(-1, *kind.shape)
    with torch.no_grad():
        expected = IN_TORCH[kind.name](model, inputs, use_batch_statistics).numpy()
    assert expected.shape == (kind.examples, kind.classes)
    found = kind.at(model)
    close(found.use_batch_statistics if use_batch_statistics else found.stored, expected)
