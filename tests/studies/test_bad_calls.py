"""What a caller from Python can get wrong, and what results say of themselves."""

import dataclasses
from functools import cache
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

import ravine
from ravine.core.atomic import OutputError
from ravine.landscapes.networks import ObjectiveError, Problem, load, load_data

ONE, OTHER = {"w": np.ones(3, np.float32)}, {"w": np.zeros(3, np.float32)}
NETWORK = "mlp:widths=[3]"


def bowl(params):
    return (params["w"] ** 2).sum()


@cache
def problem(activation: str = "relu") -> Problem:
    return Problem(
        network=load("mlp"), data=load_data("moons"), options={"widths": (3,), "activation": activation}
    )


WRONG_CALLS = {
    "a number": (lambda: ravine.line(42), "What is studied is a network such as 'mlp', or a loss; got 42."),
    "no network": (lambda: ravine.line([]), "at least one of its networks; got none."),
    "numbers for networks": (lambda: ravine.line([3]), r"networks must be a list, each a text; got \(3,\)."),
    "an unknown choice": (lambda: ravine.plane("mlp", foo=1), "A plane has no option 'foo'. It has about,"),
    "a near choice": (lambda: ravine.line(alpha=1), "A line has no option 'alpha'. Did you mean 'alphas'?"),
    "a text for a number": (lambda: ravine.line(steps="3"), "steps must be a whole number; got '3'."),
    "no optimizer": (lambda: ravine.line(optimizers=[object()]), "optimizers must be texts such as"),
    "a number of optimizers": (lambda: ravine.line(optimizers=3), "optimizers must be a list; got 3."),
    "an unknown word": (
        lambda: ravine.plane(directions="up"),
        "directions must be random or pca .*got 'up'.",
    ),
    "a loss alone": (lambda: ravine.line(bowl), "An objective needs points to look at"),
    "one end": (lambda: ravine.line(bowl, ONE), "at least 2 given points; got 1."),
    "three ends": (lambda: ravine.line(bowl, ONE, OTHER, ONE), "A line has two ends; got 3 points."),
    "the same end": (lambda: ravine.line(bowl, ONE, ONE), "the same point"),
    "no numbers": (lambda: ravine.line(bowl, ONE, {}), "Point 2 of 2 holds no real numbers;"),
    "other leaves": (lambda: ravine.line(bowl, ONE, {"v": ONE["w"]}), "it has 'v', and not 'w'."),
    "other shapes": (
        lambda: ravine.line(bowl, ONE, {"w": np.ones(4)}),
        r"'w' has the shape \(4,\) instead of \(3,\).",
    ),
    "NaN": (
        lambda: ravine.plane(bowl, ONE, {"w": ONE["w"] * np.nan}, OTHER),
        "Point 2 of 3 holds numbers that are NaN or infinite, in 'w'",
    ),
    "another network": (
        lambda: ravine.line("mlp", problem().start(0), problem().start(1), data="moons"),
        r"instead of \(64, 2\).",
    ),
    "another activation": (
        lambda: ravine.line(NETWORK, problem().start(0), problem("tanh").start(1), data="moons"),
        "Point 2 of 2 has the leaves of what is studied, but is of another kind",
    ),
    "trained and given": (lambda: ravine.line(bowl, ONE, OTHER, optimizers="sgd"), "leave out optimizers."),
    "nothing to train": (lambda: ravine.train(bowl), "A network is what is trained here;"),
    "no minibatches": (lambda: ravine.connect(bowl, ONE, OTHER), "which an objective alone does not have."),
}


@pytest.mark.parametrize("case", WRONG_CALLS)
def test_a_wrong_call(case):
    call, said = WRONG_CALLS[case]
    with pytest.raises(ValueError, match=said) as caught:
        call()
    assert "\n" not in str(caught.value)


def vector(params):
    return params["w"]


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        (vector, r"'vector' returned an array of shape \(3,\); it must return one number."),
        (lambda params: float(params["w"][0]), "JAX follows only jax.numpy and jax.lax."),
        (lambda params: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda params: params["w"].sum() * np.nan, "is nan at 'the first point'"),
    ],
)
def test_a_loss_that_is_no_number(loss, said):
    with pytest.raises(ObjectiveError, match=said):
        ravine.line(loss, ONE, OTHER)


def test_a_module_of_pytorch_is_told_of_from_torch():
    torch = pytest.importorskip("torch")
    with pytest.raises(ValueError, match=r"ravine\.landscapes\.from_torch\(module, loss, batches\)"):
        ravine.line(torch.nn.Linear(2, 2), ONE, OTHER)


def test_numbers_of_numpy_and_of_python_are_numbers():
    line = ravine.line(
        lambda point: point["a"] ** 2 + point["b"].sum(),
        {"a": 3.0, "b": jnp.ones(2)},
        {"a": np.float64(1.0), "b": np.zeros(2)},
        alphas=np.array([0, 1, 3]),
        memory=np.int64(100),
    )
    np.testing.assert_allclose(line.train_loss, [11.0, 5.0, 1.0], rtol=1e-6)


@pytest.fixture(scope="module")
def line():
    return ravine.line(bowl, ONE, OTHER, alphas=(0, 1, 5), title="costs 5$ and $x", size=(320, 240))


class TestResults:
    def test_is_written_as_what_it_is(self, line):
        assert repr(line).startswith('<ravine line {"objective": "bowl"')
        assert "\n" not in repr(line)

    def test_is_shown_in_a_notebook(self, line):
        bundle = line._repr_mimebundle_()
        assert bundle["image/png"].startswith(b"\x89PNG")
        assert bundle["text/plain"] == repr(line)

    @pytest.mark.parametrize("name", ["line", "line.xyz", "line.gif", "no/line.png", "."])
    def test_is_not_saved_under_any_name(self, line, tmp_path, name):
        with pytest.raises(OutputError) as caught:
            line.save(tmp_path / name)
        assert "\n" not in str(caught.value)
        assert list(tmp_path.iterdir()) == []

    def test_has_numbers_by_name_and_no_others(self, line):
        np.testing.assert_allclose(line.train_loss, 3 * (1 - line.alphas) ** 2, atol=1e-6)
        with pytest.raises(AttributeError, match=r"A line has no 'losses'\. It has label, alphas,"):
            _ = line.losses

    def test_a_small_picture_is_refused_before_it_is_written(self, line, tmp_path: Path):
        small = dataclasses.replace(line, choices=line.choices.replace(size=(100, 100)))
        with pytest.raises(ValueError, match="at least 320x240 pixels; got a size of 100x100"):
            small.save(tmp_path / "line.png")
        assert list(tmp_path.iterdir()) == []
