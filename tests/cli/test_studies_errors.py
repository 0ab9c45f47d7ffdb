"""What a user of the commands on networks can get wrong: one line that says what, and no file."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from ravine.landscapes.networks import Problem, load, load_data, write_checkpoint
from ravine.studies.training import _plan as _plan
from ravine.studies.training import _tuning as _tuning

NETWORK = "mlp:widths=[3]"

OWN = """
import jax
import jax.numpy as jnp
import numpy as np

def bowl(params): return (params["w"] ** 2).sum() + 1.0
def constant(params): return 3.0
def hole(params): return jnp.sqrt((params["w"].sum() - 1.5) ** 2 - 0.25)
def vector(params): return params["w"]
def nothing(params): pass
def two(params): return 1.0, 2.0
def complex_(params): return params["w"].sum() * 1j
def nan(params): return params["w"].sum() * jnp.nan
def raises(params): raise RuntimeError("my own mistake")
def leaves(params): raise SystemExit(3)
def misspells(params): return params["v"].sum()
def leaves_jax(params): return np.sum(np.asarray(params["w"]))
def needs_more(params, data): return 1.0
def takes_nothing(): return 5
number = 5

def _fails_between(w):
    if 0.5 < w[0] < 2.5:
        raise LookupError("no luck here")
    return np.float32((np.asarray(w) ** 2).sum())

def fails_between(params):
    shape = jax.ShapeDtypeStruct((), jnp.float32)
    return jax.pure_callback(_fails_between, shape, params["w"], vmap_method="sequential")
"""


def start(seed: int, *, widths: tuple[int, ...] = (3,), data: str = "moons"):
    return Problem(network=load("mlp"), data=load_data(data), options={"widths": widths}).start(seed)


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory) -> Path:
    """Good ones and bad ones, and losses."""
    folder = tmp_path_factory.mktemp("checkpoints")
    for name, params in {"a": start(0), "b": start(1), "wide": start(0, widths=(4,))}.items():
        write_checkpoint(folder / f"{name}.safetensors", params)
    for name, numbers in {"x": [3.0, 0.0], "y": [0.0, 0.0], "z": [0.0, 1.0], "nan": [np.nan, 0.0]}.items():
        np.savez(folder / f"{name}.npz", w=np.array(numbers, np.float32))
    np.savez(folder / "other.npz", v=np.zeros(2, np.float32))
    np.savez(folder / "objects.npz", w=np.array([{}], dtype=object))
    for name in ("pickle.pt", "pickle.pkl", "pickle.npz"):
        (folder / name).write_bytes(pickle.dumps({"w": [1.0]}))
    (folder / "cut.safetensors").write_bytes((folder / "a.safetensors").read_bytes()[:100])
    (folder / "empty.npz").write_bytes(b"")
    (folder / "own_losses.py").write_text(OWN)
    (folder / "ends.py").write_text("import sys\nsys.exit(3)\n")
    (folder / "broken.py").write_text("def (:\n")
    return folder


@pytest.fixture
def given(checkpoints, monkeypatch) -> Path:
    """Their folder is the current one; what a command leaves there is found."""
    monkeypatch.chdir(checkpoints)
    monkeypatch.syspath_prepend(checkpoints)
    before = {path.name for path in checkpoints.iterdir()}
    yield checkpoints
    left = {path.name for path in checkpoints.iterdir() if path.name != "__pycache__"} - before
    assert left == set()


@pytest.fixture
def untrained(monkeypatch):
    """Not one step may be taken."""
    for module in (_plan, _tuning):
        monkeypatch.setattr(module, "run_steps", None)


WRONG_CHOICES = {
    "line mpl": "'mpl' is not a network. Did you mean 'mlp'?",
    "line mlp:": "The network 'mlp:' cannot be read from column 5 on; write it as 'mlp'",
    "line mlp@me": "A label is an optimizer's; 'mlp@me' is a network",
    "line mlp:depth=3": "mlp has no option 'depth'.",
    "line mlp:widths=0": "widths of mlp must be a list of whole numbers of at least 1; got 0.",
    "line conv --data moons": "conv takes images",
    "line --data digitz": "Did you mean 'digits'?",
    "line -O adm": "'adm' is not an optimizer. Did you mean 'adam'?",
    "line -O hogwild": "hogwild is a method with several workers",
    "line -O newton": "newton holds a matrix with a row for each parameter",
    "line --batch-size 0": "batch_size must be a whole number of examples, at least 1, or full; got 0.",
    "line --batch-size few": "or full; got 'few'.",
    "line --batch-size 9999": "A minibatch holds no more examples than there are, which is 1438; got a size",
    "line --batch-size 5 --batch-size 6": "once for each; got 2 of it and 1 of them.",
    "line --steps 0": "steps must be at least 1; got 0.",
    "line --steps 1000000": "steps must be at most 100000; got 1000000.",
    "line --keep-every 0": "keep_every must be at least 1; got 0.",
    "line --seed -1": "seed must be at least 0; got -1.",
    "line --seed 99999999999999999999": "seed must be at most 2147483647;",
    "line --weight-decay nan": "weight_decay must be a finite number; got nan.",
    "line --early-stopping 0": "early_stopping must be at least 1; got 0.",
    "line --memory 0": "memory must be at least 1; got 0.",
    "line --alphas 1 0 5": "alphas go from A up to B at 2 to 100000 points; got 1 0 5.",
    "line --alphas 0 1 1000000000": "at 2 to 100000 points; got 0 1 1000000000.",
    "line --size 64x64": "A picture has at least 320x240 pixels; got a size of 64x64.",
    "line --size 1x1": "size must have sides of 64 to 8192 pixels; got 1x1.",
    "line --from x.npz": "--from and --to go together, and without --points.",
    "line --objective own_losses:bowl": "An objective needs points to look at",
    "line --processes 2": "--coordinator, --processes and --process go together.",
    "line --coordinator host:80 --processes 2 --process 2": "The processes are numbered 0 to 1; got 2.",
    "line -o no/x.png": "The folder 'no' of the output does not exist; make it first.",
    "line -o x.gif": ".png, .ppm, .pdf, .svg, .json, .csv, .npz; got 'x.gif'.",
    "line -o .": "got '.'",
    "plane mlp lstm": "A plane goes through the parameters of one network; give one, not several.",
    "plane --resolution 1": "resolution must be at least 2; got 1.",
    "plane --span 1 0 0 1": "A span goes from X0 up to X1 and from Y0 up to Y1; got (1.0, 0.0, 0.0, 1.0).",
    "plane --directions points": "directions points is for points that are given;",
    "plane -O sgd:learning_rate=1 -O adam:learning_rate=1 --directions solutions": "takes 3 solutions",
    "plane --no-paths -o x.gif": "A film of a plane shows training paths, and on this one there are none;",
    "plane --directions bend -o x.gif": "A film of a plane shows training paths",
    "plane --convexity --view surface": "got it with the view surface: take contour.",
    "plane --convexity --view surface -o x.gif": "got it with the view surface: take contour.",
    "plane -o x.mp4 --size 321x241": "take 322x242, or write a GIF.",
    "plane -o x.gif --seconds 0": "seconds must lie between 0.1 and 3600; got 0.",
    "walk --sharpness-every 0": "sharpness_every must be at least 1; got 0.",
    "spectrum --top 0": "top must be at least 1; got 0.",
    "spectrum --from x.npz --to y.npz": "A spectrum is that at one point; got 2 of them.",
    "spectrum mlp lstm": "This study is of one network under one optimizer; got 2",
    "connect --places 2": "places must be at least 3; got 2.",
    "connect --objective own_losses:bowl --points x.npz": "which an objective alone does not have.",
    "train --target 0": "A target is a training loss above 0; got 0.",
    "train --save x.npz": "'x.npz' is a file",
    "train -O sgd --save .": "which is no part of a saved run; name a new folder.",
    "line mlp lstn": "'lstn' is not a network.",
    "line -O sgd -O hogwild": "hogwild is a method with several workers",
    "train -O sgd -O newton": "newton holds a matrix",
    "train -O sgd -O adam --batch-size 5 --batch-size 9999": "got a size of 9999.",
    "line -O sgd --from x.npz --to y.npz": "where the points are given; leave out optimizers.",
    "line mlp --objective own_losses:bowl --from x.npz --to y.npz": "leave out networks.",
    "spectrum --at start --points x.npz": "leave out at.",
}


@pytest.mark.usefixtures("given", "untrained")
@pytest.mark.parametrize("command", WRONG_CHOICES)
def test_a_wrong_choice_is_found_before_anything_is_trained(ravine, command):
    assert WRONG_CHOICES[command] in ravine.fails(*command.split())


REFUSED = {
    "wide.safetensors": "is of another network: 'layers.0.weight' has the shape (4, 2) instead of (3, 2)",
    "x.npz": "'layers.0.weight' is missing",
    "pickle.pt": "is refused because it is a pickle, which can run any code",
    "pickle.pkl": "is refused because it is a pickle",
    "pickle.npz": "is refused because it is a pickle",
    "objects.npz": "which are pickled, and reading a pickle can run code",
    "cut.safetensors": "is no safetensors file, or a damaged one",
    "empty.npz": "is not an .npz archive, or only a part of one",
    "none.npz": "does not exist; name a .safetensors or an .npz file.",
    "own_losses.py": "A checkpoint is a .safetensors or an .npz file",
    ".": "is not an ordinary file",
    "a.safetensors": "The two ends of the line are the same point; give two different ones.",
}


@pytest.mark.usefixtures("given")
@pytest.mark.parametrize("name", REFUSED)
def test_a_checkpoint_that_is_refused(ravine, name):
    line = ravine.fails("line", NETWORK, "--data", "moons", "--from", "a.safetensors", "--to", name)
    assert REFUSED[name] in line


WRONG_LOSSES = {
    "own_losses:vector": "returned an array of shape (2,); it must return one number.",
    "own_losses:nothing": "returned an object of type 'NoneType'",
    "own_losses:two": "returned an object of type 'tuple'",
    "own_losses:complex_": "returned a number of type complex64",
    "own_losses:nan": "is nan at 'x.npz'; a picture needs a finite loss at each end.",
    "own_losses:raises": "fails: RuntimeError: my own mistake (own_losses.py:",
    "own_losses:leaves": "fails: SystemExit: 3",
    "own_losses:misspells": "fails: KeyError: 'v' (own_losses.py:",
    "own_losses:leaves_jax": "JAX follows only jax.numpy and jax.lax.",
    "own_losses:needs_more": "missing 1 required positional argument: 'data'",
    "own_losses:takes_nothing": "takes no arguments and returned an object of type 'int'",
    "own_losses:number": "is of type 'int'; it must be a function or an Objective.",
    "own_losses:bowll": "is not in the module 'own_losses'. Did you mean 'bowl'?",
    "own_losses:fails_between": "fails: JaxRuntimeError: LookupError: no luck here.",
    "own_losses.py:bowl": "A module is named without the ending: 'own_losses'.",
    "no_such_module:loss": "cannot be found. It is looked for in the current folder",
    "broken:loss": "cannot be imported (SyntaxError:",
    "ends:loss": "cannot be imported (SystemExit: 3)",
    "own_losses": "is not 'package.module:name'",
    "": "is not 'package.module:name'",
}


@pytest.mark.usefixtures("given")
@pytest.mark.parametrize("objective", WRONG_LOSSES)
def test_an_objective_that_is_refused(ravine, objective):
    ends = ("--from", "x.npz", "--to", "y.npz", "--alphas", 0, 1, 5)
    assert WRONG_LOSSES[objective] in ravine.fails("line", "--objective", objective, *ends)


WRONG_POINTS = {
    "line x y z": "A line has two ends; got 3 points.",
    "line x": "This study needs at least 2 given points; got 1.",
    "line x nan": "holds numbers that are NaN or infinite in float32: 1 of 2 in 'w'.",
    "line x other": "is of another network: 'w' is missing, 'v' is left over.",
    "plane x y y": "A plane needs three distinct points; the second and the third are the same.",
    "plane x y": "A plane of iterates needs at least 3 distinct ones that do not lie on one line; got 2",
    "plane x x y y": "got 4, of which 2 differ",
    "walk x y": "This study needs at least 3 given points; got 2.",
}


@pytest.mark.usefixtures("given")
@pytest.mark.parametrize("case", WRONG_POINTS)
def test_points_that_do_not_do(ravine, case):
    command, *names = case.split()
    points = [part for name in names for part in ("--points", f"{name}.npz")]
    assert WRONG_POINTS[case] in ravine.fails(command, "--objective", "own_losses:bowl", *points)


@pytest.mark.parametrize(
    ("command", "objective"),
    [
        ("line x y", "constant"),
        ("line x y", "hole"),
        ("plane x y z", "hole"),
        ("spectrum x", "constant"),
        ("walk x y z", "hole"),
    ],
)
def test_an_odd_loss_gives_a_picture(ravine, checkpoints, in_folder, monkeypatch, command, objective):
    monkeypatch.syspath_prepend(checkpoints)
    name, *points = command.split()
    options = [part for point in points for part in ("--points", checkpoints / f"{point}.npz")]
    outputs = ("--size", "320x240", "-o", "o.json", "-o", "o.png")
    ravine.works(name, "--objective", f"own_losses:{objective}", *options, *outputs)
    assert json.loads((in_folder / "o.json").read_text())


WRONG_RECIPES = {
    "steps = ": "is not TOML",
    "steps = 3": "names its command, connect, line, plane, spectrum, train, walk; 'r.toml' names none.",
    'command = "lines"': "'r.toml' names 'lines'.",
    'command = "walk"': "The recipe 'r.toml' is one of 'ravine walk', not of 'ravine line'.",
    'command = "line"\nstepz = 3': "In the recipe 'r.toml': A line has no option 'stepz'. Did",
    'command = "line"\nsteps = "many"': "In the recipe 'r.toml': steps must be a whole number; got 'many'.",
    'command = "line"\nfilm = true': "true with the command plane alone",
    'command = "plane"\nfilm = "yes"': "'r.toml' has 'yes' with plane.",
    'command = "line"\nalphas = [0, 1]': "a finite number, a finite number and a whole number;",
    'command = "line"\noptimizers = [3]': "optimizers must be texts such as",
    'command = "line"\npoints = [1, 2]': "Point 1 of 2 holds no real numbers;",
    'command = "line"\nobjective = 3\npoints = [1.0, 2.0]': "An objective is a function or",
}


@pytest.mark.usefixtures("untrained")
@pytest.mark.parametrize("text", WRONG_RECIPES)
def test_a_wrong_recipe(ravine, in_folder, text):
    (in_folder / "r.toml").write_text(text)
    assert WRONG_RECIPES[text] in ravine.fails("line", "--recipe", "r.toml")
    assert [path.name for path in in_folder.iterdir()] == ["r.toml"]


def test_a_study_is_no_film(ravine, in_folder):
    (in_folder / "r.toml").write_text('command = "line"\n')
    assert "is one of 'ravine line'" in ravine.fails("animate", "--recipe", "r.toml")


@pytest.mark.parametrize("command", ["train", "line", "connect"])
def test_a_loss_that_is_no_number_at_the_start(ravine, in_folder, command):
    inputs = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    np.savez("huge.npz", x=inputs * np.float32(5e37), y=np.arange(40) % 2)
    given = (f"{NETWORK},activation=relu", "--data", "huge.npz", "--steps", 4, "--batch-size", 8)
    rate = () if command == "line" else ("-O", "sgd:learning_rate=0.1")
    line = ravine.fails(command, *given, *rate, "--no-cache", "-o", "o.json")
    assert "The training loss of MLP" in line
    assert "on huge is inf at the start, before any step; scale the inputs, which reach 1" in line
    assert [path.name for path in in_folder.iterdir()] == ["huge.npz"]
