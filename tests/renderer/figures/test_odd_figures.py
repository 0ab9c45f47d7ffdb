"""Pictures of what nobody hopes for: numbers that are none, too many curves, too long names."""

from functools import partial

import numpy as np

LONG = "a name that goes on and on until nothing is left of the sheet that it is written on, and on"


def odd(pictures):
    """Pictures that nobody hopes for."""
    from ravine.renderer.figures import draw_line

    line, path, walk, training = (
        pictures.line_curve,
        pictures.path,
        pictures.walk_run,
        pictures.training_run,
    )
    flat = pictures.grid()["loss"]
    alone = {"test_loss": None, "train_accuracy": None, "test_accuracy": None}
    bare = {"train_accuracy": None, "test_accuracy": None, "zooms": (), "path": None}
    nothing = np.zeros(0)
    yield "line", pictures.line(*(line(label=f"network {n}", colour_key=f"n{n}") for n in range(12)))
    yield (
        "line",
        pictures.line(
            line(label=LONG), line(label=LONG), title=2 * LONG, subtitle=2 * LONG, ends=(LONG, LONG)
        ),
    )
    yield "line", pictures.line(line(alphas=np.zeros(1), train_loss=np.ones(1), zooms=(), path=None, **alone))
    yield "line", pictures.line(line(train_loss=np.full(41, np.nan), barrier=(0.0, np.nan, np.inf)))
    for losses in (np.where(np.arange(41) % 3, 1e200, np.inf), 1.7e308 * np.linspace(-1.0, 1.0, 41)):
        yield "line", pictures.line(line(train_loss=losses, **bare))
    for losses in (np.geomspace(1e-200, 1e200, 41), np.full(41, -1.0)):
        yield "line", pictures.line(line(train_loss=losses, **bare), scale="log")
    yield "line", partial(draw_line, (), title="no line")
    many = tuple(path(label=f"optimizer {n}", colour_key=f"o{n}") for n in range(12))
    yield "plane", pictures.plane(paths=many)
    yield "plane", pictures.plane(paths=(path(label=LONG),), title=LONG, axes=(LONG, LONG))
    short = {"points": np.zeros((1, 2)), "losses": np.ones(1), "series": {}, "nearness": None}
    yield "plane", pictures.plane(paths=(path(**short, counts=None),))
    gone = np.full(30, np.nan)
    yield "plane", pictures.plane(paths=(path(points=np.full((30, 2), np.nan), losses=gone),))
    yield "plane", pictures.plane(loss=np.ones_like(flat), paths=())
    for view in ("plane", "surface"):
        yield view, pictures.plane(loss=np.full_like(flat, np.nan))
        yield view, pictures.plane(loss=1e290 * flat, paths=())
    yield "walk", pictures.walk(*(walk(label=f"run {n}", colour_key=f"r{n}") for n in range(4)))
    yield "walk", pictures.walk(walk(losses=np.full((40, 11), np.nan), cosines=np.full(39, np.nan)))
    once = {"losses": walk().losses[:1], "cosines": nothing, "distances": np.arange(2.0)}
    yield "walk", pictures.walk(walk(**once, sharpness=nothing, sharpness_at=np.zeros(0, int)))
    yield "spectrum", pictures.spectrum(top=nothing, bottom=nothing, density=None)
    yield (
        "spectrum",
        pictures.spectrum(top=np.zeros(3), bottom=np.zeros(3), density=2 * (np.zeros(300),)),
    )
    yield "spectrum", pictures.spectrum(top=np.linspace(40.0, 1.0, 40), bottom=np.linspace(-3.0, -1.0, 20))
    yield "training", pictures.training(*(training(label=f"o {n}", reached_at=n) for n in range(12)))
    yield "training", pictures.training(training(train_loss=np.full(21, np.nan)))
    yield "training", pictures.training(training(**alone, batch_loss=None, reached_at=None), target=None)
    lost = pictures.straight(train_loss=np.full(31, np.nan), barrier=(0.0, np.nan, np.inf))
    yield "connection", pictures.connection(lost)
    untested = {"barrier": None, "test_loss": None}
    yield "connection", pictures.connection(pictures.straight(**untested), pictures.curved(**untested))


def test_odd_numbers_and_names_are_drawn_too(pictures, assert_words_apart):
    for kind, picture in odd(pictures):
        assert_words_apart(pictures.drawn(kind, picture, size=(480, 360)))
