"""Credit and insolvency marks: what the agency looked up, and what took it away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from accounts.admin.acting import ActingAdmin, Doing, Words, fact, sent, who
from companies.admin.company_history import CureForm, linked, result_of
from companies.domain import marks
from companies.models import FinancialMark
from ground.access import may
from ground.templatetags.naru import day, seoul, whole


@admin.register(FinancialMark)
class FinancialMarkAdmin(ActingAdmin):
    list_display = ["company", "kind", "is_found", "on", "agency", "cure", "cured_on"]
    list_select_related = ["company", "agency"]
    list_filter = ["kind", "is_found", ("agency", admin.EmptyFieldListFilter)]
    search_fields = ["company__name_ko", "company__business_number"]

    def get_urls(self) -> list[URLPattern]:
        return [self._path("cure", self._cure), *super().get_urls()]

    def badge(self, record: FinancialMark) -> tuple[Words, str]:
        if not record.is_found:
            return _("nothing was found"), "ok"
        return (_("taken away"), "ok") if record.cure else (_("the mark stands"), "danger")

    def facts(self, request: HttpRequest, record: FinancialMark) -> list[dict[str, Any]]:
        found = [
            fact(_("company"), record.company, whole(record.company.pretty_number)),
            fact(_("mark"), record.get_kind_display()),
            fact(_("result"), result_of(record)),
            fact(_("as of"), day(record.on)),
            fact(_("counts until"), day(record.until_on)),
            fact(_("source"), record.agency or _("company’s own statement")),
            fact(_("document"), linked(record.file, record.document)),
            fact(_("recorded by"), record.recorded_by if record.agency_id else "", seoul(record.created_at)),
        ]
        if record.cure:
            found += [
                fact(_("what takes it away"), record.get_cure_display(), day(record.cured_on)),
                fact(_("document of the cure"), linked(record.cure_file, record.cure_document)),
            ]
        return found

    def doings(self, request: HttpRequest, record: FinancialMark) -> list[Doing]:
        can = record.agency_id and record.is_found and not record.cure
        if not can or not may(request.user, self._route("cure"), "POST"):
            return []
        cures = FinancialMark.CURES[FinancialMark.Kind(record.kind)]
        why_not = (
            None
            if cures
            else _("By the notices nothing takes this mark away but a look-up that finds nothing.")
        )
        return [
            Doing(_("Record what takes it away"), self.url("cure", record), why_not=why_not, is_page=True)
        ]

    def _cure(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        mark = self.seen(request, pk)
        form = CureForm(sent(request), request.FILES or None)
        cures = FinancialMark.CURES[FinancialMark.Kind(mark.kind)]
        field: Any = form.fields["cure"]
        field.choices = [(each.value, each.label) for each in cures]
        return self.ask(
            request,
            mark,
            form,
            lambda entries: marks.cure(mark, by=who(request), **entries),
            title=_("Record what takes it away"),
        )
