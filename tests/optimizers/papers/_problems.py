"""Losses with their derivatives by hand; coordinates come first, and lanes may follow them."""

import numpy as np


class Rosenbrock:
    """A banana: `half` is half the side of the box of starts, `steepest` the steepest curvature in it."""

    half = 1.5
    steepest = 2500.0

    def loss(self, point):
        x, y = point
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2

    def gradient(self, point):
        x, y = point
        return np.stack([-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)])

    def hessian(self, point):
        x, y = point
        return np.stack([[2 - 400 * (y - 3 * x**2), -400 * x], [-400 * x, 200 + 0 * y]])


class Himmelblau:
    """Four minima among saddles."""

    half = 3.0
    steepest = 250.0

    def loss(self, point):
        x, y = point
        return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2

    def gradient(self, point):
        x, y = point
        first, second = x**2 + y - 11, x + y**2 - 7
        return np.stack([4 * x * first + 2 * second, 2 * first + 4 * y * second])

    def hessian(self, point):
        x, y = point
        cross = 4 * (x + y)
        return np.stack([[12 * x**2 + 4 * y - 42, cross], [cross, 4 * x + 12 * y**2 - 26]])


class Tilted:
    """A bowl whose axes are not the coordinates'."""

    MATRIX = np.array([[7.0, -3.0], [-3.0, 2.0]])
    MIDDLE = np.array([0.3, -1.1])
    half = 4.0
    steepest = float(np.linalg.eigvalsh(MATRIX)[-1])

    def loss(self, point):
        x, y = self._away(point)
        return (7 * x**2 - 6 * x * y + 2 * y**2) / 2

    def gradient(self, point):
        x, y = self._away(point)
        return np.stack([7 * x - 3 * y, 2 * y - 3 * x])

    def hessian(self, point):
        return np.stack([[row + 0 * point[0] for row in column] for column in self.MATRIX])

    def _away(self, point):
        return point[0] - self.MIDDLE[0], point[1] - self.MIDDLE[1]


class Given:
    """Gradients that do not follow from the points at which they are asked for."""

    def __init__(self, gradients):
        self._left = iter(gradients)

    def gradient(self, point):
        return next(self._left)
