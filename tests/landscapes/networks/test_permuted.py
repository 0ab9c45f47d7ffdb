"""Hidden units in another order: another point, the same function."""

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ravine.landscapes import networks
from ravine.landscapes.networks._reordered import cycle, of_pieces


def test_the_function_stays_the_same(kind, close):
    found = kind.at(kind.stirred())
    permuted = kind.at(found.permuted)
    close(permuted.own, found.own)
    close(permuted.stored, found.stored)


def test_every_layer_moves_and_no_number_is_lost(kind):
    model = kind.stirred()
    before, after = (jax.tree.leaves(each) for each in (model, kind.at(model).permuted))
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(np.sort(one, axis=None), np.sort(other, axis=None))
    kept = [one.shape for one, other in zip(before, after, strict=True) if np.array_equal(one, other)]
    assert kept == [(kind.classes,)], "the biases of the logits alone"


@pytest.mark.parametrize("name", ["book", "mlp"])
def test_no_unit_keeps_its_place(name):
    model = networks.load(name).build(jax.random.key(0), shape=(9,), classes=3)
    permuted = model.permuted(jax.random.key(1))
    for layer, moved in zip(model.layers[:-1], permuted.layers[:-1], strict=True):
        assert not np.any(np.all(np.asarray(layer.weight) == np.asarray(moved.weight), axis=1))


@given(units=st.integers(1, 40), seed=st.integers(0, 100))
def test_cycles_visit_every_unit(units, seed):
    order = np.asarray(cycle(jax.random.key(seed), units))
    visited, place = [], 0
    for _ in range(units):
        visited.append(place)
        place = order[place]
    assert place == 0
    assert sorted(visited) == list(range(units))


def test_rows_of_a_unit_s_pieces_go_with_it():
    rows = np.array([[f"piece {piece} of {unit}" for unit in "abc"] for piece in range(2)]).ravel()
    found = rows[np.asarray(of_pieces(np.array([2, 0, 1]), 2))]
    assert [row[-1] for row in found] == list("cabcab")
    assert [row[6] for row in found] == list("000111")
