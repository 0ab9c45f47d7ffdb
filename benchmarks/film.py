"""A film by ravine against the same film by matplotlib and Pillow: time, bytes, memory and faithfulness.

Both draw the same descents on Beale's function at the same moments in the same colours, each in a fresh
process, in turn. The baseline, film_baseline.py, is what everybody writes; it is told the rates that
ravine has to find. The panels move as seldom as ravine's do, so that bytes are compared like for like.
Usage:

    python benchmarks/film.py            ten minutes or so; a machine that does nothing else
    python benchmarks/film.py --quick    one round at 640x480
    python benchmarks/film.py --only surface

This process loads neither jax nor matplotlib: a child's peak memory is never below that of its parent.
"""

import os
import platform
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from film_bench import FRAMES, HAS_GIFSICLE, Bench, Case, Cost, Result, middle

SHORT, LONG = 100, 1000

CASES = (
    Case(size="640x480", panels="none"),
    Case(size="640x480", panels="all"),
    Case(size="1920x1080", panels="none"),
    Case(size="1920x1080", panels="all"),
    Case(size="640x480", panels="none", view="surface"),
    Case(size="640x480", panels="all", view="surface"),
)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are numbers."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cost_table(results: Sequence[Result]) -> str:
    """Seconds and memory; in brackets the range of the rounds."""
    runs = ("first run", "new numbers", "same numbers")
    head = [
        "film",
        "matplotlib",
        *(f"ravine, {run}" for run in runs),
        *(f"times as fast, {run}" for run in runs),
    ]
    return table([*head, "matplotlib's peak memory", "ravine's"], [_cost_row(result) for result in results])


def _cost_row(result: Result) -> list[str]:
    ours = (result.first, result.anew, result.again)
    times = [f"{middle(cost).seconds:.2f} s" for cost in (result.theirs, *ours)]
    peaks = [f"{middle(cost).peak / 1e6:.0f} MB" for cost in (result.theirs, result.first)]
    faster = []
    for ratio, costs in zip(result.faster, ours, strict=True):
        rounds = [one.seconds / other.seconds for one, other in zip(result.theirs, costs, strict=True)]
        spread = f" ({min(rounds):.1f} to {max(rounds):.1f})" if len(rounds) > 1 else ""
        faster.append(f"{ratio:.1f}{spread}")
    return [result.case.name, *times, *faster, *peaks]


def byte_table(results: Sequence[Result]) -> str:
    """Sizes and faithfulness."""
    tool = "its GIF after gifsicle -O3" if HAS_GIFSICLE else "the same (there is no gifsicle here)"
    head = ["film", "matplotlib's GIF", tool, "ravine's GIF", "part of that", "gifsicle -O3 would take off"]
    return table([*head, "PSNR of the film", "PSNR of its worst frame"], list(map(_byte_row, results)))


def _byte_row(result: Result) -> list[str]:
    sizes = [f"{size / 1000:.0f} kB" for size in (result.sizes[0], result.smaller[0], result.sizes[1])]
    gain = f"{100 * result.gain:.1f} %" if HAS_GIFSICLE else "unknown"
    decibels = [f"{value:.1f} dB" for value in result.decibels]
    return [result.case.name, *sizes, f"{result.share:.3f}", gain, *decibels]


def targets(result: Result) -> Iterator[str]:
    """What is aimed at, and whether it was hit."""
    name, flat = result.case.name, result.case.view == "contour"
    if flat:
        faster = 12.0 if result.case.size == "1920x1080" else 10.0
        for run, ratio in zip(("first run", "new numbers", "same numbers"), result.faster, strict=True):
            yield verdict(f"{name}: times as fast, {run}", ratio, least=faster)
        yield verdict(f"{name}: PSNR of the film in dB", result.decibels[0], least=50.0)
    yield verdict(f"{name}: part of matplotlib's bytes", result.share, most=0.25 if flat else 0.12)
    if HAS_GIFSICLE:
        yield verdict(f"{name}: part that gifsicle -O3 would take off", result.gain, most=0.03)
    yield verdict(f"{name}: peak memory in MB", max(cost.peak for cost in result.first) / 1e6, most=450.0)


def verdict(name: str, value: float, *, least: float | None = None, most: float | None = None) -> str:
    """One line: met or missed."""
    met = (least is None or value >= least) and (most is None or value <= most)
    bound = f"at most {most:g}" if least is None else f"at least {least:g}"
    return f"- {'met' if met else '**missed**'}: {name}: {value:.3g}, {bound}"


def report(results: Sequence[Result], lengths: Sequence[tuple[int, Cost]], rounds: int) -> None:
    """Print the tables and the targets."""
    click.echo(f"{FRAMES} frames; medians of {rounds}; {os.cpu_count()} cores, {platform.machine()}.\n")
    click.echo(cost_table(results) + "\n")
    click.echo(
        "In its first run ravine compiles; with new numbers, such as another rate, it computes with what was "
        "compiled; with the same numbers in another look or format it only draws. Its memory is that of both "
        "its processes, in the first run.\n"
    )
    click.echo(byte_table(results) + "\n")
    verdicts = [line for result in results for line in targets(result)]
    if lengths:
        rows = [[str(n), f"{cost.seconds:.2f} s", f"{cost.peak / 1e6:.0f} MB"] for n, cost in lengths]
        click.echo(table(["frames (contour 640x480, bare view)", "time", "peak memory"], rows) + "\n")
        growth = lengths[-1][1].peak / lengths[0][1].peak
        verdicts.append(verdict(f"peak memory of {LONG} frames over that of {SHORT}", growth, most=1.05))
    click.echo("\n".join(verdicts))


@click.command()
@click.option("--repeat", "rounds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--quick", is_flag=True, help="One round at 640x480, and no film of 1000 frames.")
@click.option("--only", default="", metavar="TEXT", help="Only the films whose name has TEXT.")
def main(rounds: int, quick: bool, only: str) -> None:
    """Print Markdown tables of what a film costs, here and with matplotlib."""
    rounds = 1 if quick else rounds
    cases = [case for case in CASES if only in case.name and not (quick and "1080" in case.size)]
    with tempfile.TemporaryDirectory(prefix="ravine-bench-") as folder:
        bench = Bench(Path(folder))
        results = []
        for case in cases:
            click.echo(case.name, err=True)
            results.append(bench.measure(case, rounds))
        frames = () if quick or only else (SHORT, LONG)
        lengths = [(count, bench.length(count, rounds)) for count in frames]
    report(results, lengths, rounds)


if __name__ == "__main__":
    main()
