"""Real networks on real data: what there is to train, how it is trained, and its loss as an objective."""

import importlib
from typing import TYPE_CHECKING, Any

from ravine._catalogue import Catalogue

if TYPE_CHECKING:
    from ravine.landscapes.networks._checkpoint import CheckpointError as CheckpointError
    from ravine.landscapes.networks._checkpoint import read_checkpoint as read_checkpoint
    from ravine.landscapes.networks._checkpoint import read_facts as read_facts
    from ravine.landscapes.networks._checkpoint import write_checkpoint as write_checkpoint
    from ravine.landscapes.networks._data import Data as Data
    from ravine.landscapes.networks._data import DataError as DataError
    from ravine.landscapes.networks._data import Split as Split
    from ravine.landscapes.networks._data import load_data as load_data
    from ravine.landscapes.networks._network import Network as Network
    from ravine.landscapes.networks._objective import Objective as Objective
    from ravine.landscapes.networks._objective import Params as Params
    from ravine.landscapes.networks._objective_error import ObjectiveError as ObjectiveError
    from ravine.landscapes.networks._problem import Problem as Problem
    from ravine.landscapes.networks._run_folder import RunError as RunError
    from ravine.landscapes.networks._run_folder import load_run as load_run
    from ravine.landscapes.networks._run_folder import read_run_facts as read_run_facts
    from ravine.landscapes.networks._run_folder import save_run as save_run
    from ravine.landscapes.networks._torch import from_torch as from_torch
    from ravine.landscapes.networks._torch import params_of as params_of
    from ravine.landscapes.networks._training import Training as Training
    from ravine.landscapes.networks._training import train as train
    from ravine.landscapes.networks._tuning import choose_rate as choose_rate
    from ravine.landscapes.networks._user_objective import check_end as check_end
    from ravine.landscapes.networks._user_objective import load_objective as load_objective

catalogue: "Catalogue[Network]" = Catalogue(
    package="ravine.landscapes.networks.models", variable="NETWORK", kind="network"
)
names = catalogue.names
load = catalogue.load

_LATE = {
    "CheckpointError": "_checkpoint",
    "Data": "_data",
    "DataError": "_data",
    "Network": "_network",
    "Objective": "_objective",
    "ObjectiveError": "_objective_error",
    "Params": "_objective",
    "Problem": "_problem",
    "RunError": "_run_folder",
    "Split": "_data",
    "Training": "_training",
    "check_end": "_user_objective",
    "choose_rate": "_tuning",
    "from_torch": "_torch",
    "load_data": "_data",
    "load_objective": "_user_objective",
    "load_run": "_run_folder",
    "params_of": "_torch",
    "read_checkpoint": "_checkpoint",
    "read_facts": "_checkpoint",
    "read_run_facts": "_run_folder",
    "save_run": "_run_folder",
    "train": "_training",
    "write_checkpoint": "_checkpoint",
}
"""What needs numpy or JAX, by module."""


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATE[name]}"), name)
