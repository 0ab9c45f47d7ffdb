"""The base of every recipe, and the options that recipes of films and of studies have in common."""

import difflib
import json
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import Field, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self, get_type_hints

from ravine.core.options import Option, check_value, inherited, option_of, read_value
from ravine.core.options import RecipeError as RecipeError

SMALLEST = 64
LARGEST = 8192
"""Pixels of a side."""


class Entry(NamedTuple):
    """A field of a recipe: its name, its type, its default and what else is known of it."""

    name: str
    kind: Any
    default: Any
    about: Option


@dataclass(frozen=True, kw_only=True)
class BaseRecipe:
    """A film's or a study's complete choices, in one record that a file, a call or a command holds.

    Attributes:
        noun: The kind of thing that the recipe makes.
        unlisted: Fields that change nothing of it.
    """

    noun: ClassVar[str] = "recipe"
    unlisted: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        """Let a field that has another default here be known as in the base, and say what all of them are."""
        bases = (getattr(base, "__dataclass_fields__", {}) for base in cls.__bases__)
        known = {it.name: it.metadata for base in bases for it in base.values() if it.metadata}
        own: dict[str, Option] = {}
        for name in cls.__annotations__:
            value = vars(cls).get(name)
            if isinstance(value, Field):
                own[name] = option_of(value.metadata)
            elif name in known:
                setattr(cls, name, inherited(value, known[name]))
        lines = [f"    {name}: {about.help} {about.python}".rstrip() for name, about in own.items()]
        cls.__doc__ = (
            "\n".join([f"{cls.__doc__}".rstrip(), "", "Attributes:", *lines]) if lines else cls.__doc__
        )

    def __post_init__(self) -> None:
        for name, kind, _, about in self.entries():
            check_value(name, getattr(self, name), kind, about)
        self.check()

    def check(self) -> None:
        """Refuse values that exclude each other.

        Raises:
            RecipeError: naming them.
        """

    @classmethod
    def entries(cls) -> tuple[Entry, ...]:
        """The fields, in their order."""
        return _entries(cls)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """A recipe from the keys and values of a file, a call or a command.

        Raises:
            RecipeError: a key is unknown, or a value is of the wrong kind.
        """
        known = {entry.name: entry for entry in cls.entries()}
        check_keys(values, known, lacking=f"A {cls.noun} has no option")
        return cls(
            **{key: read_value(value, known[key].kind, known[key].about) for key, value in values.items()}
        )

    def replace(self, **values: Any) -> Self:
        """The recipe with other values for some keys."""
        return type(self).of({**self.values, **values})

    @property
    def values(self) -> dict[str, Any]:
        """The values by key, as they are."""
        return {entry.name: getattr(self, entry.name) for entry in self.entries()}

    def described(self) -> str:
        """The recipe as one line of JSON, without what has its default."""
        values = self.values
        chosen = {
            entry.name: values[entry.name]
            for entry in self.entries()
            if not _same(values[entry.name], entry.default)
        }
        chosen.setdefault("seed", values["seed"])
        if "optimizers" in chosen:
            chosen["optimizers"] = texts_of(chosen["optimizers"])
        return json.dumps(chosen, default=name_of, ensure_ascii=False)


@cache
def _entries(cls: type[BaseRecipe]) -> tuple[Entry, ...]:
    kinds = get_type_hints(cls)
    return tuple(Entry(it.name, kinds[it.name], it.default, option_of(it.metadata)) for it in fields(cls))


def _same(value: Any, default: Any) -> bool:
    """Tell whether a value is the default; arrays and a user's objects, which may compare oddly, are not."""
    if value is default:
        return True
    return isinstance(value, str | int | float | tuple) and value == default


def read_recipe_file(path: Path) -> dict[str, Any]:
    """The keys and values of a recipe's file.

    Raises:
        RecipeError: it cannot be read, or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RecipeError(f"The recipe {str(path)!r} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"The recipe {str(path)!r} is not TOML: {error}.") from None


def read_size(size: Any) -> Any:
    """Width and height from a text such as "1280x720"; what is no text is left as it is.

    Raises:
        RecipeError: the text is not of this form.
    """
    if not isinstance(size, str):
        return size
    width, cross, height = size.lower().replace("×", "x").partition("x")
    if not (cross and width.strip().isdecimal() and height.strip().isdecimal()):
        raise RecipeError(f"A size is WIDTHxHEIGHT in pixels, such as 1280x720; got {size!r}.")
    return int(width), int(height)


def _check_size(size: tuple[int, int]) -> None:
    if not all(SMALLEST <= side <= LARGEST for side in size):
        width, height = size
        raise RecipeError(f"size must have sides of {SMALLEST} to {LARGEST} pixels; got {width}x{height}.")


def check_keys(keys: Iterable[str], known: Collection[str], *, lacking: str) -> None:
    """Refuse a key that is not known.

    Raises:
        RecipeError: beginning with `lacking`, and naming the nearest known key or all of them.
    """
    for key in keys:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else f" It has {', '.join(sorted(known))}."
            raise RecipeError(f"{lacking} {key!r}.{hint}")


def check_optimizers(optimizers: Collection[Any]) -> None:
    """Refuse what is no optimizer, and an empty list of them.

    Raises:
        RecipeError: naming it.
    """
    if not optimizers:
        raise RecipeError("A recipe needs at least one optimizer; got none.")
    for optimizer in optimizers:
        if not (
            isinstance(optimizer, str)
            or callable(optimizer)
            or hasattr(optimizer, "rule")
            or hasattr(optimizer, "optimizer")
            or hasattr(optimizer, "update")
        ):
            raise RecipeError(
                "optimizers must be texts such as 'adam:learning_rate=0.1', or optax transformations; "
                f"got {optimizer!r}."
            )


def in_a_list(optimizers: Any) -> Any:
    """Several optimizers; one that stands alone is a list of one, and not of its fields."""
    is_record = hasattr(optimizers, "optimizer") or hasattr(optimizers, "rule")
    is_transformation = hasattr(optimizers, "init") and hasattr(optimizers, "update")
    return (optimizers,) if callable(optimizers) or is_record or is_transformation else optimizers


def read_whole_numbers(value: Any) -> Any:
    """Texts of digits as numbers, as they come from the command line; of several each."""
    if isinstance(value, list | tuple):
        return type(value)(map(read_whole_numbers, value))
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def name_of(value: object) -> str:
    """Return the name of a function or a record in a text."""
    names = (getattr(value, key, None) for key in ("name", "label", "__name__"))
    return str(next(filter(None, names), type(value).__name__))


def texts_of(optimizers: Iterable[Any]) -> list[str]:
    """Optimizers as they are written, and in brackets those that no text names."""
    return [it if isinstance(it, str) else f"<{name_of(it).strip('<>')}>" for it in optimizers]


OPTIMIZERS = Option(
    "An update rule, one for each run: adam, adam:learning_rate=0.1 or adam@label:learning_rate=0.1. A rate "
    "that is not given is tuned.",
    python="Settings, records of the catalogue, optax transformations and functions that build one, too.",
    flags=("-O", "--optimizer"),
    metavar="SPEC",
    part="runs",
    completes="optimizer",
    read=in_a_list,
    check=check_optimizers,
    accepts="Callable[..., Any] | Optimizer | Setting",
)
STEPS = Option("How many steps each run takes.", least=1, most=100_000, part="runs")
SEED = Option("The seed of all that is drawn at random.", least=0, part="runs")
BATCH_SIZE = Option(
    "How many examples each step sees, or full for all of them.",
    metavar="N|full",
    kind="a whole number of examples, at least 1, or full",
    least=1,
    part="runs",
    read=read_whole_numbers,
)
BATCH_ORDER = Option(
    "How examples are drawn: each once an epoch (shuffled), or independently of each other (replacement).",
    part="runs",
)
EARLY_STOPPING = Option(
    "Stop a run once its loss on held-out examples has not improved for this many steps.",
    metavar="PATIENCE",
    least=1,
    part="runs",
)
THEME = Option("The colours.")
SIZE = Option(
    "Width and height in pixels.",
    usual="1280x720",
    metavar="WIDTHxHEIGHT",
    read=read_size,
    check=_check_size,
    accepts="str",
)
TITLE = Option("The title.", kind="a text in quotes")
ABOUT = Option("What to watch for, in a sentence.", flags=(), kind="a text in quotes")
SECONDS = Option("How long the film moves, in seconds.", least=0.1, most=3600, interval=True)
FPS = Option("Frames a second.", least=1, most=120, interval=True)
HOLD = Option("For how many seconds the last frame stands.", least=0, most=600, interval=True)
LOOPS = Option("How often the film plays; 0 is for ever.", least=0, most=65_535, interval=True)
STEPS_PER_FRAME = Option("An even pace in place of `seconds`.", least=1e-3, most=1e6, interval=True)
