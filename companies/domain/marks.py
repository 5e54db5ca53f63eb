"""Credit and insolvency marks: declared by the company, looked up by an agency with a document, and what cured them."""

from __future__ import annotations

import datetime as dt

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import records
from accounts.models import Agency, User
from companies import permissions
from companies.domain.facts import writable
from companies.models import Company, FinancialMark, Sight
from ground import clock, files
from ground.errors import RuleBroken
from ground.models import StoredFile


def declare(company: Company, *, kind: str, is_found: bool, by: User) -> FinancialMark:
    """The company says today whether a mark stands; said again on the same day, the later word counts.

    It decides nothing alone. Locks the company. Refused: `read_only`, `not_valid`.
    """
    with transaction.atomic():
        company = writable(company, by)
        today = clock.today()
        known = FinancialMark.objects.filter(
            company=company, agency__isnull=True, kind=kind, on=today
        ).first()
        mark = known or FinancialMark(company=company, kind=kind, on=today)
        records.put(mark, {"is_found": is_found, "recorded_by": by})
    return mark


def record(
    company: Company,
    *,
    agency: Agency,
    kind: str,
    is_found: bool,
    on: dt.date,
    until_on: dt.date | None,
    document: str,
    upload: File[bytes],
    by: User,
) -> FinancialMark:
    """An agency that sees the company looked a mark up, with the document that says so; it binds that agency.

    Without a last day (`until_on`) it counts as long as the call's criterion says. Locks the company. Refused:
    `not_staff`, `not_seen`, `succeeded` (the record was merged into another one), `not_yet` (a day to come), `file_…`,
    `not_valid` (a second look-up of the same day).
    """
    permissions.require_staff(by, agency)
    with transaction.atomic():
        company = Company.objects.select_for_update(of=("self",)).get(pk=company.pk)
        if not Sight.objects.filter(company=company, agency=agency).exists():
            raise RuleBroken("not_seen", _("Your agency does not see this company."))
        permissions.require_not_merged(company.pk)
        _require_past(on, "on")
        mark = FinancialMark(
            company=company, agency=agency, kind=kind, is_found=is_found, on=on, until_on=until_on, recorded_by=by,
            document=document.strip(), file=files.keep(upload, kind=StoredFile.Kind.DOCUMENT),
        )  # fmt: skip
        records.put(mark)
    return mark


def cure(
    mark: FinancialMark, *, cure: str, cured_on: dt.date, document: str, upload: File[bytes], by: User
) -> FinancialMark:
    """What took a recorded mark away, from which day, with its document. Locks the mark.

    Refused: `not_staff` (of the agency that recorded it), `no_cure` (nothing cures this mark, or not this), `not_yet`,
    `already_cured`, `file_…`, `not_valid` (a day before the mark).
    """
    with transaction.atomic():
        mark = FinancialMark.objects.select_for_update(of=("self",)).select_related("agency").get(pk=mark.pk)
        if mark.agency is None:
            raise RuleBroken("not_staff", _("The company declared this. Record what the agency looked up."))
        permissions.require_staff(by, mark.agency)
        if mark.cure:
            raise RuleBroken("already_cured", _("What takes this mark away is recorded already."))
        if not mark.is_found or cure not in FinancialMark.CURES[FinancialMark.Kind(mark.kind)]:
            raise RuleBroken(
                "no_cure",
                _(
                    "By the notices this does not take the mark away. It ends with a look-up that finds nothing."
                ),
                ("cure",),
            )
        _require_past(cured_on, "cured_on")
        facts = {"cure": cure, "cured_on": cured_on, "cure_document": document.strip()}
        records.put(mark, {**facts, "cure_file": files.keep(upload, kind=StoredFile.Kind.DOCUMENT)})
    return mark


def _require_past(day: dt.date, field: str) -> None:
    if day > clock.today():
        raise RuleBroken("not_yet", _("This day has not come yet."), (field,))
