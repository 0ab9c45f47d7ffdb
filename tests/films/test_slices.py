"""The loss along straight lines, against the formulas of what they cut."""

import numpy as np
import pytest

import ravine
from ravine import landscapes
from ravine.core.recipe import RecipeError
from ravine.films import Recipe
from ravine.films._overlays import slices_of


def losses_along(landscape, lines):
    return np.array([line.losses for line in slices_of(landscape, lines)])


def places(line, count):
    share = np.linspace(0.0, 1.0, count)
    return line[0] + share * (line[2] - line[0]), line[1] + share * (line[3] - line[1])


def test_along_each_line_from_its_first_end_to_its_second():
    lines = [(-1.0, 2.0, 3.0, 0.5), (0.0, 0.0, 0.0, -2.0), (1.0, 1.0, -1.0, -1.0)]
    along = losses_along(landscapes.load("beale"), lines)
    for line, losses in zip(lines, along, strict=True):
        x, y = places(line, len(losses))
        wanted = sum((c - x + x * y**k) ** 2 for k, c in ((1, 1.5), (2, 2.25), (3, 2.625)))
        np.testing.assert_allclose(losses, wanted, rtol=1e-12)


def test_a_saddle_is_a_minimum_along_one_line_and_a_maximum_along_another():
    along = losses_along(landscapes.load("saddle"), [(-1, 0, 1, 0), (0, -1, 0, 1)])
    middle = along.shape[1] // 2
    assert along.shape[1] % 2 == 1
    assert {int(np.argmin(along[0])), int(np.argmax(along[1]))} in ({middle}, {0, along.shape[1] - 1})
    assert along[0][middle] == along[1][middle] == 0.0
    assert (along[0] >= 0).all() == (along[1] <= 0).all()
    assert (along[0] != 0).sum() == (along[1] != 0).sum() == along.shape[1] - 1


def test_a_landscape_without_lines_has_no_slices():
    assert len(losses_along(landscapes.load("beale"), [])) == 0
    film = ravine.film("beale", ["sgd:learning_rate=0.001"], steps=2)
    assert len(film.data.background.slices) == 0


def test_a_recipe_asks_for_them():
    film = ravine.film("saddle", ["sgd:learning_rate=0.1"], steps=2, slices=[[-1, 0, 1, 0], (0, -1, 0, 1)])
    assert film.recipe.slices == ((-1, 0, 1, 0), (0, -1, 0, 1))
    found = [line.losses for line in film.data.background.slices]
    np.testing.assert_array_equal(found, losses_along(film.landscape, film.recipe.slices))


def test_slices_of_a_landscape_that_is_not_a_number():
    along = losses_along(ravine.film(function="log(x)", domain=(0.1, 2, 0, 1)).landscape, [(-1, 0, 1, 0)])
    with np.errstate(invalid="ignore", divide="ignore"):
        np.testing.assert_allclose(along[0], np.log(places((-1, 0, 1, 0), along.shape[1])[0]), rtol=1e-12)


@pytest.mark.parametrize(
    ("slices", "said"),
    [
        ([[0, 0, 1]], "slices must be lines X0 Y0 X1 Y1 in finite numbers; got (0, 0, 1)."),
        ([3], "slices must be lines X0 Y0 X1 Y1 in finite numbers; got 3."),
        (
            [[0, 0, 1, float("nan")]],
            "slices must be lines X0 Y0 X1 Y1 in finite numbers; got (0, 0, 1, nan).",
        ),
        ([[1, 2, 1, 2]], "A slice must end elsewhere than it begins; got (1, 2, 1, 2)."),
        ([[0, 0, 1, k] for k in range(4)], "A picture has room for 3 slices; got 4."),
        ("AB", "slices must be a list of lines X0 Y0 X1 Y1 in finite numbers; got 'AB'."),
    ],
)
def test_ends_that_make_no_line_are_refused(slices, said):
    with pytest.raises(RecipeError) as raised:
        Recipe.of({"landscape": "saddle", "slices": slices})
    assert str(raised.value) == said
