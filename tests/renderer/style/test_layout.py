"""Where things stand on a picture."""

from itertools import combinations

import pytest

from ravine.renderer.style._layout import Layout

SIZES = [(640, 480), (620, 480), (1280, 720), (1920, 1080), (3840, 2160), (1080, 1920), (800, 800)]
TICKS = (20.0, 80.0)
"""How wide the widest label beside the view is, in 720th parts of the height."""


def layout(size: tuple[int, int], runs: int, ticks: float = 20.0, panels: str = "all") -> Layout:
    width = ticks * size[1] / 720
    return Layout.of(size, panels=panels, runs=runs, tick_width=width, plot=bool(runs))


def boxes(of: Layout) -> dict[str, tuple[int, int, int, int]]:
    named = {"view": of.view, "header": of.header, "standings": of.standings, "losses": of.losses}
    return {name: box for name, box in named.items() if box is not None}


@pytest.mark.parametrize("ticks", TICKS)
@pytest.mark.parametrize("size", SIZES)
def test_boxes_lie_inside_and_apart(size, ticks):
    for runs in range(25):
        found = boxes(layout(size, runs, ticks))
        for name, (left, top, right, bottom) in found.items():
            assert 0 <= left < right <= size[0], (runs, name)
            assert 0 <= top < bottom <= size[1], (runs, name)
        for (one, a), (two, b) in combinations(found.items(), 2):
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            assert apart, (runs, one, two)


@pytest.mark.parametrize("runs", [1, 2, 4, 7, 10, 14, 19, 24])
@pytest.mark.parametrize("size", SIZES)
def test_everything_has_room(size, runs):
    found = layout(size, runs)
    width, height = size
    assert found.standings is not None
    left, top, right, bottom = found.view
    assert (right - left) * (bottom - top) > 0.2 * width * height
    assert right - left > 0.5 * width
    assert bottom - top > 0.2 * height
    left, top, right, bottom = found.standings
    assert right - left > 0.25 * width
    assert bottom - top >= (30 + 23) * found.unit
    if found.losses:
        left, top, right, bottom = found.losses
        assert bottom - top > 120 * found.unit


@pytest.mark.parametrize("size", SIZES)
def test_small_print_is_not_too_small(size):
    assert layout(size, 7).text >= size[1] / 45


@pytest.mark.parametrize("runs", [1, 3, 7, 10])
@pytest.mark.parametrize("size", [size for size in SIZES if size[0] > 1.15 * size[1]])
def test_losses_are_shown_beside_a_wide_view(size, runs):
    assert layout(size, runs).losses is not None


@pytest.mark.parametrize("runs", [1, 3])
@pytest.mark.parametrize("size", [(1080, 1920), (800, 800)])
def test_losses_are_shown_below_a_narrow_view(size, runs):
    assert layout(size, runs).losses is not None


@pytest.mark.parametrize("runs", [1, 3])
@pytest.mark.parametrize("size", [(1080, 1920), (800, 800)])
def test_no_band_at_the_foot_is_empty(size, runs):
    found = layout(size, runs)
    rows = 30 + 46 * runs
    end = found.losses[3] if found.losses else found.standings[1] + rows * found.unit
    assert size[1] - end < 0.15 * size[1]


@pytest.mark.parametrize("panels", ["legend", "none"])
@pytest.mark.parametrize("size", SIZES)
def test_the_bare_view_fills_the_picture(size, panels):
    found = layout(size, 7, panels=panels)
    assert boxes(found) == {"view": (0, 0, *size)}


@pytest.mark.parametrize("size", SIZES)
def test_a_landscape_alone_has_no_panels(size):
    assert set(boxes(layout(size, 0))) == {"view", "header"}


def test_wide_labels_push_the_view():
    narrow, wide = layout((1280, 720), 7, 20.0), layout((1280, 720), 7, 90.0)
    assert wide.view[0] >= 90 + 10
    assert narrow.view[0] < wide.view[0]
    assert narrow.view[2] == wide.view[2]
