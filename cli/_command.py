"""A command that takes no option twice, unless it collects the values of several."""

import importlib
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any

import click

from ravine import __version__
from ravine.cli._terminal import watch_for_interrupts

_TIMES = {2: "twice"}


class Command(click.Command):
    """As click's, which keeps the last value of an option that is given twice and drops the others."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click reads them.

        Raises:
            click.UsageError: an option that takes one value is given several times.
        """
        given = list(args)
        rest = super().parse_args(ctx, args)
        if not ctx.resilient_parsing:
            self._check_given_once(ctx, given)
        return rest

    def _check_given_once(self, ctx: click.Context, args: list[str]) -> None:
        single = [param for param in self.params if _takes_one(param)]
        collecting = copy(self)
        collecting.params = [_collecting(param) if param in single else param for param in self.params]
        values, _, _ = collecting.make_parser(ctx).parse_args(args)
        for option in single:
            found = values.get(option.name)
            if isinstance(found, list) and len(found) > 1:
                _check_values(option, found, ctx)


def _takes_one(param: click.Parameter) -> bool:
    return isinstance(param, click.Option) and not (param.multiple or param.count)


def _collecting(option: click.Parameter) -> click.Parameter:
    """The option as one that may be given several times."""
    several: Any = copy(option)
    several.multiple = True
    return several


def _check_values(option: Any, values: Sequence[Any], ctx: click.Context) -> None:
    """Refuse several values; a flag says the same each time, unless it has an opposite."""
    if option.is_flag:
        if len(set(values)) > 1:
            pair = f"{_longest(option.opts)} and {_longest(option.secondary_opts)}"
            raise click.UsageError(f"{pair} say the opposite of each other; give one of them.", ctx)
        return
    times = _TIMES.get(len(values), f"{len(values)} times")
    *others, last = (_as_typed(value, option) for value in values)
    shown = f"{', '.join(others)} and {last}"
    raise click.UsageError(f"{_longest(option.opts)} was given {times}: {shown}; give it once.", ctx)


def _as_typed(value: Any, option: Any) -> str:
    if isinstance(value, str):
        return shlex.quote(value)
    # An option whose value may be left out leaves a mark of click's in its place.
    return " ".join(map(shlex.quote, value)) if isinstance(value, tuple) else str(option.flag_value)


def _longest(names: Sequence[str]) -> str:
    return max(names, key=len)


_COMMANDS = {
    "animate": "Make a film of optimizers descending a landscape.",
    "line": "Show a network's loss along a straight line.",
    "plane": "Show a network's loss in a plane, with the training paths on it.",
    "walk": "Show the loss between the iterates of a training.",
    "spectrum": "Show the eigenvalues of the Hessian at a point.",
    "train": "Train a network under several optimizers, side by side.",
    "connect": "Join two solutions by a curve of low loss.",
    "gallery": "Make the films and pictures of recipes.",
    "list": "List landscapes, optimizers, schedules, networks or recipes.",
    "show": "Print the equation, the facts and the paper of a landscape, an optimizer or a schedule.",
    "trace": "Write the trajectories as numbers.",
}
_INTERRUPTED = 130


class _Group(click.Group):
    """Commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        return getattr(importlib.import_module(f"ravine.cli._{cmd_name}"), f"{cmd_name}_command")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """As click makes it, with its complaints in one line."""
        with _one_line():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> object:
        """Turn what a user can mend into one line, with exit status 2 for usage and 1 for failure."""
        try:
            with _one_line(ctx):
                return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(_INTERRUPTED)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            place = f"{error.filename}: " if error.filename else ""
            said = str(error.strerror or error).rstrip(".")
            raise click.ClickException(f"{place}{said}.") from None
        except (ValueError, IndexError) as error:
            raise _Usage(" ".join(str(error).split())) from None


class _Usage(click.ClickException):
    exit_code = 2


@contextmanager
def _one_line(ctx: click.Context | None = None) -> Iterator[None]:
    """Click prints three lines of usage before its own complaints; the help is one word away."""
    try:
        yield
    except click.UsageError as error:
        # What is wrong with the number of an option's values has no context of its own.
        called = (ctx and ctx.invoked_subcommand) or ""
        command = error.ctx.command_path if error.ctx else f"ravine {called}".rstrip()
        message = " ".join(error.format_message().split())
        raise _Usage(f"{message} '{command} --help' explains.") from None


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="ravine %(version)s")
def ravine() -> None:
    """See optimization: films of optimizers descending loss landscapes.

    \b
    Example:
      ravine animate beale
    """


def main() -> None:
    """Run the command line."""
    watch_for_interrupts()
    try:
        ravine(prog_name="ravine")
    except SystemExit as stop:
        _leave(stop.code if isinstance(stop.code, int) else 0)


def _leave(status: int) -> None:
    """End the process at once: to take JAX and matplotlib down in order costs up to a third of a second."""
    if "multiprocessing" in sys.modules:
        import multiprocessing

        for child in multiprocessing.active_children():
            child.kill()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        status = 1
    os._exit(status)
