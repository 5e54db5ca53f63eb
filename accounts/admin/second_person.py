"""Which decisions need a second person, and the questions that wait for one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import urlize
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts import lately
from accounts.admin.acting import ActingAdmin, Doing, Words, fact, sent, who
from accounts.domain import approvals, second_person
from accounts.forms import AgencyChoiceForm
from accounts.models import Approval, SecondPersonRule
from accounts.models.agency import ALWAYS_TWO, DecisionKind
from ground.access import may
from ground.errors import RuleBroken
from ground.templatetags.naru import seoul

_pages: dict[str, str] = {}


def shown_at(decision: str, route: str) -> None:
    """Register the page of the records that questions about such decisions are about; the floor that has it does."""
    _pages[decision] = route


def page_of_matter(request: HttpRequest, asked: Approval) -> str:
    """Where what was asked about is shown; empty where this reader has no such page."""
    route = _pages.get(asked.decision, "")
    return reverse(route, args=[asked.subject_id]) if route and may(request.user, route) else ""


class RuleForm(AgencyChoiceForm):
    decision = forms.ChoiceField(label=_("decision"), choices=DecisionKind.choices, widget=forms.RadioSelect)
    is_needed = forms.BooleanField(label=_("a second person is needed"), required=False, initial=True)


class NeedForm(forms.Form):
    is_needed = forms.BooleanField(label=_("a second person is needed"), required=False)


@admin.register(SecondPersonRule)
class SecondPersonRuleAdmin(ActingAdmin):
    list_display = ["decision", "agency", "is_needed"]
    list_select_related = ["agency"]
    add_form_class = RuleForm
    change_form_class = NeedForm

    def form_for(self, request: HttpRequest, form_class: Any, record: Any) -> forms.BaseForm:
        if record is None:
            return RuleForm(sent(request), user=who(request))
        return super().form_for(request, form_class, record)

    def initial(self, record: SecondPersonRule) -> dict[str, Any]:
        return {"is_needed": record.is_needed}

    def add(self, request: HttpRequest, facts: dict[str, Any]) -> SecondPersonRule:
        return second_person.set_rule(by=who(request), **facts)

    def change(self, request: HttpRequest, record: SecondPersonRule, facts: dict[str, Any]) -> None:
        second_person.set_rule(
            record.agency, decision=record.decision, is_needed=facts["is_needed"], by=who(request)
        )

    def facts(self, request: HttpRequest, record: SecondPersonRule) -> list[dict[str, Any]]:
        note = _("always, whatever the table says") if record.decision in ALWAYS_TWO else ""
        return [
            fact(_("agency"), record.agency),
            fact(_("a second person is needed"), _("yes") if record.is_needed else _("no"), note),
        ]


def answer_of(asked: Approval) -> tuple[Words, str]:
    """What the second person said, and its tone."""
    if asked.answered_at is None:
        return _("waits for an answer"), "wait"
    return (_("approved"), "ok") if asked.is_granted else (_("refused"), "danger")


@admin.register(Approval)
class ApprovalAdmin(ActingAdmin):
    """One officer asked; another one of the same agency grants or refuses here."""

    list_display = ["decision", "subject", "asked_by", "created_at", "answer", "answered_by"]
    list_select_related = ["asked_by", "answered_by"]
    list_filter = ["decision", ("answered_at", admin.EmptyFieldListFilter), "is_granted"]
    search_fields = ["subject", "asked_by__name"]
    ordering = ["-created_at"]

    def get_urls(self) -> list[URLPattern]:
        return [self._path("answer", require_POST(self._take)), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What was typed for an answer that came too late is shown where there is no field for it any more."""
        asked = self.get_object(request, object_id)
        if asked is None:
            return self._gone(request, object_id)
        if asked.answered_at is not None:
            extra_context = {"texts": self._words(request, asked.pk), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, extra_context)

    def _take(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """An answer that is not taken leaves what was typed."""
        asked = self.get_object(request, str(pk))
        try:
            if asked is None:
                if (gone := approvals.gone(pk, who(request))) is None:
                    raise Http404
                raise approvals.is_gone(gone.newer)
            sentence = self._answer(request, asked)
        except RuleBroken as error:
            lately.keep_typed(request)
            messages.error(request, str(error.sentence))
        else:
            messages.success(request, str(sentence))
        return HttpResponseRedirect(reverse(self._route("change"), args=[pk]))

    def _words(self, request: HttpRequest, key: UUID) -> list[str]:
        typed = lately.typed(request, reverse(self._route("answer"), args=[key]))
        return [typed["reason"]] if typed.get("reason") else []

    def _gone(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What became of a question that nobody is asked any more, and what to do next."""
        try:
            gone = approvals.gone(UUID(object_id), who(request))
        except ValueError:
            gone = None
        if gone is None:
            raise Http404
        ended = gone.ended
        context = {
            **self._page(request),
            "title": _("Nobody is asked this any more"),
            "gone": gone,
            "facts": [
                *self._asked(request, gone.was),
                fact(_("ended at"), seoul(ended.at), ended.who),
                fact(_("ended because"), ended.why),
            ],
            "matter_url": page_of_matter(request, gone.was),
            "newer_url": reverse(self._route("change"), args=[gone.newer.pk]) if gone.newer else "",
            "texts": self._words(request, gone.was.pk),
        }
        return TemplateResponse(request, "accounts/question_gone.html", context, status=410)

    def _answer(self, request: HttpRequest, approval: Approval) -> Words:
        is_granted = request.POST.get("grant") == "1"
        approvals.answer_any(
            approval, by=who(request), grant=is_granted, reason=request.POST.get("reason", "")
        )
        if not is_granted:
            return _("You refused.")
        if approvals.is_carried_out(approval.decision):
            return _("You agreed. The decision is carried out.")
        if approvals.is_by_worker(approval.decision):
            return _("You agreed. It is being carried out; the page of the matter says what came of it.")
        return _("You agreed. The decision can be carried out now.")

    @admin.display(description=_("answer"))
    def answer(self, approval: Approval) -> Words:
        return self.badge(approval)[0]

    def badge(self, record: Approval) -> tuple[Words, str]:
        return answer_of(record)

    def _asked(self, request: HttpRequest, record: Approval) -> list[dict[str, Any]]:
        matter = fact(_("matter"), record.subject)
        if url := page_of_matter(request, record):
            matter |= {"url": url, "link_label": _("Open")}
        return [
            fact(_("decision"), record.get_decision_display()),
            matter,
            fact(_("reason"), urlize(record.reason)),
            fact(_("asked by"), record.asked_by, seoul(record.created_at)),
        ]

    def facts(self, request: HttpRequest, record: Approval) -> list[dict[str, Any]]:
        asked = [
            *self._asked(request, record),
            fact(
                _("fingerprint of the matter"),
                record.digest[:16],
                _("If the matter changes, the answer no longer fits."),
            ),
        ]
        if record.answered_at is None:
            return asked
        return [
            *asked,
            fact(_("answered by"), record.answered_by, seoul(record.answered_at)),
            fact(_("reason of the answer"), record.answer_reason),
        ]

    def doings(self, request: HttpRequest, record: Approval) -> list[Doing]:
        user = who(request)
        if record.answered_at is not None or not may(user, self._route("answer"), "POST"):
            return []
        refusal = approvals.why_not(record, user)
        why_not = lately.why_not(request) if refusal is None else refusal.sentence
        url = self.url("answer", record)
        return [
            Doing(_("Agree"), url, why_not, tone="primary", values={"grant": "1"}),
            Doing(_("Refuse, with a reason"), url, why_not, values={"grant": "0"}, asks_reason=True),
        ]
