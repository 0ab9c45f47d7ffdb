"""ravine list, show and gallery, help and completion."""

import json
import re
import shlex

import click
import pytest
from click.shell_completion import BashComplete
from PIL import Image

from ravine import gallery, landscapes, optimizers
from ravine.cli import _describe as _describe
from ravine.cli import _gallery as _gallery
from ravine.cli._command import ravine as commands
from ravine.landscapes import networks
from ravine.landscapes.curvature import CriticalPoint, critical_points
from ravine.landscapes.curvature._critical_points import CriticalPoints
from ravine.optimizers import Setting, read_setting, schedules

COMMANDS = commands.list_commands(click.Context(commands))


def words(text: str) -> str:
    return " ".join(text.split())


class TestHelp:
    @pytest.mark.parametrize("name", ["", *COMMANDS])
    def test_has_an_example_that_parses(self, ravine, name):
        text = ravine.works(*name.split(), "--help").stdout
        assert text == ravine.works(*name.split(), "-h").stdout
        block = text[re.search(r"^  Examples?:$", text, re.MULTILINE).end() :]
        examples = re.findall(rf"^ +ravine ({name}.*)$", block, re.MULTILINE)
        assert examples
        for line in examples:
            arguments = shlex.split(line)
            with commands.make_context("ravine", [*arguments]) as context:
                found, command, rest = commands.resolve_command(context, [*arguments])
                assert command.make_context(found, rest, parent=context)

    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_option_says_what_it_does(self, name):
        command = commands.get_command(click.Context(commands), name)
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                told = parameter.help or isinstance(parameter.type, click.Choice) or parameter.name == "size"
                assert told, parameter.name

    def test_fits_into_a_terminal(self, ravine):
        for name in ("", *COMMANDS):
            assert max(map(len, ravine.works(*name.split(), "--help").stdout.splitlines())) <= 100

    def test_lists_every_command(self, ravine):
        text = ravine.works("--help").stdout
        assert all(f"\n  {name} " in text for name in COMMANDS)

    def test_without_arguments_help_is_shown(self, ravine):
        result = ravine()
        assert "Usage: ravine" in result.output
        assert "ravine animate beale" in result.output


KINDS = {
    "landscapes": landscapes.names(),
    "optimizers": optimizers.names(),
    "schedules": schedules.names(),
    "networks": networks.names(),
    "recipes": tuple(sorted((*gallery.names(), *gallery.study_names()))),
}


def first_words(text):
    """What stands first in the lines under the heading that are not indented."""
    return [line.partition(" ")[0] for line in text.splitlines()[1:] if line[:1].strip()]


@pytest.mark.parametrize("kind", KINDS)
class TestList:
    def test_names_are_first_and_all_there(self, ravine, kind):
        found = first_words(ravine.works("list", kind).stdout)
        assert sorted(found) == sorted(KINDS[kind])
        assert kind == "optimizers" or tuple(found) == KINDS[kind]

    def test_json(self, ravine, kind):
        entries = json.loads(ravine.works("list", kind, "--json").stdout)
        assert tuple(entry["name"] for entry in entries) == KINDS[kind]
        assert all(entry["title"] and entry["about"] for entry in entries)

    @pytest.mark.parametrize("width", [20, 80, 200])
    def test_fits_where_it_is_read(self, ravine, kind, width, monkeypatch):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = ravine.works("list", kind).stdout.splitlines()
        assert max(map(len, lines)) <= min(max(width, 72), 160)
        assert all(line == line.rstrip() for line in lines)

    def test_is_plain_text_away_from_a_terminal(self, ravine, kind, monkeypatch):
        monkeypatch.delenv("COLUMNS", raising=False)
        monkeypatch.setattr("sys.__stdout__", None)
        text = ravine.works("list", kind).stdout
        assert max(map(len, text.splitlines())) <= 100
        assert text.replace("\n", "").isprintable()
        assert not re.search("[\u2500-\u259f]", text)

    def test_every_entry_says_something(self, ravine, kind):
        text = words(ravine.works("list", kind).stdout)
        fact = "paper" if kind == "optimizers" else "about"
        for entry in json.loads(ravine.works("list", kind, "--json").stdout):
            assert words(entry[fact]) in text


class TestListOfOptimizers:
    @pytest.fixture
    def lines(self, ravine, monkeypatch):
        monkeypatch.setenv("COLUMNS", "100")
        return ravine.works("list", "optimizers").stdout.splitlines()

    def test_every_line_of_an_optimizer_has_its_columns(self, lines):
        heading = lines[0]
        assert heading.split() == ["NAME", "FAMILY", "YEAR", "PAPER"]
        family, year, paper = (heading.index(name) for name in ("FAMILY", "YEAR", "PAPER"))
        for line in lines[1:]:
            name = line[:family].strip()
            if not name:
                assert line[:paper].strip() == ""
                continue
            facts = optimizers.catalogue.facts(name)
            assert line[family:year].strip() == facts["family"]
            assert line[year:paper].strip() == str(facts["year"])
            assert words(facts["paper"]).startswith(line[paper:])

    def test_families_and_their_members_stand_by_year(self, lines):
        families = [[]]
        for line in lines[1:]:
            if not line:
                families.append([])
            elif line[0] != " ":
                families[-1].append(optimizers.catalogue.facts(line.partition(" ")[0]))
        assert all(len({facts["family"] for facts in family}) == 1 for family in families)
        assert len({family[0]["family"] for family in families}) == len(families)
        for family in families:
            years = [facts["year"] for facts in family]
            assert years == sorted(years)
        oldest = [family[0]["year"] for family in families]
        assert oldest == sorted(oldest)

    def test_only_the_heading_is_bold_and_only_on_a_terminal(self, lines):
        from ravine.cli._terminal import table

        heading, *others = table(("name", "about"), [[("sgd", "Short.")]]).splitlines()
        assert heading == click.style("NAME  ABOUT", bold=True)
        assert others == ["sgd   Short."]
        assert "\x1b" not in "".join(lines)


SEARCHED = ("ackley", "bukin_n6", "double_well", "himmelblau")
"""Landscapes of thousands of critical points, of a kink, of one variable, and of four minima."""

WIDTH = "100"

WIDEST = [
    CriticalPoint(
        point=(-1.23456e-05, -6.54321e-05),
        loss=-1.23456e-05,
        kind=kind,
        eigenvalues=(-1.2345e-10, 6.789),
        isolated=kind != "degenerate",
    )
    for kind in ("minimum", "saddle", "maximum", "degenerate")
    for _ in range(12)
]


@pytest.fixture(scope="module")
def cards(command_line) -> dict[str, str]:
    """What `ravine show` prints of every name; most landscapes are said to have the widest of points."""

    def found(landscape):
        points = CriticalPoints(tuple(WIDEST), unseen=0.1, lost=0.0, flat_share=0.0)
        return critical_points(landscape) if landscape.name in SEARCHED else points

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", WIDTH)  # a worker of xdist tells of 80, to which a card is folded
        patch.setattr(_describe, "critical_points", found)
        return {name: command_line.works("show", name).stdout for known in KINDS.values() for name in known}


class TestShow:
    def test_landscapes(self, cards):
        for name in landscapes.names():
            landscape = landscapes.load(name)
            text = words(cards[name])
            assert landscape.equation
            for fact in (landscape.title, landscape.equation, landscape.source, landscape.about):
                assert words(fact) in text, name
            assert f"landscape {name}: " in text

    @pytest.mark.parametrize("name", optimizers.names())
    def test_an_optimizer(self, cards, name):
        optimizer = optimizers.load(name)
        text = words(cards[name])
        for fact in (
            optimizer.title,
            optimizer.paper,
            optimizer.address,
            optimizer.about,
            optimizer.libraries,
        ):
            assert words(fact) in text
        for line in optimizer.equation.split(r"\\"):
            assert words(line) in text
        assert str(optimizer.year) in text
        for shown in (*optimizer.markers, *optimizer.series, *optimizer.baseline):
            assert shown in text

    @pytest.mark.parametrize("name", optimizers.names())
    def test_parameters_are_shown_as_they_are_written_with_their_meaning(self, cards, name):
        optimizer = optimizers.load(name)
        complete = Setting(optimizer=optimizer).complete
        text = cards[name]
        shown = [
            line[12:].split()[0] for line in text.splitlines() if re.match(r".{12}\w+=\S+( {2}|$)", line)
        ]
        setting = read_setting(f"{name}:{','.join(shown)}" if shown else name)
        given = {key: getattr(value, "optimizer", value) for key, value in setting.hyperparameters.items()}
        assert given == {key: getattr(value, "optimizer", value) for key, value in complete.items()}
        for meaning in optimizer.hyperparameters.values():
            assert words(meaning) in words(text)
        for key in set(optimizer.defaults) - set(complete):
            assert re.search(rf"^needed .*\b{key}\b", text, re.MULTILINE)

    @pytest.mark.parametrize("width", [80, 110])
    def test_parameters_stand_in_columns_that_fit(self, ravine, monkeypatch, width):
        monkeypatch.setenv("COLUMNS", str(width))
        for name in ("adam", "easgd", "adagrad", "one_cycle", "conv", "newton"):
            lines = ravine.works("show", name).stdout.splitlines()
            assert max(map(len, lines)) <= width, name
            starts = [found.end() for line in lines if (found := re.match(r".{12}\w+=\S+ {2,}", line))]
            assert len(set(starts)) == (name != "newton"), name

    @pytest.mark.parametrize(
        ("name", "line"),
        [
            ("lookahead", r"parameters +inner=\(adam\) +optimizer of the fast weights$"),
            ("nesterov", r"iterate +theta in its state; a training loop's parameters"),
            ("prodigy", "series +distance, in what 'ravine trace' writes"),
            ("prodigy", "rate +finds its own"),
            ("sam", "cost +it counts what it evaluates"),
            ("hogwild", "baseline +shown beside itself with workers=1"),
            ("noisy_moons", "examples +200, and 200 held out"),
            ("noisy_moons", "measures +accuracy"),
            ("double_well", r"domain +\[-2, 2\]$"),
            ("double_well", "minima +-1, 1$"),
            ("double_well", "critical +minimum at -1, loss 0$"),
            ("himmelblau", r" +saddle at \(-3\.07303, -0\.081353\), loss 104\.015, condition number 1\.827$"),
            ("bukin_n6", r"critical +minimum at \(-10, 1\), loss 0, a kink$"),
            ("ackley", " +and about [0-9]+ minima, [0-9]+ saddles, [0-9]+ maxima more$"),
        ],
    )
    def test_a_fact_that_only_some_entries_have(self, cards, name, line):
        assert re.search(rf"^{line}", cards[name], re.MULTILINE)

    def test_hyperparameters_that_are_not_special_are_not_listed(self, ravine):
        keys = {line.partition(" ")[0] for line in ravine.works("show", "sgd").stdout.splitlines()}
        assert keys == {"optimizer", "equation", "parameters", "paper", "", "about"}

    @pytest.mark.parametrize("name", schedules.names())
    def test_a_schedule(self, cards, name):
        schedule = schedules.load(name)
        text = words(cards[name])
        for line in schedule.equation.split(r"\\"):
            assert words(line) in text
        for fact in (schedule.title, schedule.signature, schedule.paper, schedule.address):
            assert words(fact) in text
        for name, meaning in schedule.arguments.items():
            assert re.search(rf" {name}(=\S+)? {re.escape(words(meaning))}", text)
        assert words(schedule.about) in text
        assert words(schedule.libraries) in text

    def test_a_schedule_has_no_picture(self, ravine, in_folder):
        line = ravine.fails("show", "cosine", "-o", "cosine.png")
        assert "-O 'sgd:learning_rate=cosine(...)'" in line
        assert not list(in_folder.iterdir())

    def test_a_name_is_one_thing(self):
        names = [name for known in KINDS.values() for name in known]
        assert len(set(names)) == len(names)

    def test_no_card_is_wider_than_a_terminal(self, cards):
        for card in cards.values():
            for line in card.splitlines():
                assert len(line) <= 100 or " " not in line[12:].strip(), line

    @pytest.mark.parametrize(("name", "view"), [("himmelblau", "surface"), ("adam", "contour")])
    def test_a_still(self, ravine, in_folder, cards, name, view, monkeypatch):
        monkeypatch.setenv("COLUMNS", WIDTH)
        options = ["-o", "still.png", "--size", "160x90", "--view", view, "--theme", "dark"]
        told = ravine.works("show", name, *options)
        assert told.stdout == cards[name]
        with Image.open(in_folder / "still.png") as still:
            assert still.size == (160, 90)
            assert still.getpixel((0, 0)) == (0x11, 0x15, 0x1A)
            assert len(still.convert("RGB").getcolors(1 << 16)) > 50

    def test_a_still_of_a_recipe(self, ravine, in_folder):
        ravine.works("show", "radford-beale", "-o", "still.png", "--size", "96x64", "--theme", "dark")
        with Image.open(in_folder / "still.png") as still:
            assert still.size == (96, 64)


class TestGallery:
    RECIPE = (
        'optimizers = ["sgd:learning_rate=0.01"]\nsteps = 12\nsize = "96x64"\n'
        'seconds = 0.4\ntheme = "{theme}"\n'
    )

    def test_makes_films_and_leaves_alone_what_would_not_change(self, ravine, in_folder):
        for name in ("one", "two"):
            (in_folder / f"{name}.toml").write_text(self.RECIPE.format(theme="light"))
        (in_folder / "out").mkdir()
        command = ["gallery", "one.toml", "two.toml", "-o", "out"]
        made = ravine.works(*command)
        sizes = {
            name: f"{(in_folder / 'out' / name).stat().st_size / 1000:.0f} kB"
            for name in ("one.gif", "two.gif")
        }
        assert made.stdout.splitlines() == [f"out/{name}: made, {size}" for name, size in sizes.items()]
        before = {
            path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in (in_folder / "out").iterdir()
        }
        assert len(before) == 2

        again = ravine.works(*command)
        assert again.stdout == made.stdout.replace("made", "unchanged")
        after = {
            path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in (in_folder / "out").iterdir()
        }
        assert after == before

        (in_folder / "two.toml").write_text(self.RECIPE.format(theme="dark"))
        assert [line.split()[1] for line in ravine.works(*command).stdout.splitlines()] == [
            "unchanged,",
            "made,",
        ]
        with Image.open(in_folder / "out" / "two.gif") as film:
            assert film.n_frames == 4

    def test_quiet(self, ravine, in_folder):
        (in_folder / "one.toml").write_text(self.RECIPE.format(theme="light"))
        assert ravine.works("gallery", "one.toml", "-q").output == ""
        assert (in_folder / "one.gif").is_file()

    def test_a_missing_folder(self, ravine, in_folder):
        (in_folder / "one.toml").write_text(self.RECIPE.format(theme="light"))
        assert "does not exist; make it first" in ravine.fails("gallery", "one.toml", "-o", "out")
        assert [path.name for path in in_folder.iterdir()] == ["one.toml"]

    def test_all_recipes_are_the_default(self, ravine, in_folder, monkeypatch):
        from ravine.films import _film as _keep

        saved = []
        monkeypatch.setattr(
            _keep,
            "save_if_changed",
            lambda film, path, on_frame=None: saved.append(path) or path.write_bytes(b""),
        )
        studied = []
        monkeypatch.setattr(_gallery, "_make_study", lambda name, folder, quiet: studied.append(name))
        ravine("gallery")
        assert [path.name for path in saved] == [f"{name}.gif" for name in gallery.names()]
        assert tuple(studied) == gallery.study_names()


COMPLETIONS = {
    "animate ros": {"rosenbrock"},
    "animate beale -O ada": {"adadelta", "adagrad", "adam"},
    "animate beale --optimizer nest": {"nesterov"},
    "animate --recipe radford-s": {"radford-saddle", "radford-saddle-original"},
    "animate --theme d": {"dark"},
    "animate --vi": {"--view"},
    "trace him": {"himmelblau"},
    "show himm": {"himmelblau"},
    "show adad": {"adadelta"},
    "gallery radford-beale-": {"radford-beale-original"},
    "list op": {"optimizers"},
    "an": {"animate"},
}


@pytest.mark.parametrize("typed", COMPLETIONS)
def test_completion(typed):
    *before, last = typed.split()
    found = BashComplete(commands, {}, "ravine", "_RAVINE_COMPLETE").get_completions(before, last)
    assert COMPLETIONS[typed] <= {item.value for item in found}
    assert all(item.value.startswith(last) for item in found)


def test_completion_by_the_shell_s_protocol(start):
    environment = {
        "_RAVINE_COMPLETE": "bash_complete",
        "COMP_WORDS": "ravine animate himm",
        "COMP_CWORD": "2",
    }
    stdout, stderr = start(environment=environment).communicate(timeout=60)
    assert stdout.split() == [b"plain,himmelblau"]
    assert stderr == b""


def test_the_version(ravine):
    import ravine as package

    assert ravine.works("--version").stdout == f"ravine {package.__version__}\n"
