"""A company answers for its month (실적 제출): it types what it sold (직접 입력), or says that it sold nothing (실적 없음). The
agency may excuse it. Nothing that was said is erased: the earlier answer stays with who and when.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import User
from ground import clock
from ground.audit import because
from ground.errors import RuleBroken, filled
from ground.models import Currency
from programs.domain import tasks
from programs.domain.tasks import subject_of
from programs.models import Market, Participation, Store, Task
from programs.permissions import require_service
from reports.domain import cut, declaring, months, reminding
from reports.models import Declaration, MonthExcuse
from reports.queries import answers

REASON_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Typed:
    """What was sold at one place in one currency; `amount` before refunds, both without a sign."""

    store: Store | None
    market: Market | None
    currency: Currency
    orders: int
    units: int | None
    amount: Decimal
    refund_amount: Decimal = Decimal(0)

    @property
    def key(self) -> tuple[object, object, str]:
        return self.store and self.store.pk, self.market and self.market.pk, self.currency.pk


def seen_of(standing: Iterable[Declaration]) -> str:
    """A mark of the answer that a page shows: who sends on top of another one is told."""
    keys = ",".join(sorted(str(each.pk) for each in standing))
    return hashlib.sha256(keys.encode()).hexdigest()[:16] if keys else ""


def type_month(
    participation: Participation,
    month: dt.date,
    rows: Sequence[Typed],
    *,
    by: User,
    seen: str | None = None,
    note: str = "",
    upload: File[bytes] | None = None,
) -> list[Declaration]:
    """State the whole month: each place and currency once. What stood before and is not among the rows is taken back;
    all earlier versions stay on record. The evidence hangs on the first row; of an answer that is replaced it stays.

    Refused: `nothing_typed`, `typed_twice`, `typed_overlap`, `not_in_store` (a store in which nothing is the company's in the
    month, a market that is not the program's), `amount_decimals` (more than the currency has), `changed_meanwhile` (another
    person answered since `seen`), and as `declaring.declare`. Locks the participation.
    """
    month = month.replace(day=1)
    if not rows:
        raise RuleBroken("nothing_typed", _("Type what you sold, or say that there were no sales."))
    if len({row.key for row in rows}) != len(rows):
        raise RuleBroken(
            "typed_twice", _("The same shop and currency stands twice. Put the two together in one line.")
        )
    _check_apart(rows)
    for row in rows:
        check_decimals(row.currency, row.amount, "amount")
        check_decimals(row.currency, row.refund_amount, "refund_amount")
    with transaction.atomic():
        part = _locked(participation)
        standing = list(answers.standing(part, month))
        wanted = {row.key for row in rows}
        if seen is not None and seen != seen_of(standing) and not _says(standing, rows):
            raise _changed()
        _check_place(part, month, rows, standing)
        kept = [each for each in standing if (each.store_id, each.market_id, each.currency_id) in wanted]
        files = [each.file for each in standing if each.file is not None]
        is_lost = bool(files) and not upload and not any(each.file for each in kept)
        gone = [
            each.pk
            for each in standing
            if (each.store_id, each.market_id, each.currency_id) not in wanted
            and each.kind == Declaration.Kind.TYPED
        ]
        made = [
            declaring.declare(
                part,
                month=month,
                currency=row.currency,
                amount=row.amount,
                orders=row.orders,
                units=row.units,
                refund_amount=row.refund_amount,
                store=row.store,
                market=row.market,
                by=by,
                note=note,
                upload=upload if place == 0 else None,
                earlier=files[0] if is_lost and place == 0 else None,
            )
            for place, row in enumerate(rows)
        ]
        Declaration.objects.filter(pk__in=gone, replaced_at__isnull=True).update(
            replaced_at=clock.now(), replaced_by=by
        )
        reminding.settle_month(part.program, month, only=[part.pk])
    return made


def _check_place(
    part: Participation, month: dt.date, rows: Sequence[Typed], standing: Sequence[Declaration]
) -> None:
    stores = {each.pk for each in answers.stores_of([part], month).get(part.pk, [])}
    stores |= {each.store_id for each in standing if each.store_id}
    markets = set(part.program.program_markets.values_list("market", flat=True))
    markets |= {each.market_id for each in standing if each.market_id}
    for row in rows:
        if (row.store and row.store.pk not in stores) or (row.market and row.market.pk not in markets):
            raise RuleBroken("not_in_store", _("Nothing of this shop is the company’s in this month."))


def _check_apart(rows: Sequence[Typed]) -> None:
    """`RuleBroken('typed_overlap')` when one row holds what another one holds too: declared amounts are added."""
    for code in {row.currency.pk for row in rows}:
        here = [row for row in rows if row.currency.pk == code]
        whole = any(row.store is None and row.market is None for row in here)
        served = {row.store.market_id for row in here if row.store}
        if (whole and len(here) > 1) or any(row.market and row.market.pk in served for row in here):
            raise RuleBroken(
                "typed_overlap",
                _(
                    "A shop and its market, or all shops together, would count twice. Type either each shop or all of them in one"
                    " line."
                ),
            )


def check_decimals(currency: Currency, amount: Decimal, field: str) -> None:
    """`RuleBroken('amount_decimals')` when the amount has more decimals than the currency."""
    if amount == round(amount, currency.decimals):
        return
    raise RuleBroken(
        "amount_decimals",
        filled(
            ngettext_lazy(
                "%(currency)s has at most %(count)d decimal. Was a point or comma meant to part thousands?",
                "%(currency)s has at most %(count)d decimals. Was a point or comma meant to part thousands?",
                currency.decimals,
            ),
            currency=currency.pk,
            count=currency.decimals,
        ),
        (field,),
    )


def _says(standing: list[Declaration], rows: Sequence[Typed]) -> bool:
    """A double click: the answer that stands says the same."""
    return {
        (each.store_id, each.market_id, each.currency_id, each.orders, each.units, each.amount, each.refund_amount)
        for each in standing
        if each.kind == Declaration.Kind.TYPED
    } == {(*row.key, row.orders, row.units, row.amount, row.refund_amount) for row in rows}  # fmt: skip


def no_sales(participation: Participation, month: dt.date, *, by: User) -> Declaration:
    """Say that the company sold nothing in the month, which has to be over: a declaration of zero. Twice is once.

    Refused: `month_not_over`, `declared_already` (what was typed is corrected instead), `sales_on_record` (lines of that
    month stand in the ledger), and as `declaring.declare`. Locks the participation.
    """
    month = month.replace(day=1)
    with transaction.atomic():
        part = _locked(participation)
        declaring.require_member(by, part.company_id)
        if months.ends_at(part.program, month) > clock.now():
            raise RuleBroken("month_not_over", _("The month is not over yet."), ("month",))
        standing = list(answers.standing(part, month))
        if any(each.kind == Declaration.Kind.TYPED for each in standing):
            raise RuleBroken(
                "declared_already",
                _("You have typed sales for this month. Correct them if they are wrong."),
            )
        lines = answers.sold_lines([part.pk], month).get(part.pk)
        if lines and not standing:
            raise RuleBroken(
                "sales_on_record",
                filled(
                    ngettext_lazy(
                        "%(count)d line of this month is on record from a sales file (%(file)s). If it is not yours, write to the agency.",
                        "%(count)d lines of this month are on record from a sales file (%(file)s). If they are not yours, write to the agency.",
                        lines.lines,
                    ),
                    count=lines.lines,
                    file=lines.file,
                ),
            )
        said = declaring.declare(
            part,
            month=month,
            currency=Currency.objects.get(pk="KRW"),
            amount=Decimal(0),
            orders=0,
            by=by,
            kind=Declaration.Kind.NO_SALES,
        )
        reminding.settle_month(part.program, month, only=[part.pk])
    return said


def take_back(participation: Participation, month: dt.date, *, by: User) -> bool:
    """Take a "no sales" back: the month is open again, the statement stays on record with who took it back. False when
    there is none. Refused: `not_your_company`, `month_outside`, `month_closed`. Locks the participation."""
    with transaction.atomic():
        part = _locked(participation)
        declaring.require_member(by, part.company_id)
        month = declaring.check_month(part.program, month)
        cut.join()
        declaring.require_open(part.program, month)
        taken = answers.standing(part, month).filter(kind=Declaration.Kind.NO_SALES)
        is_taken = bool(taken.update(replaced_at=clock.now(), replaced_by=by))
        if is_taken:
            reminding.await_again(part, month)
    return is_taken


def excuse(participation: Participation, month: dt.date, *, reason: str, by: User) -> MonthExcuse:
    """The agency does not expect this month of the company: no reminder goes, its task is closed. Twice is once.

    Refused: `not_your_agency`, `reason_missing`, `reason_long`, `month_outside`, `excused_already` (by another person, or for
    another reason). Locks the participation.
    """
    reason = reason.strip()
    if not reason:
        raise RuleBroken("reason_missing", _("Say why the month is not expected."), ("reason",))
    if len(reason) > REASON_LENGTH:
        raise RuleBroken(
            "reason_long",
            filled(_("The reason has at most %(count)d characters."), count=REASON_LENGTH),
            ("reason",),
        )
    with transaction.atomic(), because(reason):
        part = _locked(participation)
        require_service(by, part.agency)
        month = declaring.check_month(part.program, month)
        made, is_new = MonthExcuse.objects.get_or_create(
            participation=part,
            month=month,
            ended_at=None,
            defaults={
                "agency_id": part.agency_id,
                "reason": reason,
                "excused_by": by,
                "excused_at": clock.now(),
            },
        )
        if not is_new and (made.excused_by_id, made.reason) != (by.pk, reason):
            raise RuleBroken(
                "excused_already",
                filled(
                    _("%(person)s has excused this month already: %(reason)s"),
                    person=made.excused_by,
                    reason=made.reason,
                ),
            )
        tasks.close_task(Task.Kind.DECLARE, subject_of(part, month), side=Task.Side.COMPANY)
    return made


def end_excuse(participation: Participation, month: dt.date, *, by: User) -> bool:
    """Expect the month again. False when it was not excused. Refused: `not_your_agency`, `month_closed`. Locks the
    participation."""
    month = month.replace(day=1)
    with transaction.atomic():
        part = _locked(participation)
        require_service(by, part.agency)
        cut.join()
        declaring.require_open(
            part.program,
            month,
            _("%(month)s is closed: nothing more is expected of it. Two people can open it again."),
        )
        standing = MonthExcuse.objects.filter(participation=part, month=month).in_force()
        is_ended = bool(standing.update(ended_at=clock.now(), ended_by=by))
        if is_ended:
            reminding.await_again(part, month)
    return is_ended


def _locked(participation: Participation) -> Participation:
    return (
        Participation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("program", "agency", "company")
        .get(pk=participation.pk)
    )


def _changed() -> RuleBroken:
    return RuleBroken(
        "changed_meanwhile",
        _("Somebody else answered for this month meanwhile. Look at what stands now, then send yours again."),
    )
