"""Mails about calls: to companies that a new call fits or whose closing was moved, and to those that would come in when a rule is moved.

Only companies that agreed to mails of the agency are written to. A call fits a company that no requirement bars by the
company record: all are met, or at some a person must look, because much is only learnt from an application.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from companies.domain import mailing
from companies.models import Letter, Member
from ground import clock, letters, outbox
from ground.errors import RuleBroken
from programs.models import Application, Call, Criterion, Inquiry
from programs.permissions import require_service
from programs.queries.what_if import Moved, coming_in, fitting

OPENED = "programs.call_opened"
EXTENDED = "programs.call_extended"
MOST_MOVES = 5
"""So many rules can be changed together: each is told alone, too, and a letter names them all."""
LOOK_AGAIN = dt.timedelta(days=1)
"""An announced call is looked at at least so often: the database's clock decides whether it is open."""


def announce_at_opening(call: Call) -> None:
    """Write down that companies are written to when the call opens; in the transaction of its publishing."""
    wait = max(dt.timedelta(0), min(call.opens_at - clock.now(), LOOK_AGAIN))
    outbox.publish(OPENED, {"call": str(call.pk)}, delay=wait)


def announce(key: UUID) -> int:
    """One mail to each company that the open call fits and that agreed, in its reader's language; how many that were.

    In the caller's transaction, which is done once for each call: the outbox sees to that. A call that is not open yet is
    looked at again; of one that has closed or was cancelled nobody is told.
    """
    call = Call.objects.select_related("agency").get(pk=key)
    now = clock.now()
    if now < call.opens_at:
        announce_at_opening(call)
        return 0
    if now >= call.closes_at or call.cancelled_at is not None:
        return 0
    receivers = mailing.receivers(call.agency_id)
    fits = fitting(call, {each.company.pk for each in receivers})
    told = [each for each in receivers if each.company.pk in fits]
    for each in told:
        letters.write(
            each.person,
            "call_fits",
            {
                "call": call,
                "agency": call.agency,
                "company": each.company,
                "is_met": fits[each.company.pk],
                "stop": each.stop,
            },
            headers=each.headers,
        )
    return len(told)


def announce_extension(call: Call) -> None:
    """Write down that those without an application are told of the later closing; in the transaction that moves it."""
    outbox.publish(EXTENDED, {"call": str(call.pk), "closes_at": call.closes_at.isoformat()})


def tell_of_extension(key: UUID, closes_at: dt.datetime) -> int:
    """Tell of the later closing whoever asked about the call and, once it is open, companies that it fits and that agreed to
    mails; how many mails that were. Who has an application that stands is told by the verb that moves it.

    In the caller's transaction. Of a closing that was moved again, or of a call that has closed or was cancelled, nobody is told.
    """
    call = Call.objects.select_related("agency").get(pk=key)
    now = clock.now()
    if call.closes_at != closes_at or now >= closes_at or call.cancelled_at is not None:
        return 0
    applied = set(Application.objects.filter(call=call).standing().values_list("company", flat=True))
    asked = Inquiry.objects.filter(call=call, withdrawn_at__isnull=True).exclude(company__in=applied)
    members = Member.objects.filter(
        company__in=asked.values("company"), user__in=asked.values("asked_by"), ended_at__isnull=True,
        user__is_active=True,
    ).select_related("user", "company")  # fmt: skip
    asking = {(each.company_id, each.asked_by_id) for each in asked}
    people = {each.user for each in members if (each.company_id, each.user_id) in asking}
    for person in sorted(people, key=lambda each: each.pk):
        letters.write(person, "call_extended", {"call": call})
    told = len(people)
    receivers = mailing.receivers(call.agency_id) if now >= call.opens_at else []
    fits = fitting(call, {each.company.pk for each in receivers} - applied)
    for each in receivers:
        if each.company.pk in fits and each.person not in people:
            facts = {"call": call, "agency": call.agency, "company": each.company, "stop": each.stop}
            letters.write(each.person, "call_extended", facts, headers=each.headers)
            told += 1
    return told


def who_to_write(
    call: Call, criterion: Criterion, values: dict[str, Any] | None, also: Sequence[Moved] = ()
) -> set[UUID]:
    """Companies that would come in with other values of the criterion, or without it (None), of those that agreed to mails
    of the agency; `also` are others that are moved at once."""
    return coming_in(call, criterion, values, mailing.companies_that_agreed(call.agency_id), also)


def write_in(
    call: Call, criterion: Criterion, values: dict[str, Any] | None, *, subject: str, body: str, expected: int,
    key: UUID, by: User, also: Sequence[Moved] = (),
) -> Letter:  # fmt: skip
    """Write to the companies that would come in and agreed; `expected` is the number that the officer confirmed.

    The letter says in the agency's records which rules were moved and how (a dash: left out). The same `key` is the same letter. Refused:
    `not_your_agency`, `nobody`, `other_number`, `blank`, `too_long`, and as `require_moves`. Locks the agency.
    """
    require_service(by, call.agency)
    if known := Letter.objects.filter(form_key=key, agency=call.agency).first():
        return known
    require_moves([criterion, *(each for each, _values in also)])
    companies = who_to_write(call, criterion, values, also)
    if companies and len(companies) != expected:
        raise RuleBroken(
            "other_number",
            ngettext(
                "It would go to %(count)d company now. Look at the number again and confirm it.",
                "It would go to %(count)d companies now. Look at the number again and confirm it.",
                len(companies),
            )
            % {"count": len(companies)},
        )
    told = "; ".join(_told(*each) for each in [(criterion, values), *also])
    return mailing.write(
        call.agency, companies, subject=subject, body=body, cause=f"{call.code} {told}",
        about=call.pk, key=key, by=by,
    )  # fmt: skip


def require_moves(moved: Sequence[Criterion]) -> None:
    """Of the rules that are changed together: `RuleBroken('moved_twice')` for one that is named twice, `too_many_moves` for
    more than `MOST_MOVES`."""
    if len(set(moved)) < len(moved):
        raise RuleBroken("moved_twice", _("The same rule is changed twice. Change it once."))
    if len(moved) > MOST_MOVES:
        raise too_many_moves()


def too_many_moves() -> RuleBroken:
    sentence = _("At most %(count)d rules can be changed together. Undo one of the changes first.")
    return RuleBroken("too_many_moves", sentence % {"count": MOST_MOVES})


def _told(criterion: Criterion, values: dict[str, Any] | None) -> str:
    was, will = (
        "–" if each is None else json.dumps(each, ensure_ascii=False, sort_keys=True)
        for each in (criterion.values, values)
    )
    return f"{criterion.code}: {was} → {will}"
