"""The studies as functions: what is studied and the options in, the result out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ravine.core.recipe import RecipeError
from ravine.core.signature import lists_options_of
from ravine.studies._options import (
    ConnectOptions,
    LineOptions,
    SpectrumOptions,
    TrainOptions,
    WalkOptions,
    check_keys,
)
from ravine.studies._plane_options import PlaneOptions
from ravine.studies._study import Chosen

if TYPE_CHECKING:
    from ravine.optimizers import Optimizer as Optimizer
    from ravine.optimizers import Setting as Setting
    from ravine.studies._connect import Connect
    from ravine.studies._line import Line
    from ravine.studies._plane import Plane
    from ravine.studies._spectrum import Spectrum
    from ravine.studies._train import Train
    from ravine.studies._walk import Walk

_SUBJECT = ("networks", "objective", "points")
"""The fields that the arguments by position stand for."""


@lists_options_of(LineOptions, besides=_SUBJECT)
def line(subject: Any = None, *points: Any, **options: Any) -> "Line":
    """The loss along the straight line between two points of a network's parameters.

    Args:
        subject: A network such as "mlp:activation=tanh", or several; or a loss of your own: a function of any
            pytree, or an `Objective` such as `ravine.landscapes.from_torch` makes.
        points: With a loss of your own, the two ends: pytrees or paths of checkpoints.
        options: Fields of the study's options.

    Raises:
        RecipeError: an option is unknown or of the wrong kind.

    Example:
        >>> ravine.line("mlp:activation=tanh", steps=500).save("line.svg")  # doctest: +SKIP
        >>> found = ravine.line(loss, start, solution, alphas=(-0.5, 1.5, 401))  # doctest: +SKIP
        >>> found.barrier  # doctest: +SKIP

    Reference:
        I. J. Goodfellow, O. Vinyals, A. M. Saxe, Qualitatively Characterizing Neural Network Optimization
        Problems, 2014.
    """
    from ravine.studies._line import run_line

    return run_line(_choices(LineOptions, "line", subject, points, options))


@lists_options_of(PlaneOptions, besides=_SUBJECT)
def plane(subject: Any = None, *points: Any, **options: Any) -> "Plane":
    """The loss in a plane through a network's parameters.

    Args:
        subject: A network such as "conv:skip=true"; or a loss of your own: a function of any pytree, or an
            `Objective` such as `ravine.landscapes.from_torch` makes.
        points: With a loss of your own, pytrees or paths of checkpoints: one for random directions about it,
            three for the plane through them, more for their principal components.
        options: Fields of the study's options.

    Raises:
        RecipeError: an option is unknown or of the wrong kind.

    Example:
        >>> ravine.plane("mlp", optimizers=["sgd", "adam"]).save("paths.gif")  # doctest: +SKIP
        >>> ravine.plane(objective, *checkpoints, resolution=25).loss.shape  # doctest: +SKIP
        (25, 25)

    Reference:
        H. Li, Z. Xu, G. Taylor, C. Studer, T. Goldstein, Visualizing the Loss Landscape of Neural Nets, 2018.
    """
    from ravine.studies._plane import run_plane

    return run_plane(_choices(PlaneOptions, "plane", subject, points, options))


@lists_options_of(WalkOptions, besides=_SUBJECT)
def walk(subject: Any = None, *points: Any, **options: Any) -> "Walk":
    """The loss between the iterates of a training, the angles between its gradients, and how far it goes.

    Args:
        subject: A network such as "mlp", or a loss of your own: a function of any pytree, or an `Objective`.
        points: With a loss of your own, its iterates: three or more pytrees or paths of checkpoints.
        options: Fields of the study's options.

    Raises:
        RecipeError: an option is unknown or of the wrong kind.

    Example:
        >>> found = ravine.walk("mlp", steps=50, optimizers="sgd:learning_rate=0.5")  # doctest: +SKIP
        >>> found.interior_share, found.distances[-1]  # doctest: +SKIP

    Reference:
        C. Xing, D. Arpit, C. Tsirigotis, Y. Bengio, A Walk with SGD, 2018.
    """
    from ravine.studies._walk import run_walk

    return run_walk(_choices(WalkOptions, "walk", subject, points, options))


@lists_options_of(SpectrumOptions, besides=_SUBJECT)
def spectrum(subject: Any = None, *points: Any, **options: Any) -> "Spectrum":
    """The largest and smallest eigenvalues of the Hessian, and their density.

    Args:
        subject: A network such as "mlp", or a loss of your own: a function of any pytree, or an `Objective`.
        points: With a loss of your own, the point: a pytree or the path of a checkpoint.
        options: Fields of the study's options.

    Raises:
        RecipeError: an option is unknown or of the wrong kind.

    Example:
        >>> ravine.spectrum(lambda w: 3 * w["x"] ** 2, {"x": 1.0}, top=1, bottom=1).top  # doctest: +SKIP
        array([6.])
    """
    from ravine.studies._spectrum import run_spectrum

    return run_spectrum(_choices(SpectrumOptions, "spectrum", subject, points, options))


@lists_options_of(TrainOptions, besides=_SUBJECT)
def train(subject: Any = None, **options: Any) -> "Train":
    """Train networks under several optimizers, side by side.

    Args:
        subject: A network such as "mlp:activation=tanh", or several.
        options: Fields of the study's options.

    Raises:
        RecipeError: an option is unknown or of the wrong kind.

    Example:
        >>> found = ravine.train("mlp", optimizers=["sgd", "adam"], target=0.05)  # doctest: +SKIP
        >>> [found.steps_to_target(run) for run in found.runs]  # doctest: +SKIP
    """
    from ravine.studies._train import run_train

    return run_train(_choices(TrainOptions, "train", subject, (), options))


@lists_options_of(ConnectOptions, besides=_SUBJECT)
def connect(subject: Any = None, *points: Any, **options: Any) -> "Connect":
    """A quadratic Bezier curve of low loss between two solutions, and the straight line between them.

    Args:
        subject: A network such as "mlp".
        points: Two solutions of it, models or paths of checkpoints; those of two seeds unless given.
        options: Fields of the study's options.

    Raises:
        RecipeError: an option is unknown or of the wrong kind.

    Example:
        >>> found = ravine.connect("mlp", steps=500)  # doctest: +SKIP
        >>> found.line_barrier, found.curve_barrier  # doctest: +SKIP

    Reference:
        T. Garipov, P. Izmailov, D. Podoprikhin, D. Vetrov, A. G. Wilson, Loss Surfaces, Mode Connectivity,
        and Fast Ensembling of DNNs, 2018.
    """
    from ravine.studies._connect import run_connect

    return run_connect(_choices(ConnectOptions, "connect", subject, points, options))


def _choices(
    kind: type[Chosen], command: str, subject: object, points: tuple[Any, ...], options: Mapping[str, Any]
) -> Chosen:
    """The choices of a study from what its function was called with."""
    keys = {**_subject(subject), **({"points": points} if points else {}), **options}
    check_keys(command, keys)
    return kind.of(keys)


def _subject(subject: object) -> dict[str, object]:
    if subject is None:
        return {}
    if isinstance(subject, str | list | tuple):
        return {"networks": subject}
    if hasattr(subject, "state_dict"):
        raise RecipeError(
            "A PyTorch module becomes an objective by ravine.landscapes.from_torch(module, loss, batches); "
            "study that."
        )
    from ravine.landscapes.networks import Objective

    if not (callable(subject) or isinstance(subject, Objective)):
        raise RecipeError(f"What is studied is a network such as 'mlp', or a loss; got {subject!r}.")
    return {"objective": subject}
