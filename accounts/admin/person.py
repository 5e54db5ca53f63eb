"""Everybody who signs in, for the operator: who they are, where they serve, and whether they may."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from accounts.admin.acting import ActingAdmin, Doing, Table, Words, fact, who
from accounts.domain import people
from accounts.models import User
from accounts.models.user import DESTROYED
from ground.templatetags.naru import day, seoul


@admin.register(User)
class PersonAdmin(ActingAdmin):
    list_display = ["person", "address", "state", "mark", "since"]
    list_filter = ["is_active", "is_operator"]
    history_hanging = ("officers", "deputyships", "organization_members", "company_members")
    search_fields = ["name", "email"]
    ordering = ["name"]

    @admin.display(description=_("name"), ordering="name")
    def person(self, person: User) -> str:
        return str(person)

    @admin.display(description=_("e-mail"), ordering="email")
    def address(self, person: User) -> str:
        return person.shown_email

    @admin.display(description=_("state"), ordering="is_active")
    def state(self, person: User) -> Words:
        return self.badge(person)[0]

    @admin.display(description=_("role"))
    def mark(self, person: User) -> Words:
        return _("operator of the installation") if person.is_operator else ""

    @admin.display(description=_("since"), ordering="created_at")
    def since(self, person: User) -> str:
        return seoul(person.created_at)

    def badge(self, record: User) -> tuple[Words, str]:
        if record.is_destroyed:
            return DESTROYED, "neutral"
        return (_("may sign in"), "ok") if record.is_active else (_("switched off"), "danger")

    def facts(self, request: HttpRequest, record: User) -> list[dict[str, Any]]:
        return [
            fact(_("e-mail"), record.shown_email),
            fact(_("language of mails"), record.get_language_display()),
            fact(_("last sign-in"), seoul(record.last_login)),
            fact(_("operator of the installation"), _("yes") if record.is_operator else _("no")),
        ]

    def tables(self, request: HttpRequest, record: User) -> list[Table]:
        services = [
            [each.agency, each.get_role_display(), day(each.from_on), day(each.until_on)]
            for each in record.officers.select_related("agency").order_by("-from_on")
        ]
        bodies = [
            [
                each.organization,
                each.organization.get_kind_display(),
                seoul(each.created_at),
                seoul(each.ended_at),
            ]
            for each in record.organization_members.select_related("organization").order_by("-created_at")
        ]
        return [
            Table(
                _("services"), [_("agency"), _("role"), _("from"), _("until")], services, _("In no agency.")
            ),
            Table(
                _("organizations"),
                [_("organization"), _("kind"), _("since"), _("ended at")],
                bodies,
                _("For no organization."),
            ),
        ]

    def doings(self, request: HttpRequest, record: User) -> list[Doing]:
        if record == request.user or record.is_destroyed:
            return []
        if record.is_active:
            return [Doing(_("Switch off"), self.url("switch_off", record), tone="danger", asks_reason=True)]
        return [Doing(_("Switch on"), self.url("switch_on", record), asks_reason=True)]

    def get_urls(self) -> list[URLPattern]:
        return [
            self.verb_path("switch_off", _switch_off),
            self.verb_path("switch_on", _switch_on),
            *super().get_urls(),
        ]


def _switch_off(request: HttpRequest, record: User) -> Words:
    people.switch_off(record, reason=request.POST.get("reason", ""), by=who(request))
    return _("The person cannot sign in any more.")


def _switch_on(request: HttpRequest, record: User) -> Words:
    people.switch_on(record, reason=request.POST.get("reason", ""), by=who(request))
    return _("The person can sign in again.")
