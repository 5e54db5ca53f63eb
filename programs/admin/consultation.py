"""Consultations with companies: the agency's own log, by company."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import linebreaksbr
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.admin.acting import ActingAdmin, Doing, Table, Words, fact, sent, who
from companies.admin.beside import beside_company
from companies.models import Company
from ground import clock
from ground.access import may
from ground.ids import is_key
from ground.templatetags.naru import day, seoul, whole
from programs.admin.beside import offered
from programs.admin.verbs import day_of
from programs.domain import consulting
from programs.forms.consultation import ConsultationForm, CorrectConsultationForm
from programs.models import Consultation

SHOWN = 20
SHORT = 160


@admin.register(Consultation)
class ConsultationAdmin(ActingAdmin):
    add_form_class = ConsultationForm
    list_display = [
        day_of("held_on", _("day")),
        "company",
        "topic",
        "channel",
        "short",
        "by",
        "follow_up_word",
    ]
    list_display_links = ["company"]
    list_select_related = ["company", "by"]
    list_filter = ["topic", "channel"]
    search_fields = ["company__name_ko", "company__name_en", "company__business_number", "text"]

    def get_urls(self) -> list[URLPattern]:
        return [
            self.verb_path("finish", self._finish),
            self._path("correct", self._correct),
            *super().get_urls(),
        ]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "company__id__exact" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    @admin.display(description=_("what was said"))
    def short(self, consultation: Consultation) -> str:
        return Truncator(consultation.text).chars(80)

    @admin.display(description=_("to be done by"), ordering="due_on")
    def follow_up_word(self, consultation: Consultation) -> Words:
        if consultation.due_on is None:
            return ""
        return _("done") if consultation.done_at is not None else day(consultation.due_on)

    def form_for(self, request: HttpRequest, form_class: Any, record: Any) -> forms.BaseForm:
        key = request.GET.get("company", "")
        company = Company.objects.visible_to(request.user).filter(pk=key).first() if is_key(key) else None
        form: forms.BaseForm = form_class(sent(request), user=who(request), company=company)
        return form

    def add(self, request: HttpRequest, facts: dict[str, Any]) -> Consultation:
        company = Company.objects.get(business_number=facts.pop("business_number"))
        return consulting.note(company, by=who(request), **facts)

    def badge(self, record: Consultation) -> tuple[Words, str]:
        if record.due_on is None:
            return _("nothing to be done"), "neutral"
        if record.done_at is not None:
            return _("done"), "ok"
        return (_("overdue"), "danger") if record.due_on < clock.today() else (_("to be done"), "wait")

    def facts(self, request: HttpRequest, record: Consultation) -> list[dict[str, Any]]:
        url = reverse("admin:companies_company_change", args=[record.company_id])
        found = [
            fact(_("company"), format_html('<a href="{}">{}</a>', url, record.company), whole(record.company.pretty_number)),
            fact(_("day"), day(record.held_on)),
            fact(_("how"), record.get_channel_display()),
            fact(_("topic"), record.get_topic_display()),
            fact(_("who"), record.by, record.agency),
            fact(_("what was said"), linebreaksbr(record.text)),
        ]  # fmt: skip
        if record.due_on is not None:
            found += [
                fact(_("to be done"), record.follow_up),
                fact(_("to be done by"), day(record.due_on)),
                fact(_("done at"), seoul(record.done_at) if record.done_at else ""),
            ]
        return found

    def doings(self, request: HttpRequest, record: Consultation) -> list[Doing]:
        found = []
        if (
            record.due_on is not None
            and record.done_at is None
            and may(request.user, self._route("finish"), "POST")
        ):
            found.append(Doing(_("It is done"), self.url("finish", record), tone="primary"))
        if record.by_id == who(request).pk and may(request.user, self._route("correct"), "POST"):
            found.append(Doing(_("Correct the words"), self.url("correct", record), is_page=True))
        found += [Doing(label, url, is_page=True) for label, url in offered(request, record)]
        return found  # fmt: skip

    def _finish(self, request: HttpRequest, record: Consultation) -> Words:
        consulting.finish(record, by=who(request))
        return _("Done: it does not stand on the desk any more.")

    def _correct(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        record = self.seen(request, pk)
        return self.ask(
            request,
            record,
            CorrectConsultationForm(sent(request), initial={"text": record.text}),
            lambda facts: consulting.correct(record, by=who(request), **facts),
            title=_("Correct the words"),
            why=_("The former words stay in the history."),
        )


@beside_company
def on_company_page(request: HttpRequest, company: Company) -> tuple[list[Doing], list[Table]]:
    """The latest consultations of the reader's agencies, and a button to write one down."""
    route = "admin:programs_consultation_"
    if not may(request.user, f"{route}changelist"):
        return [], []
    buttons = []
    if may(request.user, f"{route}add"):
        query = urlencode({"company": str(company.pk)})
        buttons.append(
            Doing(_("Write a consultation down"), f"{reverse(f'{route}add')}?{query}", is_page=True)
        )
    rows = Consultation.objects.visible_to(request.user).filter(company=company).select_related("by")
    table = Table(
        _("consultations"),
        [_("day"), _("topic"), _("how"), _("what was said"), _("who"), _("to be done by")],
        [
            [
                format_html('<a href="{}">{}</a>', reverse(f"{route}change", args=[each.pk]), day(each.held_on)),
                each.get_topic_display(),
                each.get_channel_display(),
                Truncator(each.text).chars(SHORT),
                each.by,
                _("done") if each.done_at else day(each.due_on) if each.due_on else "",
            ]
            for each in rows[:SHOWN]
        ],
        _("None of your agency yet."),
    )  # fmt: skip
    return buttons, [table]
