"""Sharing the money of a pack among its products.

The panel writes the money of an order with several products on one row. It is shared by unit price x units,
in whole units of the currency, cut toward zero; what is left over goes to the product with the largest
weight (of equal ones the first). So the shares always add up to the amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal, localcontext

WHOLE = Decimal(1)


def share(amount: Decimal, weights: Sequence[Decimal], quantum: Decimal = WHOLE) -> list[Decimal]:
    """`amount` in shares proportional to `weights`, each a multiple of `quantum` but the largest, which
    takes the rest.

    The shares add up to `amount` exactly, and `share(-amount)` is the negative of `share(amount)`.
    `ValueError` when there is no weight or one is not positive: money without a measure is not shared.
    """
    if not weights or any(weight <= 0 for weight in weights):
        raise ValueError("weights must be positive")
    with localcontext() as context:
        context.prec = 60
        whole = sum(weights, Decimal(0))
        shares = [(amount * weight / whole).quantize(quantum, rounding=ROUND_DOWN) for weight in weights]
        largest = max(range(len(weights)), key=lambda index: (weights[index], -index))
        shares[largest] += amount - sum(shares, Decimal(0))
    return shares
