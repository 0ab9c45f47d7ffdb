"""A command that takes no option twice, unless it collects the values of several."""

import shlex
from collections.abc import Sequence
from copy import copy
from typing import Any

import click

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
