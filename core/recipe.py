"""What all recipes share: their errors, their files, and checks of single values."""

import difflib
import tomllib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

MOST_STEPS = 100_000
SMALLEST = 64
LARGEST = 8192
"""Pixels of a side."""


class RecipeError(ValueError):
    """A recipe that makes no film; the message names the key, the value and the remedy."""


def read_recipe_file(path: Path) -> dict[str, Any]:
    """The keys and values of a recipe's file.

    Raises:
        RecipeError: it cannot be read, or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RecipeError(f"The recipe {str(path)!r} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"The recipe {str(path)!r} is not TOML: {error}.") from None


def read_size(text: str) -> tuple[int, int]:
    """Width and height from a text such as "1280x720".

    Raises:
        RecipeError: the text is not of this form.
    """
    width, cross, height = text.lower().replace("×", "x").partition("x")
    if not (cross and width.strip().isdecimal() and height.strip().isdecimal()):
        raise RecipeError(f"A size is WIDTHxHEIGHT in pixels, such as 1280x720; got {text!r}.")
    return int(width), int(height)


def check_keys(keys: Iterable[str], known: Collection[str], *, lacking: str) -> None:
    """Refuse a key that is not known.

    Raises:
        RecipeError: beginning with `lacking`, and naming the nearest known key or all of them.
    """
    for key in keys:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else f" It has {', '.join(sorted(known))}."
            raise RecipeError(f"{lacking} {key!r}.{hint}")


def check_optimizers(optimizers: Iterable[Any]) -> None:
    """Refuse what is no optimizer.

    Raises:
        RecipeError: naming it.
    """
    for optimizer in optimizers:
        if not (
            isinstance(optimizer, str)
            or callable(optimizer)
            or hasattr(optimizer, "rule")
            or hasattr(optimizer, "optimizer")
            or hasattr(optimizer, "update")
        ):
            raise RecipeError(
                "optimizers must be texts such as 'adam:learning_rate=0.1', or optax transformations; "
                f"got {optimizer!r}."
            )


def in_a_list(optimizers: Any) -> Any:
    """Several optimizers; one that stands alone is a list of one, and not of its fields."""
    is_record = hasattr(optimizers, "optimizer") or hasattr(optimizers, "rule")
    is_transformation = hasattr(optimizers, "init") and hasattr(optimizers, "update")
    return (optimizers,) if callable(optimizers) or is_record or is_transformation else optimizers


def name_of(value: object) -> str:
    """What stands for a function or a record in a text."""
    names = (getattr(value, key, None) for key in ("name", "label", "__name__"))
    return str(next(filter(None, names), type(value).__name__))


def texts_of(optimizers: Iterable[Any]) -> list[str]:
    """Optimizers as they are written, and in brackets those that no text names."""
    return [it if isinstance(it, str) else f"<{name_of(it).strip('<>')}>" for it in optimizers]
