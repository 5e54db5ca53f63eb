"""Questions about companies over several tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Prefetch, QuerySet

from accounts.models import Organization
from accounts.roles import agency_ids, organization_ids
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


@dataclass(frozen=True)
class TaxAnswer:
    """What the tax office said of a company, as criteria take it: the row that counts (`check`), which a later silence leaves as
    it is; when it was asked again and did not answer, and why (a key of `tax_office.REASONS`)."""

    check: StatusCheck
    today: dt.date
    silent_at: dt.datetime | None = None
    why_silent: str = ""

    @property
    def until_on(self) -> dt.date | None:
        """The last day on which it counts where a call names no days of its own; None where nothing was ever answered."""
        return self.check.counts_until() if self.check.is_answer else None

    @property
    def is_over(self) -> bool:
        """It is neither good nor bad any more: a person must look."""
        return self.until_on is not None and self.until_on < self.today

    @property
    def tone(self) -> str:
        if not self.check.is_answer:
            return "neutral"
        if self.is_over:
            return "warn"
        return "ok" if self.check.status == StatusCheck.Status.ACTIVE else "danger"


def tax_answers(company_ids: Iterable[UUID]) -> dict[UUID, TaxAnswer]:
    """By company that the tax office was ever asked about. One query."""
    today = clock.today()
    found = {}
    for check in StatusCheck.objects.filter(company__in=list(company_ids)).counting():
        is_silent = check.is_answer and check.last_at > check.checked_at
        silence = (check.last_at, check.last_why) if is_silent else (None, "")
        found[check.company_id] = TaxAnswer(check, today, *silence)
    return found


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
    mails and the reading of guides those of every agency, since a company that no agency knows may want to hear of calls and
    guides."""
    agencies = set(
        Sight.objects.filter(company=company, agency__isnull=False).values_list("agency", flat=True)
    )
    standing = Consent.objects.standing_at(at).filter(company=company)
    given = set(standing.values_list("text", flat=True))
    return [
        text
        for (agency, _code), text in in_force(day=at.astimezone(clock.SEOUL).date()).items()
        if (agency in agencies or text.kind in ConsentText.ASKED_OF_ALL) and text.pk not in given
    ]


@dataclass(frozen=True)
class Alike:
    """Two companies that may be one, and why: `corporate`, `name`, `phone`."""

    first: Company
    second: Company
    reasons: list[str]


MOST_SHARED = 10
"""What more companies share (an accountant's phone, a common name) tells nothing."""
NAME = (
    "regexp_replace(lower(normalize({}, NFKC)),"
    r" '주식회사|유한회사|유한책임회사|합자회사|합명회사|\([주유합사]\)|\m(co|ltd|inc|corp|corporation|company|limited)\M|[[:space:][:punct:]]',"
    " '', 'g')"
)
"""A name without its legal form, spaces and signs: ㈜한강 식품 is 한강식품."""
PHONE = r"regexp_replace(regexp_replace({}, '[^0-9]', '', 'g'), '^(00)?820?', '0')"
ALIKE = f"""
    WITH seen AS MATERIALIZED (
      SELECT c.* FROM companies_company c
      WHERE EXISTS (SELECT FROM companies_sight s WHERE s.company_id = c.id AND s.agency_id = ANY(%(agencies)s))
        AND c.id NOT IN (SELECT company_id FROM naru_merged())
    ), said AS (
      SELECT id, 'corporate' AS why, regexp_replace(corporate_number, '[^0-9]', '', 'g') AS value FROM seen
      UNION SELECT id, 'name', {NAME.format("name_ko")} FROM seen
      UNION SELECT id, 'name', {NAME.format("name_en")} FROM seen
      UNION SELECT seen.id, 'phone', {PHONE.format("phone")}
        FROM companies_contact JOIN seen ON seen.id = company_id WHERE length(phone) > 8
    ), shared AS (
      SELECT *, count(*) OVER (PARTITION BY why, value) AS companies FROM said WHERE value <> ''
    ), alike AS (
      SELECT a.id AS first, b.id AS second, array_agg(DISTINCT a.why ORDER BY a.why) AS reasons
      FROM shared a JOIN shared b ON a.why = b.why AND a.value = b.value AND a.id < b.id
      WHERE a.companies BETWEEN 2 AND {MOST_SHARED} GROUP BY a.id, b.id
    )
    SELECT first, second, reasons, count(*) OVER () FROM alike
    WHERE NOT EXISTS (SELECT FROM companies_distinctpair d
        WHERE d.taken_back_at IS NULL AND d.first_id = first AND d.second_id = second AND d.agency_id = ANY(%(agencies)s))
      AND NOT EXISTS (SELECT FROM companies_succession n WHERE n.taken_back_at IS NULL
        AND least(n.former_id, n.successor_id) = first AND greatest(n.former_id, n.successor_id) = second)
    ORDER BY cardinality(reasons) DESC, first, second LIMIT %(limit)s OFFSET %(offset)s"""  # noqa: S608


def alike(user: Any, *, limit: int, offset: int = 0) -> tuple[list[Alike], int]:
    """Pairs of companies that the user's agencies see and that may be one, those with most reasons first, and how many
    there are (0 past the last). Left out: pairs told apart by the agency, pairs tied by a succession or about to be, and records that were merged into another. Two queries.

    Business numbers need no look: the register holds ten digits, each number once.
    """
    values: dict[str, Any] = {"agencies": agency_ids(user), "limit": limit, "offset": offset}
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, values)
        rows = cursor.fetchall()
    companies = Company.objects.in_bulk([pk for first, second, *_rest in rows for pk in (first, second)])
    found = [Alike(companies[first], companies[second], reasons) for first, second, reasons, _count in rows]
    return found, rows[0][3] if rows else 0
