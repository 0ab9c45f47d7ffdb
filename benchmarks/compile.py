"""What the descents of one film cost cold: a fresh process, no cache of programs, every rule at 72 rates.

Seconds begin when the rules are loaded and end with the points on the host. Usage:

    python benchmarks/compile.py             five rounds a film; a machine that does nothing else
    python benchmarks/compile.py --rounds 1
"""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

import click

COMMON = "sgd momentum nesterov adagrad adadelta rmsprop adam"
TWENTY = f"{COMMON} adamax adamw amsgrad nadam qhm qhadam aggmo demon demon_adam radam lookahead lars lamb"
FILMS = {
    "seven common rules on Beale": ("beale", COMMON),
    "twenty rules on Beale": ("beale", TWENTY),
    "twenty rules on noisy moons, minibatches": ("noisy_moons", TWENTY),
    "six of second order on Beale": (
        "beale",
        "steepest_descent conjugate_gradient newton saddle_free_newton bfgs lbfgs",
    ),
}


def measured(landscape: str, rules: str) -> dict[str, float]:
    """One film's descents in a fresh process."""
    script = Path(__file__).with_name("compile_once.py")
    command = [sys.executable, str(script), landscape, *rules.split()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@click.command()
@click.option("--rounds", type=int, default=5, show_default=True)
def main(rounds: int) -> None:
    """Print a table of medians."""
    click.echo("| film | rules | cold | processor time | programs | again |")
    click.echo("| --- | --: | --: | --: | --: | --: |")
    for name, (landscape, rules) in FILMS.items():
        found = [measured(landscape, rules) for _ in range(rounds)]
        middle = {key: median(one[key] for one in found) for key in found[0]}
        click.echo(
            f"| {name} | {len(rules.split())} | {middle['cold']:.2f} s | {middle['processor']:.2f} s | "
            f"{middle['programs']:.0f} | {middle['again']:.3f} s |"
        )


if __name__ == "__main__":
    main()
