"""How levers act together: single, weakest link, product, crowding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["JOINT_FORMS", "crowding", "minimum", "product", "single"]


def single(settings: Sequence[Any]) -> Any:
    """Return setting - 0.5: one lever around its middle. Source: definition.

    ODD E42: settings[0] - 0.5
    """
    return settings[0] - 0.5


def minimum(settings: Sequence[Any]) -> Any:
    """Return min(settings) - 0.5: a chain as strong as its weakest link.

    ODD E43: min(settings) - 0.5

    Source: Milgrom & Roberts 1990 (complements). Special cases: equal settings act like `single`.
    """
    least = settings[0]
    for setting in settings[1:]:
        # min(a, b) without a branch, so that numbers and arrays both work: exact in IEEE arithmetic
        least = least * (least <= setting) + setting * (least > setting)
    return least - 0.5


def product(settings: Sequence[Any]) -> Any:
    """Return the product of the settings minus its value at the middle.

    ODD E44: prod(settings) - 0.5 ** len(settings)

    Source: Milgrom & Roberts 1990 (complements). Special cases: all in the middle: 0.
    """
    result, middle = settings[0], 0.5
    for setting in settings[1:]:
        result = result * setting
        middle *= 0.5
    return result - middle


def crowding(settings: Sequence[Any]) -> Any:
    """Return max(0, mean(settings) - 0.5): a common on which all units make claims.

    ODD E45: max(sum(settings) / len(settings) - 0.5, 0)

    Source: Hardin 1968 (commons); form our assumption. Special cases: below the middle there is no crowding: 0.
    """
    total = settings[0]
    for setting in settings[1:]:
        total = total + setting
    excess = total / len(settings) - 0.5
    return excess * (excess > 0.0)


JOINT_FORMS: dict[str, Callable[[Sequence[Any]], Any]] = {
    "single": single,
    "minimum": minimum,
    "product": product,
    "crowding": crowding,
}
"""The forms by name; `single` is what a lever's own effects use."""
