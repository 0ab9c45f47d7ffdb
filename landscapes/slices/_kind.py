"""What kind of critical point the eigenvalues of the Hessian tell."""

from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Float64

Kind: TypeAlias = Literal["minimum", "saddle", "maximum", "degenerate"]


def kind_of(eigenvalues: Float64[np.ndarray, " some"], zero: float) -> Kind:
    """The kind of a critical point.

    With curvature of both signs it is a saddle, whatever the rest. With one sign alone, an eigenvalue of
    0 leaves open what it is: then it is degenerate.

    Args:
        eigenvalues: Of the Hessian; both ends of its spectrum are enough.
        zero: The largest absolute value that counts as 0.
    """
    upwards, downwards = bool((eigenvalues > zero).any()), bool((eigenvalues < -zero).any())
    if upwards and downwards:
        return "saddle"
    if (np.abs(eigenvalues) <= zero).any():
        return "degenerate"
    return "minimum" if upwards else "maximum"
