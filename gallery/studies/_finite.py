"""Trainings that leave the reals."""

import jax
import numpy as np
from jaxtyping import Bool

from ravine.gallery._recipe_checks import RecipeError
from ravine.gallery.studies._subjects import Trained


def check_finite(run: Trained) -> None:
    """Refuse a training whose solution is no point to look at.

    Raises:
        RecipeError: naming the run, and the step by which its weights had left the reals.
    """
    finite = _finite(run)
    if not finite[-1]:
        step = run.training.steps[finite.argmin()]
        raise RecipeError(
            f"{run.label} diverged: by step {step} its weights were no longer finite; give it a smaller "
            "learning rate or weight decay."
        )


def stays_finite(run: Trained) -> bool:
    """Whether a training ends at a point."""
    return bool(_finite(run)[-1])


def _finite(run: Trained) -> Bool[np.ndarray, " kept"]:
    leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(run.training.iterates)]
    return np.all([np.isfinite(leaf).reshape(len(leaf), -1).all(axis=1) for leaf in leaves], axis=0)
