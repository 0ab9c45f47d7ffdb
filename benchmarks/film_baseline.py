"""What everybody writes: the film of benchmarks/film.py with matplotlib's FuncAnimation and Pillow's GIF.

Each optimizer runs in a jitted loop of its own; each frame sets the data of artists and is drawn whole.
It does not know ravine: what the picture shows comes from a file that benchmarks/film_scene.py writes.
The figure is made without pyplot, which saves it a little time.

Usage: python film_baseline.py SCENE.json FILM.gif
"""

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import matplotlib.patheffects as effects
import numpy as np
import optax
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

jax.config.update("jax_enable_x64", True)

Scene = dict[str, Any]
Update = Callable[[int], None]
Paths = tuple[list[np.ndarray], np.ndarray]

DOTS = 72  # at 72 dots an inch matplotlib's points are pixels
GRID = 300

RULES: dict[str, Callable[[float], optax.GradientTransformation]] = {
    "sgd": optax.sgd,
    "momentum": lambda rate: optax.sgd(rate, momentum=0.9),
    "nesterov": lambda rate: optax.sgd(rate, momentum=0.9, nesterov=True),
    "adagrad": lambda rate: optax.adagrad(rate, initial_accumulator_value=0.0, eps=1e-8),
    "adadelta": lambda rate: optax.adadelta(rate, rho=0.9, eps=1e-6),
    "rmsprop": lambda rate: optax.rmsprop(rate, decay=0.9, eps=1e-8),
    "adam": optax.adam,
}


def beale(x: Any, y: Any) -> Any:
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def descend(rule: optax.GradientTransformation, start: list[float], steps: int) -> np.ndarray:
    gradient = jax.grad(lambda point: beale(point[0], point[1]))

    def step(carry: Any, _: None) -> Any:
        point, state = carry
        updates, state = rule.update(gradient(point), state, point)
        point = optax.apply_updates(point, updates)
        return (point, state), point

    first = jnp.array(start)
    run = jax.jit(lambda point: jax.lax.scan(step, (point, rule.init(point)), length=steps)[1])
    return np.vstack([first, run(first)])


def paths(scene: Scene) -> Paths:
    """The points of every run, and the look-ahead points of Nesterov's, which optax reports as its own."""
    runs, ahead = [], np.empty((0, 2))
    for run in scene["runs"]:
        points = descend(RULES[run["rule"]](run["rate"]), scene["start"], scene["steps"])
        if run["rule"] == "nesterov":
            ahead = points
            slopes = jax.vmap(jax.grad(lambda point: beale(point[0], point[1])))(points[:-1])
            points = np.vstack([points[0], points[:-1] - run["rate"] * np.asarray(slopes)])
        runs.append(points)
    return runs, ahead


def level(scene: Scene, losses: np.ndarray) -> np.ndarray:
    """The height of a surface."""
    low, high, linthresh = scene["norm"]
    return np.log1p(np.clip(losses - low, 0, high - low) / linthresh) / math.log1p((high - low) / linthresh)


def until(points: np.ndarray, position: float) -> np.ndarray:
    """The points up to a position between two steps."""
    step, part = int(position), position % 1
    if not part:
        return points[: step + 1]
    return np.vstack([points[: step + 1], (1 - part) * points[step] + part * points[step + 1]])


def place(fig: Figure, box: list[int], **kind: Any) -> Any:
    """Axes in a box of pixels from the upper left corner."""
    width, height = fig.get_size_inches() * DOTS
    left, top, right, bottom = box
    spot = (left / width, 1 - bottom / height, (right - left) / width, (bottom - top) / height)
    return fig.add_axes(spot, **kind)


def draw_background(ax: Any, scene: Scene, unit: float) -> None:
    (x0, x1), (y0, y1) = scene["window"]
    xs, ys = np.meshgrid(np.linspace(x0, x1, GRID), np.linspace(y0, y1, GRID))
    look, losses = scene["look"], beale(xs, ys)
    if scene["view"] == "surface":
        heights = level(scene, losses)
        shades = LinearSegmentedColormap.from_list("ground", [look["deep"], look["mid"], look["high"]])
        ax.plot_surface(xs, ys, heights, facecolors=shades(heights))
        ax.view_init(scene["elevation"], scene["azimuth"])
        ax.set_box_aspect((2, 2, 1.15), zoom=1.15)
    else:
        ax.contourf(xs, ys, losses, scene["levels"], colors=scene["bands"])
        ax.contour(
            xs,
            ys,
            losses,
            scene["levels"],
            colors=look["contour_line"],
            alpha=look["contour_line_alpha"],
            linewidths=0.9 * unit,
        )
        ax.set(xlim=(x0, x1), ylim=(y0, y1))
    ax.set_facecolor(look["ground"])
    if not scene["boxes"]:
        ax.set_axis_off()
    ax.tick_params(labelsize=16 * unit, colors=look["muted"])
    marks = {"ls": "", "mec": look["star_edge"], "zorder": 4}
    for points, mark, size in ((scene["minima"], "*", 26), ([scene["start"]], "o", 8)):
        ax.plot(*on_ground(np.array(points), scene), mark, ms=size * unit, mfc=look["ground"], **marks)


def on_ground(points: np.ndarray, scene: Scene) -> list[np.ndarray]:
    xs, ys = points.T
    if scene["view"] == "contour":
        return [xs, ys]
    (x0, x1), (y0, y1) = scene["window"]
    seen = (xs >= x0) & (xs <= x1) & (ys >= y0) & (ys <= y1)
    return [np.where(seen, along, np.nan) for along in (xs, ys, level(scene, beale(xs, ys)))]


def moving_runs(ax: Any, scene: Scene, unit: float, runs: list[np.ndarray], ahead: np.ndarray) -> Update:
    """Trails with a halo and balls, and Nesterov's look-ahead ball with its link."""
    look = scene["look"]
    halo = [
        effects.Stroke(linewidth=6 * unit, foreground=look["halo"], alpha=look["halo_alpha"]),
        effects.Normal(),
    ]
    empty = [[]] * (3 if scene["view"] == "surface" else 2)

    def lines(**style: Any) -> list[Line2D]:
        return [ax.plot(*empty, color=run["colour"], **style)[0] for run in scene["runs"]]

    ball = {"ms": 16.8 * unit, "mec": look["rim"], "mew": 1.9 * unit, "marker": "o", "zorder": 6}
    trails, balls = lines(lw=3.2 * unit, path_effects=halo, zorder=5), lines(**ball)
    leader = [run["rule"] for run in scene["runs"]].index("nesterov")
    small = {"ms": 8 * unit, "mfc": look["rim"], "markevery": [1], "marker": "o", "zorder": 5.5}
    link = ax.plot(*empty, color=scene["runs"][leader]["colour"], lw=1.4 * unit, **small)[0]

    def show(line: Line2D, points: np.ndarray) -> None:
        (line.set_data_3d if scene["view"] == "surface" else line.set_data)(*on_ground(points, scene))

    def update(frame: int) -> None:
        position = scene["positions"][frame]
        for trail, dot, points in zip(trails, balls, runs, strict=True):
            shown = until(points, position)
            show(trail, shown)
            show(dot, shown[-1:])
        show(link, np.stack([until(runs[leader], position)[-1], until(ahead, position)[-1]]))

    return update


def moving_losses(ax: Axes, scene: Scene, unit: float, losses: np.ndarray) -> Update:
    """The loss over steps on a log scale, with the heads marked."""
    steps = np.arange(scene["steps"] + 1)
    ax.set(xlim=(0, steps[-1]), yscale="log", ylim=(losses.min(), 2 * losses[0, 0]))
    ax.set_title("loss", fontsize=16 * unit, loc="left", color=scene["look"]["muted"])
    ax.tick_params(labelsize=16 * unit, colors=scene["look"]["muted"])
    lines = [ax.plot([], [], color=run["colour"], lw=2.2 * unit)[0] for run in scene["runs"]]
    heads = [ax.plot([], [], "o", color=run["colour"], ms=8.4 * unit, mec="w")[0] for run in scene["runs"]]

    def update(frame: int) -> None:
        position = scene["panel_positions"][frame]
        for line, head, run in zip(lines, heads, losses, strict=True):
            shown = until(np.stack([steps, run], axis=1), position)
            line.set_data(*shown.T)
            head.set_data(*shown[-1:].T)

    return update


def moving_texts(fig: Figure, scene: Scene, unit: float, losses: np.ndarray) -> Update:
    """The step counter, and a legend sorted by loss."""
    width, height = scene["size"]
    left, top, right, bottom = scene["boxes"]["standings"]
    (view_left, view_top, view_right, _), muted = scene["boxes"]["view"], scene["look"]["muted"]

    def text(x: float, y: float, size: float, **style: Any) -> Any:
        return fig.text(x / width, 1 - y / height, style.pop("s", ""), fontsize=size * unit, **style)

    text(view_left, view_top - 24 * unit, 32, s=scene["title"], weight="bold")
    text(left, top + 18 * unit, 16, s="optimizer", color=muted)
    text(right, top + 18 * unit, 16, s="loss", color=muted, ha="right")
    counter = text(view_right, view_top - 24 * unit, 23, family="monospace", ha="right")
    pitch = (bottom - top - 30 * unit) / len(losses)
    rows = [top + 30 * unit + (rank + 0.6) * pitch for rank in range(len(losses))]
    names = [text(left + 28 * unit, y, 18) for y in rows]
    numbers = [text(right, y, 18, family="monospace", ha="right") for y in rows]
    dots = [fig.text(left / width, 1 - y / height, "●", fontsize=18 * unit) for y in rows]

    def update(frame: int) -> None:
        step = int(scene["panel_positions"][frame])
        counter.set_text(f"step {step:3}")
        for rank, run in enumerate(np.argsort(losses[:, step], kind="stable")):
            names[rank].set_text(scene["runs"][run]["label"])
            numbers[rank].set_text(f"{losses[run, step]:.1e}")
            dots[rank].set_color(scene["runs"][run]["colour"])

    return update


def film(scene: Scene) -> FuncAnimation:
    width, height = scene["size"]
    unit = height / 720
    fig = Figure(figsize=(width / DOTS, height / DOTS), dpi=DOTS, facecolor=scene["look"]["ground"])
    FigureCanvasAgg(fig)
    boxes = scene["boxes"] or {"view": [0, 0, width, height]}
    kind = {"projection": "3d", "computed_zorder": False} if scene["view"] == "surface" else {}
    ax = place(fig, boxes["view"], **kind)
    draw_background(ax, scene, unit)
    runs, ahead = paths(scene)
    updates = [moving_runs(ax, scene, unit, runs, ahead)]
    if scene["boxes"]:
        losses = np.stack([beale(*points.T) for points in runs])
        updates.append(moving_texts(fig, scene, unit, losses))
        if boxes["losses"]:
            updates.append(moving_losses(place(fig, boxes["losses"]), scene, unit, losses))

    def update(frame: int) -> None:
        for part in updates:
            part(frame)

    return FuncAnimation(fig, update, frames=len(scene["positions"]), interval=1000 / scene["fps"])


if __name__ == "__main__":
    scene_file, target = sys.argv[1:]
    content = json.loads(Path(scene_file).read_text("utf-8"))
    film(content).save(target, writer="pillow", fps=content["fps"])
