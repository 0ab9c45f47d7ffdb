"""The planes that a study knows: what they go through, and by which statistics batch norm goes there."""

from functools import cache

import jax
import numpy as np
import pytest

import ravine
from ravine.landscapes.curvature import _hessian as _hessian
from ravine.renderer.layers._stack import entries_of
from ravine.renderer.style._theme import COMMON, THEMES
from ravine.renderer.views.contour import BANDS, band_colours
from ravine.studies import _trainings
from ravine.studies._plane_options import PlaneOptions

NETWORK = "mlp:widths=[4]"
NORMED = "mlp:widths=[4],batch_norm=true"
TRAINED = {"data": "moons", "steps": 30, "keep_every": 5}
SMALL = {**TRAINED, "resolution": 3}
THREE = ("swa", "solutions", "bend")


def bowl(params):
    """0.5 (4 x^2 + y^2 - 2 z^2), whose Hessian is diag(4, 1, -2) everywhere."""
    return 0.5 * (params["w"] ** 2 @ np.array([4.0, 1.0, -2.0], np.float32))


def corner(*values: float) -> dict[str, np.ndarray]:
    return {"w": np.array(values, np.float32)}


@cache
def plane_of(kind):
    return ravine.plane(NORMED, directions=kind, **SMALL)


@pytest.mark.parametrize("kind", THREE)
def test_each_point_has_its_own_loss_with_batch_norm(kind):
    plane = plane_of(kind)
    assert plane.batch_norm == "recomputed"
    basis = plane.basis
    for (x, y), loss in zip(basis.marks.values(), plane.mark_losses, strict=True):
        point = jax.tree.map(lambda o, u, v, x=x, y=y: o + x * u + y * v, basis.origin, *basis.directions)
        assert loss == pytest.approx(float(basis.objective.compiled_loss(point)), rel=1e-3)


def test_the_policy_is_said_and_can_be_chosen():
    usual = {kind: PlaneOptions(directions=kind).policy for kind in ("random", "pca", "hessian", *THREE)}
    assert {kind for kind, policy in usual.items() if policy == "recomputed"} == set(THREE)
    assert PlaneOptions(directions="swa", batch_norm="inference").policy == "inference"


def test_an_average_lies_amid_its_points():
    *points, average = plane_of("swa").basis.marks.values()
    np.testing.assert_allclose(average, np.mean(points, axis=0), rtol=1e-6)


def test_a_plane_through_three_given_points_has_their_losses():
    points = [corner(1, 0, 0), corner(0, 1, 0), corner(0, 0, 1)]
    plane = ravine.plane(bowl, *points, resolution=3)
    np.testing.assert_allclose(plane.mark_losses, [2.0, 0.5, -1.0], atol=1e-5)


def test_a_map_of_convexity_is_the_ratio_of_the_extremes():
    plane = ravine.plane(bowl, corner(1, 1, 1), convexity=True, resolution=3, directions="hessian")
    np.testing.assert_allclose(plane.convexity, np.full((3, 3), 0.5), rtol=1e-4)


def test_a_film_shades_the_convexity_and_not_the_loss():
    """As the still does: the colours of curvature, under the lines of the loss, with a word on them."""
    choices = {**SMALL, "theme": "dark", "size": (480, 270)}
    shaded = ravine.plane(NETWORK, convexity=True, **choices)
    plain = ravine.plane(NETWORK, **choices)
    np.testing.assert_array_equal(shaded.loss, plain.loss)
    film = shaded.frames
    assert entries_of(film._scene)[0].name.startswith("|least / greatest curvature|, 0 to ")
    left, top, right, bottom = film._view.box
    pixels = film.still(-1)[top:bottom, left:right, :3].astype(int)
    curvature, loss = (
        band_colours(THEMES["dark"], BANDS, colour) for colour in (COMMON["dark"]["rmsprop"], "")
    )
    assert share_in(pixels, curvature) > 0.5 > 0.2 > share_in(pixels, loss)


def share_in(pixels, colours):
    """How many of the pixels have exactly one of the colours."""
    return (pixels[..., None, :] == colours.astype(int)).all(-1).any(-1).mean()


def test_a_map_that_was_ended_goes_on_where_it_stopped(monkeypatch):
    whole, seen = _hessian.extremes, []

    def counted(*args, **options):
        seen.append(1)
        if len(seen) == 4:
            raise KeyboardInterrupt
        return whole(*args, **options)

    choices = {"directions": "random", "convexity": True, "paths": False, "seed": 7, **SMALL}
    monkeypatch.setattr(_hessian, "extremes", counted)
    with pytest.raises(KeyboardInterrupt):
        ravine.plane(NETWORK, **choices)
    resumed = ravine.plane(NETWORK, **choices)
    assert len(seen) == 4 + 9 - 3
    monkeypatch.setattr(_hessian, "extremes", whole)
    fresh = ravine.plane(NETWORK, keep=False, **choices)
    np.testing.assert_allclose(resumed.convexity, fresh.convexity, rtol=1e-5)


def test_a_curve_is_not_trained_twice(monkeypatch):
    first = ravine.connect(NETWORK, places=5, **TRAINED)
    monkeypatch.setattr(_trainings, "connect", lambda *_, **__: pytest.fail("It was trained again."))
    again = ravine.connect(NETWORK, places=5, **TRAINED)
    np.testing.assert_array_equal(again.curve["train_loss"], first.curve["train_loss"])


def test_facts_of_a_line_are_those_from_end_to_end():
    def barrier(*alphas):
        choices = {"between": "solution,permuted", "zoom": False, **TRAINED}
        return ravine.line(NETWORK, alphas=alphas, **choices).barrier

    whole = barrier(0.0, 1.0, 45)
    assert whole > 0.0
    assert barrier(-0.5, 1.5, 45) == pytest.approx(whole, rel=0.05)
    assert barrier(0.1, 0.9, 45) is None
