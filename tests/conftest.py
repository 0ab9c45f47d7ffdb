"""Strict and hermetic: shapes are checked, JAX promotes nothing silently, nobody's own caches are touched."""

import gc
import inspect
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, is_dataclass
from functools import partial, wraps
from itertools import chain, cycle
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

import jaxtyping
import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import settings
from jaxtyping import jaxtyped

if TYPE_CHECKING:
    from ravine.renderer import Background, Run, Scene, SceneFrames

_SCALARS = {"LossNorm.level", "Camera.depth"}
"""To one point numpy answers with a number, which is not an array of no dimensions."""


def check_shapes(thing: Any = None, *, typechecker: object = None) -> Any:
    """Check the arguments and results of functions, and the fields of records, that are annotated as arrays.

    Other kinds of values are left alone, so that a function's own checks are tested; so are sums such as
    "steps+1", which can only be checked where "steps" is an argument's own dimension. jaxtyping's decorator
    writes two functions for each that is defined, inner ones too, and binds every call to a signature: a
    quarter of the time of tracing.
    """
    if thing is None:
        return partial(check_shapes, typechecker=typechecker)
    if not isinstance(thing, type):
        return _checked(thing)
    if is_dataclass(thing) and "__init__" in vars(thing):
        thing.__init__ = _checked(thing.__init__)
    return thing


def _checked(function: Callable[..., Any]) -> Callable[..., Any]:
    shapes = {name: kinds for name, hint in function.__annotations__.items() if (kinds := _shapes(hint))}
    if not shapes or function.__qualname__ in _SCALARS:
        return function
    code = function.__code__
    named = code.co_varnames[: code.co_argcount]
    has_rest = bool(code.co_flags & inspect.CO_VARARGS)
    rest = code.co_varnames[code.co_argcount + code.co_kwonlyargcount :][:has_rest]

    def check(name: str, value: object) -> None:
        if name in shapes and not isinstance(value, shapes[name]):
            raise jaxtyping.TypeCheckError(
                f"{name} of {function.__qualname__} is {_shown(value)}, not {function.__annotations__[name]}."
            )

    @wraps(function)
    def called(*args: Any, **options: Any) -> Any:
        with jaxtyped("context"):
            for name, value in (*zip(chain(named, cycle(rest)), args, strict=False), *options.items()):
                check(name, value)
            result = function(*args, **options)
            check("return", result)
            return result

    called.__code__ = called.__code__.replace(co_filename="<shapes>")  # an error names the line of a user
    return called


def _shapes(hint: object) -> tuple[type, ...]:
    """The types that a hint allows if one of them is an array's; those in a container are not looked at."""
    kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    kinds = tuple(get_origin(kind) or kind for kind in kinds)
    are_known = Any not in kinds and all(isinstance(kind, type) for kind in kinds)
    arrays = are_known and any(issubclass(kind, jaxtyping.AbstractArray) for kind in kinds)
    return kinds if arrays and "+" not in repr(hint) else ()


def _shown(value: object) -> str:
    kind = type(value).__name__
    return f"{kind} {value.dtype}{list(value.shape)}" if hasattr(value, "shape") else f"{kind} {value!r}"


settings.register_profile("ravine", derandomize=True, database=None, deadline=None)
settings.load_profile("ravine")


_QUICK_TO_COMPILE = (
    "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
    " --xla_cpu_parallel_codegen_split_count=1"
)
"""XLA takes a quarter of the time for a small program, and a piece of it is not made on every core."""


@dataclass
class OwnFolders:
    """Caches and settings of this session alone; the processes that tests start inherit them."""

    root: Path

    def enter(self) -> None:
        os.environ["JAX_NUMPY_RANK_PROMOTION"] = "raise"
        os.environ.setdefault("JAX_PLATFORMS", "cpu")
        os.environ["OMP_NUM_THREADS"] = "1"  # a process has its core: threads that wait take another's
        os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {_QUICK_TO_COMPILE}"
        # Tests compile the same programs again and again, in many processes.
        os.environ["JAX_COMPILATION_CACHE_DIR"] = str(self.root / "programs")
        os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0.3"
        os.environ["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"
        os.environ["XDG_CACHE_HOME"] = str(self.root / "cache")
        os.environ["MPLCONFIGDIR"] = str(self.root / "matplotlib")
        for name in ("cache", "matplotlib"):
            (self.root / name).mkdir(parents=True, exist_ok=True)


def keep_bytecode() -> None:
    """Let Python keep what it compiles: rewritten asserts and checked shapes cost a process ten seconds."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def collect_seldom() -> None:
    """Let Python seldom look for garbage, which takes a twentieth of the time where much is traced."""
    gc.set_threshold(100_000, 50, 100)


def install_checks() -> None:
    jaxtyping.install_import_hook("ravine", None)
    jaxtyping.jaxtyped = check_shapes  # what the hook decorates with


def pytest_configure(config: pytest.Config) -> None:
    keep_bytecode()
    collect_seldom()
    install_checks()
    shared = os.environ.get("RAVINE_TEST_FOLDER")
    if shared is None:
        shared = tempfile.mkdtemp(prefix="ravine-tests-")
        os.environ["RAVINE_TEST_FOLDER"] = shared
        config.add_cleanup(lambda: shutil.rmtree(shared, ignore_errors=True))
        config.add_cleanup(lambda: os.environ.pop("RAVINE_TEST_FOLDER"))
    OwnFolders(Path(shared)).enter()


_MOST_MAPS = 20_000
"""Of the 65530 pieces of memory that Linux gives a process; LLVM takes a few for every compiled program."""


@pytest.fixture(scope="module", autouse=True)
def _let_programs_go() -> Iterator[None]:
    """Forget what JAX compiled for a module, before the process runs out of pieces of memory."""
    yield
    maps = Path("/proc/self/maps")
    if "jax" in sys.modules and maps.exists() and maps.read_bytes().count(b"\n") > _MOST_MAPS:
        sys.modules["jax"].clear_caches()


@dataclass(frozen=True)
class CommandLine:
    """`ravine` in this process, its outcome checked."""

    runner: CliRunner

    def __call__(self, *arguments: object) -> Result:
        import jax  # noqa: F401 - what has threads is not forked: all is computed in this process

        from ravine.cli._command import ravine

        result = self.runner.invoke(ravine, [str(argument) for argument in arguments], prog_name="ravine")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def works(self, *arguments: object) -> Result:
        result = self(*arguments)
        assert result.exit_code == 0, result.output
        return result

    def fails(self, *arguments: object, status: int = 2) -> str:
        """The one line that a command which fails leaves on standard error, and nothing else."""
        result = self(*arguments)
        assert result.exit_code == status, (result.exit_code, result.output)
        assert result.stdout == ""
        line, *rest = result.stderr.splitlines()
        assert rest == []
        assert line.startswith("Error: ")
        assert line.endswith((".", ")", "?"))
        return line


@pytest.fixture(scope="session")
def command_line() -> CommandLine:
    return CommandLine(CliRunner())


@pytest.fixture
def ravine(command_line: CommandLine) -> Callable[..., Result]:
    return command_line


@contextmanager
def _compilations() -> Iterator[list[float]]:
    import jax

    compiled: list[float] = []

    def listen(event: str, seconds: float, **_: object) -> None:
        if event == "/jax/core/compile/backend_compile_duration":
            compiled.append(seconds)

    jax.monitoring.register_event_duration_secs_listener(listen)
    try:
        yield compiled
    finally:
        jax.monitoring.unregister_event_duration_listener(listen)


@pytest.fixture
def compilations() -> Callable[[], Any]:
    """The seconds of each program that XLA compiles within a block."""
    return _compilations


@contextmanager
def _full_disk(size: int) -> Iterator[None]:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limit[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)


@pytest.fixture
def full_disk() -> Callable[[int], AbstractContextManager[None]]:
    """A block in which no file can grow past a number of bytes."""
    return _full_disk


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def scenes() -> "Scenes":
    return Scenes()


class Scenes:
    """Scenes made by hand: backgrounds and runs whose every number is known, without JAX."""

    START = (-1.5, 1.2)

    def background(self, **facts: Any) -> "Background":
        """A bowl, or whatever the facts say."""
        from ravine.renderer import Background

        bowl = {
            "title": "Bowl",
            "equation": "x^2 + 3 y^2",
            "window": ((-2.0, 2.0), (-1.5, 1.5)),
            "start": self.START,
            "minima": ((0.0, 0.0),),
            "lowest": 0.0,
            "scale": "auto",
            "losses": lambda xs, ys: xs**2 + 3 * ys[:, None] ** 2,
        }
        return Background(**{**bowl, **facts})

    def spiral(self, run: int = 0, *, steps: int = 12) -> np.ndarray:
        """A way from the start to the origin, another one for each run."""
        turn = np.arange(steps + 1) * (0.35 + 0.11 * run) * (-1) ** run
        shrink = np.exp(-np.arange(steps + 1) * (0.05 + 0.02 * (run % 5)) * 12 / steps)
        x, y = self.START
        points = np.stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], axis=-1)
        return points * shrink[:, None]

    def run(self, points: Any, *, losses: Any = None, **facts: Any) -> "Run":
        """A run over `points`, on the bowl unless its losses are given.

        A ball called worker or read, with a number or without, is of that kind.
        """
        from ravine.renderer import Run

        points = np.asarray(points, dtype=float)
        with np.errstate(all="ignore"):
            losses = (
                points[:, 0] ** 2 + 3 * points[:, 1] ** 2 if losses is None else np.asarray(losses, float)
            )
        lost = ~(np.isfinite(points).all(-1) & np.isfinite(losses))
        at = int(lost.argmax()) if lost.any() else None
        kinds = {name: name.partition(" ")[0] for name in facts.get("markers", {})}
        common = {
            "label": "SGD",
            "note": "rate 0.01",
            "colour": "#c83800",
            "markers": {},
            "diverged_at": at,
            "kinds": {name: kind for name, kind in kinds.items() if kind in ("worker", "read")},
        }
        return Run(points=points, losses=losses, **{**common, **facts})

    def runs(self, count: int, *, steps: int = 12, label: str = "run {}", **facts: Any) -> tuple["Run", ...]:
        """As many runs, each with its own colour."""
        from ravine.renderer.style import colours

        shades = colours([f"rule {run}" for run in range(count)], theme="light")
        return tuple(
            self.run(self.spiral(run, steps=steps), label=label.format(run), colour=colour, **facts)
            for run, colour in enumerate(shades)
        )

    def scene(self, *runs: "Run", **choices: Any) -> "Scene":
        """A small, quick scene of these runs, or of three."""
        from ravine.renderer import Scene, Timing

        small = {"size": (320, 180), "timing": Timing(seconds=0.16, hold=0.2)}
        shown = {"background": self.background(), "runs": runs or self.runs(3)}
        return Scene(**{**small, **shown, **choices})

    def frames(self, *runs: "Run", **choices: Any) -> "SceneFrames":
        from ravine.renderer import SceneFrames

        return SceneFrames(self.scene(*runs, **choices))
