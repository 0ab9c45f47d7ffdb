"""The options of studies: what is trained on what, how, what is measured, and the look of the picture."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self

from ravine.core.options import Option, option
from ravine.core.recipe import (
    ABOUT,
    BATCH_ORDER,
    BATCH_SIZE,
    EARLY_STOPPING,
    OPTIMIZERS,
    SEED,
    SIZE,
    STEPS,
    THEME,
    TITLE,
    BaseRecipe,
    RecipeError,
)

MOST_POINTS = 100_000
"""On a line or a curve."""

SCALE = Option("The scale of the losses.")
BATCH_NORM = Option(
    "Batch norm by its stored statistics (inference), or by those of the training examples, recomputed at "
    "every point.",
    usual="recomputed",
)


@dataclass(frozen=True, kw_only=True)
class Options(BaseRecipe):
    """The options that every study has: its subject and its look."""

    noun: ClassVar[str] = "study"
    default_batch_norm: ClassVar[Literal["inference", "recomputed"]] = "recomputed"

    networks: tuple[str, ...] = option(
        ("mlp",),
        Option(
            "A network, as mlp:activation=tanh; each has a curve or a row where a picture has several.",
            flags=(),
            completes="network",
        ),
    )
    data: str = option(
        "digits",
        Option(
            "digits, mnist, moons, or the path of a .npz file with x and y.",
            metavar="NAME|FILE.npz",
            accepts="Path",
        ),
    )
    optimizers: tuple[Any, ...] = option(("momentum:learning_rate=0.05",), OPTIMIZERS)
    steps: int = option(1000, STEPS)
    batch_size: tuple[int | Literal["full"], ...] = option(
        (100,),
        replace(
            BATCH_SIZE,
            help=f"{BATCH_SIZE.help} One size for all runs, or one for each optimizer.",
            usual="100, or all if there are fewer",
        ),
    )
    batch_order: Literal["shuffled", "replacement"] = option("shuffled", BATCH_ORDER)
    keep_every: int = option(10, Option("Keep every Kth iterate.", metavar="K", least=1))
    weight_decay: float = option(0.0, Option("Add this times the parameters to every gradient.", least=0))
    early_stopping: int | None = option(None, EARLY_STOPPING)
    seed: int = option(0, replace(SEED, most=2**31 - 1))
    batch_norm: Literal["inference", "recomputed"] | None = option(None, BATCH_NORM)
    objective: Any = option(
        None,
        Option(
            "A loss of your own: a function of a dictionary of arrays, or an Objective.",
            python="A function of any pytree.",
            metavar="package.module:loss",
        ),
    )
    points: tuple[Any, ...] = option(
        (), Option("A checkpoint: .safetensors or .npz.", python="Any pytree, too.", metavar="FILE")
    )
    fixed: tuple[str, ...] = option(
        (),
        Option(
            "Hold fixed the leaves of given points whose names match this pattern, such as 'encoder.*' or "
            "'*.bias', beside stored statistics such as running_mean; 'none' holds nothing fixed.",
            metavar="PATTERN",
        ),
    )
    memory: int = option(
        1024,
        Option("The memory that evaluating many points may take, in megabytes.", metavar="MB", least=1),
    )
    keep: bool = option(
        True,
        Option(
            "Keep trained networks and half-done grids in the user's cache folder for the next call.",
            flags=("--cache",),
        ),
    )
    theme: Literal["light", "dark"] = option("light", THEME)
    size: tuple[int, int] = option((1280, 720), SIZE)
    title: str = option("", replace(TITLE, usual="what the picture shows"))
    about: str = option("", ABOUT)

    def check(self) -> None:
        if not self.networks:
            raise RecipeError("A study needs at least one of its networks; got none.")
        if len(self.batch_size) not in (1, len(self.optimizers)):
            raise RecipeError(
                "batch_size is given once for all optimizers, or once for each; got "
                f"{len(self.batch_size)} of it and {len(self.optimizers)} of them."
            )
        if self.fixed and not self.points:
            raise RecipeError(
                "fixed is of points that are given; a network that is trained here moves as a whole. Give "
                "points, or leave fixed out."
            )

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        if "batch_size" not in values:
            values = {**values, "batch_size": cls._usual_batch_size(values)}
        return super().of(values)

    @classmethod
    def _usual_batch_size(cls, values: Mapping[str, Any]) -> tuple[int | str, ...]:
        """The default, with no more examples than a file of data has to train on."""
        from ravine.landscapes.networks import training_examples

        count = None if "objective" in values else training_examples(values.get("data", cls.data))
        return tuple(
            size if count is None or isinstance(size, str) else min(size, count) for size in cls.batch_size
        )

    def check_film(self) -> None:
        """Refuse a film that would show nothing; pictures are not its matter.

        Raises:
            ValueError: naming what is wrong.
        """

    @property
    def policy(self) -> Literal["inference", "recomputed"]:
        """The source of batch norm's statistics."""
        return self.batch_norm or self.default_batch_norm


@dataclass(frozen=True, kw_only=True)
class LineOptions(Options):
    """The options of `ravine line` besides those of every study."""

    noun: ClassVar[str] = "line"

    between: Literal["start,solution", "solution,solution", "random,solution", "solution,permuted"] = option(
        "start,solution",
        Option(
            "The ends of the line: where a training starts and ends, the solutions of two seeds, another "
            "random start and a solution, or a solution and itself with its hidden units reordered."
        ),
    )
    alphas: tuple[float, float, int] = option(
        (0.0, 1.0, 201),
        Option("From, to, and at how many points; 0 is the first end and 1 the second.", metavar="A B N"),
    )
    zoom: bool = option(True, Option("Look closely at both ends."))
    scale: Literal["auto", "linear", "log"] = option("linear", SCALE)

    def check(self) -> None:
        super().check()
        low, high, count = self.alphas
        if not (low < high and 2 <= count <= MOST_POINTS):
            raise RecipeError(
                f"alphas go from A up to B at 2 to {MOST_POINTS} points; got {low:g} {high:g} {count}."
            )


@dataclass(frozen=True, kw_only=True)
class WalkOptions(Options):
    """The options of `ravine walk` besides those of every study."""

    noun: ClassVar[str] = "walk"

    optimizers: tuple[Any, ...] = ("sgd@GD:learning_rate=1", "sgd@SGD:learning_rate=1")
    batch_size: tuple[int | Literal["full"], ...] = option(
        ("full", 100),
        replace(
            BATCH_SIZE,
            help=f"{BATCH_SIZE.help} One size for all runs, or one for each optimizer.",
            usual="full, and 100 or half of them",
        ),
    )
    steps: int = 100
    keep_every: int = 1
    sharpness_every: int = option(
        5, Option("Find the Hessian's largest eigenvalue at every Kth update.", metavar="K", least=1)
    )

    def check(self) -> None:
        super().check()
        if self.keep_every != 1:
            raise RecipeError(f"A walk looks at every update: keep_every is 1; got {self.keep_every}.")

    @classmethod
    def _usual_batch_size(cls, values: Mapping[str, Any]) -> tuple[int | str, ...]:
        """As for every study; chosen optimizers see minibatches unless their size is chosen too.

        Of few examples SGD sees a half: it would be gradient descent otherwise.
        """
        *full, usual = super()._usual_batch_size(values)
        if "optimizers" in values:
            return (usual,)
        is_few = isinstance(usual, int) and usual != cls.batch_size[-1]
        return (*full, max(1, int(usual) // 2) if is_few else usual)


@dataclass(frozen=True, kw_only=True)
class SpectrumOptions(Options):
    """The options of `ravine spectrum` besides those of every study."""

    noun: ClassVar[str] = "spectrum"
    unlisted: ClassVar[tuple[str, ...]] = ("memory",)
    default_batch_norm: ClassVar[Literal["inference", "recomputed"]] = "inference"

    batch_norm: Literal["inference", "recomputed"] | None = option(
        None, replace(BATCH_NORM, usual="inference")
    )
    at: Literal["solution", "start"] = option(
        "solution", Option("The point: the end of a training, or its start.")
    )
    top: int = option(5, Option("How many of the largest eigenvalues.", metavar="N", least=1, most=100))
    bottom: int = option(5, Option("How many of the smallest ones.", metavar="N", least=1, most=100))

    def check(self) -> None:
        super().check()
        _check_single(self)
        if len(self.points) > 1:
            raise RecipeError(f"A spectrum is that at one point; got {len(self.points)} of them.")


@dataclass(frozen=True, kw_only=True)
class TrainOptions(Options):
    """The options of `ravine train` besides those of every study."""

    noun: ClassVar[str] = "train"
    unlisted: ClassVar[tuple[str, ...]] = ("batch_norm", "objective", "points", "fixed", "memory")

    optimizers: tuple[Any, ...] = ("sgd", "momentum", "adam")
    target: float | None = option(
        0.1,
        Option(
            "A training loss; the first step at which each optimizer's is no higher is counted and shown."
        ),
    )

    def check(self) -> None:
        super().check()
        if self.target is not None and self.target <= 0.0:
            raise RecipeError(f"A target is a training loss above 0; got {self.target:g}.")
        if self.objective is not None or self.points:
            raise RecipeError("A network is what is trained here; an objective alone has no minibatches.")


@dataclass(frozen=True, kw_only=True)
class ConnectOptions(Options):
    """The options of `ravine connect` besides those of every study."""

    noun: ClassVar[str] = "connection"

    places: int = option(
        101,
        Option(
            "At how many points of the curve and of the line the loss is measured.",
            metavar="N",
            least=3,
            most=MOST_POINTS,
        ),
    )

    def check(self) -> None:
        super().check()
        _check_single(self)


def _check_single(options: Options) -> None:
    """Refuse what a study of a single training would leave unseen.

    Raises:
        RecipeError: there are several networks or optimizers.
    """
    for name in ("networks", "optimizers"):
        count = len(getattr(options, name))
        if count > 1:
            raise RecipeError(f"This study is of one network under one optimizer; got {count} {name}.")


_OF_TRAINING = ("optimizers", "batch_order", "keep_every", "weight_decay", "early_stopping")
_IDLE: Mapping[str, tuple[str, ...]] = {
    "connect": _OF_TRAINING,
    "line": (*_OF_TRAINING, "steps", "batch_size", "between"),
    "plane": (*_OF_TRAINING, "steps", "batch_size"),
    "spectrum": (*_OF_TRAINING, "steps", "batch_size", "at"),
    "walk": (*_OF_TRAINING, "steps", "batch_size"),
}
"""Options that have no effect where points are given, by command."""

_OF_NETWORKS = ("networks", "data", "batch_norm")


def check_keys(command: str, keys: Collection[str]) -> None:
    """Refuse what says how networks are trained where none is.

    Args:
        command: The study's.
        keys: The given keys.

    Raises:
        RecipeError: naming the keys.
    """
    if "points" not in keys:
        return
    idle, reason = _IDLE.get(command, ()), "the points are given"
    if "objective" in keys:
        idle, reason = (*_OF_NETWORKS, *idle), "the loss and the points are given"
    found = [key for key in idle if key in keys]
    if found:
        raise RecipeError(f"No network is trained where {reason}; leave out {', '.join(found)}.")
