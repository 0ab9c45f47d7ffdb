"""The options that animate and trace share, and the recipe that they make."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ravine import gallery, landscapes, optimizers
from ravine.core.recipe import read_size
from ravine.films import Recipe
from ravine.landscapes import networks

Command = TypeVar("Command", bound=Callable[..., Any])


def complete(names: Callable[[], tuple[str, ...]]) -> Callable[..., list[str]]:
    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
        del ctx, param
        return [name for name in names() if name.startswith(incomplete)]

    return complete


def _any_name() -> tuple[str, ...]:
    from ravine.optimizers import schedules

    lists = (landscapes, optimizers, schedules, networks, gallery)
    return (*(name for listed in lists for name in listed.names()), *gallery.study_names())


landscape_argument = click.argument("landscape", required=False, shell_complete=complete(landscapes.names))
name_argument = click.argument("name", shell_complete=complete(_any_name))
recipes_argument = click.argument("names", nargs=-1, shell_complete=complete(gallery.names))
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")


class SizeType(click.ParamType):
    """A size such as 1280x720."""

    name = "WIDTHxHEIGHT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Width and height in pixels."""
        del param, ctx
        return read_size(value) if isinstance(value, str) else value


_DESCENT = (
    click.option(
        "-O",
        "--optimizer",
        "optimizers",
        metavar="SPEC",
        multiple=True,
        shell_complete=complete(optimizers.names),
        help="An optimizer: name, name:key=value,key=value or name@label:...; give it once for each run. "
        "[default: the seven common rules]",
    ),
    click.option("--start", type=float, nargs=2, metavar="X Y", help="Where all descents start."),
    click.option("--random-start", is_flag=True, default=None, help="Draw the start by --seed."),
    click.option("--steps", type=int, help="How many steps.  [default: 200]"),
    click.option(
        "--rates",
        type=click.Choice(["tuned", "published"]),
        help="Rates that are not given: tuned to the landscape, or the catalogue's.  [default: tuned]",
    ),
    click.option(
        "--function",
        metavar="F",
        help='A formula in x and y, such as "x**2 + 3*sin(y)", or package.module:name.',
    ),
    click.option(
        "--domain", type=float, nargs=4, metavar="X0 X1 Y0 Y1", help="Where --function is looked at."
    ),
    click.option(
        "--window", type=float, nargs=4, metavar="X0 X1 Y0 Y1", help="The part of the landscape in view."
    ),
    click.option(
        "--recipe",
        metavar="NAME|FILE.toml",
        shell_complete=complete(gallery.names),
        help="Start from a recipe; other options override it.",
    ),
    click.option("--seed", type=int, help="Of what is drawn at random.  [default: 0]"),
    click.option(
        "--batch-size",
        metavar="N|full",
        help="On a finite sum: how many examples each step sees.  [default: 8]",
    ),
    click.option(
        "--batch-order",
        type=click.Choice(["shuffled", "replacement", "curriculum"]),
        help="Each example once an epoch, drawn independently, or the easy ones first.  [default: shuffled]",
    ),
    click.option(
        "--noise", type=float, metavar="SIGMA", help="Add noise to every gradient; the picture says so."
    ),
    click.option(
        "--noise-shape",
        type=click.Choice(["normal", "uniform"]),
        help="How noise is distributed; uniform lies between -SIGMA and SIGMA.  [default: normal]",
    ),
    click.option(
        "--early-stopping",
        type=int,
        metavar="PATIENCE",
        help="On a finite sum: stop a run once its loss on held-out examples has not fallen for so many "
        "steps.",
    ),
    click.option(
        "--control/--no-control",
        default=None,
        help="Show a method with delays beside itself without them, and a run that may be stopped early "
        "beside itself unstopped.  [default: --control]",
    ),
)


def descent_options(command: Command) -> Command:
    """The options that say what descends where."""
    for option in reversed(_DESCENT):
        command = option(command)
    return command


def recipe_from(options: dict[str, Any]) -> Recipe:
    """The recipe of the options that were given, over the one that `recipe` names."""
    name = options.pop("recipe", None)
    base = gallery.load(name) if name else Recipe()
    given = {key: value for key, value in options.items() if value is not None and value != ()}
    if "function" in given and "landscape" in given:
        raise click.UsageError("LANDSCAPE and --function both say what to descend; give one of them.")
    if "landscape" in given and base.function:
        given |= {"function": None, "domain": given.get("domain")}
    if given.get("show_vectors") == "none":
        given["show_vectors"] = None
    if given.get("random_start") and "start" not in given:
        given["start"] = None
    if "start" in given and "random_start" not in given:
        given["random_start"] = False
    return base.replace(**given)


def default_output(options: dict[str, Any], ending: str) -> Path:
    """Where a film goes when no path is given: named after its recipe or its landscape, in this folder."""
    recipe = options.get("recipe")
    if recipe:
        return Path(f"{Path(recipe).stem}{ending}")
    return Path(f"{'function' if options.get('function') else options.get('landscape') or 'beale'}{ending}")
