"""How large a company is: stated by its members, shown by a certificate that the agencies look at for themselves."""

from __future__ import annotations

import calendar
import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import records
from accounts.models import User
from companies.domain.facts import writable
from companies.models import Certificate, Company, CompanySize
from ground import clock
from ground.errors import RuleBroken

Size = CompanySize.Size
SHOWS = {
    Certificate.Kind.SME.value: {Size.MICRO, Size.SMALL, Size.MEDIUM},
    Certificate.Kind.MICRO.value: {Size.MICRO},
    Certificate.Kind.MID_SIZE.value: {Size.MID_SIZE},
    Certificate.Kind.OTHER.value: set(Size),
}
"""Which sizes a kind of certificate can show."""


def confirmed_period(on: dt.date, fiscal_month: int) -> tuple[dt.date, dt.date]:
    """The year for which a confirmation of that day is issued: it begins three months after the fiscal year has ended,
    for fiscal years that end in December from 1 April to 31 March."""
    month = (fiscal_month + 3) % 12 + 1
    first = dt.date(on.year if on.month >= month else on.year - 1, month, 1)
    year, last_month = (first.year + 1, month - 1) if month > 1 else (first.year, 12)
    return first, dt.date(year, last_month, calendar.monthrange(year, last_month)[1])


def state_size(
    company: Company, *, size: str, on: dt.date, fiscal_month: int, certificate: Certificate | None, by: User
) -> CompanySize:
    """Record the size as of a day, with the certificate that shows it or as the company's own statement.

    Days that the certificate does not name are those of its fiscal year (`confirmed_period`). The record of the same
    certificate is put right; a statement takes the place of the same day's. Locks the company. Refused: `read_only`,
    `size_not_shown` (that kind of certificate shows other sizes), `not_yet` (a day to come), `not_valid`.
    """
    with transaction.atomic():
        company = writable(company, by)
        if on > clock.today():
            raise RuleBroken("not_yet", _("This day has not come yet."), ("on",))
        known = CompanySize.objects.filter(company=company)
        days: dict[str, dt.date | None] = {"valid_from": None, "valid_until": None}
        if certificate is None:
            row = known.filter(certificate__isnull=True, on=on).first()
        else:
            certificate = Certificate.objects.get(pk=certificate.pk, company=company)
            if size not in SHOWS.get(certificate.kind, set()):
                raise RuleBroken(
                    "size_not_shown",
                    _("This certificate does not show that size. Choose another size or certificate."),
                    ("certificate",),
                )
            row = known.filter(certificate=certificate).first()
            first, last = confirmed_period(
                certificate.valid_from or certificate.issued_on or on, fiscal_month
            )
            days = {
                "valid_from": certificate.valid_from or first,
                "valid_until": certificate.valid_until or last,
            }
        row = row or CompanySize(company=company, certificate=certificate)
        records.put(row, {"size": size, "on": on, "fiscal_month": fiscal_month, **days})
    return row
