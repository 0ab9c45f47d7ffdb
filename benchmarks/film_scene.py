"""What benchmarks/film.py asks of ravine itself, in processes whose cost it does not count.

Usage:
    python film_scene.py scene RECIPE SCENE.json      what the baseline has to draw
    python film_scene.py fidelity RECIPE FILM.gif     PSNR of the GIF against the film's own frames

RECIPE is a recipe in JSON.
"""

import json
import math
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ravine.films import Film, Recipe
from ravine.landscapes import losses_on_grid
from ravine.renderer.canvas._lines import middles
from ravine.renderer.style._levels import LossNorm
from ravine.renderer.views.contour import BANDS, band_colours

_SAME = 0.05
"""A hundredth of the view: what a chaotic run makes of another rounding of its first steps."""


def write_scene(film: Film, path: str) -> None:
    """Write what the picture shows, and see that the baseline gets the points of the film.

    Raises:
        ValueError: a run of the baseline differs from the film's.
    """
    from film_baseline import paths

    content = scene_of(film)
    for descent, points in zip(film.descents, paths(content)[0], strict=True):
        apart = float(np.abs(points - descent.points).max())
        if not apart < _SAME:
            raise ValueError(f"The baseline's {descent.label} is {apart:g} away from ravine's.")
    Path(path).write_text(json.dumps(content), "utf-8")


def scene_of(film: Film) -> dict[str, Any]:
    """The scene as plain numbers and colours."""
    recipe, landscape = film.recipe, film.landscape
    frames, theme = film.frames, film.frames._theme
    grid = losses_on_grid(landscape.loss, *(middles(bounds, 200) for bounds in landscape.window))
    norm = LossNorm.of(grid, landscape.scale)
    levels = norm.loss(np.arange(BANDS + 1) / BANDS)
    levels[0], levels[-1] = levels[0] - 1.0, 2.0 * levels[-1]
    names = [descent.setting.optimizer.name for descent in film.descents]
    return {
        "view": recipe.view,
        "size": recipe.size,
        "fps": recipe.fps,
        "positions": frames._positions.tolist(),
        "panel_positions": _panel_positions(film),
        "steps": recipe.steps,
        "start": landscape.start,
        "window": landscape.window,
        "minima": landscape.minima,
        "title": landscape.title,
        "norm": [norm.low, norm.high, norm.linthresh],
        "levels": levels.tolist(),
        "bands": ["#{:02x}{:02x}{:02x}".format(*shade) for shade in band_colours(theme, BANDS)],
        "look": asdict(theme),
        "elevation": recipe.elevation,
        "azimuth": recipe.azimuth,
        "boxes": None if recipe.panels == "none" else asdict(frames._layout),
        "runs": [
            {
                "rule": name,
                "rate": descent.setting.hyperparameters["learning_rate"],
                "label": descent.label,
                "colour": run.colour,
            }
            for name, descent, run in zip(names, film.descents, frames._scene.runs, strict=True)
        ],
    }


def _panel_positions(film: Film) -> list[float]:
    """Where the panels stand at each frame: they move less often than the runs, so that they can be read."""
    frames = film.frames
    slow = [layer for layer in frames._layers if not layer.animated]
    held, last = [], 0.0
    for index, position in enumerate(frames._positions.tolist()):
        if all(frames._is_due(layer, index) for layer in slow):
            last = position
        held.append(last)
    return held


def write_fidelity(film: Film, path: str) -> None:
    """Print the PSNR of a GIF against the film's frames as JSON: of the whole film and of the worst frame."""
    errors = [
        float(np.mean((shown.astype(np.float32) - frame.pixels[..., :3]) ** 2))
        for shown, frame in zip(shown_frames(path, film.recipe.fps), film.frames, strict=True)
    ]
    print(json.dumps({"film": _decibels(float(np.mean(errors))), "worst": _decibels(max(errors))}))


def _decibels(error: float) -> float:
    return 10.0 * math.log10(255.0**2 / error) if error else 200.0


def shown_frames(path: str, fps: float) -> Iterator[np.ndarray]:
    """What a player shows in the middle of each of the film's frames: a GIF may merge equal ones."""
    end, index = 0.0, 0
    with Image.open(path) as gif:
        for image in range(getattr(gif, "n_frames", 1)):
            gif.seek(image)
            pixels = np.asarray(gif.convert("RGB"))
            end += gif.info["duration"] / 1000.0
            while (index + 0.5) / fps < end:
                yield pixels
                index += 1


if __name__ == "__main__":
    task, recipe_text, target = sys.argv[1:]
    {"scene": write_scene, "fidelity": write_fidelity}[task](Film(Recipe.of(json.loads(recipe_text))), target)
