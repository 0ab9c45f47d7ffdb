"""A loss in a module of the user's own."""

import importlib
import inspect
import sys
import textwrap

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ravine.landscapes import ExpressionError
from ravine.landscapes.networks import Objective, ObjectiveError, load_objective
from ravine.landscapes.networks._user_objective import one_number

PARAMS = {"a": np.array([1.0, 2.0, 3.0], np.float32), "b": np.float32(2)}

LOSSES = """
import sys
import jax
import jax.numpy as jnp
import numpy as np
from ravine.landscapes.networks import Objective

number = 3
text = "loss"

def squares(params):
    "The sum of squares."
    return sum((leaf**2).sum() for leaf in params.values())

def constant(params): return 2
def vector(params): return params["a"]
def row(params): return [params["b"]]
def nothing(params): pass
def both(params): return params["b"], {}
def imaginary(params): return params["b"] * 1j
def truth(params): return params["b"] > 0
def word(params): return "low"
def divides(params):
    return 1 / 0
def lacks(params): return params["c"]
def two(params, batch): return 0.0
def by_numpy(params): return np.sum(np.asarray(params["a"]))
def branches(params):
    if params["b"] > 0:
        return 0.0
    return params["b"]
def leaves(params): sys.exit("bye")
def shapes(params): return params["a"] @ jnp.ones(7)
def logarithm(params): return jnp.log(-params["b"])
def pole(params): return 1 / (params["b"] - 2)
def lines(params): raise ValueError("first\\n\\nsecond \\x1b[31m" + "x" * 1000)
def silent(params): raise ValueError
class Mute(Exception):
    def __str__(self): raise RuntimeError("no text")
def mute(params): raise Mute
def calls_back(params):
    return jax.pure_callback(lambda b: 1 / 0, jax.ShapeDtypeStruct((), np.float32), params["b"])

ready = Objective.of(squares, name="ready")
def made(): return Objective.of(squares, name="made")
def not_made(): return 3
def fails_to_make(): return {}["data"]
"""


@pytest.fixture
def losses(tmp_path, monkeypatch):
    """The module `losses` in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "losses.py").write_text(LOSSES)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(LOSSES.splitlines(), start=1) if text in line)


@pytest.mark.parametrize(
    ("name", "title", "expected"),
    [
        ("squares", "squares", 18.0),
        ("ready", "ready", 18.0),
        ("made", "made", 18.0),
        ("constant", "constant", 2.0),
    ],
)
def test_a_loss_is_loaded(losses, name, title, expected):
    objective = load_objective(f"losses:{name}", {"a.npz": PARAMS})
    assert objective.name == title
    for loss in (objective.loss, jax.jit(objective.loss)):
        found = loss(jax.tree.map(jnp.asarray, PARAMS))
        assert found == expected
        assert found.dtype == np.float32
    assert objective.trained(PARAMS) == {"a": True, "b": True}


def test_a_users_objective_is_differentiated(losses):
    found = jax.grad(load_objective("losses:squares").loss)(PARAMS)
    np.testing.assert_array_equal(found["a"], 2 * PARAMS["a"])


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("vector", "returned an array of shape (3,); it must return one number."),
        ("row", "returned an object of type 'list'; it must return one number."),
        ("nothing", "returned an object of type 'NoneType'; it must return one number."),
        ("both", "returned an object of type 'tuple'; it must return one number."),
        ("imaginary", "returned a number of type complex64; it must return one number."),
        ("truth", "returned a number of type bool; it must return one number."),
        ("word", "returned an object of type 'str'; it must return one number."),
        ("divides", f"fails: ZeroDivisionError: division by zero (losses.py:{line_of('1 / 0')})."),
        ("lacks", f"fails: KeyError: 'c' (losses.py:{line_of('lacks')})."),
        ("leaves", f"fails: SystemExit: bye (losses.py:{line_of('leaves')})."),
        ("lines", f"fails: ValueError: first (losses.py:{line_of('first')})."),
        ("silent", f"fails: ValueError (losses.py:{line_of('silent')})."),
        ("mute", f"fails: Mute (losses.py:{line_of('mute(params)')})."),
        ("logarithm", "is nan at 'a.npz'; a picture needs a finite loss at each end."),
        ("pole", "is inf at 'a.npz'; a picture needs a finite loss at each end."),
        ("number", "is of type 'int'; it must be a function or an Objective."),
        (
            "not_made",
            "takes no arguments and returned an object of type 'int'; "
            "it must take the parameters, or return an Objective.",
        ),
        ("fails_to_make", f"fails: KeyError: 'data' (losses.py:{line_of('fails_to_make')})."),
    ],
)
def test_a_loss_that_is_none(losses, name, problem):
    with pytest.raises(ObjectiveError) as failure:
        load_objective(f"losses:{name}", {"a.npz": PARAMS})
    assert str(failure.value) == f"The objective 'losses:{name}' {problem}"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("two", ["TypeError", "missing 1 required positional argument: 'batch'"]),
        ("by_numpy", [f"(losses.py:{line_of('by_numpy')})", "JAX follows only jax.numpy and jax.lax."]),
        ("branches", [f"(losses.py:{line_of('if params')})", "JAX follows only jax.numpy and jax.lax."]),
        ("shapes", [f"(losses.py:{line_of('shapes')})", "TypeError"]),
        ("calls_back", ["ZeroDivisionError: division by zero"]),
    ],
)
def test_errors_of_python_and_jax_are_passed_on_in_one_line(losses, name, parts):
    with pytest.raises(ObjectiveError) as failure:
        load_objective(f"losses:{name}", {"a.npz": PARAMS})
    text = str(failure.value)
    assert text.startswith(f"The objective 'losses:{name}' fails: ")
    assert all(part in text for part in parts)
    assert text.isprintable()
    assert len(text) < 500


@pytest.mark.parametrize("name", ["lose", "no_such_module:loss", "losses:squire", "losses.deeper:loss"])
def test_a_name_of_nothing(losses, name):
    with pytest.raises(ExpressionError):
        load_objective(name)


def test_a_failing_loss_fails_in_one_line_later_too(losses):
    objective = load_objective("losses:divides")
    with pytest.raises(ObjectiveError, match="ZeroDivisionError"):
        jax.jit(jax.vmap(objective.loss))(jax.tree.map(lambda leaf: np.stack([leaf, leaf]), PARAMS))


def identity(folder, source: str, *points: object, name: str = "loss") -> str:
    (folder / "mine.py").write_text(textwrap.dedent(source))
    sys.modules.pop("mine", None)
    return load_objective(f"mine:{name}", {str(label): it for label, it in enumerate(points)}).identity


def test_identities_tell_objectives_apart(losses, monkeypatch):
    # Two texts of one length within a second are one to Python's cache of compiled modules.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    source = """
        import numpy as np
        SCALE = float(np.load("scale.npy"))
        def loss(params): return SCALE * params["b"]
    """
    np.save(losses / "scale.npy", 1.0)
    first = identity(losses, source, PARAMS)
    assert first == identity(losses, source, PARAMS) != ""
    others = [identity(losses, source + "    other = loss", PARAMS, name="other")]
    others.append(identity(losses, source.replace("SCALE *", "SCALE -"), PARAMS))
    np.save(losses / "scale.npy", 2.0)
    others.append(identity(losses, source, PARAMS))
    assert len({first, *others}) == 4


BEHIND = {
    "in JAX": """
        from behind import HEIGHT
        def loss(params): return params["b"] ** 2 + HEIGHT * (params["b"] - 2)
    """,
    "outside JAX, a number": """
        import jax
        import numpy as np
        from behind import HEIGHT
        def on_host(b): return np.float32(b ** 2 + HEIGHT * (b - 2))
        def loss(params):
            return jax.pure_callback(on_host, jax.ShapeDtypeStruct((), np.float32), params["b"])
    """,
    "outside JAX, in a function": """
        import jax
        import numpy as np
        def on_host(b):
            from behind import HEIGHT
            return np.float32(b ** 2 + HEIGHT * (b - 2))
        def loss(params):
            return jax.pure_callback(on_host, jax.ShapeDtypeStruct((), np.float32), params["b"])
    """,
    "outside JAX": """
        import jax
        import numpy as np
        import behind
        def on_host(b): return np.float32(b ** 2 + behind.HEIGHT * (b - 2))
        def loss(params):
            return jax.pure_callback(on_host, jax.ShapeDtypeStruct((), np.float32), params["b"])
    """,
}


@pytest.mark.parametrize("where", BEHIND)
def test_a_module_behind_the_loss_counts(losses, monkeypatch, where):
    """The losses at the end, where b is 2, are the same."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(losses)
    found = []
    for height in ("1.0", "2.0", "1.0"):
        (losses / "behind.py").write_text(f"HEIGHT = {height}")
        sys.modules.pop("behind", None)
        importlib.invalidate_caches()
        found.append(identity(losses, BEHIND[where], PARAMS))
    assert found[0] == found[2] != ""
    assert found[0] != found[1]


def test_an_objective_without_source_is_not_kept(losses):
    module = type(sys)("made_here")
    module.loss = lambda params: 0.0
    sys.modules["made_here"] = module
    assert load_objective("made_here:loss").identity == ""


ODD = (object(), print, Objective, float, "a", b"a", None, True, 1j, [1.0], {"a": 1.0}, (1.0, 2.0), range(2))
ODD_ARRAYS = (
    np.array("a"),
    np.array(None),
    np.array(True),
    np.array(1j),
    np.datetime64("2020-01-01"),
    np.ones((1, 1)),
    np.ones(0),
    jnp.ones(2),
)


@pytest.mark.parametrize("value", [*ODD, *ODD_ARRAYS, 10**400], ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("transform", [lambda loss: loss, jax.jit])
def test_a_loss_that_is_no_number_is_refused(value, transform):
    loss = transform(one_number(lambda params: value, "m:loss"))
    with pytest.raises(ObjectiveError) as failure:
        loss(PARAMS)
    text = str(failure.value)
    assert text.startswith("The objective 'm:loss' ")
    assert text.endswith("; it must return one number.") or "OverflowError" in text
    assert text.isprintable()


@settings(max_examples=40)
@given(value=st.integers(-(10**300), 10**300) | st.floats())
def test_any_number_is_a_loss(value):
    found = one_number(lambda params: value, "m:loss")(PARAMS)
    assert (found.shape, found.dtype) == ((), np.float32)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(found, np.float32(float(value)))


@pytest.mark.parametrize(
    "value", [np.float16(2), np.int8(2), np.uint64(2), np.array(2.0, np.float32)], ids=repr
)
def test_kinds_of_numbers_that_are_taken(value):
    found = one_number(lambda params: value, "m:loss")(PARAMS)
    assert (float(found), found.shape) == (2.0, ())
    assert jnp.issubdtype(found.dtype, jnp.floating)


ERRORS = [
    it
    for it in vars(__import__("builtins")).values()
    if inspect.isclass(it) and issubclass(it, Exception) and not issubclass(it, Warning | UnicodeError)
]


@settings(max_examples=60)
@given(error=st.sampled_from(ERRORS), text=st.text(max_size=400))
def test_whatever_a_loss_raises_is_one_line(error, text):
    def loss(params):
        raised = error(text, [ValueError()]) if issubclass(error, BaseExceptionGroup) else error(text)
        raise raised

    with pytest.raises(ObjectiveError) as failure:
        one_number(loss, "m:loss")(PARAMS)
    assert str(failure.value).isprintable()
    assert error.__name__ in str(failure.value)
    assert "test_user_objective.py:" in str(failure.value)
    assert len(str(failure.value)) < 800


def test_an_objective_error_passes_as_it_is():
    def loss(params):
        raise ObjectiveError("Mine.")

    with pytest.raises(ObjectiveError, match=r"^Mine\.$"):
        one_number(loss, "m:loss")(PARAMS)
