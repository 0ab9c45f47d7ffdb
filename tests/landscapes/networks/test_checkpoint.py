"""Checkpoints: written, read back, and refused with a reason."""

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
import safetensors
import safetensors.numpy
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ravine.landscapes.networks import (
    CheckpointError,
    params_of,
    read_checkpoint,
    read_facts,
    write_checkpoint,
)

FORMATS = (".safetensors", ".npz")
PLACES = st.floats(0, 1, exclude_max=True)
quick = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Layer(eqx.Module):
    weight: jax.Array
    bias: jax.Array | None
    activation: str = eqx.field(static=True, default="relu")


class Net(eqx.Module):
    layers: list[Layer]
    scale: np.ndarray
    steps: jax.Array


class Pair(NamedTuple):
    first: np.ndarray
    second: np.ndarray


def net(seed: int = 0) -> Net:
    rng = np.random.default_rng(seed)

    def layer(rows, columns, bias):
        weight = jnp.asarray(rng.normal(size=(rows, columns)).astype(np.float32))
        return Layer(weight, jnp.asarray(rng.normal(size=rows).astype(np.float32)) if bias else None)

    return Net([layer(3, 2, True), layer(1, 3, False)], np.float32(rng.normal(size=())), jnp.asarray(seed))


NAMES = ["layers.0.weight", "layers.0.bias", "layers.1.weight", "scale", "steps"]


def changed(path: Path, **arrays: np.ndarray | None) -> Path:
    """A checkpoint whose arrays of these names are others, or are gone."""
    held = {name: np.asarray(it) for name, it in zip(NAMES, jax.tree.leaves(net()), strict=True)}
    for name, array in arrays.items():
        held.pop(name, None)
        if array is not None:
            held[name] = array
    if path.suffix == ".npz":
        np.savez(path, **held)
    else:
        safetensors.numpy.save_file(held, path)
    return path


def refusal(path: Path, like=None) -> str:
    with pytest.raises(CheckpointError) as error:
        read_checkpoint(path, like)
    text = str(error.value)
    assert text.isprintable()
    assert text.endswith(".")
    return text.replace(str(path.parent), "").replace("'/", "'")


def assert_equal(found, expected):
    assert jax.tree.structure(found) == jax.tree.structure(expected)
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        assert isinstance(one, jax.Array) == isinstance(other, jax.Array)
        assert np.asarray(one).dtype == np.asarray(other).dtype
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("ending", FORMATS)
def test_a_checkpoint_is_read_back(tmp_path, ending):
    path = tmp_path / f"net{ending}"
    write_checkpoint(path, net(5), facts={"seed": 5, "rule": "adam"})
    assert_equal(read_checkpoint(path, net(0)), net(5))
    assert read_facts(path) == {"seed": 5, "rule": "adam"}


@pytest.mark.parametrize("ending", FORMATS)
def test_without_a_form_the_weights_come_by_name(tmp_path, ending):
    path = tmp_path / f"net{ending}"
    write_checkpoint(path, net(5))
    found = read_checkpoint(path)
    assert sorted(found) == sorted(NAMES[:-1])
    np.testing.assert_array_equal(found["layers.0.weight"], net(5).layers[0].weight)
    assert read_facts(path) == {}


def test_other_programs_can_read_a_checkpoint(tmp_path):
    write_checkpoint(tmp_path / "a.safetensors", net(), facts={"seed": 0})
    with safetensors.safe_open(tmp_path / "a.safetensors", "np") as file:
        assert sorted(file.keys()) == sorted(NAMES)
        assert json.loads(file.metadata()["facts"]) == {"seed": 0}
        np.testing.assert_array_equal(file.get_tensor("layers.1.weight"), net().layers[1].weight)
    write_checkpoint(tmp_path / "a.npz", net())
    with np.load(tmp_path / "a.npz", allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["layers.1.weight"], net().layers[1].weight)


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_parameters_give_the_same_bytes(tmp_path, ending):
    for name in "ab":
        write_checkpoint(tmp_path / f"{name}{ending}", net(), facts={"seed": 1, "about": "x"})
    assert (tmp_path / f"a{ending}").read_bytes() == (tmp_path / f"b{ending}").read_bytes()


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize(
    ("params", "names"),
    [
        (np.ones(2, np.float32), ["parameters"]),
        ([np.ones(2), {"a": np.zeros(())}], ["0", "1.a"]),
        (Pair(np.ones(1), np.ones((2, 0))), ["first", "second"]),
        ({"file": np.ones(2), "allow_pickle": np.ones(1)}, ["allow_pickle", "file"]),
        ({"a": np.asfortranarray(np.arange(6.0).reshape(2, 3)), "b": np.arange(4.0)[::-2]}, ["a", "b"]),
        ({"a": 1.5, "b": np.ones(1), "f": np.tanh}, ["a", "b"]),
    ],
)
def test_any_pytree_has_names(tmp_path, ending, params, names):
    path = tmp_path / f"any{ending}"
    write_checkpoint(path, params)
    assert sorted(read_checkpoint(path)) == names
    found = read_checkpoint(path, params)
    assert jax.tree.structure(found) == jax.tree.structure(params)
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(params), strict=True):
        assert one is np.tanh if other is np.tanh else np.array_equal(one, other)


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("dtype", [np.float16, np.float64, ml_dtypes.bfloat16])
def test_other_precisions_become_the_forms(tmp_path, ending, dtype):
    values = np.array([0.5, -3.0, 0.0]).astype(dtype)
    path = tmp_path / f"a{ending}"
    write_checkpoint(path, {"w": values})
    found = read_checkpoint(path)["w"]
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, [0.5, -3.0, 0.0])
    assert read_checkpoint(path, {"w": np.zeros(3, np.float64)})["w"].dtype == np.float64
    assert read_checkpoint(path, {"w": jax.ShapeDtypeStruct((3,), dtype)})["w"].dtype == dtype


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"scale": None}, "'scale' is missing"),
        ({"steps": None}, "'steps' is missing"),
        ({"extra": np.ones(2, np.float32)}, "'extra' is left over"),
        (
            {"layers.0.weight": np.ones((2, 3), np.float32)},
            "'layers.0.weight' has the shape (2, 3) instead of (3, 2)",
        ),
        ({"scale": np.ones(1, np.float32)}, "'scale' has the shape (1,) instead of ()"),
        ({"scale": np.ones((), np.int64)}, "'scale' holds int64 instead of float32"),
        ({"steps": np.ones((), np.float32)}, "'steps' holds float32 instead of int32"),
        (
            {"scale": None, "extra": np.ones(2, np.float32), "steps": np.ones((1, 1), np.int32)},
            "'scale' is missing, 'extra' is left over, 'steps' has the shape (1, 1) instead of ()",
        ),
    ],
)
def test_every_leaf_that_does_not_match_is_named(tmp_path, ending, arrays, message):
    path = changed(tmp_path / f"a{ending}", **arrays)
    assert refusal(path, net()) == f"The checkpoint 'a{ending}' is of another network: {message}."


def test_of_many_mismatches_some_are_named(tmp_path):
    write_checkpoint(tmp_path / "a.npz", {f"w{index}": np.ones(1) for index in range(10)})
    assert "'w5' is left over, and 4 more." in refusal(tmp_path / "a.npz", {})


def test_integers_of_a_framework_are_let_pass(tmp_path):
    path = changed(tmp_path / "a.safetensors", num_batches_tracked=np.ones((), np.int64))
    assert_equal(read_checkpoint(path, net()), net())
    assert "num_batches_tracked" not in read_checkpoint(path)


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
@pytest.mark.parametrize("like", [None, net()])
def test_weights_that_are_not_finite(tmp_path, ending, value, like):
    weight = np.array([[1, value], [value, 2], [3, 4.0]])
    path = changed(tmp_path / f"a{ending}", **{"layers.0.weight": weight, "scale": np.array(value)})
    message = refusal(path, like)
    assert message.startswith(
        f"The checkpoint 'a{ending}' holds numbers that are NaN or infinite in float32: "
    )
    assert "2 of 6 in 'layers.0.weight'" in message
    assert "1 of 1 in 'scale'" in message
    found = read_checkpoint(path, net(), finite=False)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(found.layers[0].weight, weight.astype(np.float32))


class Evil:
    """Runs when it is unpickled."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('the pickle was run')",))


def pickled(protocol: int) -> bytes:
    return pickle.dumps({"w": Evil()}, protocol)


def torch_archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", pickled(2))
        archive.writestr("archive/data/0", b"1234")
    return file.getvalue()


@pytest.mark.parametrize("name", ["a.pt", "a.pth", "a.PKL", "a.ckpt", "a.npz", "a.safetensors", "a", "a.bin"])
@pytest.mark.parametrize("content", [pickled(2), pickled(4), pickled(5), torch_archive()])
def test_a_pickle_is_refused_whatever_its_name(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name) == (
        f"The checkpoint '{name}' is refused because it is a pickle, which can run any code when it is read; "
        "write it with safetensors.torch.save_file(module.state_dict(), 'name.safetensors')."
    )
    with pytest.raises(CheckpointError, match="is a pickle"):
        read_facts(tmp_path / name)


def test_an_old_pickle_is_not_run(tmp_path):
    (tmp_path / "a.safetensors").write_bytes(pickled(0))
    assert "is no safetensors file" in refusal(tmp_path / "a.safetensors")
    (tmp_path / "a.pt").write_bytes(pickled(0))
    assert "is a pickle" in refusal(tmp_path / "a.pt")


def test_a_pickle_of_pytorch_is_refused(tmp_path):
    torch = pytest.importorskip("torch")
    torch.save(torch.nn.Linear(2, 2).state_dict(), tmp_path / "a.bin")
    torch.save(torch.ones(2), tmp_path / "b.bin", _use_new_zipfile_serialization=False)
    assert "is a pickle" in refusal(tmp_path / "a.bin")
    assert "is a pickle" in refusal(tmp_path / "b.bin")


def test_the_remedy_for_a_pickle_works(tmp_path):
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    save_file(module.state_dict(), tmp_path / "name.safetensors")
    expected = params_of(module)
    found = read_checkpoint(tmp_path / "name.safetensors")
    assert sorted(found) == sorted(expected)
    assert all(np.array_equal(found[name], expected[name]) for name in found)


def test_a_header_that_begins_like_a_pickle_is_read(tmp_path):
    """A header of 640 bytes: its length begins with the two bytes of a pickle of protocol 2."""
    for padding in range(640):
        content = safetensors.numpy.save({"w": np.ones(1, np.float32)}, {"x": "y" * padding})
        if content.startswith(b"\x80\x02"):
            break
    (tmp_path / "a.safetensors").write_bytes(content)
    assert content[:8] == (640).to_bytes(8, "little")
    np.testing.assert_array_equal(read_checkpoint(tmp_path / "a.safetensors")["w"], [1])


def test_objects_in_an_archive_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", allow_pickle=True, w=np.array([Evil(), None]))
    assert "holds Python objects, which are pickled" in refusal(tmp_path / "a.npz")


def header(**entries: object) -> bytes:
    text = json.dumps(entries).encode()
    return len(text).to_bytes(8, "little") + text


def entry(dtype: str, shape: list[int], start: int, end: int) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"\xff" * 64,
        header(w=entry("F32", [2], 0, 8)),
        header(w=entry("F32", [3], 0, 8)) + bytes(8),
        header(w=entry("F32", [2], 0, 8)) + bytes(9),
        header(w=entry("F32", [-2], 0, 8)) + bytes(8),
        header(w=entry("F32", [2**62, 2**62], 0, 8)) + bytes(8),
        header(w=entry("F32", [2], 8, 0)) + bytes(8),
        header(w=entry("F32", [2], 0, 8), v=entry("F32", [2], 4, 12)) + bytes(12),
        header(w=entry("Q7", [2], 0, 8)) + bytes(8),
        header(w=[1, 2]) + bytes(8),
        (2**40).to_bytes(8, "little") + b"{}",
    ],
)
def test_safetensors_that_are_cut_off_or_lie(tmp_path, content):
    (tmp_path / "a.safetensors").write_bytes(content)
    assert refusal(tmp_path / "a.safetensors").startswith(
        "'a.safetensors' is no safetensors file, or a damaged one ("
    )


def test_numbers_that_numpy_has_not(tmp_path):
    (tmp_path / "a.safetensors").write_bytes(header(w=entry("F8_E4M3", [8], 0, 8)) + bytes(8))
    assert refusal(tmp_path / "a.safetensors") == (
        "The array 'w' in 'a.safetensors' holds numbers of kind F8_E4M3, which NumPy has not; "
        "save it as float32."
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.safetensors", "The checkpoint 'none.safetensors' does not exist; name a"),
        ("none.pt", "The checkpoint 'none.pt' does not exist; name a"),
        ("folder.npz", "The checkpoint 'folder.npz' is not an ordinary file; name a"),
        ("a.h5", "A checkpoint is a .safetensors or an .npz file; got 'a.h5'."),
        ("a.npz", "'a.npz' is not an .npz archive, or only a part of one"),
        ("integers.npz", "The checkpoint 'integers.npz' holds no arrays of floating-point numbers"),
    ],
)
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path, name, message):
    (tmp_path / "folder.npz").mkdir()
    (tmp_path / "a.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    (tmp_path / "a.npz").write_bytes(b"weights")
    np.savez(tmp_path / "integers.npz", steps=np.arange(3))
    assert message in refusal(tmp_path / name)


@pytest.mark.parametrize(
    ("params", "name", "message"),
    [
        ({"a": 1.0}, "a.pt", "A checkpoint ends in .safetensors or .npz; got '"),
        ({"a.b": 1.0, "a": {"b": 2.0}}, "a.npz", "each array has a name of its own; 'a.b' is taken."),
        (
            {"__metadata__": 1.0},
            "a.safetensors",
            "a name of its own; '__metadata__' is taken.",
        ),
    ],
)
def test_parameters_that_cannot_be_written_are_refused(tmp_path, params, name, message):
    with pytest.raises(CheckpointError) as error:
        write_checkpoint(tmp_path / name, params)
    assert message in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_leaves_the_earlier_file(tmp_path, monkeypatch):
    path = tmp_path / "a.npz"
    write_checkpoint(path, net(1))

    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", full)
    with pytest.raises(OSError, match="No space left"):
        write_checkpoint(path, net(2))
    monkeypatch.undo()
    assert_equal(read_checkpoint(path, net()), net(1))
    assert [it.name for it in tmp_path.iterdir()] == ["a.npz"]


@pytest.mark.parametrize("text", ["[1]", "{", "9" * 5000, "[" * 100_000])
def test_facts_that_are_none(tmp_path, text):
    safetensors.numpy.save_file({"w": np.ones(1)}, tmp_path / "a.safetensors", {"facts": text})
    with pytest.raises(CheckpointError, match="are no JSON object"):
        read_facts(tmp_path / "a.safetensors")


@cache
def written(ending: str) -> bytes:
    file = io.BytesIO()
    weights = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.ones(2, np.float16)}
    if ending == ".npz":
        np.savez(file, **weights)
        return file.getvalue()
    return safetensors.numpy.save(weights, {"facts": '{"seed": 1}'})


def read_anything(path: Path, content: bytes) -> None:
    """Read what may be damaged: it is a checkpoint, or is refused in one line."""
    path.write_bytes(content)
    for like in (None, {"a": np.zeros((2, 3), np.float32), "b": np.zeros(2, np.float32)}):
        found = outcome(read_checkpoint, path, like)
        assert all(np.isfinite(it).all() and it.dtype == np.float32 for it in found.values())
    assert isinstance(outcome(read_facts, path), dict)


def outcome(read: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    try:
        return read(*arguments)
    except CheckpointError as error:
        text = str(error)
    assert text.isprintable()
    assert text.endswith(".")
    return {}


@pytest.mark.parametrize("ending", FORMATS)
@quick
@given(content=st.binary(max_size=200))
@example(content=b"PK\x03\x04")
@example(content=b"PK\x05\x06" + bytes(18))
@example(content=bytes(8) + b"{}")
def test_any_bytes(tmp_path, ending, content):
    read_anything(tmp_path / f"a{ending}", content)


@pytest.mark.parametrize("ending", FORMATS)
@quick
@given(share=PLACES)
def test_any_part_of_a_file(tmp_path, ending, share):
    content = written(ending)
    path = tmp_path / f"a{ending}"
    path.write_bytes(content[: int(share * len(content))])
    refusal(path)


@pytest.mark.parametrize("ending", FORMATS)
@settings(quick, max_examples=200)
@given(
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=4)
)
def test_any_flipped_bits(tmp_path, ending, flips):
    content = bytearray(written(ending))
    for share, bits in flips:
        content[int(share * len(content))] ^= bits
    read_anything(tmp_path / f"a{ending}", bytes(content))
