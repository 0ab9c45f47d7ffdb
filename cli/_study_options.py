"""The options that all studies of networks share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from ravine import gallery, optimizers
from ravine.cli._options import SizeType, complete, quiet_option
from ravine.landscapes import networks

Command = TypeVar("Command", bound=Callable[..., Any])

networks_argument = click.argument(
    "networks", nargs=-1, metavar="[NETWORK]...", shell_complete=complete(networks.names)
)

_TRAINED = (
    click.option(
        "--data",
        metavar="NAME|FILE.npz",
        help="digits, mnist, moons, or a file with x and y.  [default: digits]",
    ),
    click.option(
        "-O",
        "--optimizer",
        "optimizers",
        metavar="SPEC",
        multiple=True,
        shell_complete=complete(optimizers.names),
        help="An optimizer: name or name@label:key=value,...; give it once for each run. A rate that is not "
        "given is found by trying.",
    ),
    click.option(
        "--steps", type=int, help="Minibatches that a training sees.  [default: 1000; of a walk 100]"
    ),
    click.option(
        "--batch-size",
        metavar="N|full",
        multiple=True,
        help="Examples each of them holds; once for all runs, or once for each optimizer.  [default: 100, "
        "or all if there are fewer; of a walk full, and 100 or half of them]",
    ),
    click.option(
        "--batch-order",
        type=click.Choice(["shuffled", "replacement"]),
        help="Each example once an epoch, or drawn independently.  [default: shuffled]",
    ),
    click.option(
        "--keep-every", type=int, metavar="K", help="Keep every Kth iterate.  [default: 10; of a walk 1]"
    ),
    click.option(
        "--weight-decay", type=float, help="Add this times the parameters to each gradient.  [default: 0]"
    ),
    click.option(
        "--early-stopping",
        type=int,
        metavar="PATIENCE",
        help="Stop once the test loss, measured at the iterates kept, has not fallen for so many steps.",
    ),
    click.option("--seed", type=int, help="Of weights, minibatches and directions.  [default: 0]"),
)

_GIVEN = (
    click.option(
        "--objective",
        metavar="package.module:loss",
        help="A loss of your own: a function of a dictionary of arrays, or an Objective.",
    ),
    click.option("--from", "start", metavar="FILE", help="A checkpoint to begin at: .safetensors or .npz."),
    click.option("--to", "end", metavar="FILE", help="A checkpoint to end at."),
    click.option(
        "--points", metavar="FILE", multiple=True, help="A checkpoint; give it once for each point."
    ),
    click.option(
        "--fixed",
        metavar="PATTERN",
        multiple=True,
        help="Hold leaves of the points fixed, as in 'encoder.*' or '*.bias'; give it once for each pattern. "
        "Stored statistics such as running_mean are; 'none' takes them for parameters.",
    ),
    click.option(
        "--batch-norm",
        type=click.Choice(["inference", "recomputed"]),
        help="Its statistics: the stored ones, or those of the examples at each point.",
    ),
)

_SHARED = (
    click.option(
        "--memory", type=int, metavar="MB", help="What evaluating many points may take.  [default: 1024]"
    ),
    click.option(
        "--coordinator", metavar="HOST:PORT", help="Share the work with other hosts: where process 0 is."
    ),
    click.option("--processes", type=int, metavar="N", help="How many processes there are in all."),
    click.option("--process", type=int, metavar="I", help="Which of them this is, from 0."),
)

_LOOK = (
    click.option(
        "--recipe",
        metavar="NAME|FILE.toml",
        shell_complete=complete(gallery.study_names),
        help="Start from a recipe; other options override it.",
    ),
    click.option(
        "--cache/--no-cache",
        "keep",
        default=None,
        help="Keep trained networks and half-done grids for the next call.  [default: --cache]",
    ),
    click.option("--theme", type=click.Choice(["light", "dark"]), help="[default: light]"),
    click.option("--size", type=SizeType(), help="[default: 1280x720]"),
    click.option("--title", help="[default: what the picture shows]"),
    click.option(
        "-o",
        "--output",
        "outputs",
        multiple=True,
        type=click.Path(path_type=str),
        help=".png, .pdf, .svg, .json, .csv or .npz; give it several times for several files.",
    ),
    quiet_option,
)


def study_options(*, given: bool = True, shared: bool = True) -> Callable[[Command], Command]:
    """The options that say what is studied and how it looks.

    Args:
        given: Whether there are options of points that are given.
        shared: Whether many points are evaluated, under a budget of memory and on several hosts.
    """

    def add(command: Command) -> Command:
        for option in reversed(
            (*_TRAINED, *(_GIVEN if given else ()), *(_SHARED if shared and given else ()), *_LOOK)
        ):
            command = option(command)
        return networks_argument(command)

    return add
