"""Makes films in fresh processes, with ravine and with the baseline, and takes their cost."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Thread
from time import perf_counter, sleep
from typing import Any, NamedTuple

import click

HERE = Path(__file__).parent
RAVINE = [sys.executable, "-c", "from ravine.cli import main; main()"]
FPS = 25.0
FRAMES = 120
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
HAS_GIFSICLE = shutil.which("gifsicle") is not None


class Cost(NamedTuple):
    """What a process took: seconds on the clock, and its peak resident memory in bytes."""

    seconds: float
    peak: int


@dataclass(frozen=True, kw_only=True)
class Case:
    """A film to make."""

    size: str
    panels: str
    view: str = "contour"
    frames: int = FRAMES

    @property
    def name(self) -> str:
        """As in the tables."""
        return f"{self.view} {self.size}, {'bare view' if self.panels == 'none' else 'with panels'}"

    @property
    def recipe(self) -> dict[str, Any]:
        """The film in ravine's terms, without hold so that every frame stands equally long."""
        camera = {"azimuth": -115.0, "elevation": 38.0} if self.view == "surface" else {}
        length = {"seconds": self.frames / FPS, "fps": FPS, "hold": 0.0}
        return {"size": self.size, "panels": self.panels, "view": self.view, **camera, **length}

    @property
    def command(self) -> list[str]:
        """The command line that makes it."""
        options = [part for key, value in self.recipe.items() for part in (f"--{key}", str(value))]
        return [*RAVINE, "animate", "beale", *options, "--quiet"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What was measured of a case; costs are a round each, sizes are in bytes.

    Attributes:
        theirs: The baseline.
        first: ravine with an empty cache, so that JAX compiles.
        anew: ravine with the programs that were compiled then, so that it computes.
        again: ravine with the numbers that were computed then, so that it draws.
        smaller: The files' sizes after gifsicle -O3; those of the files themselves where there is none.
        decibels: PSNR of ravine's GIF against its own frames: of the film, and of its worst frame.
    """

    case: Case
    theirs: list[Cost]
    first: list[Cost]
    anew: list[Cost]
    again: list[Cost]
    sizes: tuple[int, int]
    smaller: tuple[int, int]
    decibels: tuple[float, float]

    @property
    def faster(self) -> tuple[float, float, float]:
        """How many times as fast ravine is the first time, computing anew, and drawing again."""
        theirs, *ours = (middle(costs).seconds for costs in (self.theirs, self.first, self.anew, self.again))
        first, anew, again = (theirs / seconds for seconds in ours)
        return first, anew, again

    @property
    def share(self) -> float:
        """What part ravine's bytes are of the baseline's after gifsicle."""
        return self.sizes[1] / self.smaller[0]

    @property
    def gain(self) -> float:
        """The part that gifsicle takes off ravine's file."""
        return 1.0 - self.smaller[1] / self.sizes[1]


class Helpers(Thread):
    """Watches a process and those that it starts, on Linux.

    The peak is that of the sum of their resident memories, a page that two of them share counted twice. It
    is 0 where no other process was started.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = str(pid)
        self._children = Path(f"/proc/{pid}/task/{pid}/children")
        self._several = False
        self._peak = 0
        self.start()

    @property
    def peak(self) -> int:
        """In bytes."""
        return self._peak if self._several else 0

    def run(self) -> None:
        """Look until the process is gone."""
        while True:
            sleep(0.01)
            try:
                children = self._children.read_text().split()
            except OSError:
                return
            self._several = self._several or bool(children)
            self._peak = max(self._peak, sum(map(_resident, (self._pid, *children))))


def _resident(pid: str) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


class Bench:
    """Runs processes in a folder of their own, with caches of their own.

    One film is made at the start that does not count: it brings the files into memory.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # matplotlib's list of fonts is no part of the comparison: both find it made.
        self._environment = {**os.environ, "MPLCONFIGDIR": str(folder / "matplotlib")}
        self._environment.pop("JAX_COMPILATION_CACHE_DIR", None)
        self.length(FRAMES, 1)

    def run(self, command: Sequence[str | Path], *, cache: Path | None = None) -> Cost:
        """Run a process to its end.

        Raises:
            ClickException: it failed; the message has its last words.
        """
        environment = {**self._environment, "XDG_CACHE_HOME": str(cache or self.folder / "cache")}
        with (self.folder / "log").open("w+b") as log:
            begun = perf_counter()
            process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)
            helpers = Helpers(process.pid)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise click.ClickException(f"{command} ended with {process.returncode}:\n{self.log[-2000:]}")
        return Cost(seconds, helpers.peak or usage.ru_maxrss * PEAK_UNIT)

    @property
    def log(self) -> str:
        """What the last process has said."""
        return (self.folder / "log").read_text("utf-8", "replace")

    def script(self, name: str, *arguments: str | Path) -> Cost:
        """Run a script of this folder."""
        return self.run([sys.executable, HERE / name, *arguments])

    def ravine(self, case: Case, target: Path, *, cache: Path | None = None) -> Cost:
        """Make a film with ravine."""
        return self.run([*case.command, "--output", str(target)], cache=cache)

    def shrunk(self, film: Path) -> int:
        """The size after gifsicle -O3, or as it is where there is no gifsicle."""
        if not HAS_GIFSICLE:
            return film.stat().st_size
        small = self.folder / "small.gif"
        self.run(["gifsicle", "-O3", film, "-o", small])
        return small.stat().st_size

    def measure(self, case: Case, rounds: int) -> Result:
        """Make the film both ways, in turn."""
        recipe, scene = json.dumps(case.recipe), self.folder / "scene.json"
        theirs_film, our_film = self.folder / "theirs.gif", self.folder / "ours.gif"
        self.script("film_scene.py", "scene", recipe, scene)
        theirs, first, anew, again = [], [], [], []
        for _ in range(rounds):
            with tempfile.TemporaryDirectory(dir=self.folder) as cache:
                theirs.append(self.script("film_baseline.py", scene, theirs_film))
                first.append(self.ravine(case, our_film, cache=Path(cache)))
                shutil.rmtree(Path(cache, "ravine", "numbers"))
                anew.append(self.ravine(case, our_film, cache=Path(cache)))
                again.append(self.ravine(case, our_film, cache=Path(cache)))
        self.script("film_scene.py", "fidelity", recipe, our_film)
        fidelity = json.loads(self.log.splitlines()[-1])
        return Result(
            case=case,
            theirs=theirs,
            first=first,
            anew=anew,
            again=again,
            sizes=(theirs_film.stat().st_size, our_film.stat().st_size),
            smaller=(self.shrunk(theirs_film), self.shrunk(our_film)),
            decibels=(fidelity["film"], fidelity["worst"]),
        )

    def length(self, frames: int, rounds: int) -> Cost:
        """The median cost of a bare contour of so many frames."""
        case = Case(size="640x480", panels="none", frames=frames)
        return middle([self.ravine(case, self.folder / "long.gif") for _ in range(rounds)])


def middle(costs: Sequence[Cost]) -> Cost:
    """The medians."""
    seconds, peaks = zip(*costs, strict=True)
    return Cost(median(seconds), round(median(peaks)))
