"""The queue of differences (차이 목록): made, brought up to date and closed by the comparison, each night and on demand."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground import clock, outbox, turns
from ground.errors import RuleBroken
from ground.models import OutboxEvent
from programs.domain import tasks
from programs.models import Participation, Program, Task
from programs.permissions import require_service
from reports.domain.differing import causes
from reports.models import Comparison, Difference, DifferenceQuestion
from reports.queries.differing import compared, facts, tolerances
from reports.queries.differing.compared import Compared, Pair

log = structlog.get_logger(__name__)
FIND = "reports.differences"
Key = tuple[UUID, str, dt.date | None]


@dataclass(frozen=True, slots=True)
class Found:
    """What a comparison changed: differences that are new, have other figures, were opened anew, are gone."""

    new: int = 0
    changed: int = 0
    anew: int = 0
    gone: int = 0


def find_all() -> None:
    """Every program that has begun and is not closed, each for itself: one that fails leaves the others alone."""
    programs = Program.objects.filter(starts_on__lte=clock.today()).exclude(state=Program.State.CLOSED)
    for program in programs.order_by("code"):
        try:
            find(program)
        except RuleBroken as error:
            log.info("differences.not_compared", program=program.code, code=error.code)
        except Exception as error:
            log.error("differences.failed", program=program.code, exc_info=error)


def ask_to_find(program: Program, *, by: User) -> OutboxEvent:
    """Compare the program now, in the background. Refused: `not_your_agency`, `not_begun`."""
    require_service(by, program.agency)
    if program.starts_on > clock.today():
        raise RuleBroken("not_begun", _("The program has not begun: there is nothing to compare."))
    with transaction.atomic():
        return outbox.publish(FIND, {"program": str(program.pk)})


def find(program: Program) -> Found:
    """Bring the program's differences in line with its figures: what is beyond tolerance has one record, what is not has none.
    Twice makes nothing new. Other figures are written into the record; a decided difference whose amount changed is open again.
    Where a side has no rate, nothing is said and nothing changes.

    One comparison of a program at a time; locks its standing differences. Refused as `counted.states_of`.
    """
    with transaction.atomic():
        turns.wait(f"differences {program.pk}")
        found = compared.of_program(program)
        limits = tolerances.of_program(program)
        beyond: dict[Key, Pair] = {}
        unknown: set[Key] = set()
        for pair in found.pairs:
            is_within = pair.is_within(limits[pair.comparison])
            if is_within is None:
                unknown.add(_key(pair))
            elif not is_within:
                beyond[_key(pair)] = pair
        standing = {
            (row.participation.company_id, row.comparison, row.month): row
            for row in Difference.objects.filter(program=program)
            .standing()
            .select_for_update(of=("self",))
            .select_related("participation")
            .order_by("pk")
        }
        parts = _participations(program)
        beyond = {key: pair for key, pair in beyond.items() if key[0] in parts}
        proposed = _proposals(found, beyond.values(), limits, parts)
        now, new, changed, anew = clock.now(), [], 0, 0
        for key, pair in beyond.items():
            assert pair.left is not None
            assert pair.right is not None
            row = standing.pop(key, None)
            if row is None:
                new.append(
                    Difference(
                        agency_id=program.agency_id, program=program, participation=parts[key[0]],
                        comparison=pair.comparison, month=pair.month, left_krw=pair.left, right_krw=pair.right,
                        causes=proposed[key], found_at=now, changed_at=now,
                    )
                )  # fmt: skip
            elif (row.left_krw, row.right_krw, row.causes) != (pair.left, pair.right, proposed[key]):
                was = row.krw_amount
                if (row.left_krw, row.right_krw) != (pair.left, pair.right):
                    row.changed_at, changed = now, changed + 1
                row.left_krw, row.right_krw, row.causes = pair.left, pair.right, proposed[key]
                if row.state == Difference.State.DECIDED and row.krw_amount != was:
                    row.state, anew = Difference.State.OPEN, anew + 1
                row.save(update_fields=["left_krw", "right_krw", "causes", "changed_at", "state"])
        Difference.objects.bulk_create(new)
        gone = [row for key, row in standing.items() if key not in unknown]
        _end(gone, now)
    return Found(len(new), changed, anew, len(gone))


def _key(pair: Pair) -> Key:
    return pair.company, pair.comparison.value, pair.month


def _participations(program: Program) -> dict[UUID, Participation]:
    """Of each company its participation: the one that lasts, else the last that ended."""
    rows = Participation.objects.filter(program=program).select_related("company").order_by("created_at")
    found: dict[UUID, Participation] = {}
    for row in sorted(rows, key=lambda each: each.state != Participation.State.ENDED):
        found[row.company_id] = row
    return found


def _end(rows: Iterable[Difference], now: dt.datetime) -> None:
    """The difference is gone; nobody waits for an answer to its question any more."""
    for row in rows:
        row.state, row.gone_at = Difference.State.GONE, now
        row.save(update_fields=["state", "gone_at"])
        end_question(row, now)


def end_question(difference: Difference, now: dt.datetime) -> None:
    """A question that waits is ended without an answer, and its task is done."""
    for question in DifferenceQuestion.objects.waiting().filter(difference=difference):
        question.ended_at = now
        question.save(update_fields=["ended_at"])
        tasks.close_task(Task.Kind.EXPLAIN, question.pk, side=Task.Side.COMPANY)


def _proposals(
    found: Compared,
    pairs: Iterable[Pair],
    limits: dict[Comparison, tolerances.Limit],
    parts: dict[UUID, Participation],
) -> dict[Key, list[dict[str, Any]]]:
    """The causes of each difference as they are kept."""
    known = list(pairs)
    proposed: dict[Key, list[dict[str, Any]]] = {}
    for each in [*_of_months(found, known, limits, parts), *_of_all_months(found, known, limits, parts)]:
        pair, its_facts = each
        proposed[_key(pair)] = [
            {
                "cause": proposal.cause.value,
                "krw": None if proposal.krw is None else str(proposal.krw),
                "facts": dict(proposal.facts),
            }
            for proposal in causes.propose(its_facts)
        ]
    return proposed


def _of_months(
    found: Compared,
    pairs: list[Pair],
    limits: dict[Comparison, tolerances.Limit],
    parts: dict[UUID, Participation],
) -> Iterable[tuple[Pair, causes.Facts]]:
    """Facts around differences of declared months."""
    by_month: dict[dt.date, list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.comparison == Comparison.DECLARED and pair.month is not None:
            by_month[pair.month].append(pair)
    keys = [(pair.company, month) for month, of_month in by_month.items() for pair in of_month]
    orders, twice = facts.of_orders(found.scope, keys), facts.in_two_stores(found.scope, keys)
    codes = facts.currencies_of(found.scope) if keys else []
    for month, of_month in sorted(by_month.items()):
        of_companies = {pair.company: parts[pair.company] for pair in of_month}
        missing = facts.stores_without_file(of_companies.values(), month)
        declared = facts.declared_in([part.pk for part in of_companies.values()], month)
        rates = facts.rates_of_month(found.scope, codes, month)
        for pair in of_month:
            part = of_companies[pair.company]
            known = orders.get((pair.company, month), facts.OfOrders())
            stores = missing.get(part.pk, [])
            stated = declared.get(part.pk, {})
            currencies = {code for of_store in stated.values() for code in of_store}
            alone = [stated[store.pk] for store in stores if store.pk in stated]
            amounts = [
                amount * rates[code]
                for of_store in alone
                for code, amount in of_store.items()
                if code in rates
            ]
            assert pair.left is not None
            assert pair.right is not None
            yield (
                pair,
                causes.Facts(
                    comparison=pair.comparison, left=pair.left, right=pair.right, limit=limits[pair.comparison],
                    fees=known.fees, costs=known.costs, packs=known.packs, pack_numbers=known.pack_numbers,
                    pack_orders=known.pack_orders, refunds_later=known.refunds_later,
                    taken_back_later=known.taken_back_later, in_two_stores=twice.get((pair.company, month), causes.ZERO),
                    missing=tuple(store.code for store in stores),
                    missing_krw=Decimal(round(sum(amounts))) if amounts else None,
                    stated_in=next(iter(currencies)) if len(currencies) == 1 else "", rates=rates,
                ),
            )  # fmt: skip


def _of_all_months(
    found: Compared,
    pairs: list[Pair],
    limits: dict[Comparison, tolerances.Limit],
    parts: dict[UUID, Participation],
) -> Iterable[tuple[Pair, causes.Facts]]:
    """Facts around differences of payouts and of customs."""
    paid = {pair.company for pair in pairs if pair.comparison == Comparison.PAYOUTS}
    of_payouts = facts.of_payouts(found, paid) if paid else {}
    is_exported = any(pair.comparison == Comparison.CUSTOMS for pair in pairs)
    codes = facts.currencies_of(found.scope) if is_exported else []
    last = found.over.until_on.replace(day=1) if found.over else found.scope.until_on.replace(day=1)
    rates = facts.rates_of_month(found.scope, codes, last) if is_exported else {}
    for pair in pairs:
        if pair.comparison == Comparison.DECLARED:
            continue
        assert pair.left is not None
        assert pair.right is not None
        known = of_payouts.get(pair.company)
        if pair.comparison == Comparison.PAYOUTS and known is not None:
            yield (
                pair,
                causes.Facts(
                    comparison=pair.comparison, left=pair.left, right=pair.right, limit=limits[pair.comparison],
                    fees=known.fees, costs=known.costs, refunds_later=known.refunds_later, paid_twice=known.paid_twice,
                    paid_twice_orders=known.paid_twice_orders, paid_twice_files=tuple(known.paid_twice_files),
                    missing=tuple(known.missing), missing_krw=known.missing_krw if known.missing else None,
                ),
            )  # fmt: skip
        else:
            yield (
                pair,
                causes.Facts(
                    comparison=pair.comparison, left=pair.left, right=pair.right, limit=limits[pair.comparison],
                    stated_in="USD" if pair.comparison == Comparison.CUSTOMS else "", rates=rates,
                ),
            )  # fmt: skip
