"""Declarations of companies (기업 실적 신고) and customs records: what is stated beside what the platform shows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID, uuid5

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.models import Member
from ground import clock, files
from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.models import Currency, StoredFile
from programs.domain import tasks
from programs.models import Participation, Program, Task
from programs.permissions import require_service
from reports.domain import cut
from reports.models import CustomsRecord, Declaration

DUE_DAY = 10
"""A month is declared until this day of the following month."""
WRITERS = (Member.Role.OWNER, Member.Role.EDITOR)


def subject_of(participation: Participation, month: dt.date) -> UUID:
    """The record of the task that asks for a month's declaration."""
    return uuid5(participation.pk, f"declare {month:%Y-%m}")


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
) -> Declaration:
    """State what the company sold in a month on the program's markets, in one currency.

    A correction replaces what stood before and keeps it in the record; the same statement again is the one that is
    there. Refused: `not_your_company`, `not_taking_part`, `month_outside`, `amount_negative`, and as `files.keep`.
    Locks the participation.
    """
    with transaction.atomic():
        participation = (
            Participation.objects.select_for_update(of=("self",), no_key=True)
            .select_related("program")
            .get(pk=participation.pk)
        )
        require_member(by, participation.company_id)
        if participation.state == Participation.State.OFFERED:
            raise RuleBroken(
                "not_taking_part", _("Accept the participation agreement first; then declare sales.")
            )
        month = check_month(participation.program, month)
        if amount < 0:
            raise RuleBroken("amount_negative", _("Sales cannot be negative."), ("amount",))
        cut.join()
        current = Declaration.objects.filter(participation=participation, month=month, currency=currency)
        standing = current.current().first()
        if (
            standing
            and not upload
            and (standing.amount, standing.orders, standing.note) == (amount, orders, note)
        ):
            return standing
        now = clock.now()
        current.current().update(replaced_at=now)
        kept = files.keep(upload, kind=StoredFile.Kind.EVIDENCE) if upload else None
        made = Declaration.objects.create(
            agency_id=participation.agency_id,
            participation=participation,
            company_id=participation.company_id,
            month=month,
            currency=currency,
            amount=amount,
            orders=orders,
            note=note.strip(),
            file=kept or (standing.file if standing else None),
            declared_by=by,
            declared_at=now,
        )
        tasks.close_task(Task.Kind.DECLARE, subject_of(participation, month), side=Task.Side.COMPANY)
    return made


def ask() -> int:
    """Ask every company taking part for last month's declaration: a task due on the tenth. Asking twice is once, and
    nobody is asked for a month before the agreement or after the program. Returns how many tasks were opened."""
    today = clock.today(SEOUL)
    month = (today.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    rows = list(
        Participation.objects.taking_part()
        .filter(program__ends_on__gte=month, program__starts_on__lt=today.replace(day=1))
        .select_related("program", "agency", "company")
        .order_by("number")
    )
    asked = set(
        Task.objects.filter(
            kind=Task.Kind.DECLARE, subject_id__in=[subject_of(row, month) for row in rows]
        ).values_list("subject_id", flat=True)
    )
    declared = set(Declaration.objects.filter(month=month).values_list("participation", flat=True))
    opened = 0
    for row in rows:
        agreed_on = row.agreed_at.astimezone(SEOUL).date() if row.agreed_at else today
        if row.pk in declared or subject_of(row, month) in asked or agreed_on >= today.replace(day=1):
            continue
        tasks.open_task(
            agency=row.agency,
            side=Task.Side.COMPANY,
            kind=Task.Kind.DECLARE,
            subject_id=subject_of(row, month),
            subject=f"{row.program.name_ko} {month:%Y-%m}",
            subject_en=row.program.name_en and f"{row.program.name_en} {month:%Y-%m}",
            due_on=today.replace(day=DUE_DAY),
            company=row.company,
        )
        opened += 1
    return opened


def record_customs(
    participation: Participation, *, month: dt.date, kind: str, fob_amount: Decimal, source: str, by: User
) -> CustomsRecord:
    """What customs recorded for a company in a month (FOB, USD); a correction changes the record, its history shows it.

    Refused: `not_your_agency`, `month_outside`, `amount_negative`, `no_source`.
    """
    with transaction.atomic():
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
