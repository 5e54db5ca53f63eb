"""Texts that companies agree to: each change of wording is a new version."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import linebreaks_filter
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin.acting import ActingAdmin, Doing, Words, day_input, fact, sent, who
from accounts.forms import AgencyChoiceForm
from accounts.models import Organization
from companies.domain import consents
from companies.models import ConsentText
from ground import clock
from ground.access import Role, may
from ground.models import Country
from ground.templatetags.naru import day, lang_of


class ConsentTextForm(AgencyChoiceForm):
    """A new text, or with the code of a known one its next version."""

    roles = (Role.MANAGER, Role.OFFICER)

    code = forms.SlugField(
        label=_("code"),
        max_length=40,
        help_text=_("The same code as before makes the next version of that text."),
    )
    kind = forms.ChoiceField(label=_("kind"), choices=ConsentText.Kind.choices, widget=forms.RadioSelect)
    title_ko = forms.CharField(label=_("title (Korean)"), max_length=160)
    title_en = forms.CharField(label=_("title (English)"), max_length=200, required=False)
    body_ko = forms.CharField(
        label=_("text (Korean)"), widget=forms.Textarea({"rows": 10}), help_text=_("This text is binding.")
    )
    body_en = forms.CharField(
        label=_("text (English)"),
        widget=forms.Textarea({"rows": 10}),
        required=False,
        help_text=_(
            "English readers read it with the note that the Korean text is binding. Without it they read the Korean text and"
            " are told that there is no English one."
        ),
    )
    receiver = forms.ModelChoiceField(Organization.objects.none(), label=_("receiver"), required=False)
    country = forms.ModelChoiceField(
        Country.objects.filter(disabled_on__isnull=True), label=_("country"), required=False
    )
    items_ko = forms.CharField(
        label=_("items (Korean)"), max_length=300, help_text=_("What is given: name, e-mail, phone.")
    )
    items_en = forms.CharField(label=_("items (English)"), max_length=300, required=False)
    months = forms.IntegerField(label=_("kept for (months)"), min_value=1, max_value=600)
    from_on = forms.DateField(label=_("in force from"), widget=day_input())


@admin.register(ConsentText)
class ConsentTextAdmin(ActingAdmin):
    list_display = ["title_ko", "code", "version", "kind", "receiver", "from_on", "disabled_on"]
    list_select_related = ["receiver"]
    list_filter = ["kind", ("disabled_on", admin.EmptyFieldListFilter)]
    search_fields = ["code", "title_ko", "title_en"]
    ordering = ["code", "-version"]
    add_form_class = ConsentTextForm

    def get_urls(self) -> list[URLPattern]:
        return [self.verb_path("switch_off", self._switch_off), *super().get_urls()]

    def form_for(self, request: HttpRequest, form_class: Any, record: Any) -> forms.BaseForm:
        """`?from=<id>` begins with the wording of an earlier version."""
        initial: dict[str, Any] = {"from_on": clock.today()}
        earlier = self._earlier(request)
        if earlier is not None:
            initial |= {
                name: getattr(earlier, name)
                for name in ConsentTextForm.base_fields
                if name not in {"agency", "from_on"}
            }
        form = ConsentTextForm(sent(request), user=who(request), initial=initial)
        receivers: Any = form.fields["receiver"]
        receivers.queryset = Organization.objects.visible_to(request.user).order_by("name_ko")
        return form

    def _earlier(self, request: HttpRequest) -> ConsentText | None:
        wanted = request.GET.get("from", "")
        found: ConsentText | None = self.get_object(request, wanted) if wanted else None
        return found

    def add(self, request: HttpRequest, facts: dict[str, Any]) -> ConsentText:
        agency, code = facts.pop("agency"), facts.pop("code")
        return consents.publish_text(agency, code=code, wording=facts, by=who(request))

    def _switch_off(self, request: HttpRequest, text: ConsentText) -> Words:
        consents.switch_off_text(text, by=who(request))
        return _("Nobody is asked for this text any more.")

    def badge(self, record: ConsentText) -> tuple[Words, str]:
        today = clock.today()
        if record.disabled_on is not None and record.disabled_on <= today:
            return _("out of use"), "neutral"
        return (_("in force"), "ok") if record.from_on <= today else (_("begins later"), "info")

    def facts(self, request: HttpRequest, record: ConsentText) -> list[dict[str, Any]]:
        given = record.consents.filter(withdrawn_at__isnull=True).count()
        return [
            fact(_("agency"), record.agency),
            fact(_("code"), record.code),
            fact(_("version"), record.version),
            fact(_("kind"), record.get_kind_display()),
            *self._wordings(record),
            fact(_("receiver"), record.receiver, record.country or ""),
            fact(_("kept for (months)"), record.months),
            fact(_("in force from"), day(record.from_on)),
            fact(_("out of use from"), day(record.disabled_on) if record.disabled_on else ""),
            fact(_("companies that agreed to this version"), given),
        ]

    def _wordings(self, record: ConsentText) -> list[dict[str, Any]]:
        """Each wording in both languages, in full: what companies were shown."""
        return [
            fact(
                str(ConsentTextForm.base_fields[name].label),
                format_html("<div{}>{}</div>", lang_of(name), linebreaks_filter(text))
                if (text := getattr(record, name))
                else _("none"),
            )
            for name in ("title_ko", "title_en", "body_ko", "body_en", "items_ko", "items_en")
        ]

    def doings(self, request: HttpRequest, record: ConsentText) -> list[Doing]:
        found = []
        if self.has_add_permission(request):
            found.append(Doing(_("Write the next version"), f"../../add/?from={record.pk}", is_page=True))
        if record.disabled_on is None and may(request.user, self._route("switch_off"), "POST"):
            found.append(Doing(_("Take out of use"), self.url("switch_off", record)))
        return found
