"""The group of commands, each in the module of its name, and what it does with errors."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from ravine import __version__

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
            raise click.ClickException(f"{place}{error.strerror or error}.") from None
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
