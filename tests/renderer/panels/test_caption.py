"""Without a header the picture still says on what its gradients are taken."""

import numpy as np
import pytest

SAID = "gradients with noise"


def corner(frames, index=0):
    """The lower left corner of a frame."""
    height = frames.size[1]
    return frames.still(index)[height - 40 :, :260].astype(int)


@pytest.mark.parametrize(
    ("view", "panels"), [("contour", "none"), ("contour", "legend"), ("surface", "none")]
)
def test_the_caption_is_in_the_corner_without_a_header(scenes, view, panels):
    look = {"size": (640, 360), "panels": panels, "view": view}
    bare = scenes.frames(*scenes.runs(2), **look).still(0).astype(int)
    said = scenes.frames(*scenes.runs(2), **look, subtitle=SAID).still(0).astype(int)
    rest = np.abs(said - bare)
    assert (rest[-40:, :260].sum(-1) > 60).sum() > 100
    rest[-40:, :260] = 0
    assert rest.max() == 0


def test_the_caption_is_in_the_header_where_there_is_one(scenes):
    look = {"size": (640, 360), "panels": "all"}
    bare = scenes.frames(*scenes.runs(2), **look)
    said = scenes.frames(*scenes.runs(2), **look, subtitle=SAID)
    assert np.array_equal(corner(said), corner(bare))
    assert not np.array_equal(said.still(0)[:45], bare.still(0)[:45])


def test_the_caption_stays_on_a_background_that_turns(scenes):
    look = {"size": (320, 180), "panels": "none", "view": "surface", "turn": 60.0}
    bare = scenes.frames(*scenes.runs(2), **look)
    said = scenes.frames(*scenes.runs(2), **look, subtitle=SAID)
    for ours, theirs in zip(said, bare, strict=True):
        lines = np.abs(ours.pixels[-20:, :120].astype(int) - theirs.pixels[-20:, :120])
        assert (lines.sum(-1) > 60).sum() > 20
