"""What it costs to compile the descents of one film, cold: no cache, a fresh process each time.

Every film is tuned: each rule walks at 72 rates. Times begin when the rules are loaded and end with the points on
the host; compilations are those that JAX reports. Usage:

    python benchmarks/compile.py             five rounds a film; a machine that does nothing else
    python benchmarks/compile.py --rounds 1
"""

import json
import subprocess
import sys
from statistics import median

import click

COMMON = "sgd momentum nesterov adagrad adadelta rmsprop adam"
TWENTY = (
    f"{COMMON} adamax adamw amsgrad nadam qhm qhadam aggmo demon demon_adam radam lookahead lars lamb"
)
SECOND_ORDER = "steepest_descent conjugate_gradient newton saddle_free_newton bfgs lbfgs"
FILMS = {
    "the seven common rules on Beale": ("beale", COMMON),
    "twenty rules on Beale": ("beale", TWENTY),
    "twenty rules on noisy moons": ("noisy_moons", TWENTY),
    "second order on Beale": ("beale", SECOND_ORDER),
}

MEASURE = """
import json, sys, time
import jax
from ravine.gallery._recipe import Recipe
from ravine.gallery._work import Work

landscape, *rules = sys.argv[1:]
work = Work(Recipe(landscape=landscape, optimizers=tuple(rules)))
work.landscape, work.settings, work.sampling
programs = []
jax.monitoring.register_event_duration_secs_listener(
    lambda event, seconds, **_: programs.append(seconds) if event.endswith("backend_compile_duration") else None
)
clock, processor = time.perf_counter(), time.process_time()
from ravine.optimizers import _rates
run = _rates._run_best
begun = len(programs)
descents = work._walked
print(json.dumps({
    "wall": time.perf_counter() - clock,
    "processor": time.process_time() - processor,
    "longest": max(programs),
    "large": sum(seconds > 0.05 for seconds in programs),
    "finite": sum(int(d.diverged_at) < 0 for d in descents),
}))
"""


def measured(landscape: str, rules: str) -> dict[str, float]:
    """One film's descents in a fresh process."""
    command = [sys.executable, "-c", MEASURE, landscape, *rules.split()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@click.command()
@click.option("--rounds", type=int, default=5, show_default=True)
def main(rounds: int) -> None:
    """Print a table of medians."""
    click.echo("| film | rules | seconds | of processor time | longest compilation |")
    click.echo("| --- | --: | --: | --: | --: |")
    for name, (landscape, rules) in FILMS.items():
        found = [measured(landscape, rules) for _ in range(rounds)]
        wall, processor, longest = (median(f[key] for f in found) for key in ("wall", "processor", "longest"))
        count = len(rules.split())
        click.echo(f"| {name} | {count} | {wall:.2f} | {processor:.2f} | {longest:.2f} |")


if __name__ == "__main__":
    main()
