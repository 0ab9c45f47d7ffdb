"""A study run from the command line."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from ravine import gallery, studies
from ravine.cli._terminal import progress
from ravine.core.recipe import RecipeError
from ravine.studies import check_keys

if TYPE_CHECKING:
    from ravine.studies import Fixed, Options, Result, Stage

Made = TypeVar("Made", bound="Result[Any]")
Chosen = TypeVar("Chosen", bound="Options")

_HOSTS = ("coordinator", "processes", "process")


def run_study(
    name: str,
    options: dict[str, Any],
    report: "Callable[[Made], str]",
    *,
    films: tuple[str, ...] = (),
    check: "Callable[[Chosen], None] | None" = None,
) -> "Made | None":
    """Run a study and write its files; None in a process that only helps another one.

    Args:
        name: The command's.
        options: As they were given.
        report: Describes the result in one line.
        films: Further endings that the result can be written with.
        check: Refuses choices before any work is done for them.
    """
    quiet, outputs = options.pop("quiet"), options.pop("outputs")
    hosts = {key: options.pop(key, None) for key in _HOSTS}
    leads = _leads(**hosts)
    paths = [Path(output) for output in outputs] or [_default_output(name, options["recipe"])]
    values = _values(name, options)
    from ravine.cli._cache import keep_programs

    keep_programs()  # before JAX is loaded
    from ravine.cli._report import report_rates
    from ravine.studies import check_output, kind_of

    kind = kind_of(name)
    choices = cast("Chosen", _choices(kind.choices, options["recipe"], *values))
    for path in paths if leads else ():
        check_output(path, choices, films=films)
    if check is not None:
        check(choices)
    with _joined(**hosts):
        result = cast("Made", kind.run(choices, stage(quiet=quiet or not leads)))
    if not leads:
        return None
    _write(result, paths, report, quiet=quiet)
    if not quiet and result.held is not None:
        _say_fixed(result.held)
    if not quiet and result.choices.optimizers != choices.optimizers:
        report_rates(result.choices.optimizers)
    return result


def _write(result: "Made", paths: list[Path], report: "Callable[[Made], str]", *, quiet: bool) -> None:
    """Write the files, and say so."""
    for path in paths:
        frames = save_result(result, path, quiet=quiet)
        if not quiet:
            description = ", ".join(filter(None, (report(result), frames)))
            click.echo(f"{path}: {description}, {path.stat().st_size / 1000:.0f} kB")


def _say_fixed(held: "Fixed") -> None:
    """Print which leaves were held fixed, and the note on how that changes the picture."""
    if held.described:
        click.echo(held.described)
    if held.note:
        click.echo(f"Note: {held.note}", err=True)


def _default_output(name: str, recipe: str | None) -> Path:
    """Named after the recipe or the command, in this folder."""
    return Path(f"{Path(recipe).stem}{gallery.load_study(recipe).ending}" if recipe else f"{name}.png")


def _values(name: str, options: dict[str, Any]) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """Split the choices into the recipe's and those that override it."""
    recipe, ends = options["recipe"], [options.pop("start", None), options.pop("end", None)]
    given = {key: value for key, value in options.items() if value not in (None, ()) and key != "recipe"}
    if any(ends):
        if None in ends or given.get("points"):
            raise click.UsageError("--from and --to go together, and without --points.")
        given["points"] = tuple(ends)
    check_keys(name, given)
    if recipe is None:
        return {}, given
    study = gallery.load_study(recipe)
    if study.command != name:
        raise RecipeError(
            f"The recipe {recipe!r} is one of 'ravine {study.command}', not of 'ravine {name}'."
        )
    return study.choices, given


def _choices(
    kind: "type[Options]",
    recipe: str | None,
    base: Mapping[str, object],
    given: Mapping[str, object],
) -> "Options":
    """Make the options; an error in the recipe names the recipe."""
    try:
        kind.of(base)
    except RecipeError as error:
        raise RecipeError(f"In the recipe {recipe!r}: {error}") from None
    return kind.of({**base, **given})


def _leads(*, coordinator: str | None, processes: int | None, process: int | None) -> bool:
    """Tell whether this process writes the files."""
    if (coordinator is None, processes is None, process is None) not in ((True,) * 3, (False,) * 3):
        raise click.UsageError("--coordinator, --processes and --process go together.")
    return process in (None, 0)


@contextmanager
def _joined(*, coordinator: str | None, processes: int | None, process: int | None) -> Iterator[None]:
    """A block that is run together with other processes, if there are any."""
    if coordinator is None or processes is None or process is None:
        yield
        return
    from ravine.landscapes.evaluation import join_hosts, leave_hosts

    join_hosts(coordinator, processes, process)
    yield
    leave_hosts()


def stage(*, quiet: bool) -> "Stage":
    """A progress bar for each part of a study."""

    @contextmanager
    def open_bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
        with progress(title, lambda: total, quiet=quiet) as on_done:
            yield lambda done: on_done(done - 1)

    return open_bar


def save_result(result: "Result[Any]", path: Path, *, quiet: bool) -> str:
    """Write a result, with a progress bar where it is a film, and return the note on a film's frames."""
    with _naming(path):
        if path.suffix.lower() not in studies.FILMS or not isinstance(result, studies.Plane):
            result.save(path)
            return ""
        with progress(path.name, lambda: len(result.frames), quiet=quiet) as on_frame:
            written = result.save(path, on_frame=on_frame)
            return written.note if written else ""


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """A block whose errors of the system name the file: a full disk does not say what it was too full for."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise
