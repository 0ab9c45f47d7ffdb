"""What ships, and that the README tells the truth about it."""

import doctest
import importlib
import importlib.util
import json
import pkgutil
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import jax.numpy as jnp
import jaxtyping
import numpy as np
import pytest

import ravine
from ravine import gallery, landscapes, optimizers, studies
from ravine.cli._command import ravine as commands
from ravine.cli._list import _entries as listed
from ravine.cli._options import recipe_from
from ravine.landscapes import networks

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SETUPTOOLS = PROJECT["tool"]["setuptools"]
NOT_SHIPPED = {"benchmarks", "build", "dist", "tests", "venv"}
CATALOGUES = {
    "landscapes": landscapes.names(),
    "optimizers": optimizers.names(),
    "networks": networks.names(),
    "recipes": tuple(sorted((*gallery.names(), *gallery.study_names()))),
}


def modules() -> list[str]:
    found = pkgutil.walk_packages(ravine.__path__, "ravine.")
    return ["ravine", *(module.name for module in found if module.name.split(".")[1] not in NOT_SHIPPED)]


def tracked() -> list[Path]:
    """Every file of the project: what git tracks, or without git whatever is not hidden."""
    try:
        listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True)
    except (OSError, subprocess.CalledProcessError):
        parts = (path.relative_to(ROOT).parts for path in ROOT.rglob("*") if path.is_file())
        return [
            ROOT.joinpath(*p)
            for p in parts
            if not any(n.startswith((".", "__pycache__")) or n.endswith(".egg-info") for n in p)
        ]
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    for path in tracked():
        try:
            yield path, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


class TestDistribution:
    def test_every_package_is_listed(self):
        folders = [path.parent.relative_to(ROOT).parts for path in ROOT.rglob("__init__.py")]
        mine = [p for p in folders if not any(n in NOT_SHIPPED or n.startswith(".") for n in p)]
        assert sorted(SETUPTOOLS["packages"]) == sorted(".".join(["ravine", *parts]) for parts in mine)

    def test_every_folder_of_modules_is_a_package(self):
        folders = {path.parent for path in tracked() if path.suffix == ".py"}
        bare = {str(f.relative_to(ROOT)) for f in folders if not (f / "__init__.py").exists()}
        assert {name for name in bare if name.partition("/")[0] not in NOT_SHIPPED} == set()

    def test_tests_are_no_package(self):
        assert list((ROOT / "tests").rglob("__init__.py")) == []

    def test_no_stray_module_ships(self):
        assert {path.stem for path in ROOT.glob("*.py")} == {"__init__"}

    def test_package_data(self):
        assert not SETUPTOOLS["include-package-data"]
        wanted_data = {
            "ravine": ROOT / "py.typed",
            "ravine.gallery": ROOT / "gallery/x.toml",
            "ravine.landscapes.finite_sum": ROOT / "landscapes/finite_sum/x.csv",
        }
        wanted_data = [*wanted_data.items(), ("ravine.gallery", ROOT / "gallery/studies/x.toml")]
        for package, wanted in wanted_data:
            assert any(wanted.match(pattern) for pattern in SETUPTOOLS["package-data"][package])
        assert (ROOT / "py.typed").is_file()

    def test_all_data_that_is_read_ships(self):
        code = {".py", ".pyi"}
        data = [path.relative_to(ROOT) for path in tracked() if path.suffix not in code]
        inside = [p for p in data if len(p.parts) > 1 and p.parts[0] not in NOT_SHIPPED | {".ci"}]
        kinds = {(p.parent.as_posix(), p.suffix) for p in inside}
        read = {("gallery", ".toml"), ("gallery/studies", ".toml"), ("landscapes/finite_sum", ".csv")}
        shown = {("gallery", ".gif"), ("gallery/studies", ".gif"), ("gallery/studies", ".png")}
        assert kinds <= read | shown

    def test_every_recipe_has_a_small_film(self):
        films = {path.stem: path.stat().st_size for path in (ROOT / "gallery").glob("*.gif")}
        assert set(films) == set(gallery.names())
        assert max(films.values()) < 400_000
        assert sum(films.values()) < 6_000_000

    def test_every_study_has_a_picture(self):
        folder = ROOT / "gallery" / "studies"
        pictures = {
            path.name: path.stat().st_size for path in folder.iterdir() if path.suffix in (".png", ".gif")
        }
        assert set(pictures) == {f"{name}{gallery.load_study(name).ending}" for name in gallery.study_names()}
        assert max(pictures.values()) < 400_000

    def test_version(self):
        assert ravine.__version__ == PROJECT["project"]["version"]
        assert re.fullmatch(r"\d+\.\d+\.\d+", ravine.__version__)

    def test_the_command_is_there(self):
        module, _, function = PROJECT["project"]["scripts"]["ravine"].partition(":")
        assert callable(getattr(importlib.import_module(module), function))

    def test_every_public_name_is_there(self):
        assert sorted(ravine.__all__) == ravine.__all__
        for name in ravine.__all__:
            assert getattr(ravine, name) is not None
        assert dir(ravine) == ravine.__all__
        with pytest.raises(AttributeError, match="no attribute 'plot'"):
            _ = ravine.plot

    def test_nothing_is_relative_in_the_root(self):
        # pytest and type checkers may import the root under another name.
        assert not re.search(r"^\s*from \.", (ROOT / "__init__.py").read_text("utf-8"), re.MULTILINE)


def with_examples() -> list[str]:
    """The modules with a doctest, found in the source: most need not be loaded to know."""
    return [
        name for name in modules() if ">>> " in Path(importlib.util.find_spec(name).origin).read_text("utf-8")
    ]


def test_every_module_says_what_it_is():
    assert [name for name in modules() if not importlib.import_module(name).__doc__] == []


@pytest.mark.parametrize("name", with_examples())
def test_examples_give_what_they_show(name):
    module = importlib.import_module(name)
    assert any(test.examples for test in doctest.DocTestFinder().find(module))
    outcome = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert outcome.failed == 0


def test_the_package_has_doctests():
    assert len(with_examples()) >= 3


HOUSES = "home Users root work mnt opt srv"
MACHINE_PATH = re.compile(rf"(?<![\w.$~/}})\]-])/(?:{HOUSES.replace(' ', '|')}|tmp)/\w")
REGISTRY = re.compile(
    r"index-ur[l]|find-link[s]|pypi\.org/simpl[e]|pythonhosted\.or[g]|artifactor[y]|/nexu[s]|GOPROX[Y]|"
    r"registry\.[a-z]|(?<![\w.])(?:10|127|172|192)\.\d+\.\d+\.\d+|localhos[t]|//[^/\s]+:\d+/"
)


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY], ids=["path", "registry"])
def test_no_text_names_a_machine(pattern):
    found = [f"{path.relative_to(ROOT)}: {m[0]}" for path, text in texts() for m in pattern.finditer(text)]
    assert found == []


def test_the_patterns_find_what_they_should():
    for bad in ("open('/" + "home/me/x')", "see /" + "work/main", "at /" + "tmp/venv"):
        assert MACHINE_PATH.search(bad)
    for good in ("$work/venv", "https://example.org/home/x", "docs/home/x", "{root}/tmp/x"):
        assert not MACHINE_PATH.search(good)
    for bad in ("--index-" + "url", "http://proxy:" + "8080/", "10." + "0.0.7"):
        assert REGISTRY.search(bad)


README = (ROOT / "README.md").read_text("utf-8") if (ROOT / "README.md").is_file() else ""
FENCED = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
PROSE = re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL)


def commands_in_readme() -> list[str]:
    """Each `ravine ...` of a fenced block or in backticks, one a line, comments left out."""
    fenced = [line.strip().removeprefix("$ ") for _, block in FENCED for line in block.splitlines()]
    inline = re.findall(r"`([^`\n]+)`", PROSE)
    parts = [part.strip() for line in (*fenced, *inline) for part in re.split(r"&&|;(?![^\"']*[\"'])", line)]
    return [part for part in parts if part.startswith("ravine ")]


class TestReadme:
    def test_the_readme_exists(self):
        assert README.startswith("# ravine\n")
        assert PROJECT["project"]["readme"] == "README.md"

    def test_the_readme_is_finished(self):
        assert not re.findall(r"\b(?:TODO|FIXME|TBD|XXX|BENCHMARK|PLACEHOLDER)\b", README)

    def test_one_block_sets_up_in_two_commands(self):
        blocks = [block for _, block in FENCED if "pip install" in block]
        assert len(blocks) == 1
        first, second = blocks[0].splitlines()
        assert "pip install ." in first
        assert "ravine animate beale" in first
        assert "[test]" in second
        assert "pytest" in second

    def test_the_readme_shows_commands(self):
        assert len(commands_in_readme()) >= 5

    @pytest.mark.parametrize("line", sorted(set(commands_in_readme())))
    def test_every_command_parses(self, line):
        words = shlex.split(line, comments=True)[1:]
        with commands.make_context("ravine", [*words], resilient_parsing=False) as context:
            name, command, rest = commands.resolve_command(context, [*words])
            assert command is not None
            options = command.make_context(name, rest, parent=context).params
        if name in ("animate", "trace"):
            ignored = {"output", "quiet", "frame"}
            recipe = recipe_from({key: value for key, value in options.items() if key not in ignored})
            assert recipe.function or recipe.landscape in landscapes.names()
            assert [optimizers.read_setting(text) for text in recipe.optimizers]
        if name == "show":
            assert options["name"] in {name for names in CATALOGUES.values() for name in names}
        if name in studies.COMMANDS and options["recipe"]:
            assert gallery.load_study(options["recipe"]).command == name
        for recipe_name in options.get("names", ()):
            assert recipe_name in CATALOGUES["recipes"]

    @pytest.mark.parametrize("block", [block for kind, block in FENCED if kind == "python"])
    def test_python_compiles_and_its_names_exist(self, block):
        compile(block, "README.md", "exec")
        for name in re.findall(r"\bravine\.(\w+)", block):
            assert hasattr(ravine, name)

    def test_every_file_that_it_names_is_there(self):
        links = re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", README)
        targets = {target for pair in links for target in pair if target and "://" not in target}
        named = set(
            re.findall(r"`((?:landscapes|optimizers|gallery|renderer|benchmarks|tests)/[\w./-]*)`", PROSE)
        )
        assert [name for name in sorted(targets | named) if not (ROOT / name).exists()] == []

    def test_every_count_is_right(self):
        for count, kind in re.findall(r"(\d+) (landscapes|optimizers|networks|recipes)\b", README):
            assert int(count) == len(CATALOGUES[kind]), kind

    def test_every_option_it_names_exists(self):
        known = {"-h", "--help", "--version"}
        for name in commands.list_commands(click.Context(commands)):
            command = commands.get_command(click.Context(commands), name)
            known |= {
                flag for parameter in command.params for flag in (*parameter.opts, *parameter.secondary_opts)
            }
        spans = [span for span in re.findall(r"`([^`\n]+)`", PROSE) if not span.startswith(("pip", "pytest"))]
        named = {flag for span in spans for flag in re.findall(r"(?<![\w-])(--[a-z][a-z-]*)", span)}
        assert named <= known

    def test_facts_in_tables_are_those_of_the_catalogues(self):
        entries = {kind: {entry["name"]: entry for entry in listed(kind)} for kind in CATALOGUES}
        for header, rows in tables():
            for kind, names in CATALOGUES.items():
                facts = entries[kind]
                mine = [row for row in rows if row[0] in names]
                if not mine:
                    continue
                assert [row[0] for row in rows] == [row[0] for row in mine], "a row of no catalogue"
                for row in mine:
                    for key, cell in zip(header, row, strict=True):
                        if key.lower() in facts[row[0]]:
                            assert cell == str(facts[row[0]][key.lower()]), (row[0], key)


def tables() -> Iterator[tuple[list[str], list[list[str]]]]:
    """The tables of the README: the header, and the rows, as plain text."""
    for block in re.findall(r"(?:^\|.*\|$\n?)+", README, re.MULTILINE):
        lines = [[plain(cell) for cell in line.strip("|").split("|")] for line in block.splitlines()]
        yield lines[0], lines[2:]


def plain(cell: str) -> str:
    return re.sub(r"[`*]|\[([^]]*)\]\([^)]*\)", r"\1", cell).strip()


def test_list_json_is_what_the_checks_compare_with(ravine):
    for kind, names in CATALOGUES.items():
        assert [entry["name"] for entry in json.loads(ravine.works("list", kind, "--json").stdout)] == list(
            names
        )


def test_shapes_are_checked():
    from ravine.renderer.style._levels import LossNorm
    from ravine.renderer.views._relief import Relief

    norm, window = LossNorm(low=0.0, high=1.0, linthresh=None), ((0.0, 1.0), (0.0, 1.0))
    relief = Relief(window=window, norm=norm, heights=np.zeros((3, 3)))
    assert relief.on(np.zeros((5, 2))).shape == (5, 3)
    for bad in (np.zeros((5, 3)), np.zeros((5, 2), dtype=int), [(0.0, 0.0)]):
        with pytest.raises(jaxtyping.TypeCheckError):
            relief.on(bad)


def test_ranks_are_not_promoted():
    with pytest.raises(ValueError, match="rank_promotion"):
        jnp.zeros((3, 2)) + jnp.zeros(2)
