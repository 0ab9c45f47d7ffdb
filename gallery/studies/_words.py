"""What a picture says of its study."""

from ravine.gallery.studies._choices import Choices
from ravine.gallery.studies._fixed import Fixed

_POLICIES = {
    "inference": "batch norm by the stored statistics",
    "recomputed": "batch norm measured anew at every point",
}


def subtitle(choices: Choices, objective: str, *, batch_norm: str = "", held: Fixed | None = None) -> str:
    """Network, data, the policy of batch norm where there is one, what is held fixed, and the seed."""
    caption = "" if held is None else held.caption
    parts = [objective, _POLICIES.get(batch_norm, ""), caption, f"seed {choices.seed}"]
    return ", ".join(part for part in parts if part)
