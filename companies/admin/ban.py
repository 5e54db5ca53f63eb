"""Bans of the own agency."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from accounts.admin.acting import ActingAdmin, Doing, Words, fact, who
from companies.domain import standing
from companies.models import Ban
from ground import clock
from ground.access import may
from ground.templatetags.naru import day, seoul, whole


class LiftForm(forms.Form):
    reason = forms.CharField(label=_("reason"), widget=forms.Textarea({"rows": 4}))


@admin.register(Ban)
class BanAdmin(ActingAdmin):
    list_display = ["company", "agency", "from_on", "until_on", "lifted_at"]
    list_select_related = ["company", "agency"]
    list_filter = [("lifted_at", admin.EmptyFieldListFilter)]
    search_fields = ["company__name_ko", "company__business_number"]

    def get_urls(self) -> list[URLPattern]:
        lift = self.form_path(
            "lift",
            LiftForm,
            lambda request, ban, entries: standing.lift(ban, by=who(request), **entries),
            _("Lift the ban"),
            _(
                "The company can take part in your agency’s programs again from now on. The ban stays in the records."
            ),
        )
        return [lift, *super().get_urls()]

    def badge(self, record: Ban) -> tuple[Words, str]:
        today = clock.today()
        if record.lifted_at is not None:
            return _("lifted"), "neutral"
        if record.until_on < today:
            return _("over"), "neutral"
        return (_("in force"), "danger") if record.from_on <= today else (_("begins later"), "warn")

    def facts(self, request: HttpRequest, record: Ban) -> list[dict[str, Any]]:
        return [
            fact(_("agency"), record.agency),
            fact(_("company"), record.company, whole(record.company.pretty_number)),
            fact(_("from"), day(record.from_on)),
            fact(_("until"), day(record.until_on)),
            fact(_("reason"), record.reason),
            fact(_("decided by"), record.decided_by, seoul(record.created_at)),
            fact(_("lifted at"), seoul(record.lifted_at) if record.lifted_at else ""),
        ]

    def doings(self, request: HttpRequest, record: Ban) -> list[Doing]:
        if record.lifted_at is not None or not may(request.user, self._route("lift"), "POST"):
            return []
        return [Doing(_("Lift the ban"), self.url("lift", record), is_page=True)]
