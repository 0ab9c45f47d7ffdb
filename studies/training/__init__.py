"""Training of networks by any rule: steps, segments, the cache of runs and their folders."""

from typing import TYPE_CHECKING

from ravine.core.lazy import lazy_exports

if TYPE_CHECKING:
    from ravine.studies.training._curve import Connection as Connection
    from ravine.studies.training._curve import bezier as bezier
    from ravine.studies.training._curve import connect as connect
    from ravine.studies.training._run_folder import RUN as RUN
    from ravine.studies.training._run_folder import RunError as RunError
    from ravine.studies.training._run_folder import load_run as load_run
    from ravine.studies.training._run_folder import read_run_facts as read_run_facts
    from ravine.studies.training._run_folder import save_run as save_run
    from ravine.studies.training._steps import divided as divided
    from ravine.studies.training._train import Training as Training
    from ravine.studies.training._train import rows_of_steps as rows_of_steps
    from ravine.studies.training._train import train as train
    from ravine.studies.training._tuning import choose_rate as choose_rate


__getattr__, __dir__, __all__ = lazy_exports(__name__, __file__)
