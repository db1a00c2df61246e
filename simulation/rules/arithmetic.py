"""Elementary functions by additions, multiplications, divisions and square roots only.

IEEE 754 rounds these four in one way everywhere, so plain Python and compiled code give the same bits on every
machine. Nothing here calls the mathematics library of the system. Ranges are those that the model needs.
"""

from __future__ import annotations

from math import floor, sqrt
from typing import Any

from numba.extending import register_jitable

__all__ = ["UNITS", "clip", "exp", "fixed", "log", "logistic", "power"]

UNITS = 1048576.0
"""Fixed-point units per 1: sums of real numbers are exact in int64, so their order cannot matter."""


@register_jitable(forceinline=True)
def clip(x: Any, low: Any, high: Any) -> Any:
    """Return x bounded to [low, high].

    ODD E100: min(max(x, low), high)

    Source: definition.
    """
    return low if x < low else (high if x > high else x)


@register_jitable(forceinline=True)
def fixed(x: Any) -> Any:
    """Return x in whole fixed-point units, halves upwards.

    ODD E101: floor(2**20 * x + 1 / 2)

    Source: definition.

    Examples
    --------
    >>> fixed(0.5), fixed(-0.25)
    (524288, -262144)
    """
    return floor(x * UNITS + 0.5)


@register_jitable(forceinline=True)
def exp(x: Any) -> Any:
    """Return e**x for x bounded to [-16, 16], relative error below 1e-11.

    ODD E102: e**x

    Source: Taylor series; range our assumption.

    e**x = (e**(x/256))**256: a Taylor polynomial of degree 7 in x/256, squared eight times.

    Examples
    --------
    >>> abs(exp(1.0) - 2.718281828459045) < 1e-11
    True
    """
    y = clip(x, -16.0, 16.0) * 0.00390625
    p = 1.0 + y * (1.0 + y * (1 / 2 + y * (1 / 6 + y * (1 / 24 + y * (1 / 120 + y * (1 / 720 + y * (1 / 5040)))))))
    p = p * p
    p = p * p
    p = p * p
    p = p * p
    p = p * p
    p = p * p
    p = p * p
    return p * p


@register_jitable(forceinline=True)
def log(x: Any) -> Any:
    """Return the natural logarithm of x in [0.001, 1000], absolute error below 1e-9.

    ODD E103: ln(x)

    Source: series of the area hyperbolic tangent.

    log x = 16 log x**(1/16): four square roots, then the area hyperbolic tangent's series.

    Examples
    --------
    >>> abs(log(0.5) + 0.6931471805599453) < 1e-10
    True
    """
    y = sqrt(sqrt(sqrt(sqrt(x))))
    z = (y - 1.0) / (y + 1.0)
    w = z * z
    return 32.0 * z * (1.0 + w * (1 / 3 + w * (1 / 5 + w * (1 / 7 + w * (1 / 9 + w * (1 / 11 + w * (1 / 13)))))))


@register_jitable(forceinline=True)
def power(x: Any, exponent: Any) -> Any:
    """Return x**exponent for x in [0.001, 1000] by exp(exponent log x).

    ODD E104: x**exponent

    Source: definition.

    Special cases: exponents that are roots and squares (0.25, 0.5, 1, 2, 4) by these alone, each exactly rounded.

    Examples
    --------
    >>> power(0.25, 0.5), abs(power(0.008, 1 / 3) - 0.2) < 1e-10
    (0.5, True)
    """
    if exponent == 0.25:
        return sqrt(sqrt(x))
    if exponent == 0.5:
        return sqrt(x)
    if exponent == 1.0:
        return x
    if exponent == 2.0:
        return x * x
    if exponent == 4.0:
        return (x * x) * (x * x)
    return exp(exponent * log(x))


@register_jitable(forceinline=True)
def logistic(x: Any) -> Any:
    """Return 1 / (1 + e**-x).

    ODD E105: 1 / (1 + e**-x)

    Source: definition.

    Examples
    --------
    >>> logistic(0.0)
    0.5
    """
    return 1.0 / (1.0 + exp(-x))
