"""How long `ravine line` takes from nothing: a network is trained and its loss measured along a line.

Every round begins without any cache, then does the same again, where nothing is trained anew. Usage:

    python benchmarks/line.py             half a minute; a machine that does nothing else
    python benchmarks/line.py --quick     one round
"""

import os
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import click
from film import table

COMMAND = (sys.executable, "-c", "from ravine.cli import main; main()")
CASES = {
    "the digits MLP": ("line",),
    "the book's network on MNIST": ("line", "--recipe", "book-figure-6-3"),
    "a convolutional network": ("line", "conv"),
    "three optimizers on one plane": ("plane", "--recipe", "three-on-one-plane", "-o", "plane.png"),
    "GD against SGD": ("walk",),
}


@click.command(help=__doc__)
@click.option("--rounds", default=3, show_default=True, help="How often each is done.")
@click.option("--quick", is_flag=True, help="One round.")
def main(*, rounds: int, quick: bool) -> None:
    rows = []
    for name, words in CASES.items():
        times = [measured(words) for _ in range(1 if quick else rounds)]
        wall, processor, again = (median(column) for column in zip(*times, strict=True))
        rows.append((name, f"{wall:.1f} s", f"{processor:.1f} s", f"{again:.1f} s"))
    click.echo(table(("study", "from nothing", "processor time", "again"), rows))


def measured(words: tuple[str, ...]) -> tuple[float, float, float]:
    """Seconds from nothing, of processor time in that, and again."""
    with TemporaryDirectory() as folder:
        before = processor_time()
        first = seconds(words, Path(folder))
        processor = processor_time() - before
        return first, processor, seconds(words, Path(folder))


def seconds(words: tuple[str, ...], folder: Path) -> float:
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    begun = perf_counter()
    subprocess.run([*COMMAND, *words, "-q"], check=True, cwd=folder, env=environment)
    return perf_counter() - begun


def processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
