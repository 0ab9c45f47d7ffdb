"""Real networks on real data: what there is to train, how it is trained, and its loss as an objective."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports
from ravine.landscapes.networks.models import catalogue as catalogue

if TYPE_CHECKING:
    from ravine.core.pytree import Params as Params
    from ravine.landscapes.networks._array_files import SafetensorsError as SafetensorsError
    from ravine.landscapes.networks._array_files import read_safetensors as read_safetensors
    from ravine.landscapes.networks._array_files import read_safetensors_texts as read_safetensors_texts
    from ravine.landscapes.networks._array_files import write_safetensors as write_safetensors
    from ravine.landscapes.networks._checkpoint import CheckpointError as CheckpointError
    from ravine.landscapes.networks._checkpoint import read_checkpoint as read_checkpoint
    from ravine.landscapes.networks._checkpoint import read_facts as read_facts
    from ravine.landscapes.networks._checkpoint import write_checkpoint as write_checkpoint
    from ravine.landscapes.networks._data import Data as Data
    from ravine.landscapes.networks._data import DataError as DataError
    from ravine.landscapes.networks._data import Split as Split
    from ravine.landscapes.networks._data import Splits as Splits
    from ravine.landscapes.networks._data_file import training_examples as training_examples
    from ravine.landscapes.networks._datasets import load_data as load_data
    from ravine.landscapes.networks._network import Model as Model
    from ravine.landscapes.networks._network import Network as Network
    from ravine.landscapes.networks._network import trained as trained
    from ravine.landscapes.networks._objective import TRAIN_LOSS as TRAIN_LOSS
    from ravine.landscapes.networks._objective import Measures as Measures
    from ravine.landscapes.networks._objective import Objective as Objective
    from ravine.landscapes.networks._objective import ObjectiveError as ObjectiveError
    from ravine.landscapes.networks._problem import Problem as Problem
    from ravine.landscapes.networks._problem import check_first_loss as check_first_loss
    from ravine.landscapes.networks._statistics import COUNTERS as COUNTERS
    from ravine.landscapes.networks._statistics import parameters_by_name as parameters_by_name
    from ravine.landscapes.networks._statistics import real_leaves as real_leaves
    from ravine.landscapes.networks._torch import from_torch as from_torch
    from ravine.landscapes.networks._torch import params_of as params_of
    from ravine.landscapes.networks._user_objective import check_end as check_end
    from ravine.landscapes.networks._user_objective import load_objective as load_objective
    from ravine.landscapes.networks._user_objective import one_number as one_number

names = catalogue.names
load = catalogue.load

__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__, "catalogue", "load", "names")
