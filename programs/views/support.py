"""The support a company received, on its own pages and as a file; nobody else's rows."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from tablib import Dataset

from accounts.admin.exchange import KoreanCsv
from companies import permissions
from companies.views.own import crumbs, own_company, person
from ground import clock, files
from ground.workbooks import CONTENT_TYPE, workbook
from programs.queries.support import support_of

FORMS = {"xlsx": CONTENT_TYPE, "csv": "text/csv; charset=utf-8"}


@require_GET
def support_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    company = own_company(request, pk)
    role = permissions.role_in(person(request), company)
    context = {
        "company": company,
        "rows": support_of(company),
        "complete": company.support_declarations.first(),
        "why_not_change": permissions.why_not_write(role, company),
        "today": clock.today(),
        "crumbs": crumbs(company),
    }
    return render(request, "programs/support_list.html", context)


@require_GET
def support_export(request: HttpRequest, pk: UUID, form: str) -> HttpResponse:
    """All rows of the list, amounts as numbers and days as days."""
    company = own_company(request, pk)
    if form not in FORMS:
        raise Http404
    head = [
        _("granted on"), _("body"), _("program"), _("item"), _("amount (KRW)"), _("money"), _("document"), _("source"),
    ]  # fmt: skip
    rows = [
        [
            each.granted_on, each.body, each.program, str(each.item_text), each.amount, str(each.money_text),
            each.document, each.source_text,
        ]
        for each in support_of(company)
    ]  # fmt: skip
    content = (
        workbook(head, rows) if form == "xlsx" else KoreanCsv().export_data(Dataset(*rows, headers=head))
    )
    answer = HttpResponse(content, content_type=FORMS[form])
    return files.as_download(answer, f"{_('support received')} {company}.{form}")
