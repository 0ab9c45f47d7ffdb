"""Strict and hermetic: what JAX would promote silently is an error, and nobody's own caches are touched."""

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import settings

settings.register_profile("ravine", derandomize=True, database=None, deadline=None)
settings.load_profile("ravine")


@dataclass
class OwnFolders:
    """Caches and settings of this session alone; the processes that tests start inherit them."""

    root: Path

    def enter(self) -> None:
        os.environ["JAX_NUMPY_RANK_PROMOTION"] = "raise"
        os.environ.setdefault("JAX_PLATFORMS", "cpu")
        os.environ.pop("JAX_COMPILATION_CACHE_DIR", None)
        os.environ["XDG_CACHE_HOME"] = str(self.root / "cache")
        os.environ["MPLCONFIGDIR"] = str(self.root / "matplotlib")
        for name in ("cache", "matplotlib"):
            (self.root / name).mkdir(parents=True, exist_ok=True)


def pytest_configure(config: pytest.Config) -> None:
    shared = os.environ.get("RAVINE_TEST_FOLDER")
    if shared is None:
        shared = tempfile.mkdtemp(prefix="ravine-tests-")
        os.environ["RAVINE_TEST_FOLDER"] = shared
        config.add_cleanup(lambda: shutil.rmtree(shared, ignore_errors=True))
        config.add_cleanup(lambda: os.environ.pop("RAVINE_TEST_FOLDER"))
    OwnFolders(Path(shared)).enter()


@dataclass(frozen=True)
class CommandLine:
    """`ravine` in this process, its outcome checked."""

    runner: CliRunner

    def __call__(self, *arguments: object) -> Result:
        from ravine.cli._group import ravine

        result = self.runner.invoke(ravine, [str(argument) for argument in arguments], prog_name="ravine")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def works(self, *arguments: object) -> Result:
        result = self(*arguments)
        assert result.exit_code == 0, result.output
        return result

    def fails(self, *arguments: object, status: int = 2) -> str:
        """The one line that a command which fails leaves on standard error, and nothing else."""
        result = self(*arguments)
        assert result.exit_code == status, (result.exit_code, result.output)
        assert result.stdout == ""
        line, *rest = result.stderr.splitlines()
        assert rest == []
        assert line.startswith("Error: ")
        assert line.endswith((".", ")"))
        return line


@pytest.fixture
def ravine() -> Callable[..., Result]:
    return CommandLine(CliRunner())


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
