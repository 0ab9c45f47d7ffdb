"""Pictures of what nobody hopes for: numbers that are none, too many curves, too long names."""

import numpy as np

LONG = "a name that goes on and on until nothing is left of the sheet that it is written on " * 2


def odd(pictures):
    """Pictures that nobody hopes for."""
    line, trajectory, walk, training = (
        pictures.line_curve,
        pictures.trajectory,
        pictures.walk_run,
        pictures.training_run,
    )
    flat = pictures.plane()
    alone = {"test_loss": None, "train_accuracy": None, "test_accuracy": None}
    nothing = np.zeros(0)
    yield "line", pictures.line(*(line(label=f"network {n}", colour_key=f"n{n}") for n in range(12)))
    yield (
        "line",
        pictures.line(line(label=LONG), line(label=LONG), title=LONG, subtitle=2 * LONG, ends=(LONG, LONG)),
    )
    yield "line", pictures.line(line(alphas=np.zeros(1), train_loss=np.ones(1), zooms=(), path=None, **alone))
    yield "line", pictures.line(line(train_loss=np.full(41, np.nan), barrier=0.1))
    yield "line", pictures.line(line(train_loss=np.where(np.arange(41) % 3, 1e200, np.inf)))
    yield "line", pictures.line(line(train_loss=1.7e308 * np.linspace(-1.0, 1.0, 41)))
    yield "line", pictures.line(line(train_loss=np.geomspace(1e-200, 1e200, 41)), scale="log")
    yield "line", pictures.line(line(train_loss=np.full(41, -1.0)), scale="log")
    yield "line", pictures.line(curves=())
    many = tuple(trajectory(label=f"optimizer {n}", colour_key=f"o{n}") for n in range(12))
    yield "plane", pictures.plane(trajectories=many)
    yield "plane", pictures.plane(trajectories=(trajectory(label=LONG),), title=LONG, axes=(LONG, LONG))
    short = {"x": np.zeros(1), "y": np.zeros(1), "loss": np.ones(1), "plane_loss": None, "distance": None}
    yield "plane", pictures.plane(trajectories=(trajectory(**short, step=None),))
    gone = np.full(30, np.nan)
    yield "plane", pictures.plane(trajectories=(trajectory(x=gone, y=gone, loss=gone),))
    for view in ("plane", "surface"):
        yield view, pictures.plane(loss=np.full_like(flat.loss, np.nan))
        yield view, pictures.plane(loss=np.ones_like(flat.loss))
        yield view, pictures.plane(loss=1e290 * flat.loss, trajectories=())
    yield "walk", pictures.walk(*(walk(label=f"run {n}", colour_key=f"r{n}") for n in range(4)))
    yield "walk", pictures.walk(walk(losses=np.full((40, 11), np.nan), cosines=np.full(39, np.nan)))
    once = {"losses": walk().losses[:1], "cosines": nothing, "distances": np.arange(2.0)}
    yield "walk", pictures.walk(walk(**once, sharpness=None, sharpness_step=None, interior_share=None))
    yield "spectrum", pictures.spectrum(top=nothing, bottom=nothing, density=None, density_value=None)
    yield "spectrum", pictures.spectrum(top=np.zeros(3), bottom=np.zeros(3), density=np.zeros(300))
    yield "spectrum", pictures.spectrum(top=np.linspace(40.0, 1.0, 40), bottom=np.linspace(-3.0, -1.0, 20))
    yield "training", pictures.training(*(training(label=f"o {n}", reached_at=n) for n in range(12)))
    yield "training", pictures.training(training(train_loss=np.full(21, np.nan)))
    yield "training", pictures.training(training(**alone, batch_loss=None, reached_at=None), target=None)
    yield "curve", pictures.curve(plane=None, line_loss=np.full(31, np.nan))
    yield "curve", pictures.curve(barrier=None, line_test_loss=None, curve_test_loss=None)


def test_odd_numbers_and_names_are_drawn_too(pictures, assert_words_apart):
    for kind, record in odd(pictures):
        assert_words_apart(pictures.drawn(kind, record, size=(480, 360)))
