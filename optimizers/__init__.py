"""Update rules, each with its facts, and the descent that runs them down a loss."""

import importlib
from typing import TYPE_CHECKING, Any

from ravine._catalogue import Catalogue
from ravine.optimizers._optimizer import HyperparameterError as HyperparameterError
from ravine.optimizers._optimizer import Optimizer as Optimizer
from ravine.optimizers._optimizer import Setting as Setting
from ravine.optimizers._settings import read_setting as read_setting
from ravine.optimizers._settings import write_setting as write_setting

if TYPE_CHECKING:
    from ravine.optimizers._descend import Descent as Descent
    from ravine.optimizers._descend import descend as descend
    from ravine.optimizers._plane_loss import PlaneLossError as PlaneLossError
    from ravine.optimizers._plane_loss import check_plane_loss as check_plane_loss
    from ravine.optimizers._program import draws_of as draws_of
    from ravine.optimizers._rates import descend_tuned as descend_tuned
    from ravine.optimizers._rule import rule as rule
    from ravine.optimizers._rule import rule_of as rule_of
    from ravine.optimizers._walk import Sampling as Sampling

catalogue: Catalogue[Optimizer] = Catalogue(
    package="ravine.optimizers.rules", variable="OPTIMIZER", kind="optimizer"
)
names = catalogue.names
load = catalogue.load

_NEEDS_JAX = {
    "Descent": "_descend",
    "PlaneLossError": "_plane_loss",
    "Sampling": "_walk",
    "check_plane_loss": "_plane_loss",
    "descend": "_descend",
    "descend_tuned": "_rates",
    "draws_of": "_program",
    "rule": "_rule",
    "rule_of": "_rule",
}


def __getattr__(name: str) -> Any:
    if name not in _NEEDS_JAX:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_NEEDS_JAX[name]}"), name)
