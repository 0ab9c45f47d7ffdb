"""What a picture needs of a recipe's landscape and runs: plain numbers and texts, which can be kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int

from ravine.landscapes import Landscape
from ravine.optimizers import Setting, read_setting, write_setting

if TYPE_CHECKING:
    from ravine.optimizers import Descent

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """A landscape's facts and its runs.

    Attributes:
        facts: Of the landscape: name, title, equation, domain, window, start, minima, lowest, scale.
        runs: Of each run: rule, label, note, and the text that reproduces it, if there is one.
        tuned: Whether a rate was found rather than given.
        outside: Whether the start lies off the landscape's domain.
        balls: Of each run, by name.
        diverged_at: The first step on which a run left the reals, -1 if it did not.
    """

    facts: Mapping[str, Any]
    runs: tuple[Mapping[str, Any], ...]
    tuned: bool
    outside: bool
    points: Float[np.ndarray, "runs steps+1 2"]
    losses: Float[np.ndarray, "runs steps+1"]
    diverged_at: Int[np.ndarray, " runs"]
    balls: tuple[Mapping[str, Float[np.ndarray, "steps+1 2"]], ...]

    @classmethod
    def of(cls, landscape: Landscape, descents: Sequence["Descent"], *, tuned: bool) -> "Sketch":
        """The sketch of descents on a landscape."""
        return cls(
            facts={
                "name": landscape.name,
                "title": landscape.title,
                "equation": landscape.equation,
                "domain": landscape.domain,
                "window": landscape.window,
                "start": landscape.start,
                "minima": landscape.minima,
                "lowest": landscape.lowest,
                "scale": landscape.scale,
            },
            runs=tuple(_run_facts(descent) for descent in descents),
            tuned=tuned,
            outside=not landscape.contains(landscape.start),
            points=np.stack([descent.points for descent in descents]),
            losses=np.stack([descent.losses for descent in descents]),
            diverged_at=np.array([int(descent.diverged_at) for descent in descents]),
            balls=tuple(descent.balls for descent in descents),
        )

    def to_arrays(self) -> Arrays:
        """The sketch as named arrays, without objects."""
        texts = {"facts": dict(self.facts), "runs": list(self.runs)}
        balls = {
            f"ball {run} {name}": ball for run, balls in enumerate(self.balls) for name, ball in balls.items()
        }
        return {
            "texts": np.array(json.dumps(texts)),
            "tuned": np.array(self.tuned),
            "outside": np.array(self.outside),
            "points": self.points,
            "losses": self.losses,
            "diverged_at": self.diverged_at,
            **balls,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> "Sketch":
        """The sketch that `to_arrays` took apart."""
        texts = json.loads(str(arrays["texts"]))
        balls: list[dict[str, np.ndarray]] = [{} for _ in texts["runs"]]
        for key, array in arrays.items():
            if key.startswith("ball "):
                _, run, name = key.split(" ", 2)
                balls[int(run)][name] = array
        return cls(
            facts={key: _as_tuples(value) for key, value in texts["facts"].items()},
            runs=tuple(texts["runs"]),
            tuned=bool(arrays["tuned"]),
            outside=bool(arrays["outside"]),
            points=arrays["points"],
            losses=arrays["losses"],
            diverged_at=arrays["diverged_at"],
            balls=tuple(balls),
        )


def _run_facts(descent: "Descent") -> dict[str, Any]:
    setting = descent.setting
    return {
        "rule": setting.optimizer.name,
        "label": setting.label,
        "note": small_print(setting),
        "text": _text_of(setting),
    }


def small_print(setting: Setting) -> str:
    """The rate, and whatever else differs from the rule's defaults."""
    defaults = setting.optimizer.defaults
    names = {"learning_rate": "rate"}
    return " · ".join(
        f"{names.get(key, key)} {_short(value)}"
        for key, value in setting.complete.items()
        if key == "learning_rate" or value != defaults.get(key)
    )


def _short(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _text_of(setting: Setting) -> str | None:
    try:
        text = write_setting(setting)
        return text if read_setting(text) == setting else None
    except ValueError:
        return None


def _as_tuples(value: Any) -> Any:
    return tuple(_as_tuples(part) for part in value) if isinstance(value, list) else value
