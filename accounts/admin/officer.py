"""Officers of the own agency and who stands in for them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.acting import ActingAdmin, Table, Words, day_input, fact, sent, who
from accounts.domain import staffing
from accounts.forms import AgencyChoiceForm
from accounts.models import Deputy, Officer
from ground import clock
from ground.access import may
from ground.templatetags.naru import day


class OfficerForm(AgencyChoiceForm):
    email = forms.EmailField(label=_("e-mail"), help_text=_("The address the person signs in with."))
    name = forms.CharField(
        label=_("name"),
        max_length=80,
        required=False,
        help_text=_("Needed when the person has no account yet: a mail then lets them set a password."),
    )
    role = forms.ChoiceField(label=_("role"), choices=Officer.Role.choices, widget=forms.RadioSelect)
    from_on = forms.DateField(label=_("from"), widget=day_input())
    until_on = forms.DateField(label=_("until"), required=False, widget=day_input())


class ServiceForm(forms.Form):
    until_on = forms.DateField(
        label=_("last day of service"),
        required=False,
        widget=day_input(),
        help_text=_(
            "Empty: until further notice. From the day after, the person sees nothing of the agency."
        ),
    )


class DeputyForm(forms.Form):
    officer = forms.ModelChoiceField(Officer.objects.none(), label=_("stands in for"))
    email = forms.EmailField(
        label=_("e-mail of the deputy"), help_text=_("The address the person signs in with.")
    )
    from_on = forms.DateField(label=_("from"), widget=day_input())
    until_on = forms.DateField(label=_("until"), widget=day_input())


class PeriodForm(forms.Form):
    from_on = forms.DateField(label=_("from"), widget=day_input())
    until_on = forms.DateField(label=_("until"), widget=day_input())


@admin.register(Officer)
class OfficerAdmin(ActingAdmin):
    list_display = ["user", "email", "agency", "role", "from_on", "until_on"]
    list_select_related = ["user", "agency"]
    list_filter = ["role", ("until_on", admin.EmptyFieldListFilter)]
    search_fields = ["user__name", "user__email"]
    add_form_class = OfficerForm
    change_form_class = ServiceForm

    @admin.display(description=_("e-mail"))
    def email(self, officer: Officer) -> str:
        return officer.user.shown_email

    def form_for(self, request: HttpRequest, form_class: Any, record: Any) -> forms.BaseForm:
        if record is None:
            return OfficerForm(sent(request), user=who(request), initial={"from_on": clock.today()})
        return super().form_for(request, form_class, record)

    def initial(self, record: Officer) -> dict[str, Any]:
        return {"until_on": record.until_on}

    def add(self, request: HttpRequest, facts: dict[str, Any]) -> Officer:
        return staffing.appoint(by=who(request), **facts)

    def change(self, request: HttpRequest, record: Officer, facts: dict[str, Any]) -> None:
        staffing.end_service(record, until_on=facts["until_on"], by=who(request))

    def badge(self, record: Officer) -> tuple[Words, str]:
        today = clock.today()
        if not record.user.is_active:
            return _("switched off"), "danger"
        if record.from_on <= today and (record.until_on is None or record.until_on >= today):
            return _("serves"), "ok"
        return _("does not serve today"), "neutral"

    def facts(self, request: HttpRequest, record: Officer) -> list[dict[str, Any]]:
        return [
            fact(_("agency"), record.agency),
            fact(_("role"), record.get_role_display()),
            fact(_("e-mail"), record.user.shown_email),
            fact(_("from"), day(record.from_on)),
            fact(_("until"), day(record.until_on) if record.until_on else _("until further notice")),
        ]

    def tables(self, request: HttpRequest, record: Officer) -> list[Table]:
        if not may(request.user, "admin:accounts_deputy_changelist"):
            return []
        rows = [
            [each.user, day(each.from_on), day(each.until_on)]
            for each in record.deputies.select_related("user").order_by("-from_on")
        ]
        return [
            Table(_("deputies"), [_("deputy"), _("from"), _("until")], rows, _("Nobody stood in so far."))
        ]


@admin.register(Deputy)
class DeputyAdmin(ActingAdmin):
    list_display = ["user", "officer", "from_on", "until_on"]
    list_select_related = ["user", "officer__user"]
    search_fields = ["user__name", "officer__user__name"]
    add_form_class = DeputyForm
    change_form_class = PeriodForm

    def form_for(self, request: HttpRequest, form_class: Any, record: Any) -> forms.BaseForm:
        form = super().form_for(request, form_class, record)
        if record is None:
            officers: Any = form.fields["officer"]
            serving = Officer.objects.serving_on(clock.today()).visible_to(request.user)
            officers.queryset = serving.select_related("user").order_by("user__name", "role")
        return form

    def initial(self, record: Deputy) -> dict[str, Any]:
        return {"from_on": record.from_on, "until_on": record.until_on}

    def add(self, request: HttpRequest, facts: dict[str, Any]) -> Deputy:
        return staffing.deputize(by=who(request), **facts)

    def change(self, request: HttpRequest, record: Deputy, facts: dict[str, Any]) -> None:
        staffing.move_deputy(record, by=who(request), **facts)

    def facts(self, request: HttpRequest, record: Deputy) -> list[dict[str, Any]]:
        return [
            fact(_("deputy"), record.user, record.user.shown_email),
            fact(_("stands in for"), record.officer),
            fact(_("from"), day(record.from_on)),
            fact(_("until"), day(record.until_on)),
        ]
