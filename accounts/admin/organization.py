"""Bodies around the agency, and who signs in for them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.acting import ActingAdmin, Table, Words, day_input, fact, sent, who
from accounts.domain import organizations
from accounts.forms import AgencyChoiceForm
from accounts.models import Organization, OrganizationMember, User
from accounts.roles import agency_ids
from ground import clock
from ground.access import Role
from ground.models import Country
from ground.templatetags.naru import day, seoul


class FactsForm(forms.Form):
    name_ko = forms.CharField(label=_("name (Korean)"), max_length=120)
    name_en = forms.CharField(label=_("name (English)"), max_length=160, required=False)
    country = forms.ModelChoiceField(
        Country.objects.filter(disabled_on__isnull=True), label=_("country"), initial="KR"
    )


class BodyForm(FactsForm):
    kind = forms.ChoiceField(label=_("kind"), choices=Organization.Kind.choices, widget=forms.RadioSelect)
    field_order = ["agency", "kind", "name_ko", "name_en", "country"]


class OrganizationForm(AgencyChoiceForm, BodyForm):
    """A manager's: for which agency is asked, too. The operator's bodies are kept by none."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        if user.is_operator:
            agency: Any = self.fields["agency"]
            agency.required = False
            agency.empty_label = _("none: the operator keeps it")
            agency.widget = forms.Select(choices=agency.choices)


class OrganizationChangeForm(FactsForm):
    disabled_on = forms.DateField(label=_("out of use from"), required=False, widget=day_input())
    let_in = forms.EmailField(
        label=_("let somebody sign in for it"),
        required=False,
        help_text=_("The address the person signs in with. They see what the organization sees."),
    )
    let_out = forms.ModelMultipleChoiceField(
        OrganizationMember.objects.none(),
        label=_("end signing in for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


@admin.register(Organization)
class OrganizationAdmin(ActingAdmin):
    list_display = ["name_ko", "name_en", "kind", "country", "kept_by", "disabled_on"]
    history_hanging = ("members",)
    list_select_related = ["country", "kept_by"]
    list_filter = ["kind", ("disabled_on", admin.EmptyFieldListFilter)]
    search_fields = ["name_ko", "name_en"]
    add_form_class = OrganizationForm
    change_form_class = OrganizationChangeForm

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only managers of the agency that keeps it, or the operator where none does."""
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or _keeps(who(request), obj, Role.MANAGER)

    def form_for(self, request: HttpRequest, form_class: Any, record: Any) -> forms.BaseForm:
        if record is None:
            if not agency_ids(who(request), Role.MANAGER):
                return BodyForm(sent(request))
            return OrganizationForm(sent(request), user=who(request))
        form = super().form_for(request, form_class, record)
        people: Any = form.fields["let_out"]
        people.queryset = record.members.filter(ended_at__isnull=True).select_related("user")
        people.label_from_instance = lambda member: f"{member.user} ({member.user.email})"
        if not people.queryset.exists():
            del form.fields["let_out"]
        return form

    def initial(self, record: Organization) -> dict[str, Any]:
        names = ("name_ko", "name_en", "country", "disabled_on")
        return {name: getattr(record, name) for name in names}

    def add(self, request: HttpRequest, facts: dict[str, Any]) -> Organization:
        return organizations.found(facts.pop("agency", None), facts=facts, by=who(request))

    def change(self, request: HttpRequest, record: Organization, facts: dict[str, Any]) -> None:
        email = facts.pop("let_in")
        leaving = facts.pop("let_out", None) or []
        with transaction.atomic():
            organizations.edit(record, facts=facts, by=who(request))
            for member in leaving:
                organizations.let_out(member, by=who(request))
            if email:
                organizations.let_in(record, email=email, by=who(request))

    def badge(self, record: Organization) -> tuple[Words, str]:
        if record.disabled_on and record.disabled_on <= clock.today():
            return _("out of use"), "neutral"
        return _("in use"), "ok"

    def facts(self, request: HttpRequest, record: Organization) -> list[dict[str, Any]]:
        return [
            fact(_("kind"), record.get_kind_display()),
            fact(_("name (Korean)"), record.name_ko),
            fact(_("name (English)"), record.name_en),
            fact(_("country"), record.country),
            fact(
                pgettext_lazy("organization", "kept by"),
                record.kept_by or _("all agencies; the operator changes it"),
            ),
            fact(_("out of use from"), day(record.disabled_on) if record.disabled_on else ""),
        ]

    def tables(self, request: HttpRequest, record: Organization) -> list[Table]:
        if not _keeps(who(request), record):
            return []
        rows = [
            [each.user, each.user.shown_email, seoul(each.created_at), seoul(each.ended_at)]
            for each in record.members.select_related("user").order_by("ended_at", "created_at")
        ]
        columns = [_("name"), _("e-mail"), _("since"), _("ended at")]
        return [Table(_("people who sign in for it"), columns, rows, _("Nobody yet."))]


def _keeps(user: User, organization: Organization, *roles: Role) -> bool:
    """Whether the person is of the agency that keeps it, or the operator where none does."""
    if organization.kept_by_id is None:
        return user.is_operator
    return organization.kept_by_id in agency_ids(user, *roles)
