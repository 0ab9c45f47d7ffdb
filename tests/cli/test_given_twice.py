"""An option that takes one value refuses a second one, in every command of the program."""

from collections.abc import Iterator

import click
import pytest

from ravine.cli._command import ravine as program

ARGUMENTS = {"list": ["landscapes"], "show": ["beale"]}
"""What a command must be given beside its options."""


def commands() -> dict[str, click.Command]:
    with click.Context(program) as context:
        found = {name: program.get_command(context, name) for name in program.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}


def options() -> Iterator[tuple[str, click.Option]]:
    for name, command in commands().items():
        for option in command.params:
            if isinstance(option, click.Option) and not option.multiple:
                yield name, option


VALUED = {(name, option.name): option for name, option in options() if not option.is_flag}
PAIRS = {(name, option.name): option for name, option in options() if option.secondary_opts}
FLAGS = {(name, option.name): option for name, option in options() if option.is_flag}


def values_of(option: click.Option) -> tuple[list[str], list[str]]:
    """Two values of the option's kind."""
    if isinstance(option.type, click.Choice):
        first, second, *_ = (str(word) for word in option.type.choices)
        return [first], [second]
    kinds = {"integer": ("3", "4"), "float": ("0.5", "-0.5"), "WIDTHxHEIGHT": ("80x80", "90x90")}
    if isinstance(option.type, click.Tuple):
        return (["0", "1", "5"], ["0", "2", "6"])
    first, second = kinds.get(option.type.name, ("first.png", "second.png"))
    return [first] * option.nargs, [second] * option.nargs


def test_every_command_is_walked():
    assert {"start", "seed", "size", "output"} <= {name for _, name in VALUED}
    assert {name for name, _ in VALUED} == set(commands()) - {"list"}


@pytest.mark.parametrize(("command", "name"), VALUED)
def test_a_second_value_is_refused(ravine, in_folder, command, name):
    option = VALUED[command, name]
    first, second = values_of(option)
    long = max(option.opts, key=len)
    given = ARGUMENTS.get(command, [])
    said = f"{long} was given twice: {' '.join(first)} and {' '.join(second)}; give it once."
    assert said in ravine.fails(command, *given, long, *first, long, *second)
    for spelling in option.opts:
        assert said in ravine.fails(command, spelling, *first, *given, long, *second)
    again = f"{long} was given twice: {' '.join(first)} and {' '.join(first)}; give it once."
    assert again in ravine.fails(command, *given, long, *first, long, *first)
    if option.nargs == 1:
        assert said in ravine.fails(command, *given, f"{long}={first[0]}", f"{long}={second[0]}")
    assert list(in_folder.iterdir()) == []


@pytest.mark.parametrize(("command", "name"), PAIRS)
def test_a_flag_and_its_opposite_are_refused(ravine, in_folder, command, name):
    yes, no = PAIRS[command, name].opts[0], PAIRS[command, name].secondary_opts[0]
    for order in ([yes, no], [no, yes], [yes, no, yes]):
        line = ravine.fails(command, *ARGUMENTS.get(command, []), *order)
        assert f"{yes} and {no} say the opposite of each other; give one of them." in line
    assert list(in_folder.iterdir()) == []


@pytest.mark.parametrize(("command", "name"), FLAGS)
def test_the_same_flag_twice_is_the_flag(command, name):
    spelling = FLAGS[command, name].opts[0]
    given = ARGUMENTS.get(command, [])
    with click.Context(program) as parent:
        once = commands()[command].make_context(command, [*given, spelling], parent=parent)
        twice = commands()[command].make_context(command, [*given, spelling, spelling], parent=parent)
    assert once.params == twice.params


def test_three_values_are_all_named(ravine):
    line = ravine.fails("trace", "beale", "--seed", "1", "--seed=2", "--seed", "3")
    assert "--seed was given 3 times: 1, 2 and 3; give it once." in line


def test_a_value_with_spaces_is_quoted(ravine):
    line = ravine.fails("animate", "beale", "--title", "two words", "--title", "")
    assert "--title was given twice: 'two words' and ''; give it once." in line


def test_an_option_whose_value_may_be_left_out(ravine):
    line = ravine.fails("animate", "beale", "--show-vectors", "--show-vectors", "newton")
    assert "--show-vectors was given twice: step and newton; give it once." in line


def test_help_is_shown_all_the_same(ravine):
    assert "Usage" in ravine.works("trace", "beale", "--seed", "1", "--seed", "2", "--help").stdout


def test_what_follows_two_dashes_is_no_option(ravine):
    assert "given twice" not in ravine.fails("trace", "--seed", "1", "--", "--seed", "2")


def test_options_that_collect_their_values_still_do(ravine, in_folder, small):
    given = ["--seconds", "0.1", "--slice", "0", "0", "1", "1", "--slice", "0", "0", "1", "0"]
    twice = ["-O", "sgd:learning_rate=0.01", "-O", "sgd@two:learning_rate=0.01"]
    ravine.works("animate", "beale", *small[2:-2], *given, *twice, "-o", "film.png")
    assert [path.name for path in in_folder.iterdir()] == ["film.png"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["trace", "beale", "-O", "adam:b1=0.1,b1=0.2"], "'b1' is given twice"),
        (["line", "mlp:widths=[8],widths=[9]"], "cannot be read from column 16 on"),
        (["animate", "--recipe", "twice.toml"], "Cannot overwrite a value (at line 2"),
        (["plane", "--recipe", "twice.toml"], "Cannot overwrite a value (at line 2"),
    ],
)
def test_a_key_given_twice_elsewhere(ravine, in_folder, arguments, said):
    (in_folder / "twice.toml").write_text("steps = 3\nsteps = 4\n")
    assert said in ravine.fails(*arguments)
