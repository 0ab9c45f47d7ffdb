"""What a picture says of its study."""

from ravine.gallery.studies._choices import Choices

_POLICIES = {
    "inference": "batch norm by the stored statistics",
    "recomputed": "batch norm measured anew at every point",
}


def subtitle(choices: Choices, objective: str, *, batch_norm: str = "") -> str:
    """Network, data, the policy of batch norm where there is one, and the seed."""
    parts = [objective, _POLICIES.get(batch_norm, ""), f"seed {choices.seed}"]
    return ", ".join(part for part in parts if part)
