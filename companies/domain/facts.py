"""What a company says about itself: its members keep the facts, owners and editors write them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import records
from accounts.models import Agency, User
from accounts.roles import agencies_of
from companies import permissions
from companies.models import (
    Certificate,
    CertificateJudgment,
    Company,
    CompanyIndustry,
    Contact,
    Place,
    Product,
    YearlyFigure,
)
from ground import clock, files, ksic
from ground.access import Role
from ground.errors import RuleBroken
from ground.models import Industry, StoredFile


def edit_company(company: Company, *, facts: dict[str, Any], by: User) -> Company:
    """Change names, website, opening day or corporate number; never the business number. Locks the company.

    Refused, as every verb here: `read_only` (owners and editors only), `succeeded` (the record is closed), `not_valid` with
    the field.
    """
    with transaction.atomic():
        company = writable(company, by)
        records.put(company, {name: value for name, value in facts.items() if name != "business_number"})
    return company


def put_contact(company: Company, *, kind: str, facts: dict[str, Any], by: User) -> Contact:
    """Name the representative or the export contact: one person for each kind."""
    with transaction.atomic():
        company = writable(company, by)
        contact = Contact.objects.filter(company=company, kind=kind).first() or Contact(
            company=company, kind=kind
        )
        records.put(contact, facts)
    return contact


def add_place(company: Company, *, facts: dict[str, Any], by: User) -> Place:
    """Add a head office, factory or laboratory from a day on. A new head office ends the earlier one the day before.

    Refused besides: `place_order` (the new head office begins before the earlier one), `province_not_then` (the province
    did not exist on that day).
    """
    with transaction.atomic():
        company = writable(company, by)
        place = Place(company=company, **facts)
        _require_order(place.from_on, place.until_on)
        _require_province_then(place)
        if place.kind == Place.Kind.HEAD_OFFICE and place.until_on is None:
            current = Place.objects.filter(
                company=company, kind=Place.Kind.HEAD_OFFICE, until_on__isnull=True
            ).first()
            if current is not None:
                if current.from_on >= place.from_on:
                    raise RuleBroken(
                        "place_order",
                        _(
                            "The present head office began on that day or later. Give a later day or end it first."
                        ),
                        ("from_on",),
                    )
                records.put(current, {"until_on": place.from_on - dt.timedelta(days=1)})
        records.put(place)
    return place


def end_place(place: Place, *, until_on: dt.date, by: User) -> Place:
    """The company left this place; `until_on` is its last day there. Refused besides: `ended`, `place_order`."""
    with transaction.atomic():
        writable(place.company, by)
        place = Place.objects.select_for_update(of=("self",)).select_related("company").get(pk=place.pk)
        if place.until_on is not None:
            raise RuleBroken("ended", _("This place has an end already."))
        _require_order(place.from_on, until_on)
        records.put(place, {"until_on": until_on})
    return place


def add_industry(
    company: Company, *, industry: Industry, is_main: bool, by: User, digits: str = ""
) -> CompanyIndustry:
    """Add a KSIC code; a new main one takes the mark from the earlier one. The digits of a shorter code that was entered are
    put to that entry, which stays the main one if it was. Refused besides: `industry_digits`, `industry_known` (a deeper
    code that begins so is there)."""
    fault = ksic.digits_fault(industry.code, industry.revision, digits)
    if fault:
        raise RuleBroken("industry_digits", fault, ("digits",))
    with transaction.atomic():
        company = writable(company, by)
        of_section = {
            each.digits: each for each in CompanyIndustry.objects.filter(company=company, industry=industry)
        }
        if digits not in of_section and any(known.startswith(digits) for known in of_section):
            raise RuleBroken(
                "industry_known", _("You have entered a code of this section. Type the digits of the other one."), ("digits",)
            )  # fmt: skip
        if is_main:
            CompanyIndustry.objects.filter(company=company, is_main=True).update(is_main=False)
        shorter = [known for known in of_section if digits.startswith(known)]
        alone = of_section[max(shorter, key=len)] if shorter else None
        entry = of_section.get(digits) or alone or CompanyIndustry(company=company, industry=industry)
        is_deepened = entry is alone and entry.digits != digits
        records.put(entry, {"digits": digits, "is_main": is_main or (is_deepened and entry.is_main)})
    return entry


def remove_industry(entry: CompanyIndustry, *, by: User) -> None:
    """The company no longer works in this class; the history keeps that it did."""
    with transaction.atomic():
        writable(entry.company, by)
        entry.delete()


def put_figures(company: Company, *, year: int, facts: dict[str, Any], by: User) -> YearlyFigure:
    """Sales (KRW), exports (USD) and head count of a calendar year, anew or corrected.

    Refused besides: `year_not_begun`, `not_estimated` (only a year that ended less than a year ago has a December that
    is still estimated).
    """
    with transaction.atomic():
        company = writable(company, by)
        this_year = clock.today().year
        if year > this_year:
            raise RuleBroken("year_not_begun", _("That year has not begun."), ("year",))
        if facts.get("is_estimated") and year < this_year - 1:
            raise RuleBroken(
                "not_estimated",
                _("The December figures of that year are known by now. Give the final figures."),
                ("is_estimated",),
            )
        figures = YearlyFigure.objects.filter(company=company, year=year).first() or YearlyFigure(
            company=company, year=year
        )
        records.put(figures, facts)
    return figures


def add_certificate(
    company: Company, *, facts: dict[str, Any], upload: File[bytes] | None, by: User
) -> Certificate:
    """Add a certificate; until staff have looked at it, it counts as not looked at. Refused besides: `file_…`,
    `already_over` (its last day is past)."""
    with transaction.atomic():
        company = writable(company, by)
        until = facts.get("valid_until")
        if until is not None and until < clock.today():
            raise RuleBroken(
                "already_over",
                _("This certificate is no longer valid. Get a new one and add that."),
                ("valid_until",),
            )
        certificate = Certificate(company=company, **facts)
        if upload is not None:
            certificate.file = files.keep(upload, kind=StoredFile.Kind.DOCUMENT)
        records.put(certificate)
    return certificate


def judge_certificate(
    certificate: Certificate, *, accept: bool, agency: Agency, by: User, reason: str = ""
) -> CertificateJudgment:
    """Staff of an agency that sees the company looked at the paper and take it for true, or not, for their agency.

    Refused: `not_staff` (managers and officers of that agency), `no_file` (nothing to look at), `in_quarantine`
    (nobody has seen it), `reason_missing` (of a refusal), `already_decided` (by that agency). Locks the certificate.
    """
    with transaction.atomic():
        # Without its company: one that went over while this waited would not be found beside the earlier one.
        certificate = (
            Certificate.objects.select_for_update(of=("self",)).select_related("file").get(pk=certificate.pk)
        )
        seeing = permissions.sees_as_staff(by, certificate.company)
        if agency not in seeing or agency not in agencies_of(by, Role.MANAGER, Role.OFFICER):
            raise RuleBroken(
                "not_staff", _("Only managers and officers of an agency that sees the company do this.")
            )
        if certificate.file is None:
            raise RuleBroken("no_file", _("There is no file to look at. Ask the company for one."))
        files.require_passed(certificate.file)
        if not accept and not reason.strip():
            raise RuleBroken("reason_missing", _("Say why the certificate is refused."), ("reason",))
        if certificate.judgments.filter(agency=agency).exists():
            raise RuleBroken("already_decided", _("Somebody has looked at this certificate already."))
        judgment = CertificateJudgment(
            agency=agency,
            certificate=certificate,
            state=CertificateJudgment.State.ACCEPTED if accept else CertificateJudgment.State.REFUSED,
            by=by,
            at=clock.now(),
            reason="" if accept else reason.strip(),
        )
        records.put(judgment)
    return judgment


def put_product(
    company: Company, *, facts: dict[str, Any], by: User, product: Product | None = None
) -> Product:
    """Add a product or change one of the company's own. Of a new one, of another code and of another group it waits for reports
    that are being read; meanwhile others can hang something on the company."""
    with transaction.atomic():
        company = writable(company, by, with_key=False)
        if product is None:
            product = Product(company=company)
        else:
            product = Product.objects.select_for_update(of=("self",)).get(pk=product.pk, company=company)
        records.put(product, facts)
    return product


def switch_product(product: Product, *, is_in_use: bool, by: User) -> Product:
    """Take a product out of use from today, or back into use. Its listings and sales stay."""
    with transaction.atomic():
        writable(product.company, by)
        product = Product.objects.select_for_update(of=("self",)).select_related("company").get(pk=product.pk)
        product.disabled_on = None if is_in_use else product.disabled_on or clock.today()
        product.save(update_fields=["disabled_on"])
    return product


def writable(company: Company, by: User, *, even_closed: bool = False, with_key: bool = True) -> Company:
    """The company, locked, for an owner or editor; `RuleBroken('read_only')` for others, `succeeded` for everybody once a
    successor took its place (unless `even_closed`). Without its key other writers wait, but not who only refers to it."""
    locked = Company.objects.select_for_update(of=("self",), no_key=not with_key).get(pk=company.pk)
    permissions.require_writer(by, locked)
    if not even_closed:  # asked after the lock: who waited for a succession finds it
        permissions.require_not_succeeded(locked.pk)
    return locked


def _require_order(from_on: dt.date, until_on: dt.date | None) -> None:
    if until_on is not None and until_on < from_on:
        raise RuleBroken("place_order", _("The last day lies before the first."), ("until_on",))


def _require_province_then(place: Place) -> None:
    province = place.province
    if (province.valid_from and place.from_on < province.valid_from) or (
        province.valid_to and (place.until_on or clock.today()) > province.valid_to
    ):
        raise RuleBroken(
            "province_not_then",
            _("“%(province)s” did not exist in that period. Choose the province as it was called then.")
            % {"province": province},
            ("province",),
        )
