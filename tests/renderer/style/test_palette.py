import itertools
import re

import numpy as np
import pytest
from colorspacious import cspace_convert
from hypothesis import given, settings
from hypothesis import strategies as st

from ravine.renderer.style._theme import COMMON, SPARE, colours

PERCEPTUAL = ("light", "dark")
THEMES = ("light", "dark", "radford")
RULES = ("sgd", "momentum", "nesterov", "adagrad", "adadelta", "rmsprop", "adam", "adamw", "qhm")
VISIONS = (None, "protanomaly", "deuteranomaly", "tritanomaly")
# Sampled from the pictures of the look, from the highest to the lowest loss; then the halo of the trails.
GROUND = {
    "light": ("#f6f4ef", "#e1e6ea", "#ccd7df", "#b2c4d4", "#94aec6", "#7397b5"),
    "dark": ("#101418", "#172531", "#1c3144", "#213d55", "#284966", "#2f5a7d"),
}
HALO = {"light": "#ffffff", "dark": "#0c1014", "radford": "#ffffff"}
films = st.lists(st.sampled_from(RULES), max_size=40)
quick = settings(derandomize=True, deadline=None, max_examples=60)


def rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0


def seen(colours_: tuple[str, ...], vision: str | None) -> np.ndarray:
    """CAM02-UCS coordinates of colours as an eye of this kind sees them."""
    values = np.array([rgb(colour) for colour in colours_])
    if vision is not None:
        space = {"name": "sRGB1+CVD", "cvd_type": vision, "severity": 100}
        values = np.clip(cspace_convert(values, space, "sRGB1"), 0.0, 1.0)
    return cspace_convert(values, "sRGB1", "CAM02-UCS")


def distances(first: tuple[str, ...], second: tuple[str, ...]) -> np.ndarray:
    """The least distance over all kinds of vision, for each pair of colours."""
    gaps = [seen(first, eye)[:, None] - seen(second, eye)[None] for eye in VISIONS]
    return np.min([np.linalg.norm(gap, axis=-1) for gap in gaps], axis=0)


def least(colours_: tuple[str, ...]) -> float:
    return distances(colours_, colours_)[np.triu_indices(len(colours_), 1)].min()


def contrast(first: str, second: str) -> float:
    def luminance(colour: str) -> float:
        value = rgb(colour)
        linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def every(theme: str) -> tuple[str, ...]:
    return (*COMMON[theme].values(), *SPARE[theme])


@pytest.mark.parametrize("theme", THEMES)
def test_colours_are_written_alike_and_differ(theme):
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in every(theme))
    assert len(set(every(theme))) == len(every(theme))
    assert len(SPARE[theme]) >= 8


@pytest.mark.parametrize(("theme", "common", "whole"), [("light", 18.0, 10.5), ("dark", 16.5, 9.5)])
def test_colours_are_told_apart_by_every_eye(theme, common, whole):
    assert least(tuple(COMMON[theme].values())) >= common
    assert least(every(theme)) >= whole


def test_radfords_colours_are_told_apart_by_a_normal_eye():
    places = seen(every("radford"), None)
    gaps = [np.linalg.norm(a - b) for a, b in itertools.combinations(places, 2)]
    assert min(gaps) >= 20.0


@pytest.mark.parametrize("theme", PERCEPTUAL)
def test_colours_stand_out_from_every_shade_of_the_ground(theme):
    assert distances(every(theme), GROUND[theme]).min() >= 10.0


@pytest.mark.parametrize("theme", THEMES)
def test_colours_stand_out_from_the_halo_of_their_trail(theme):
    assert min(contrast(colour, HALO[theme]) for colour in every(theme)) >= 1.9


@pytest.mark.parametrize(
    ("theme", "shade", "ratio"), [("light", 0, 2.1), ("light", 2, 1.7), ("dark", -1, 1.8)]
)
def test_luminance_contrast_with_the_ground(theme, shade, ratio):
    assert min(contrast(colour, GROUND[theme][shade]) for colour in every(theme)) >= ratio


@pytest.mark.parametrize("name", [name for name in COMMON["light"] if name != "adam"])
def test_a_rule_has_nearly_the_same_hue_in_both_themes(name):
    light, dark = (seen((COMMON[theme][name],), None)[0, 1:] for theme in PERCEPTUAL)
    turn = np.arctan2(light[1], light[0]) - np.arctan2(dark[1], dark[0])
    assert np.cos(turn) > np.cos(np.radians(25.0))


@pytest.mark.parametrize("theme", THEMES)
@quick
@given(film=films)
def test_a_common_rule_keeps_its_own_colour_and_none_comes_twice_until_all_are_in_the_film(theme, film):
    chosen = colours(film, theme=theme)
    assert len(chosen) == len(film)
    assert len(set(chosen)) == min(len(film), len(every(theme)))
    for name in set(film) & set(COMMON[theme]):
        assert chosen[film.index(name)] == COMMON[theme][name]


def test_repeats_and_other_rules_take_spares_in_order():
    light, spare = COMMON["light"], SPARE["light"]
    chosen = colours(["adamw", "adam", "adam", "sgd"], theme="light")
    assert chosen == (spare[0], light["adam"], spare[1], light["sgd"])
    assert colours([], theme="dark") == ()
    assert colours(["adam"], theme="radford") == (SPARE["radford"][0],)
