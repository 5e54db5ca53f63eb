"""Why two measures may differ, proposed from the data (차이 원인 제안): pure functions, amounts in won with their sign.

A proposer gets the facts of one difference and answers with the part of it that the cause explains, or nothing. Refunds and missing
files may explain a part of it, at least half; what follows a pattern (packs twice, fees inside, another currency, counted twice) must
hit the figure: within two percent of the pattern's amount, fees within the program's tolerance. What two kinds of files paid for the same
orders is known order by order and always named. Proposals stand in the order of what they explain; they decide nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from reports.models import Cause, Comparison
from reports.queries.differing.tolerances import Limit

ZERO = Decimal(0)
CLOSE_PERCENT = 2
"""How near a pattern's amount the difference must come; month averages and days of a month lie closer together than that."""
LEAST_SHARE = Decimal("0.5")
"""The least part of a difference that a cause must explain to be proposed."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the ledger knows around one difference. Costs and refunds have the ledger's signs: what is taken off is negative.

    Of orders of the month: `fees` (fees alone) and `costs` (all that the "Total" takes off or adds), `packs` (orders that were bought
    in a pack), `refunds_later` and `taken_back_later` (what newer files or later months changed after the month's end),
    `in_two_stores` (how much is counted a second time, in another store or by another kind of file). Of payouts, `paid_twice` came a second
    time (costs and refunds: negative), for so many orders, by the second of the kinds of files of which `paid_twice_files` are one each. `missing` are stores without a file;
    `missing_krw` is what is known to belong to them. `rates` are won for one unit of each currency that the program
    uses; `stated_in` is the currency of the side that people typed, where it is one.
    """

    comparison: Comparison
    left: Decimal
    right: Decimal
    limit: Limit
    fees: Decimal = ZERO
    costs: Decimal = ZERO
    packs: Decimal = ZERO
    pack_numbers: int = 0
    pack_orders: int = 0
    refunds_later: Decimal = ZERO
    taken_back_later: Decimal = ZERO
    in_two_stores: Decimal = ZERO
    paid_twice: Decimal = ZERO
    paid_twice_orders: int = 0
    paid_twice_files: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    missing_krw: Decimal | None = None
    stated_in: str = ""
    rates: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def difference(self) -> Decimal:
        return self.left - self.right

    @property
    def orders(self) -> Decimal:
        return self.right if self.comparison == Comparison.DECLARED else self.left

    @property
    def stated(self) -> Decimal:
        """The side beside the orders."""
        return self.left if self.comparison == Comparison.DECLARED else self.right

    @property
    def over_orders(self) -> Decimal:
        """How much more than the orders the other side has."""
        return self.stated - self.orders


@dataclass(frozen=True, slots=True)
class Proposal:
    """A cause with the won of the difference that it explains (without a sign; None: it cannot be told), and what its sentence
    needs."""

    cause: Cause
    krw: Decimal | None
    facts: Mapping[str, Any] = field(default_factory=dict)


def is_near(amount: Decimal, pattern: Decimal) -> bool:
    """Within two percent of the pattern's amount, with its sign."""
    return abs(amount - pattern) * 100 <= CLOSE_PERCENT * abs(pattern)


def part_of(facts: Facts, amount: Decimal) -> Decimal | None:
    """How much of the difference an amount explains that the other side has more (or less, if negative) than the orders:
    nothing in the wrong direction or below half, and no more than all of it."""
    explained = explained_by(facts, amount)
    return explained if explained is not None and explained >= LEAST_SHARE * abs(facts.over_orders) else None


def explained_by(facts: Facts, amount: Decimal) -> Decimal | None:
    """The same, however small the part is; nothing where the difference would be as large or larger without the amount."""
    over = facts.over_orders
    if amount == 0 or (amount > 0) != (over > 0):
        return None
    explained = abs(over) - abs(over - amount)
    return explained if explained > 0 else None


def refund_later(facts: Facts) -> Proposal | None:
    """Refunds of the month's orders, or orders that ceased to count, became known after the month's end: the company
    declared without them, the platform paid less."""
    found = [
        (explained, amount)
        for amount in (facts.refunds_later, facts.taken_back_later)
        if (explained := part_of(facts, amount)) is not None
    ]
    if not found:
        return None
    explained, amount = max(found)
    return Proposal(Cause.REFUND_LATER, explained, {"amount": str(amount)})


def pack_twice(facts: Facts) -> Proposal | None:
    """What was declared holds the orders that were bought in packs once more: the file shows a pack's sum in a row of its own."""
    if facts.comparison != Comparison.DECLARED or facts.packs <= 0:
        return None
    if not is_near(facts.over_orders, facts.packs):
        return None
    return Proposal(
        Cause.PACK_TWICE,
        part_of(facts, facts.packs),
        {"packs": facts.pack_orders, "numbers": facts.pack_numbers, "amount": str(facts.packs)},
    )


def fees_inside(facts: Facts) -> Proposal | None:
    """One side is what is left after the fees, or after all costs: added to it they make the other side, within the tolerance."""
    if facts.comparison == Comparison.CUSTOMS:
        return None
    for amount in (facts.fees, facts.costs):
        explained = part_of(facts, amount) if amount < 0 else None
        if explained is not None and facts.limit.allows(facts.over_orders - amount, facts.orders):
            return Proposal(Cause.FEES_INSIDE, explained, {"amount": str(amount)})
    return None


def wrong_currency(facts: Facts) -> Proposal | None:
    """The sides lie apart by the rate between the currency in which one was typed and another one of the program."""
    own = facts.rates.get(facts.stated_in)
    if not own or facts.orders <= 0 or facts.stated <= 0:
        return None
    for currency, rate in sorted(facts.rates.items()):
        if currency == facts.stated_in or is_near(rate, own):
            continue
        if is_near(facts.stated * rate, facts.orders * own):
            return Proposal(
                Cause.WRONG_CURRENCY,
                abs(facts.difference),
                {"stated": facts.stated_in, "meant": currency},
            )
    return None


def duplicate(facts: Facts) -> Proposal | None:
    """Files of two kinds tell what was paid for the same orders, which is named however much of the difference it is, since it is a wrong
    figure, even where what is missing of other orders hides it. Or one side is about twice the other, or orders of the company stand in a
    second store, or in files of a second kind, as well."""
    if facts.paid_twice_orders:
        return Proposal(
            Cause.DUPLICATE,
            explained_by(facts, facts.paid_twice),
            {
                "kind": "payouts",
                "amount": str(facts.paid_twice),
                "orders": facts.paid_twice_orders,
                "files": list(facts.paid_twice_files),
            },
        )
    if facts.orders > 0 and is_near(facts.stated, 2 * facts.orders):
        return Proposal(Cause.DUPLICATE, abs(facts.difference), {"kind": "twice"})
    if facts.in_two_stores > 0 and is_near(facts.over_orders, -facts.in_two_stores):
        return Proposal(
            Cause.DUPLICATE,
            part_of(facts, -facts.in_two_stores),
            {"kind": "stores", "amount": str(facts.in_two_stores)},
        )
    return None


def missing_file(facts: Facts) -> Proposal | None:
    """A side is short, and files are missing of stores of the company; what they hold may not be known. Customs knows nothing
    of the company."""
    if facts.comparison == Comparison.CUSTOMS and facts.right == 0 and facts.left > 0:
        return Proposal(Cause.MISSING_FILE, abs(facts.difference), {"kind": "customs"})
    if not facts.missing or facts.over_orders == 0:
        return None
    is_orders_short = facts.over_orders > 0
    if is_orders_short == (facts.comparison == Comparison.PAYOUTS):
        return None
    names = {"stores": list(facts.missing)}
    if facts.missing_krw is None:
        return Proposal(Cause.MISSING_FILE, None, names)
    amount = facts.missing_krw if is_orders_short else -facts.missing_krw
    explained = part_of(facts, amount)
    return None if explained is None else Proposal(Cause.MISSING_FILE, explained, names)


PROPOSERS: tuple[Callable[[Facts], Proposal | None], ...] = (
    refund_later, pack_twice, fees_inside, wrong_currency, duplicate, missing_file,
)  # fmt: skip


def propose(facts: Facts) -> list[Proposal]:
    """Every cause that the facts bear out, the one that explains most first; those whose part cannot be told last."""
    found = [proposal for each in PROPOSERS if (proposal := each(facts)) is not None]
    return sorted(found, key=lambda each: -1 if each.krw is None else each.krw, reverse=True)
