"""The surface view: the camera, the relief, and what stands behind it."""

import numpy as np
import pytest

from ravine.renderer import Timing
from ravine.renderer.canvas._camera import CORNERS, HEIGHT, Camera, fitted
from ravine.renderer.canvas._canvas import rgb
from ravine.renderer.style._levels import LossNorm
from ravine.renderer.views._relief import Relief
from ravine.renderer.views.surface import best_azimuth, quads

LINEAR = LossNorm(low=0.0, high=1.0, linthresh=None)
WINDOW = ((-2.0, 2.0), (-1.5, 1.5))


def relief_of(heights, cells: int = 100) -> Relief:
    """A relief over the window by a function of places in [-1, 1] x [-1, 1], rows upward in y."""
    x, y = np.meshgrid(np.linspace(-1, 1, cells + 1), np.linspace(-1, 1, cells + 1))
    return Relief(window=WINDOW, norm=LINEAR, heights=np.asarray(heights(x, y), dtype=float))


FLAT = relief_of(lambda x, y: 0.0 * x + 0.2)
RIDGE = relief_of(lambda x, y: np.where(np.abs(x) < 0.05, 1.0, 0.0))
"""A wall along y in the middle of the box."""


class TestCamera:
    @pytest.mark.parametrize("azimuth", range(-180, 180, 30))
    @pytest.mark.parametrize("elevation", [0.0, 38.0, 80.0])
    def test_its_axes_stand_on_each_other(self, azimuth, elevation):
        axes = Camera(azimuth=float(azimuth), elevation=elevation).axes
        np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
        np.testing.assert_allclose(np.cross(axes[0], axes[1]), axes[2], atol=1e-12)
        assert axes[0][2] == 0.0
        assert axes[1][2] >= 0.0

    @pytest.mark.parametrize(
        ("azimuth", "right"), [(0.0, [0, 1, 0]), (90.0, [-1, 0, 0]), (180.0, [0, -1, 0]), (-90.0, [1, 0, 0])]
    )
    def test_azimuth_counts_from_the_x_axis(self, azimuth, right):
        np.testing.assert_allclose(Camera(azimuth=azimuth, elevation=20.0).axes[0], right, atol=1e-12)

    def test_up_is_up_and_near_is_large(self):
        camera = Camera(azimuth=-90.0, elevation=30.0, scale=100.0, centre=(300.0, 200.0))
        low, high = camera.project(np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1.0]]))
        assert high[1] < low[1]
        assert high[0] == low[0] == pytest.approx(300.0)
        near, far = (np.ptp(camera.project(np.array([[-1, y, 0], [1, y, 0]], float))[:, 0]) for y in (-1, 1))
        assert near > far > 0.7 * near
        assert camera.depth(np.array([0.0, -1.0, 0.0])) > camera.depth(np.array([0.0, 1.0, 0.0]))

    def test_the_middle_of_the_box_is_seen_at_the_centre(self):
        camera = Camera(azimuth=33.0, elevation=21.0, scale=77.0, centre=(12.0, 34.0))
        np.testing.assert_allclose(camera.project(np.array([0.0, 0.0, HEIGHT / 2])), [12.0, 34.0], atol=1e-9)

    @pytest.mark.parametrize("elevation", [0.0, 20.0, 38.0, 70.0, 90.0])
    @pytest.mark.parametrize("box", [(0, 0, 640, 480), (45, 80, 829, 676), (100, 200, 300, 900)])
    def test_a_fitted_camera_sees_the_whole_box_from_every_azimuth(self, elevation, box):
        cameras = fitted(list(np.arange(-180.0, 180.0, 7.5)), elevation, box, (20, 10, -20, -10))
        seen = np.array([camera.project(CORNERS) for camera in cameras])
        left, top, right, bottom = box[0] + 20, box[1] + 10, box[2] - 20, box[3] - 10
        assert seen[..., 0].min() >= left - 1e-6
        assert seen[..., 0].max() <= right + 1e-6
        assert seen[..., 1].min() >= top - 1e-6
        assert seen[..., 1].max() <= bottom + 1e-6
        room = min((right - left) / np.ptp(seen[..., 0]), (bottom - top) / np.ptp(seen[..., 1]))
        assert room == pytest.approx(1.0)
        assert len({(camera.scale, camera.centre) for camera in cameras}) == 1


class TestRelief:
    def test_height_is_exact_on_the_grid_and_linear_between(self):
        relief = relief_of(lambda x, y: 0.3 + 0.2 * x - 0.1 * y, cells=10)
        flat = np.random.default_rng(3).uniform(-1, 1, (50, 2))
        np.testing.assert_allclose(relief.height(flat), 0.3 + flat @ [0.2, -0.1], atol=1e-12)
        off = np.array([[5.0, 0.0], [-9.0, 0.0], [0.0, 7.0], [1e300, 0.0]])
        np.testing.assert_allclose(relief.height(off), [0.5, 0.1, 0.2, 0.5], atol=1e-12)
        assert np.isfinite(relief.height(np.array([[np.nan, 0.0], [np.inf, np.nan]]))).all()

    def test_points_of_the_window_lie_on_it(self):
        relief = relief_of(lambda x, y: 0.5 + 0.5 * x, cells=10)
        corners = np.array([(-2.0, -1.5), (2.0, 1.5), (0.0, 0.0)])
        on = relief.on(corners)
        np.testing.assert_allclose(on[:, :2], [(-1, -1), (1, 1), (0, 0)])
        np.testing.assert_allclose(on[:, 2], [0.0, 1.0, 0.5], atol=0.02)
        assert (on[:, 2] > [0.0, 1.0, 0.5]).all()

    def test_heights_go_up_with_the_loss(self, scenes):
        relief = Relief.of(scenes.background(), 40)
        assert relief.heights.min() == 0.0
        assert relief.heights.max() == pytest.approx(HEIGHT)
        assert np.unravel_index(relief.heights.argmin(), relief.heights.shape) == (20, 20)
        x, y = np.meshgrid(np.linspace(-2, 2, 41), np.linspace(-1.5, 1.5, 41))
        order = np.argsort(x**2 + 3 * y**2, axis=None)
        assert (np.diff(relief.heights.ravel()[order]) >= -1e-12).all()

    def test_normals_stand_on_it(self):
        relief = relief_of(lambda x, y: 0.3 + 0.2 * x - 0.1 * y, cells=10)
        normal = np.array([-0.2, 0.1, 1.0]) / np.linalg.norm([-0.2, 0.1, 1.0])
        np.testing.assert_allclose(relief.normals, np.broadcast_to(normal, relief.normals.shape), atol=1e-12)

    def test_its_cells_cover_it_once(self):
        corners = quads(3, 4)
        assert corners.shape == (6, 4)
        assert corners.tolist()[0] == [0, 1, 5, 4]
        assert np.bincount(corners.ravel()).tolist() == [1, 2, 2, 1, 2, 4, 4, 2, 1, 2, 2, 1]


class TestWhatIsHidden:
    def points(self, *places: tuple[float, float, float]) -> np.ndarray:
        return np.array(places, dtype=float)

    @pytest.mark.parametrize("azimuth", [0.0, 20.0, -20.0])
    def test_behind_a_ridge(self, azimuth):
        """The eye stands at +x: of points on the background, those behind the wall are hidden."""
        camera = Camera(azimuth=azimuth, elevation=20.0)
        behind, before, on_top, high = (-0.3, 0.0, 0.01), (0.3, 0.0, 0.01), (0.0, 0.0, 1.02), (-0.3, 0.0, 1.5)
        hidden = RIDGE.hides(self.points(behind, before, on_top, high), camera)
        assert hidden.tolist() == [True, False, False, False]

    @pytest.mark.parametrize(
        ("azimuth", "hidden"), [(0.0, True), (180.0, False), (90.0, False), (-90.0, False)]
    )
    def test_a_ridge_hides_a_point_behind_it_only_from_its_front(self, azimuth, hidden):
        camera = Camera(azimuth=azimuth, elevation=20.0)
        assert RIDGE.hides(self.points((-0.5, 0.0, 0.01)), camera).tolist() == [hidden]

    def test_a_camera_from_above_sees_every_point(self):
        x, y = np.meshgrid(np.linspace(-0.9, 0.9, 10), np.linspace(-0.9, 0.9, 10))
        flat = np.stack([x.ravel(), y.ravel()], -1)
        world = np.concatenate([flat, (RIDGE.height(flat) + 0.012)[:, None]], -1)
        assert not RIDGE.hides(world, Camera(azimuth=10.0, elevation=89.0)).any()

    @pytest.mark.parametrize("elevation", [10.0, 38.0, 70.0])
    def test_how_far_a_ridge_s_shade_reaches(self, elevation):
        """By geometry: behind a wall of height 1 the background is hidden for 1 / tan(elevation)."""
        camera = Camera(azimuth=0.0, elevation=elevation)
        xs = np.linspace(-0.98, -0.1, 80)
        world = np.stack([xs, 0 * xs, 0 * xs + 1e-3], -1)
        eye = camera.eye
        at_wall = world[:, 2] + (eye[2] - world[:, 2]) * (-0.05 - world[:, 0]) / (eye[0] - world[:, 0])
        margin = np.abs(at_wall - 1.0) > 0.1
        hidden = RIDGE.hides(world, camera)
        np.testing.assert_array_equal(hidden[margin], (at_wall < 1.0)[margin])

    @pytest.mark.parametrize("azimuth", range(0, 360, 45))
    def test_points_on_even_ground_are_seen_from_every_azimuth(self, azimuth):
        points = np.random.default_rng(5).uniform(-1, 1, (100, 2)) * [2.0, 1.5]
        slope = relief_of(lambda x, y: 0.5 + 0.2 * x + 0.1 * y)
        for relief in (FLAT, slope):
            hidden = relief.hides(relief.on(points), Camera(azimuth=float(azimuth), elevation=30.0))
            assert hidden.mean() < 0.02

    def test_best_azimuth_sees_the_runs(self):
        runs = np.array([[(-1.5, y) for y in np.linspace(-1, 1, 30)]])
        azimuth = best_azimuth(RIDGE, runs, 20.0)
        assert not RIDGE.hides(RIDGE.on(runs[0]), Camera(azimuth=azimuth, elevation=20.0)).any()

    def test_best_azimuth_of_nothing(self):
        for runs in (np.zeros((0, 2)), np.full((1, 5, 2), np.nan), np.full((1, 5, 2), 1e300)):
            assert np.isfinite(best_azimuth(FLAT, runs, 38.0))


class TestTrails:
    """A wall across the window, and a run that goes along behind it or before it."""

    SIZE = (480, 360)

    def pixels(self, scenes, x: float, **choices):
        wall = scenes.background(
            losses=lambda xs, ys: np.where(np.abs(xs) < 0.2, 1.0, 0.0) + 0 * ys[:, None],
            minima=(),
            lowest=None,
            scale="linear",
        )
        run = scenes.run([(x, y) for y in np.linspace(-1.0, 1.0, 13)], colour="#c83800")
        shown = {"panels": "none", "size": self.SIZE, "azimuth": 0.0, "elevation": 20.0, **choices}
        frames = scenes.frames(run, background=wall, view="surface", timing=Timing(seconds=0.2), **shown)
        return (frames.still(-1)[..., :3] == rgb("#c83800")).all(-1)

    def test_a_trail_behind_the_wall_is_not_drawn(self, scenes):
        before, behind = self.pixels(scenes, 1.0), self.pixels(scenes, -0.6)
        assert before.sum() > 100
        assert behind.sum() == 0

    def test_a_ball_behind_the_wall_is_seen_from_the_other_side(self, scenes):
        assert self.pixels(scenes, -0.6, azimuth=180.0).sum() > 100
        assert self.pixels(scenes, 1.0, azimuth=180.0).sum() == 0

    def test_a_ball_behind_the_wall_is_a_ghost(self, scenes):
        """It is seen through the wall, but not in its full colour."""
        plain = scenes.frames(
            scenes.run([(1.0, -1.0), (1.0, 1.0)]), view="surface", azimuth=0.0, size=self.SIZE, panels="none"
        )
        assert (plain.still(-1)[..., :3] == rgb("#c83800")).all(-1).any()
        assert not self.pixels(scenes, -0.6).any()

    def test_a_run_along_an_edge_stays_on_the_surface(self, scenes):
        runs = [scenes.run([(-2.0, -1.5), (2.0, -1.5), (2.0, 1.5), (-2.0, 1.5)])]
        frames = scenes.frames(*runs, view="surface", size=self.SIZE, panels="none")
        left, top, right, bottom = frames._view.box
        rows, columns = np.nonzero((frames.still(-1)[..., :3] == rgb("#c83800")).all(-1))
        assert len(rows) > 100
        assert left < columns.min() < columns.max() < right
        assert top < rows.min() < rows.max() < bottom

    def test_a_run_outside_is_not_drawn(self, scenes):
        run = scenes.run([(5.0, 0.0), (6.0, 1.0)])
        empty = scenes.frames(runs=(), view="surface", size=self.SIZE, panels="none", azimuth=30.0).still(0)
        with_run = scenes.frames(run, view="surface", size=self.SIZE, panels="none", azimuth=30.0).still(-1)
        np.testing.assert_array_equal(empty, with_run)


def test_a_full_turn_ends_where_it_began(scenes):
    choices = {"view": "surface", "turn": 360.0, "azimuth": 20.0, "panels": "none"}
    frames = scenes.frames(scenes.run([scenes.START] * 3), timing=Timing(seconds=0.4), **choices)
    first, last = frames.still(0).astype(int), frames.still(-1).astype(int)
    assert np.abs(first - last).mean() < 0.5
    assert np.abs(first - frames.still(5)).mean() > 2


def test_a_turn_goes_from_the_azimuth_on(scenes):
    choices = {"view": "surface", "panels": "none", "size": (320, 240)}
    turning = scenes.frames(turn=90.0, azimuth=20.0, timing=Timing(seconds=0.4), **choices)
    steps = [camera.azimuth for camera in turning._view._cameras]
    assert (steps[0], steps[-1]) == (20.0, 110.0)
    assert (np.diff(steps) > 0).all()
    assert max(np.diff(steps)) <= 1.0
