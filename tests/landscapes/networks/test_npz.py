"""Archives of arrays that nobody vouches for: read, or refused in one line, and nothing in them is run."""

import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ravine.landscapes.networks import _array_files as _npz
from ravine.landscapes.networks._array_files import NpzError, npz_names, read_npz

X = np.arange(24.0).reshape(12, 2)


@pytest.fixture
def good(tmp_path) -> Path:
    np.savez(tmp_path / "good.npz", x=X)
    return tmp_path / "good.npz"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("fuzzed")


def refusal(path: Path) -> str:
    with pytest.raises(NpzError) as caught:
        read_npz(path, npz_names(path))
    message = str(caught.value)
    assert repr(str(path)) in message
    assert message.endswith(".")
    assert message.isprintable()
    return message


def with_x(path: Path, member: bytes, *, claimed: int | None = None) -> Path:
    """An archive whose array x is these bytes, of a claimed size."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", member)
        if claimed is not None:
            archive.getinfo("x.npy").file_size = claimed
    return path


def npy(header: str, numbers: bytes, version: bytes = b"\x01\x00") -> bytes:
    size = len(header).to_bytes(2 if version == b"\x01\x00" else 4, "little")
    return b"\x93NUMPY" + version + size + header.encode("latin1") + numbers


def header_of(shape: str, descr: str = "'<f8'") -> str:
    return f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("dtype", ["?", "u1", ">i4", "<f2", "f8", "g"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (0, 4), (2, 3, 2)])
def test_arrays_come_as_numpy_reads_them(save, dtype, shape, tmp_path):
    array = np.random.default_rng(0).integers(0, 9, shape).astype(dtype)
    save(tmp_path / "own.npz", plain=array, turned=np.asfortranarray(array))
    names = npz_names(tmp_path / "own.npz")
    assert names == ("plain", "turned")
    found = read_npz(tmp_path / "own.npz", names)
    with np.load(tmp_path / "own.npz", allow_pickle=False) as expected:
        for name in names:
            np.testing.assert_array_equal(found[name], expected[name], strict=True)


@pytest.mark.parametrize("version", [b"\x01\x00", b"\x02\x00", b"\x03\x00"])
def test_all_versions_of_the_format(version, tmp_path):
    path = with_x(tmp_path / "own.npz", npy(header_of("(12, 2)"), X.tobytes(), version))
    np.testing.assert_array_equal(read_npz(path, ["x"])["x"], X)


def test_no_file(tmp_path):
    assert refusal(tmp_path / "none.npz").startswith("There is no file '")
    assert refusal(tmp_path / "a\nb\0.npz").startswith("There is no file '")
    assert "is a folder" in refusal(tmp_path)
    assert "cannot be read: File name too long." in refusal(tmp_path / ("a" * 300))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.npz")
    assert "is not an ordinary file" in refusal(tmp_path / "pipe.npz")


def test_a_file_that_may_not_be_read(good, monkeypatch):
    def forbidden(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbidden)
    assert refusal(good) == f"{str(good)!r} cannot be read: Permission denied."


@pytest.mark.parametrize("content", [b"", b"x,y\n1,2\n", b"\x93NUMPY\x01\x00", b"PK\x03\x04"])
def test_not_an_archive(content, tmp_path):
    (tmp_path / "own.csv").write_bytes(content)
    assert "is not an .npz archive" in refusal(tmp_path / "own.csv")


def test_a_pickle_is_refused_and_not_run(tmp_path, mark, bomb):
    path = tmp_path / "own.pkl"
    path.write_bytes(pickle.dumps(bomb(mark)))
    assert "seems to be a pickle, which is refused because reading one can run code" in refusal(path)
    assert not mark.exists()
    pickle.loads(path.read_bytes())
    assert mark.exists()


@pytest.mark.parametrize("dtype", ["O", [("a", "O"), ("b", "f4")]])
def test_a_pickled_array_is_refused_and_not_run(dtype, tmp_path, mark, bomb):
    array = np.zeros(3, dtype)
    (array if dtype == "O" else array["a"])[:] = bomb(mark)
    np.savez(tmp_path / "own.npz", x=array)
    assert "holds Python objects, which are pickled" in refusal(tmp_path / "own.npz")
    assert not mark.exists()


def test_an_array_too_large(good, monkeypatch):
    monkeypatch.setattr(_npz, "LARGEST", 300)
    assert "has at most 300 bytes; 'x' in" in refusal(good)


def test_an_array_beyond_the_memory(good, monkeypatch):
    read = zipfile.ZipExtFile.read

    def small_parts_only(member: zipfile.ZipExtFile, size: int = -1) -> bytes:
        if size < 0:
            raise MemoryError
        return read(member, size)

    monkeypatch.setattr(zipfile.ZipExtFile, "read", small_parts_only)
    assert "does not fit into the memory" in refusal(good)


@pytest.mark.parametrize(
    "member",
    [
        b"",
        b"nonsense",
        npy(header_of("(12, 2)"), bytes(8)),
        npy(header_of("(10000000000000, 2)"), bytes(8)),
        npy(header_of("(9223372036854775807, 9)"), bytes(8)),
        npy(header_of("(12, -1)"), bytes(192)),
        npy(header_of("(12L, 2L)"), bytes(8)),
        npy(header_of("12"), bytes(192)),
        npy(header_of("(12, 2)", "'nonsense'"), bytes(192)),
        npy("{'descr': '<f8'}", bytes(192)),
        npy("(" * 9000, bytes(192)),
        npy("-" * 9000, bytes(192)),
        npy(header_of("(12, 2)"), bytes(192), b"\x09\x00"),
    ],
)
def test_a_damaged_array_is_named(member, tmp_path):
    path = with_x(tmp_path / "own.npz", member)
    assert refusal(path) == f"The array 'x' in {str(path)!r} is damaged; write the file again."


def test_a_size_that_an_archive_only_claims(tmp_path):
    member = npy(header_of("(12, 2)"), X.tobytes())
    assert "has at most" in refusal(with_x(tmp_path / "own.npz", member, claimed=2**31 + 1))
    assert "is damaged" in refusal(with_x(tmp_path / "own.npz", member, claimed=len(member) - 1))
    more = with_x(tmp_path / "own.npz", member, claimed=2**31)
    np.testing.assert_array_equal(read_npz(more, ["x"])["x"], X)


def test_code_in_a_header_is_not_run(tmp_path, mark):
    header = header_of("(12, 2)", f"open({str(mark)!r}, 'w')")
    assert "is damaged" in refusal(with_x(tmp_path / "own.npz", npy(header, X.tobytes())))
    assert not mark.exists()


def arrays_or_nothing(path: Path) -> dict[str, np.ndarray] | None:
    """What is read, or nothing where the file is refused as it should be."""
    try:
        return read_npz(path, npz_names(path))
    except NpzError as error:
        assert str(error).isprintable()  # noqa: PT017 - either outcome is right
        return None


BEGINNINGS = [b"", b"PK\x03\x04", b"\x93NUMPY", b"\x80\x04"]


@given(content=st.binary(max_size=400), start=st.sampled_from(BEGINNINGS))
def test_random_bytes_are_refused(content, start, folder):
    path = folder / "random.npz"
    path.write_bytes(start + content)
    assert arrays_or_nothing(path) is None


DESCRIPTIONS = ["<f8", ">i4", "|b1", "|O", "<U9999999", "|V0", "<c16", [("a", "<f4")], "a5", 7, ""]


@given(
    descr=st.sampled_from(DESCRIPTIONS),
    shape=st.lists(st.integers(-(2**70), 2**70) | st.integers(-3, 30), max_size=4),
    order=st.sampled_from([True, False, None]),
    more=st.text(max_size=5),
    version=st.sampled_from([b"\x01\x00", b"\x02\x00", b"\x03\x00", b"\x00\x00"]),
    numbers=st.binary(max_size=300),
)
def test_a_random_header_is_refused_or_right(descr, shape, order, more, version, numbers, folder):
    header = ascii({"descr": descr, "fortran_order": order, "shape": tuple(shape)}) + ascii(more)[1:-1]
    arrays = arrays_or_nothing(with_x(folder / "headed.npz", npy(header, numbers, version)))
    if arrays is not None:
        assert arrays["x"].shape == tuple(shape)
        assert arrays["x"].dtype == np.dtype(descr)
