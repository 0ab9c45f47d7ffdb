"""Satellites: workers, what a stale step read, and balls that have been stopped."""

import math
from itertools import pairwise

import numpy as np
import pytest

from ravine.renderer import Timing
from ravine.renderer._frames import Moment
from ravine.renderer.canvas._canvas import Canvas, rgb
from ravine.renderer.layers._paths import FrameState, Paths
from ravine.renderer.panels.standings import Standings
from ravine.renderer.style._theme import THEMES
from ravine.renderer.views.contour import ContourView

LIGHT = THEMES["light"]
WINDOW = ((-2.0, 2.0), (-1.5, 1.5))
BLUE = "#1868f8"
SIZE = (800, 600)


def view(scenes) -> ContourView:
    return ContourView(scenes.background(), box=(0, 0, *SIZE), theme=LIGHT, unit=1.0, bare=True)


def to_pixels(x: float, y: float) -> tuple[int, int]:
    return round((x + 2) / 4 * SIZE[0]), round((1.5 - y) / 3 * SIZE[1])


def ways(*runs):
    """Straight ways of twenty steps between pairs of points."""
    share = np.linspace(0.0, 1.0, 21)[:, None]
    return [np.array(a) + share * (np.array(b) - np.array(a)) for a, b in runs]


def test_a_ball_is_of_the_kind_that_its_run_says(scenes):
    kinds = {"worker 1": "read", "anything": "worker", "slow": "point"}
    markers = {name: scenes.spiral() for name in (*kinds, "read")}
    state = FrameState(
        [scenes.run(scenes.spiral(), markers=markers, kinds=kinds)], view=view(scenes), window=WINDOW
    )
    assert [satellite.kind for satellite in state.satellites] == ["read", "worker", "point", "point"]


@pytest.mark.parametrize(
    ("unconnected", "tied"),
    [
        ((), [True, True, True]),
        (("worker 1", "worker 2"), [False, False, True]),
        (("worker 2",), [True, False, True]),
    ],
)
def test_ties(scenes, unconnected, tied):
    markers = {name: scenes.spiral() for name in ("worker 1", "worker 2", "slow")}
    run = scenes.run(scenes.spiral(), markers=markers, unconnected=frozenset(unconnected))
    state = FrameState([run], view=view(scenes), window=WINDOW)
    assert [satellite.tied for satellite in state.satellites] == tied


class TestPaths:
    def shown(self, scenes, way, position, **choices):
        return Paths([way], view(scenes), WINDOW, **choices).shown(position, 0.0)[0]

    def way(self, absent):
        (way,) = ways(((-1, 0), (1, 0)))
        way[list(absent)] = np.nan
        return way

    @pytest.mark.parametrize(
        ("absent", "position", "count"),
        [
            (range(5), 4.0, 0),
            (range(5), 4.5, 0),
            (range(5), 5.0, 1),
            (range(5), 7.5, 4),
            ((8, 12), 7.0, 8),
            ((8, 12), 7.5, 0),
            ((8, 12), 9.0, 1),
            ((8, 12), 14.0, 2),
            (range(21), 9.0, 0),
        ],
    )
    def test_an_absence_is_no_end(self, scenes, absent, position, count):
        found = self.shown(scenes, self.way(absent), position, returning=True)
        assert len(found.points) == count
        assert (found.head is None) == (count == 0)
        assert np.isfinite(found.points).all()

    @pytest.mark.parametrize(("position", "count"), [(7.0, 8), (7.5, 8), (9.0, 8), (20.0, 8)])
    def test_a_run_that_is_lost_does_not_come_back(self, scenes, position, count):
        found = self.shown(scenes, self.way((8,)), position)
        assert len(found.points) == count
        assert found.gone == (position > 7)

    @pytest.mark.parametrize(("position", "first"), [(0.0, 0.0), (3.0, 0.0), (9.0, 4.0), (9.5, 5.0)])
    def test_memory(self, scenes, position, first):
        found = self.shown(scenes, self.way(()), position, memory=5.0)
        start, end = found.points[[0, -1], 0] / SIZE[0] * 40 - 10
        assert start == pytest.approx(first)
        assert end == pytest.approx(position)

    def test_since_holds_all_that_changed(self, scenes):
        """Whatever is in one picture and not in the other lies in the box around `since`."""
        way = np.cumsum(np.random.default_rng(2).normal(scale=0.1, size=(21, 2)), axis=0)
        way[9] = np.nan
        paths = Paths([way], view(scenes), WINDOW, returning=True, memory=6.0)
        moments = [*np.arange(0, 20, 0.7), 20.0]
        for before, now in pairwise(moments):
            (old,), (new,) = paths.shown(before, 0.0), paths.shown(now, 0.0)
            box = new.since(old)
            other = {tuple(p) for p in old.points.tolist()} ^ {tuple(p) for p in new.points.tolist()}
            for point in other:
                assert (np.array(point) >= box.min(0)).all()
                assert (np.array(point) <= box.max(0)).all()


class TestSight:
    def test_a_stale_read_stands_still_while_the_step_is_taken(self, scenes):
        main, read = ways(((-1, 0), (1, 0)), ((-1, 1), (1, 1)))
        read[:3] = math.nan
        state = FrameState([scenes.run(main, markers={"read": read})], view=view(scenes), window=WINDOW)
        heads = [state.at(Moment(at, 0.0)).satellites[0].head for at in (1.5, 2.0, 2.5, 3.0, 3.2, 4.0)]
        assert heads[:2] == [None, None]
        wanted = [to_pixels(*read[step]) for step in (3, 3, 4, 4)]
        np.testing.assert_allclose(heads[2:], wanted, atol=0.6)

    def test_the_trail_of_a_worker_is_shorter_than_a_run_s(self, scenes):
        run = scenes.run(scenes.spiral(steps=200), markers={"worker 1": scenes.spiral(1, steps=200)})
        seen = FrameState([run], view=view(scenes), window=WINDOW).at(Moment(200.0, 1.0))
        assert len(seen.runs[0].points) == 201
        assert 12 <= len(seen.satellites[0].points) <= 40


class TestPicture:
    MAIN, ONE, TWO = ways(((-1.8, 0), (-1.0, 0)), ((-1, 1), (1, 1)), ((-1, -1), (1, -1)))

    def frames(self, scenes, markers, **facts):
        run = scenes.run(self.MAIN, markers=markers, colour=BLUE, **facts)
        look = {"panels": "none", "size": SIZE, "timing": Timing(steps_per_frame=1.0)}
        return scenes.frames(run, background=scenes.background(minima=()), **look)

    def changed(self, scenes, markers, index, **facts) -> np.ndarray:
        """Where satellites are seen; those that are nowhere have their place in the key too."""
        (mask,) = self.changes(scenes, markers, [index], **facts)
        return mask

    def changes(self, scenes, markers, indices, **facts) -> list[np.ndarray]:
        """The same on several frames."""
        nowhere = {name: ball * np.nan for name, ball in markers.items()}
        one, two = (self.frames(scenes, balls, **facts) for balls in (markers, nowhere))
        return [(one.still(index) != two.still(index)).any(-1) for index in indices]

    def test_a_worker_is_a_pale_disc_smaller_than_the_ball(self, scenes):
        pixels = self.frames(scenes, {"worker": self.ONE}, unconnected=frozenset({"worker"})).still(-1)
        column, row = to_pixels(1, 1)
        inside = pixels[row, column, :3].astype(int)
        assert (inside > 140).all()
        assert tuple(inside) != (255, 255, 255)
        widths = []
        for x, y in ((1, 1), (-1, 0)):
            column, row = to_pixels(x, y)
            beside = pixels[row, column : column + 20, :3].astype(int)
            widths.append(np.flatnonzero(np.abs(beside - rgb(BLUE)).max(-1) < 60)[-1])
        assert 3 <= widths[0] < 0.85 * widths[1]

    @pytest.mark.parametrize("tied", [True, False])
    def test_a_tie_is_drawn_where_it_is_wanted(self, scenes, tied):
        unconnected = frozenset() if tied else frozenset({"worker 1"})
        mask = self.changed(scenes, {"worker 1": self.ONE}, -1, unconnected=unconnected)
        column, row = to_pixels(0.0, 0.5)
        assert mask[row - 3 : row + 4, column - 3 : column + 4].any() == tied

    def test_is_not_shown_before_it_is_real(self, scenes):
        late = self.ONE.copy()
        late[:8] = np.nan
        for name in ("worker 1", "slow", "read"):
            before, *after = self.changes(scenes, {name: late}, [6, 8, -1])
            assert not before.any()
            assert all(mask.any() for mask in after)

    def test_goes_on_without_its_run(self, scenes):
        gone = self.MAIN.copy()
        gone[5:] = np.nan
        run = scenes.run(gone, markers={"worker 1": self.ONE}, colour=BLUE)
        frames = scenes.frames(run, panels="none", size=SIZE, background=scenes.background(minima=()))
        column, row = to_pixels(1, 1)
        assert (frames.still(-1)[row, column, :3] > 140).all()

    def test_a_read_is_an_open_ring_with_a_line_to_the_ball(self, scenes):
        markers = {"read": np.full((21, 2), (0.5, 1.0))}
        mask = self.changed(scenes, markers, -1)
        column, row = to_pixels(0.5, 1.0)
        assert not mask[row, column + 1]
        assert mask[row, column - 9 : column + 10].any()
        column, row = to_pixels(-0.25, 0.5)
        assert mask[row - 2 : row + 3, column - 2 : column + 3].any()

    def test_a_trail_is_faint(self, scenes):
        """Thinner than the run's, without halo, and never in its full colour."""
        markers, unconnected = {"worker": self.ONE}, frozenset({"worker"})
        mask = self.changed(scenes, markers, -1, unconnected=unconnected)
        pixels = self.frames(scenes, markers, unconnected=unconnected).still(-1)
        column, row = to_pixels(0.6, 1.0)
        across = slice(row - 8, row + 9)
        assert not (pixels[across, column, :3] == rgb(BLUE)).all(-1).any()
        assert 1 <= mask[across, column].sum() <= 3

    def test_many_do_not_drown_the_picture(self, scenes):
        rng = np.random.default_rng(5)
        walks = {
            f"worker {k}": np.cumsum(rng.normal(scale=0.06, size=(401, 2)), axis=0) * 0.5 for k in range(8)
        }
        run = scenes.run(scenes.spiral(steps=400), markers=walks, unconnected=frozenset(walks))
        alone = scenes.run(scenes.spiral(steps=400))
        look = {"panels": "none", "size": (960, 540)}
        one, two = (scenes.frames(r, **look).still(-1).astype(int) for r in (run, alone))
        assert (np.abs(one - two).max(-1) > 40).mean() < 0.05


class TestStop:
    RUNS = ways(((-1.5, 0.5), (1.5, 0.5)), ((-1.5, -0.5), (1.5, -0.5)))

    def runs(self, scenes, stop):
        stopped = self.RUNS[0].copy()
        stopped[stop:] = stopped[stop]
        first = scenes.run(stopped, stopped_at=stop, colour=BLUE, label="early", note="patience 5")
        return first, scenes.run(self.RUNS[1], label="late")

    def middle(self, frames, index, x, y):
        column, row = to_pixels(x, y)
        return tuple(frames.still(index)[row, column, :3])

    def test_the_ball_wears_a_square_from_then_on(self, scenes):
        runs = self.runs(scenes, 8)
        timing = Timing(steps_per_frame=1.0)
        frames = scenes.frames(
            *runs, background=scenes.background(minima=()), panels="none", size=SIZE, timing=timing
        )
        for step in (0, 7, 8, 20):
            x, y = runs[0].points[step]
            wanted = rgb(LIGHT.halo) if step >= 8 else rgb(BLUE)
            assert self.middle(frames, step, x, y) == wanted
            x, y = runs[1].points[step]
            assert self.middle(frames, step, x, y) == rgb("#c83800")

    @pytest.mark.parametrize("height", [200, 52])
    def test_the_standings_say_so(self, scenes, written, height):
        table = Standings(self.runs(scenes, 8), box=(10, 10, 490, 10 + height), theme=LIGHT, unit=1.0)
        canvas = Canvas((500, 240), LIGHT.ground)
        table.paint(canvas)
        assert written.words.count("stopped at 8") == 1
        pictures = []
        for step in (7, 8, 20):
            table.draw(canvas, Moment(float(step), step / 20))
            pictures.append(canvas.pixels[:, :330].copy())
        assert (pictures[0] != pictures[1]).any()

    def test_a_run_that_goes_on_says_nothing(self, scenes, written):
        run = scenes.run(self.RUNS[0])
        Standings([run], box=(10, 10, 390, 210), theme=LIGHT, unit=1.0).paint(
            Canvas((400, 240), LIGHT.ground)
        )
        assert not any(words.startswith("stopped") for words in written.words)
        assert written
