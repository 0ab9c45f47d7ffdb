"""What is loaded, and when: help and lists come before JAX and matplotlib have begun to load."""

import json
import os
import subprocess
import sys

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

COMMANDS = """
    from ravine.cli import main
    for words in sys.argv[1:]:
        sys.argv[1:] = words.split()
        try: main()
        except SystemExit as end: assert not end.code, words
"""

COMPLETIONS = """
    from ravine.cli import main
    for shell in ("bash", "zsh", "fish"):
        os.environ["COMP_CWORD"] = "be" if shell == "fish" else "2"
        for asked in ("complete", "source"):
            os.environ["_RAVINE_COMPLETE"] = f"{shell}_{asked}"
            try: main()
            except SystemExit as end: assert not end.code, shell
"""

LIGHT = [
    "--version",
    *(f"{command}--help" for command in ("", "animate ", "trace ", "gallery ", "show ", "list ")),
    *(
        f"list {kind}{form}"
        for kind in ("landscapes", "optimizers", "schedules", "recipes")
        for form in ("", " --json")
    ),
]


def test_help_lists_and_the_version_load_little():
    assert loaded(COMMANDS, *LIGHT) <= BUDGET


def test_completion_loads_little():
    assert loaded(COMPLETIONS, COMP_WORDS="ravine animate be") <= BUDGET


def test_importing_ravine_loads_no_heavy_package():
    statements = [
        "import ravine.landscapes; ravine.landscapes.catalogue.facts('beale')",
        "import ravine.optimizers; ravine.optimizers.catalogue.facts('adam')",
        "import ravine.gallery",
        "import ravine.cli",
        "dir(ravine); ravine.__version__",
    ]
    assert not loaded("; ".join(statements)) & HEAVY


def test_a_command_that_fails_early_loads_little():
    program = "from ravine.cli import main\n    try: main()\n    except SystemExit: pass"
    arguments = ["animate", "beal", "--recipe", "no-such-recipe"]
    assert loaded(program, *arguments) <= BUDGET


def test_help_loads_few_modules():
    """Most of them are click's, and each costs the better part of a millisecond."""
    assert len(modules(COMMAND, "--help")) < 150
