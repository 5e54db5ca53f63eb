"""On a company's page: its successions, sizes, credit and insolvency marks, support received; the form for a look-up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin.acting import Table, day_input
from accounts.admin.stored import file_link
from accounts.forms import AgencyChoiceForm
from companies import permissions
from companies.models import Company, FinancialMark, Succession, Support
from ground.access import may
from ground.models import StoredFile
from ground.templatetags.naru import amount, day

FOUND = [("", "---------"), ("yes", _("the mark stands")), ("no", _("nothing was found"))]


class DocumentForm(forms.Form):
    """What the agency records has a document and its file."""

    document = forms.CharField(label=_("document"), max_length=120, help_text=_("Its name and number."))
    upload = forms.FileField(label=_("file"), help_text=_("PDF or image up to 20 MB."))


class MarkForm(DocumentForm, AgencyChoiceForm):
    roles = permissions.DECIDING_STAFF
    kind = forms.ChoiceField(label=_("mark"), choices=FinancialMark.Kind.choices)
    is_found = forms.TypedChoiceField(label=_("result"), choices=FOUND, coerce=lambda text: text == "yes")
    on = forms.DateField(
        label=_("as of"), widget=day_input(), help_text=_("The day for which the document speaks.")
    )
    until_on = forms.DateField(
        label=_("counts until"),
        widget=day_input(),
        required=False,
        help_text=_("The last day, if the document names one."),
    )
    field_order = ["agency", "kind", "is_found", "on", "until_on", "document", "upload"]


class CureForm(DocumentForm):
    cure = forms.ChoiceField(label=_("what takes it away"), choices=FinancialMark.Cure.choices)
    cured_on = forms.DateField(label=_("from"), widget=day_input())
    field_order = ["cure", "cured_on", "document", "upload"]


def linked(file: StoredFile | None, text: Any) -> Any:
    if file is None:
        return text
    return file_link(file, text)


def successions_of(company: Company) -> list[Succession]:
    """Those that stand with the company on either side. Read once for a page."""
    kept: Any = company
    if not hasattr(kept, "successions_read"):
        kept.successions_read = list(Succession.objects.beside(company))
    found: list[Succession] = kept.successions_read
    return found


def succession_table(company: Company) -> Table:
    """Who took whose place, with the company on either side."""
    route = "admin:companies_succession_change"
    rows = [
        [
            format_html('<a href="{}">{}</a>', reverse(route, args=[each.pk]), day(each.on)),
            each.get_kind_display(),
            each.sentence(company.pk),
        ]
        for each in successions_of(company)
    ]
    return Table(_("successions"), [_("day of succession"), _("kind"), _("what it means")], rows, _("None."))


def size_table(company: Company) -> Table:
    rows = [
        [
            each.get_size_display(),
            day(each.on),
            linked(each.certificate.file, each.certificate)
            if each.certificate
            else _("company’s own statement"),
            day(each.valid_from),
            day(each.valid_until),
        ]
        for each in company.sizes.select_related("certificate__file")
    ]
    columns = [_("size"), _("as of"), _("certificate"), _("valid from"), _("valid until")]
    return Table(_("sizes of the company"), columns, rows, _("None entered."))


def result_of(mark: FinancialMark) -> Any:
    return _("the mark stands") if mark.is_found else _("nothing was found")


def mark_table(request: HttpRequest, company: Company) -> Table:
    marks = FinancialMark.objects.visible_to(request.user).filter(company=company)
    is_open = may(request.user, "admin:companies_financialmark_change")
    rows = [
        [
            format_html(
                '<a href="{}">{}</a>', reverse("admin:companies_financialmark_change", args=[each.pk]), each
            )
            if is_open
            else each,
            result_of(each),
            day(each.on),
            day(each.until_on),
            linked(each.file, each.document),
            each.agency or _("company’s own statement"),
            linked(each.cure_file, f"{each.get_cure_display()} {day(each.cured_on)}") if each.cure else "",
        ]
        for each in marks.select_related("agency", "file", "cure_file")
    ]
    columns = [
        _("mark"), _("result"), _("as of"), _("counts until"), _("document"), _("source"), _("what takes it away"),
    ]  # fmt: skip
    return Table(_("credit and insolvency marks"), columns, rows, _("Nobody looked anything up."))


def support_table(request: HttpRequest, company: Company) -> Table:
    """What was declared and what lists say; own programs stand in the participations."""
    found = Support.objects.visible_to(request.user).filter(business_number=company.business_number)
    rows = [
        [
            day(each.granted_on),
            each.body,
            each.program,
            each.get_item_display() if each.item else _("item not known"),
            amount(each.amount),
            each.get_money_display(),
            each.document,
            _("list of another body") if each.agency_id else _("company’s own statement"),
        ]
        for each in found[:100]
    ]
    columns = [
        _("granted on"), _("body"), _("program"), _("item"), (_("amount (KRW)"), True), _("source of the money"), _("document"),
        _("source"),
    ]  # fmt: skip
    complete = company.support_declarations.first()
    title: Any = _("support received")
    if complete is not None:
        title = format_html(
            "{} ({})",
            title,
            _("declared complete from %(first)s, holds until %(last)s")
            % {"first": day(complete.from_on), "last": day(complete.until_on)},
        )
    return Table(title, columns, rows, _("None declared and on no list."))
