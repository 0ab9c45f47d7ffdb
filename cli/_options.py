"""The options of the commands, made of the fields of recipes, and the few that are no fields."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import click

from ravine import gallery
from ravine.core.catalogue import names_of
from ravine.core.options import Option, element_of, without_none
from ravine.core.recipe import BaseRecipe, Entry
from ravine.core.signature import default_of
from ravine.films import Recipe
from ravine.renderer.writers import listed
from ravine.studies import FILMS, NUMBERS, PICTURES, Options, options_of

Command = TypeVar("Command", bound=Callable[..., Any])
Decorator = Callable[[Command], Command]


def complete(*kinds: str) -> Callable[..., list[str]]:
    """Completion of the names of all entries of these kinds, or of every kind."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
        del ctx, param
        names = (name for kind in kinds or ("",) for name in names_of(kind))
        return [name for name in names if name.startswith(incomplete)]

    return complete


landscape_argument = click.argument("landscape", required=False, shell_complete=complete("landscape"))
networks_argument = click.argument(
    "networks", nargs=-1, metavar="[NETWORK]...", shell_complete=complete("network")
)
name_argument = click.argument("name", shell_complete=complete())
recipes_argument = click.argument("names", nargs=-1, shell_complete=complete("recipe", "study"))
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")

_HOSTS = (
    click.option(
        "--coordinator", metavar="HOST:PORT", help="Share the work with other hosts: where process 0 is."
    ),
    click.option("--processes", type=int, metavar="N", help="How many processes there are in all."),
    click.option("--process", type=int, metavar="I", help="Which of them this is, from 0."),
)
_ENDS = (
    click.option("--from", "start", metavar="FILE", help="A checkpoint to begin at: .safetensors or .npz."),
    click.option("--to", "end", metavar="FILE", help="A checkpoint to end at."),
)


def recipe_option(kind: str) -> Decorator[Any]:
    """The option that names a recipe to start from, of films or of studies."""
    return click.option(
        "--recipe",
        metavar="NAME|FILE.toml",
        shell_complete=complete(kind),
        help="Start from a recipe; other options override it.",
    )


def film_options(*parts: str) -> Decorator[Any]:
    """The fields of a film's recipe that these parts of a film depend on, as options, and `--recipe`."""
    entries = [entry for entry in Recipe.entries() if entry.about.part in parts]
    return _all_of(
        [*(_as_option(entry, Recipe) for entry in entries if _is_option(entry)), recipe_option("recipe")]
    )


def look_options(*names: str) -> Decorator[Any]:
    """Single fields of a film's recipe as options."""
    return _all_of([_as_option(entry, Recipe) for entry in Recipe.entries() if entry.name in names])


def study_options(command: str) -> Decorator[Any]:
    """The fields of a study's options, those of its own first, and what all studies have beside fields."""
    options = options_of(command)
    common = {entry.name for entry in Options.entries()}
    listed = [it for it in options.entries() if it.name not in options.unlisted and _is_option(it)]
    listed.sort(key=lambda entry: entry.name in common)
    names = {entry.name for entry in listed}
    return _all_of(
        [
            networks_argument,
            *(_as_option(entry, options) for entry in listed),
            *(_ENDS if "points" in names else ()),
            *(_HOSTS if "memory" in names else ()),
            recipe_option("study"),
            _study_output(films=command == "plane"),
            quiet_option,
        ]
    )


def _study_output(*, films: bool) -> Decorator[Any]:
    """The option that names the files of a study."""
    film = f", a film ({listed(FILMS)})" if films else ""
    return click.option(
        "-o",
        "--output",
        "outputs",
        multiple=True,
        type=click.Path(path_type=str),
        help=f"A picture ({listed(PICTURES)}){film} or numbers ({listed(NUMBERS)}); "
        "give it several times for several files.",
    )


def _all_of(options: Iterable[Decorator[Any]]) -> Decorator[Any]:
    def add(command: Command) -> Command:
        for option in reversed([*options]):
            command = option(command)
        return command

    return add


def _is_option(entry: Entry) -> bool:
    return entry.about.flags != ()


def _flags(entry: Entry) -> tuple[str, ...]:
    return entry.about.flags or (f"--{entry.name.replace('_', '-')}",)


def _as_option(entry: Entry, recipe: type[BaseRecipe]) -> Decorator[Any]:
    """A field as an option: its flags, its type and its help text."""
    kind, about = without_none(entry.kind), entry.about
    element = element_of(kind)
    flags = _flags(entry)
    if kind is bool:
        flags = (f"{flags[0]}/--no-{flags[0][2:]}",)
    return click.option(
        *flags,
        entry.name,
        metavar=about.metavar,
        multiple=element is not None,
        help=_help(entry, recipe),
        shell_complete=complete(about.completes) if about.completes else None,
        **_type(kind if element is None else element, about),
    )


def _type(kind: Any, about: Option) -> dict[str, Any]:
    """Return the keyword arguments by which click reads a value of this type."""
    parts = get_args(kind)
    if kind is bool:
        return {"default": None}
    if get_origin(kind) is Literal:
        bare = {"is_flag": False, "flag_value": about.bare} if about.bare else {}
        return {"type": click.Choice([*parts, *filter(None, [about.none])]), **bare}
    if about.read is not None and about.accepts == "str":
        return {"type": _Text(about)}
    if get_origin(kind) is tuple:
        return {"type": parts[0], "nargs": len(parts)} if len(set(parts)) == 1 else {"type": parts}
    return {"type": kind} if kind in (int, float) else {}


class _Text(click.ParamType):
    """A text that a field is read from, such as 1280x720."""

    def __init__(self, about: Option) -> None:
        self.name = about.metavar or "text"
        self._read: Any = about.read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Convert a text to the value of the field."""
        del param, ctx
        return self._read(value)


def _help(entry: Entry, recipe: type[BaseRecipe]) -> str:
    """The field's meaning with the names of fields as they are typed, and its default."""
    flags = {it.name: _flags(it)[-1] if _is_option(it) else it.name.upper() for it in recipe.entries()}
    text = re.sub(r"`(\w+)`", lambda found: flags.get(found[1], found[1]), entry.about.help)
    several = " May be given several times." if element_of(without_none(entry.kind)) is not None else ""
    usual = default_of(entry)
    if entry.kind is bool:
        usual = flags[entry.name] if entry.default else ""
    return f"{text}{several}" + (f"  [default: {usual}]" if usual else "")


def recipe_from(options: dict[str, Any]) -> Recipe:
    """The recipe of the options that were given, over the one that `recipe` names."""
    name = options.pop("recipe", None)
    base = gallery.load(name) if name else Recipe()
    given = {key: value for key, value in options.items() if value is not None and value != ()}
    if "function" in given and "landscape" in given:
        raise click.UsageError("LANDSCAPE and --function both say what to descend; give one of them.")
    if given.get("random_start") and "start" not in given:
        given["start"] = None
    if "start" in given and "random_start" not in given:
        given["random_start"] = False
    return base.replace(**given)


def default_output(options: dict[str, Any], ending: str) -> Path:
    """The default path of a film: named after its recipe or its landscape, in this folder."""
    recipe = options.get("recipe")
    if recipe:
        return Path(f"{Path(recipe).stem}{ending}")
    return Path(f"{'function' if options.get('function') else options.get('landscape') or 'beale'}{ending}")
