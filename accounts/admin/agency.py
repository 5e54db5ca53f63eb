"""Agencies of the installation, for its operator: founded here, each with its first manager."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from accounts.admin.acting import ActingAdmin, Doing, Table, fact, who
from accounts.domain import agencies, staffing
from accounts.models import Agency, Officer, Organization
from accounts.models.agency import agency_code
from ground import clock
from ground.templatetags.naru import day

APPOINT = _("Appoint a manager")


class AgencyChangeForm(forms.Form):
    name_ko = forms.CharField(label=_("name (Korean)"), max_length=120)
    name_en = forms.CharField(label=_("name (English)"), max_length=160, required=False)
    supervised_by = forms.ModelChoiceField(
        Organization.objects.none(),
        label=_("supervising body"),
        required=False,
        help_text=_("Its people read the reports and totals of the agency's programs."),
    )


class AgencyForm(AgencyChangeForm):
    code = forms.CharField(
        label=_("code"),
        max_length=20,
        validators=[agency_code],
        help_text=_(
            "Short, capital letters and digits: the codes of programs and calls begin with it. It stays."
        ),
    )
    field_order = ["code", "name_ko", "name_en", "supervised_by"]


class ManagerForm(forms.Form):
    email = forms.EmailField(label=_("e-mail"), help_text=_("The address the person signs in with."))
    name = forms.CharField(
        label=_("name"),
        max_length=80,
        required=False,
        help_text=_("Needed when the person has no account yet: a mail then lets them set a password."),
    )


@admin.register(Agency)
class AgencyAdmin(ActingAdmin):
    list_display = ["code", "name_ko", "name_en", "supervised_by"]
    history_hanging = ("officers", "officers__deputies", "second_person_rules")
    list_select_related = ["supervised_by"]
    search_fields = ["code", "name_ko", "name_en"]
    add_form_class = AgencyForm
    change_form_class = AgencyChangeForm

    def form_for(self, request: HttpRequest, form_class: Any, record: Any) -> forms.BaseForm:
        """Bodies in use; the one that the agency has stays to choose, so that a name can be changed without it."""
        form = super().form_for(request, form_class, record)
        bodies: Any = form.fields["supervised_by"]
        offered = Organization.objects.in_use_on(clock.today())
        if record is not None:
            offered |= Organization.objects.filter(pk=record.supervised_by_id)
        bodies.queryset = offered.filter(kind=Organization.Kind.SUPERVISING).order_by("name_ko")
        return form

    def initial(self, record: Agency) -> dict[str, Any]:
        return {name: getattr(record, name) for name in ("name_ko", "name_en", "supervised_by")}

    def add(self, request: HttpRequest, facts: dict[str, Any]) -> Agency:
        return agencies.found(facts=facts, by=who(request))

    def change(self, request: HttpRequest, record: Agency, facts: dict[str, Any]) -> None:
        agencies.edit(record, facts=facts, by=who(request))

    def facts(self, request: HttpRequest, record: Agency) -> list[dict[str, Any]]:
        return [
            fact(_("code"), record.code),
            fact(_("name (Korean)"), record.name_ko),
            fact(_("name (English)"), record.name_en),
            fact(_("supervising body"), record.supervised_by or ""),
        ]

    def doings(self, request: HttpRequest, record: Agency) -> list[Doing]:
        why_not = agencies.why_not_appoint(record) or None
        return [
            Doing(APPOINT, self.url("appoint", record), why_not=why_not, tone="primary", is_page=True),
        ]

    def tables(self, request: HttpRequest, record: Agency) -> list[Table]:
        can_act = set(staffing.managers_on(record, clock.today()).values_list("pk", flat=True))
        rows = [
            [
                each.user,
                each.user.shown_email,
                day(each.from_on),
                day(each.until_on),
                _("serves") if each.pk in can_act else _("does not serve today"),
            ]
            for each in record.officers.filter(role=Officer.Role.MANAGER)
            .select_related("user")
            .order_by("-from_on")
        ]
        columns = [_("name"), _("e-mail"), _("from"), _("until"), _("state")]
        return [Table(_("managers"), columns, rows, _("Nobody manages this agency yet."))]

    def get_urls(self) -> list[URLPattern]:
        appoint = self.form_path(
            "appoint",
            ManagerForm,
            lambda request, record, facts: agencies.appoint_manager(record, by=who(request), **facts),
            title=APPOINT,
            why=_("The person serves from today on and appoints the others. A mail tells them."),
        )
        return [appoint, *super().get_urls()]
