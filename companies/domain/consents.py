"""Consents: texts in versions; records of who agreed for a company to which version, and when it was withdrawn."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.domain import records
from accounts.models import Agency, User
from companies import permissions
from companies.domain import facts
from companies.models import Company, Consent, ConsentText
from ground import clock
from ground.access import Role
from ground.errors import RuleBroken


def in_force(
    agency: Agency | None = None, *, day: dt.date | None = None
) -> dict[tuple[Any, str], ConsentText]:
    """The version in force of each text (of the agency) on the day, by (agency, code)."""
    texts = ConsentText.objects.in_force_on(day or clock.today())
    if agency is not None:
        texts = texts.filter(agency=agency)
    texts = texts.select_related("agency", "receiver", "country")
    return {(text.agency_id, text.code): text for text in texts}


def give(text: ConsentText, company: Company, *, by: User) -> Consent:
    """Agree for the company to this version. A consent that stands is returned as it is; one whose period is over is
    closed at its end and renewed.

    Refused: `read_only`, `not_in_force` (another version is in force now, or none). Locks the company.
    """
    with transaction.atomic():
        company = facts.writable(company, by)
        if in_force(text.agency).get((text.agency_id, text.code)) != text:
            raise RuleBroken(
                "not_in_force", _("This text is no longer in force. Read the present one and decide again.")
            )
        now = clock.now()
        earlier = (
            Consent.objects.with_end().filter(text=text, company=company, withdrawn_at__isnull=True).first()
        )
        if earlier is not None:
            ends_at: dt.datetime = getattr(earlier, "ends_at")  # noqa: B009 — an annotation of the query
            if ends_at > now:
                return earlier
            earlier.withdrawn_at = ends_at
            earlier.save(update_fields=["withdrawn_at"])
        consent = Consent(text=text, company=company, given_by=by, given_at=now)
        records.put(consent)
    return consent


def withdraw(consent: Consent, *, by: User) -> Consent:
    """Withdraw from now on; the record stays. Who withdraws a consent to mails withdraws it in every version of the text.

    Refused: `read_only`, `withdrawn`. Locks the company.
    """
    with transaction.atomic():
        facts.writable(consent.company, by, even_closed=True)
        consent = (
            Consent.objects.select_for_update(of=("self",))
            .select_related("company", "text")
            .get(pk=consent.pk)
        )
        if consent.withdrawn_at is not None:
            raise RuleBroken("withdrawn", _("This consent has been withdrawn already."))
        consent.withdrawn_at = clock.now()
        consent.save(update_fields=["withdrawn_at"])
        if consent.text.kind in ConsentText.MAILS:
            end_mails(consent.company, consent.text.agency_id, consent.text.kind)
    return consent


def end_mails(company: Company, agency: UUID, kind: str) -> int:
    """Withdraw whatever stands of the company's consents to mails of the agency of this kind; returns how many did. Twice is
    once.

    The caller has locked the company.
    """
    standing = Consent.objects.filter(company=company, withdrawn_at__isnull=True).to_mails_of(agency, kind)
    return standing.update(withdrawn_at=clock.now())


def publish_text(agency: Agency, *, code: str, wording: dict[str, Any], by: User) -> ConsentText:
    """Write the next version of a text; earlier versions stay as they were agreed to.

    Refused: `not_staff` (managers and officers of that agency), `not_valid`. Locks the agency's row against two editors.
    """
    permissions.require_staff(by, agency, Role.MANAGER, Role.OFFICER)
    with transaction.atomic():
        Agency.objects.select_for_update(of=("self",), no_key=True).get(pk=agency.pk)
        last = (
            ConsentText.objects.filter(agency=agency, code=code).aggregate(last=Max("version"))["last"] or 0
        )
        text = ConsentText(agency=agency, code=code, version=last + 1, **wording)
        records.put(text)
    return text


def switch_off_text(text: ConsentText, *, by: User) -> ConsentText:
    """Nobody is asked for this text any more, from today: no earlier version comes back. Consents given stay. Refused: `not_staff`, `switched_off`."""
    with transaction.atomic():
        text = ConsentText.objects.select_for_update(of=("self",)).select_related("agency").get(pk=text.pk)
        permissions.require_staff(by, text.agency, Role.MANAGER, Role.OFFICER)
        if text.disabled_on is not None:
            raise RuleBroken("switched_off", _("This text is out of use already."))
        text.disabled_on = clock.today()
        text.save(update_fields=["disabled_on"])
    return text
