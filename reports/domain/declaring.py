"""Declarations of companies (기업 실적 신고) and customs records: what is stated beside what the platform shows."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.models import Member
from ground import clock, files
from ground.audit import because
from ground.clock import SEOUL
from ground.errors import RuleBroken, filled
from ground.models import Currency, StoredFile
from ground.spoken import spoken_month
from programs.domain import lasting
from programs.models import Market, Participation, Program, Store
from programs.permissions import require_service
from reports.domain import customs_lines, cut, months
from reports.models import CustomsRecord, Declaration
from reports.queries import closing

WRITERS = (Member.Role.OWNER, Member.Role.EDITOR)


CLOSED = _(
    "%(month)s is closed: sales of it can be declared or corrected no more. If what stands there is wrong, write to the agency;"
    " two people there can open the month again."
)


CUSTOMS_CLOSED = _(
    "%(month)s is closed: its customs records stay as they are. To correct one, have the month opened again on the"
    " page “Months”, the last closed one first."
)


def closed_sentence(month: dt.date) -> Promise:
    """What a company reads of a closed month that it would declare."""
    return filled(CLOSED, month=spoken_month(month))


def check_month(program: Program, month: dt.date) -> dt.date:
    """The first day of the month. `RuleBroken('month_outside')` before the program's first month or in the future."""
    month = month.replace(day=1)
    if not program.starts_on.replace(day=1) <= month <= clock.today(SEOUL):
        raise RuleBroken(
            "month_outside",
            _("Choose a month from the program's first month to the current one."),
            ("month",),
        )
    return month


def require_open(program: Program, month: dt.date, otherwise: Promise = CLOSED) -> None:
    """`RuleBroken('month_closed')` with the sentence when two people have closed the month. The caller has joined the cut."""
    if closing.is_closed(program.pk, month):
        raise RuleBroken("month_closed", filled(otherwise, month=spoken_month(month)), ("month",))


def require_member(by: User, company_id: UUID) -> None:
    """`RuleBroken('not_your_company')` unless the person writes for the company today."""
    is_writer = Member.objects.filter(
        company=company_id, user=by, role__in=WRITERS, ended_at__isnull=True
    ).exists()
    if not is_writer:
        raise RuleBroken("not_your_company", _("Only owners and editors of the company can do this."))


def declare(
    participation: Participation,
    *,
    month: dt.date,
    currency: Currency,
    amount: Decimal,
    orders: int,
    by: User,
    note: str = "",
    upload: File[bytes] | None = None,
    store: Store | None = None,
    market: Market | None = None,
    units: int | None = None,
    refund_amount: Decimal = Decimal(0),
    kind: str = Declaration.Kind.TYPED,
    earlier: StoredFile | None = None,
) -> Declaration:
    """State what the company sold in a month in one currency: in a store, on a market, or on all of the program's
    together. `amount` is before refunds.

    `earlier` is evidence of an answer that this one replaces, kept where nothing else is there.
    A correction replaces what stood before and keeps it in the record, and so does a typed amount a "no sales"; the same
    statement again is the one that is there, unless that was made before the month was over: now it is of the whole month.
    The caller closes the task where nothing is owed any more (`reminding.settle_month`). Refused: `not_your_company`, `not_taking_part`, `month_outside`,
    `after_last_day` (the month lies after the last day of taking part), `month_closed`, `amount_negative`, and as `files.keep`. Locks the participation.
    """
    with transaction.atomic():
        participation = (
            Participation.objects.select_for_update(of=("self",), no_key=True)
            .select_related("program", "company")
            .get(pk=participation.pk)
        )
        require_member(by, participation.company_id)
        if participation.state == Participation.State.OFFERED:
            raise RuleBroken(
                "not_taking_part", _("Accept the participation agreement first; then declare sales.")
            )
        month = check_month(participation.program, month)
        lasting.check_day(participation, month, "month")
        if amount < 0 or refund_amount < 0:
            raise RuleBroken("amount_negative", _("Sales cannot be negative."), ("amount",))
        cut.join()
        require_open(participation.program, month)
        of_month = Declaration.objects.filter(participation=participation, month=month).current()
        standing = of_month.filter(currency=currency, store=store, market=market, kind=kind).first()
        said = (amount, orders, note.strip(), units, refund_amount)
        now = clock.now()
        if (
            standing
            and (not upload or _is_same(upload, standing.file))
            and (earlier is None or standing.file is not None)
            and not standing.declared_at < months.ends_at(participation.program, month) <= now
            and (
                standing.amount,
                standing.orders,
                standing.note,
                standing.units,
                standing.refund_amount,
            )
            == said
        ):
            return standing
        same = Q(currency=currency, store=store, market=market) | Q(kind=Declaration.Kind.NO_SALES)
        of_month.filter(same).update(replaced_at=now, replaced_by=by)
        kept = files.keep(upload, kind=StoredFile.Kind.EVIDENCE) if upload else None
        made = Declaration.objects.create(
            agency_id=participation.agency_id,
            participation=participation,
            company_id=participation.company_id,
            month=month,
            kind=kind,
            store=store,
            market=market,
            currency=currency,
            amount=amount,
            refund_amount=refund_amount,
            orders=orders,
            units=units,
            note=note.strip(),
            file=kept or (standing.file if standing else None) or earlier,
            declared_by=by,
            declared_at=now,
        )
    return made


def _is_same(upload: File[bytes], kept: StoredFile | None) -> bool:
    """Whether the very file is kept already: a form that is sent again brings no new version."""
    if kept is None or upload.size != kept.size:
        return False
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest() == kept.sha256


def record_customs(
    participation: Participation, *, month: dt.date, kind: str, fob_amount: Decimal, source: str, by: User
) -> CustomsRecord:
    """What customs recorded for a company in a month (FOB, USD); a correction changes the record, its history shows it.

    Refused: `not_your_agency`, `month_outside`, `month_closed`, `amount_negative`, `no_source`, `lists_say` (lines of lists count
    in this month already). Locks the program.
    """
    with transaction.atomic():
        customs_lines.lock(participation.program_id)
        participation = Participation.objects.select_related("program", "agency").get(pk=participation.pk)
        require_service(by, participation.agency)
        month = check_month(participation.program, month)
        if fob_amount < 0:
            raise RuleBroken("amount_negative", _("Exports cannot be negative."), ("fob_amount",))
        if not source.strip():
            raise RuleBroken(
                "no_source", _("Name the source, such as the certificate's number."), ("source",)
            )
        cut.join()
        require_open(
            participation.program,
            month,
            CUSTOMS_CLOSED,
        )
        if customs_lines.counted_by_lists(participation, month, kind):
            raise RuleBroken(
                "lists_say",
                filled(
                    _(
                        "Lists of exports say what %(company)s exported in %(month)s, so nothing is entered by hand: a month has"
                        " one of the two. Correct the list instead, or take it back first."
                    ),
                    company=participation.company,
                    month=spoken_month(month),
                ),
                ("month",),
            )
        record, _is_new = CustomsRecord.objects.update_or_create(
            participation=participation,
            month=month,
            kind=kind,
            defaults={"fob_amount": fob_amount, "source": source.strip()},
            create_defaults={
                "agency_id": participation.agency_id,
                "fob_amount": fob_amount,
                "source": source.strip(),
            },
        )
    return record


def take_out_customs(record: CustomsRecord, *, reason: str, by: User) -> int:
    """The entry by hand goes, with a reason; its history stays. Lines of lists that waited for it count now: how many do.

    Refused: `not_your_agency`, `reason_missing`, `month_closed`. Locks the program.
    """
    reason = reason.strip()
    with transaction.atomic(), because(reason):
        program = customs_lines.lock(record.participation.program_id)
        require_service(by, program.agency)
        if not reason:
            raise RuleBroken("reason_missing", _("Say why the entry is taken out."), ("reason",))
        cut.join()
        require_open(program, record.month, CUSTOMS_CLOSED)
        CustomsRecord.objects.filter(pk=record.pk).delete()
        return customs_lines.look_again(program)
