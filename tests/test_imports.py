"""What is loaded, and when: help and lists come before JAX and matplotlib have begun to load."""

import json
import os
import subprocess
import sys

import pytest

BUDGET = {"click", "ravine"}
HEAVY = {
    "jax",
    "jaxlib",
    "jaxtyping",
    "matplotlib",
    "imageio",
    "imageio_ffmpeg",
    "numpy",
    "optax",
    "PIL",
    "rich",
}

PROGRAM = """
import json, os, sys
os._exit = sys.exit
before = set(sys.modules)
try:
    {body}
except SystemExit as end:
    assert not end.code, end.code
finally:
    print("\\n" + json.dumps(sorted(set(sys.modules) - before)))
"""


def modules(body: str, *arguments: str, **environment: str) -> list[str]:
    """The modules that a fresh process loads beside those of Python's own start."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(body=body), *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def loaded(body: str, *arguments: str, **environment: str) -> set[str]:
    """The packages outside the standard library that a fresh process loads."""
    found = {name.partition(".")[0] for name in modules(body, *arguments, **environment)}
    return found - sys.stdlib_module_names


COMMAND = "from ravine.cli import main; main()"


@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "animate --help",
        "trace --help",
        "gallery --help",
        "show --help",
        "list --help",
        "list landscapes",
        "list landscapes --json",
        "list optimizers",
        "list optimizers --json",
        "list schedules",
        "list schedules --json",
        "list recipes",
        "list recipes --json",
    ],
)
def test_help_and_lists_load_little(command):
    assert loaded(COMMAND, *command.split()) <= BUDGET


def test_the_version_loads_little():
    assert loaded(COMMAND, "--version") <= BUDGET


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_loads_little(shell):
    words = {"COMP_WORDS": "ravine animate be", "COMP_CWORD": "be" if shell == "fish" else "2"}
    assert loaded(COMMAND, _RAVINE_COMPLETE=f"{shell}_complete", **words) <= BUDGET
    assert loaded(COMMAND, _RAVINE_COMPLETE=f"{shell}_source") <= BUDGET


@pytest.mark.parametrize(
    "body",
    [
        "import ravine",
        "import ravine; dir(ravine); ravine.__version__",
        "import ravine.cli",
        "import ravine.gallery",
        "import ravine.landscapes; ravine.landscapes.catalogue.facts('beale')",
        "import ravine.optimizers; ravine.optimizers.catalogue.facts('adam')",
    ],
)
def test_importing_ravine_loads_no_heavy_package(body):
    assert not loaded(body) & HEAVY


def test_a_command_that_fails_early_loads_little():
    program = "from ravine.cli import main\n    try: main()\n    except SystemExit: pass"
    arguments = ["animate", "beal", "--recipe", "no-such-recipe"]
    assert loaded(program, *arguments) <= BUDGET


def test_a_film_loads_no_pyplot_and_no_video_library(tmp_path):
    options = ["animate", "sphere", "-O", "sgd", "--steps", "2", "--size", "96x64", "--seconds", "0.1"]
    program = (
        "from ravine.cli import main\n    try: main()\n    except SystemExit: pass\n"
        "    assert 'matplotlib.pyplot' not in sys.modules"
    )
    found = loaded(program, *options, "-q", "-o", str(tmp_path / "film.gif"))
    assert (tmp_path / "film.gif").stat().st_size > 500
    assert not found & {"imageio", "imageio_ffmpeg", "scipy", "rich", "IPython", "jupyter"}


def test_help_loads_few_modules():
    """Most of them are click's, and each costs the better part of a millisecond."""
    assert len(modules(COMMAND, "--help")) < 150
