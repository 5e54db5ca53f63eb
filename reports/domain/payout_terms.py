"""Recording what an agency knows of how money comes (정산 기한): dated, with its source; a wrong term is withdrawn with a reason."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from ground import clock
from ground.errors import RuleBroken
from programs.models import Platform, Program, Store
from programs.permissions import require_service
from reports.models import PayoutTerm

MOST = {PayoutTerm.Kind.RELEASE: 365, PayoutTerm.Kind.PASS_ON: 365, PayoutTerm.Kind.FEE: 100}


def record(
    agency: Agency,
    *,
    kind: str,
    value: Decimal,
    from_on: dt.date,
    source: str,
    by: User,
    platform: Platform | None = None,
    program: Program | None = None,
    store: Store | None = None,
) -> PayoutTerm:
    """A term of a platform, a program or a store, from a day on.

    Refused: `not_your_agency`, `not_one_place` (none or several of them, or another agency's), `value_wrong` (no whole days, below zero
    or beyond a year; a fee beyond 100 %), `source_missing`, `term_twice` (one begins on that day already).
    """
    require_service(by, agency)
    places = [each for each in (platform, program, store) if each is not None]
    others = {each.agency_id for each in (program, store) if each is not None} - {agency.pk}
    if len(places) != 1 or others:
        raise RuleBroken("not_one_place", _("Choose one: a platform, a program or a store."), ("platform",))
    is_whole = kind == PayoutTerm.Kind.FEE or value == value.to_integral_value()
    if not is_whole or not 0 <= value <= MOST[PayoutTerm.Kind(kind)]:
        raise RuleBroken(
            "value_wrong", _("Type whole days up to 365, or for a fee a percentage up to 100."), ("value",)
        )
    if not source.strip():
        raise RuleBroken("source_missing", _("Say where this is known from."), ("source",))
    try:
        with transaction.atomic():
            return PayoutTerm.objects.create(
                agency=agency, kind=kind, platform=platform, program=program, store=store, value=value,
                from_on=from_on, source=source.strip(), recorded_by=by, recorded_at=clock.now(),
            )  # fmt: skip
    except IntegrityError as error:
        if "payout_term_once" not in str(error):
            raise
        raise RuleBroken(
            "term_twice",
            _("A term of this kind begins on that day already. Withdraw it first, or choose another day."),
            ("from_on",),
        ) from error


def withdraw(term: PayoutTerm, *, reason: str, by: User) -> PayoutTerm:
    """Take a wrong term back; twice is once. Refused: `not_your_agency`, `reason_missing`. Locks the term."""
    with transaction.atomic():
        term = PayoutTerm.objects.select_for_update(of=("self",)).select_related("agency").get(pk=term.pk)
        require_service(by, term.agency)
        if term.withdrawn_at is not None:
            return term
        if not reason.strip():
            raise RuleBroken("reason_missing", _("Say why it is withdrawn."), ("reason",))
        term.withdrawn_at, term.withdrawn_by, term.withdraw_reason = clock.now(), by, reason.strip()
        term.save()
    return term
