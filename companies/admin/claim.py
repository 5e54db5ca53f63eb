"""Claims that wait for staff: somebody says that a company is theirs and sent its certificate."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _

from accounts.admin.acting import ActingAdmin, Doing, Words, fact, who
from accounts.admin.stored import file_link
from companies.domain import registration
from companies.models import Claim, Member
from ground.access import may
from ground.templatetags.naru import day, seoul, whole

TONES = {"waiting": "wait", "granted": "ok", "refused": "danger"}


class RefusalForm(forms.Form):
    reason = forms.CharField(
        label=_("reason"),
        widget=forms.Textarea({"rows": 4}),
        help_text=_("The claimant gets it by mail: say what is missing and what to send."),
    )


class ForMeFilter(admin.SimpleListFilter):
    """What the desk counts."""

    title = _("waits for me")
    parameter_name = "for_me"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("yes"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() != "1":
            return queryset
        return queryset.filter(pk__in=Claim.objects.for_staff(who(request)).values("pk"))


@admin.register(Claim)
class ClaimAdmin(ActingAdmin):
    list_display = ["stated_name", "number", "user", "method", "created_at", "standing"]
    list_select_related = ["company", "user"]
    list_filter = [ForMeFilter, "state", "method"]
    search_fields = ["stated_name", "company__business_number", "user__name", "user__email"]
    ordering = ["-created_at"]

    def get_urls(self) -> list[URLPattern]:
        refuse = self.form_path(
            "refuse",
            RefusalForm,
            lambda request, claim, entries: registration.refuse(claim, by=who(request), **entries),
            _("Refuse the claim"),
        )
        return [self.verb_path("grant", self._grant), refuse, *super().get_urls()]

    def _grant(self, request: HttpRequest, claim: Claim) -> Words:
        registration.grant(claim, by=who(request))
        return _("The claimant is an owner of the company now and gets a mail.")

    def back_to(self, record: Claim) -> HttpResponse:
        """The list: a claim that is decided may be out of the agency's sight."""
        return HttpResponseRedirect(reverse(self._route("changelist")))

    @admin.display(description=_("business number"), ordering="company__business_number")
    def number(self, claim: Claim) -> str:
        return whole(claim.company.pretty_number)

    @admin.display(description=_("state"), ordering="state")
    def standing(self, claim: Claim) -> Words:
        return self.badge(claim)[0]

    def badge(self, record: Claim) -> tuple[Words, str]:
        if record.is_asked:
            return _("waits for the tax office"), "neutral"
        return record.get_state_display(), TONES[record.state]

    def facts(self, request: HttpRequest, record: Claim) -> list[dict[str, Any]]:
        file: Any = ""
        if record.file is not None:
            file = file_link(record.file)
        owner = Member.objects.filter(
            company=record.company_id, role=Member.Role.OWNER, ended_at__isnull=True
        ).exists()
        facts = [
            fact(_("business number"), whole(record.company.pretty_number)),
            fact(_("company name as stated"), record.stated_name),
            fact(_("representative as stated"), record.stated_representative),
            fact(_("opening day as stated"), day(record.stated_opened_on)),
            fact(_("certificate"), file, _("Compare it with what was stated.") if file else ""),
            fact(_("claimant"), record.user, record.user.shown_email),
            fact(_("method"), record.get_method_display(), seoul(record.created_at)),
            fact(
                _("owner"),
                _("Somebody signs in for this company as its owner.")
                if owner
                else _("Nobody owns this company yet."),
                _("The owner was written to; grant the claim only if the company wants both.")
                if owner
                else "",
            ),
        ]
        if record.is_asked:
            facts.append(
                fact(
                    _("to do"),
                    _("Nothing: the tax office is asked again until it answers, and its answer decides."),
                    _("If the claimant sends the certificate meanwhile, the claim waits for staff."),
                )
            )
        if record.decided_at is not None:
            facts += [
                fact(_("decided by"), record.decided_by or _("tax office"), seoul(record.decided_at)),
                fact(_("reason"), record.reason),
            ]
        return facts

    def doings(self, request: HttpRequest, record: Claim) -> list[Doing]:
        is_open = record.state == Claim.State.WAITING and not record.is_asked
        if not is_open or not may(request.user, self._route("grant"), "POST"):
            return []
        why_not = _("You cannot decide your own claim.") if record.user_id == who(request).pk else None
        return [
            Doing(_("Grant the claim"), self.url("grant", record), why_not, tone="primary"),
            Doing(_("Refuse the claim"), self.url("refuse", record), why_not, is_page=True),
        ]
