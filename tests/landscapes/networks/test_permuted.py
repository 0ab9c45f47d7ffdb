"""Hidden units in another order: another point, the same function."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ravine.landscapes import networks
from ravine.landscapes.networks._layers import cycle, of_pieces


def test_no_unit_keeps_its_place():
    @jax.jit
    def both(key: jax.Array) -> tuple[Any, Any]:
        model = networks.load("mlp").build(key, shape=(9,), classes=3, widths=(6, 5))
        return model, model.permuted(jax.random.key(1))

    model, permuted = both(jax.random.key(0))
    for layer, moved in zip(model.layers[:-1], permuted.layers[:-1], strict=True):
        assert not np.any(np.all(np.asarray(layer.weight) == np.asarray(moved.weight), axis=1))


@pytest.mark.parametrize("units", [1, 2, 3, 17])
def test_cycles_visit_every_unit(units):
    order = np.asarray(jax.jit(cycle, static_argnums=1)(jax.random.key(units), units))
    visited, place = [], 0
    for _ in range(units):
        visited.append(place)
        place = order[place]
    assert place == 0
    assert sorted(visited) == list(range(units))


def test_rows_of_a_unit_s_pieces_go_with_it():
    rows = np.array([[f"piece {piece} of {unit}" for unit in "abc"] for piece in range(2)]).ravel()
    found = rows[np.asarray(of_pieces(jnp.array([2, 0, 1]), 2))]
    assert [row[-1] for row in found] == list("cabcab")
    assert [row[6] for row in found] == list("000111")
