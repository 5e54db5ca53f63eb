"""Questions about companies over several tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Prefetch, QuerySet

from accounts.models import Organization
from accounts.roles import organization_ids
from companies import permissions
from companies.domain.consents import in_force
from companies.models import (
    Certificate,
    CertificateJudgment,
    Company,
    Consent,
    ConsentText,
    Contact,
    Sight,
    StatusCheck,
)
from companies.ties import tied_to
from ground import clock


def contacts_visible_to(user: Any, company: Company) -> QuerySet[Contact]:
    """The people named for a company whom this user may see.

    Members of the company and staff of agencies that see it: all. People of an organization that sees it: only with a
    consent that stands, is not over, names that organization, and is of the right kind (abroad for an organization
    abroad, else third party). A supervising body sees no person's data. Others: none.
    """
    contacts = Contact.objects.filter(company=company).order_by("kind")
    if permissions.role_in(user, company) is not None or permissions.sees_as_staff(user, company):
        return contacts
    if any(may_know_people(organization, company) for organization in _organizations_seeing(user, company)):
        return contacts
    return contacts.none()


def may_know_people(organization: Organization, company: Company) -> bool:
    """Whether a consent lets the organization know the people of the company today."""
    if organization.kind == Organization.Kind.SUPERVISING:
        return False
    kind = ConsentText.Kind.ABROAD if organization.is_abroad else ConsentText.Kind.THIRD_PARTY
    standing = Consent.objects.standing_at(clock.now()).filter(company=company)
    return standing.filter(text__kind=kind, text__receiver=organization).exists()


def _organizations_seeing(user: Any, company: Company) -> Iterable[Organization]:
    theirs = Organization.objects.filter(pk__in=organization_ids(user))
    this = Company.objects.filter(pk=company.pk)
    return [each for each in theirs if this.filter(tied_to([each.pk])).exists()]


def latest_status(company_ids: Iterable[UUID]) -> dict[UUID, StatusCheck]:
    """The tax office's latest answer for each company that was ever asked about."""
    checks = (
        StatusCheck.objects.filter(company__in=list(company_ids))
        .order_by("company_id", "-checked_at", "-id")
        .distinct("company_id")
    )
    return {check.company_id: check for check in checks}


@dataclass(frozen=True)
class Paper:
    """A certificate and how long it is still valid on `day`; `days_left` is None without an end, negative when over."""

    certificate: Certificate
    days_left: int | None

    @property
    def is_over(self) -> bool:
        return self.days_left is not None and self.days_left < 0

    @property
    def is_nearly_over(self) -> bool:
        return self.days_left is not None and 0 <= self.days_left <= 30


def papers(company: Company, day: dt.date, *, reader: Any = None) -> list[Paper]:
    """The company's certificates, the ones that end first at the front; those without an end last. Each with what
    agencies found when they looked at it: all for the company itself, the own agencies' for a `reader` of the staff."""
    judgments = CertificateJudgment.objects.select_related("agency", "by").order_by("at")
    if reader is not None:
        judgments = judgments.visible_to(reader)
    certificates = (
        Certificate.objects.filter(company=company)
        .select_related("file")
        .prefetch_related(Prefetch("judgments", judgments))
    )
    rows = [
        Paper(each, (each.valid_until - day).days if each.valid_until is not None else None)
        for each in certificates.order_by(F("valid_until").asc(nulls_last=True), "kind", "id")
    ]
    return [each for each in rows if not each.is_over] + [each for each in rows if each.is_over]


def texts_to_ask(company: Company, at: dt.datetime) -> list[ConsentText]:
    """Texts in force of the agencies that see the company, which the company has not agreed to in that version; about
    mails those of every agency, since a company that no agency knows may want to hear of calls."""
    agencies = set(
        Sight.objects.filter(company=company, agency__isnull=False).values_list("agency", flat=True)
    )
    standing = Consent.objects.standing_at(at).filter(company=company)
    given = set(standing.values_list("text", flat=True))
    return [
        text
        for (agency, _code), text in in_force(day=at.astimezone(clock.SEOUL).date()).items()
        if (agency in agencies or text.kind == ConsentText.Kind.MAIL) and text.pk not in given
    ]
