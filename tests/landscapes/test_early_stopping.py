import numpy as np
import pytest

from ravine.landscapes import stopping_step


def by_counting(losses: list[float], patience: int) -> int | None:
    best, waited = np.inf, 0
    for step, loss in enumerate(losses):
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
        if waited >= patience:
            return step
    return None


@pytest.mark.parametrize(
    ("losses", "patience", "step"),
    [
        ([5.0, 4.0, 3.0, 2.0, 1.0], 1, None),
        ([5.0, 4.0, 4.5, 3.0, 3.5], 1, 2),
        ([5.0, 4.0, 4.5, 3.0, 3.5], 2, None),
        ([5.0, 4.0, 4.5, 4.2, 3.0], 2, 3),
        ([5.0, 4.0, 4.0, 4.0, 4.0], 3, 4),
        ([5.0, np.nan, np.nan, np.nan, 1.0], 3, 3),
        ([5.0, np.nan, 4.0, np.inf, np.nan], 2, 4),
        ([1.0], 1, None),
    ],
)
def test_stops_where_the_best_is_not_beaten(losses, patience, step):
    assert stopping_step(np.array(losses), patience=patience) == step


@pytest.mark.parametrize("patience", [1, 2, 3, 5, 20])
@pytest.mark.parametrize("seed", range(5))
def test_as_by_counting(seed, patience):
    rng = np.random.default_rng(seed)
    losses = np.round(np.exp(-np.arange(60) / 20) + 0.2 * rng.random(60), 2)
    assert stopping_step(losses, patience=patience) == by_counting(losses.tolist(), patience)


@pytest.mark.parametrize("patience", [0, -3])
def test_patience_is_at_least_one_step(patience):
    with pytest.raises(ValueError, match=f"at least 1 step; got {patience}"):
        stopping_step(np.ones(4), patience=patience)
