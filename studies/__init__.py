"""Studies of real networks: lines, planes and walks through their parameters, and their training."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.studies import training as training
    from ravine.studies._call import connect as connect
    from ravine.studies._call import line as line
    from ravine.studies._call import plane as plane
    from ravine.studies._call import spectrum as spectrum
    from ravine.studies._call import train as train
    from ravine.studies._call import walk as walk
    from ravine.studies._connect import Connect as Connect
    from ravine.studies._fixed import Fixed as Fixed
    from ravine.studies._line import Line as Line
    from ravine.studies._options import Options as Options
    from ravine.studies._options import TrainOptions as TrainOptions
    from ravine.studies._options import check_keys as check_keys
    from ravine.studies._plane import Plane as Plane
    from ravine.studies._result import Result as Result
    from ravine.studies._result import check_output as check_output
    from ravine.studies._result import check_result_path as check_result_path
    from ravine.studies._result import kind_of as kind_of
    from ravine.studies._spectrum import Spectrum as Spectrum
    from ravine.studies._study import COMMANDS as COMMANDS
    from ravine.studies._study import FILMS as FILMS
    from ravine.studies._study import NUMBERS as NUMBERS
    from ravine.studies._study import PICTURES as PICTURES
    from ravine.studies._study import Stage as Stage
    from ravine.studies._study import Study as Study
    from ravine.studies._study import options_of as options_of
    from ravine.studies._study import preview as preview
    from ravine.studies._train import Train as Train
    from ravine.studies._train import check_runs_folder as check_runs_folder
    from ravine.studies._trainings import Trained as Trained
    from ravine.studies._walk import Walk as Walk


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
