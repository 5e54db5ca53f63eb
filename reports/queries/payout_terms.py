"""Within how many days money is expected (정산 기한): per store, dated, with the source of the rule.

The narrowest rule that an agency recorded counts (`PayoutTerm`). Where it recorded none, what is assumed of a platform
(`ASSUMED`) counts, and else `GENERAL`. Assumptions are no law and no contract: pages say that they are assumed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from programs.models import Program, Store
from reports.models import PayoutTerm

Kind = PayoutTerm.Kind
GENERAL = 30
PASS_ON = 15
"""Days after the end of the month in which the platform paid, where no agreement says otherwise."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """Days from the order that cover delivery and the platform's own schedule; what is known of that, and how surely."""

    days: int
    words: StrOrPromise
    confidence: str


ASSUMED: dict[str, Assumed] = {
    "mercadolibre": Assumed(
        30,
        _(
            "released after delivery; cross-border stores are paid weekly or fortnightly from 500 US dollars on"
        ),
        "M",
    ),
    "lazada": Assumed(21, _("weekly statements after delivery"), "M"),
    "amazon": Assumed(30, _("settled every 14 days after delivery"), "M"),
    "shopee": Assumed(21, _("released when the order is completed"), "L"),
    "qoo10": Assumed(30, _("settled after delivery, by the seller's grade"), "L"),
}


@dataclass(frozen=True, slots=True)
class Term:
    """What counts from a day on (`from_on` None: from the beginning), and where it comes from."""

    from_on: dt.date | None
    value: Decimal
    place: str
    source: StrOrPromise
    is_assumed: bool

    @property
    def days(self) -> int:
        return int(self.value)


@dataclass(frozen=True, slots=True)
class Book:
    """The terms of one kind of an agency's stores in a program: each store's, the earliest first."""

    terms: dict[UUID, tuple[Term, ...]]

    def on(self, store: UUID, day: dt.date) -> Term | None:
        found = None
        for term in self.terms.get(store, ()):
            if term.from_on is None or term.from_on <= day:
                found = term
        return found

    def parameters(self) -> dict[str, Any]:
        """The terms as arrays of equal length for `TERM_TABLE`."""
        stores, first, last, days = [], [], [], []
        for store, terms in self.terms.items():
            for place, term in enumerate(terms):
                following = terms[place + 1].from_on if place + 1 < len(terms) else None
                stores.append(store)
                first.append(term.from_on or dt.date.min)
                last.append(following - dt.timedelta(days=1) if following else dt.date.max)
                days.append(term.days)
        return {"term_stores": stores, "term_from": first, "term_until": last, "term_days": days}

    def digest(self, store: UUID) -> str:
        """The store's terms in short: kept sums that were made by others are not read."""
        said = "|".join(f"{term.from_on} {term.days}" for term in self.terms.get(store, ()))
        return hashlib.sha256(said.encode()).hexdigest()[:40]

    def shown(self, stores: Iterable[UUID], since: dt.date) -> list[tuple[Term, int]]:
        """The different terms of these stores that hold on a day from `since` on, each once, with the number of stores."""
        found: dict[Term, int] = defaultdict(int)
        for store in stores:
            terms = self.terms.get(store, ())
            begun = [
                place for place, term in enumerate(terms) if term.from_on is None or term.from_on <= since
            ]
            for term in terms[begun[-1] if begun else 0 :]:
                found[term] += 1
        return sorted(found.items(), key=lambda each: (each[0].place, each[0].from_on or dt.date.min))


TERM_TABLE = """unnest(%(term_stores)s::uuid[], %(term_from)s::date[], %(term_until)s::date[], %(term_days)s::int[])
    AS term (store_id, from_on, until_on, days)"""
"""The prepared table of due days, to be joined on the store and the day of the order."""


def book(
    program: Program,
    kind: str = Kind.RELEASE,
    *,
    stores: Iterable[UUID] | None = None,
    days: int | None = None,
    known_at: dt.datetime | None = None,
) -> Book:
    """The terms of the agency's stores (of these, if given) for the program, as they were known at an instant (None: now). `days` instead
    of whatever was recorded.
    A fee has no assumption: a store without one has no term. Two queries."""
    rows = Store.objects.filter(agency=program.agency_id)
    if stores is not None:
        rows = rows.filter(pk__in=list(stores))
    found = rows.values_list(
        "pk", "code", "market__platform", "market__platform__code", "market__platform__name_ko"
    )
    if days is not None:
        fixed = Term(None, Decimal(days), "", "", is_assumed=True)
        return Book({pk: (fixed,) for pk, *_rest in found})
    levels: dict[Any, list[PayoutTerm]] = defaultdict(list)
    standing = PayoutTerm.objects.standing(known_at).filter(agency=program.agency_id, kind=kind)
    for each in standing.select_related("platform", "program", "store").order_by("from_on"):
        levels[each.store_id or each.program_id or each.platform_id].append(each)
    own = levels.get(program.pk, [])
    return Book(
        {
            pk: _terms([levels.get(pk, []), own, levels.get(platform, [])], assumed(kind, code, name))
            for pk, _code, platform, code, name in found
        }
    )


def _terms(levels: list[list[PayoutTerm]], first: Term | None) -> tuple[Term, ...]:
    """What counts when, the narrower levels first."""
    found = [] if first is None else [first]
    for day in sorted({each.from_on for level in levels for each in level}):
        for level in levels:
            begun = [each for each in level if each.from_on <= day]
            if begun:
                term = begun[-1]
                found.append(Term(day, term.value, term.place, term.source, is_assumed=False))
                break
    return tuple(found)


def assumed(kind: str, code: str, name: str) -> Term | None:
    """What counts as long as the agency recorded nothing."""
    if kind == Kind.FEE:
        return None
    if kind == Kind.PASS_ON:
        return Term(None, Decimal(PASS_ON), "", _("assumed by Naru, no agreement says so"), is_assumed=True)
    known = ASSUMED.get(code)
    if known is None:
        return Term(None, Decimal(GENERAL), name, _("assumed by Naru, no source"), is_assumed=True)
    return Term(None, Decimal(known.days), name, known.words, is_assumed=True)
