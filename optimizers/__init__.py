"""Update rules, each with its facts, and the descent that runs them down a loss."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports
from ravine.optimizers._optimizer import catalogue as catalogue

if TYPE_CHECKING:
    from ravine.optimizers import schedules as schedules
    from ravine.optimizers._checks import HyperparameterError as HyperparameterError
    from ravine.optimizers._descend import Descent as Descent
    from ravine.optimizers._descend import descend as descend
    from ravine.optimizers._optimizer import Optimizer as Optimizer
    from ravine.optimizers._optimizer import Setting as Setting
    from ravine.optimizers._plane_loss import PlaneLossError as PlaneLossError
    from ravine.optimizers._plane_loss import check_plane_loss as check_plane_loss
    from ravine.optimizers._program import draws_of as draws_of
    from ravine.optimizers._rule import rule as rule
    from ravine.optimizers._rule import rule_of as rule_of
    from ravine.optimizers._scan import Sampling as Sampling
    from ravine.optimizers._schedule import Schedule as Schedule
    from ravine.optimizers._schedule import write_parameter as write_parameter
    from ravine.optimizers._settings import as_setting as as_setting
    from ravine.optimizers._settings import read_setting as read_setting
    from ravine.optimizers._settings import small_print as small_print
    from ravine.optimizers._settings import text_of as text_of
    from ravine.optimizers._settings import with_own_labels as with_own_labels
    from ravine.optimizers._settings import write_setting as write_setting
    from ravine.optimizers._spec import SpecError as SpecError
    from ravine.optimizers._spec import format_value as format_value
    from ravine.optimizers._spec import parse_spec as parse_spec
    from ravine.optimizers._tuning import descend_tuned as descend_tuned

names = catalogue.names
load = catalogue.load

__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__, "catalogue", "load", "names")
