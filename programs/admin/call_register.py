"""The look at the whole register before a call opens, and a letter to the companies that a moved rule would let in."""

from __future__ import annotations

from functools import partial
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django_stubs_ext import StrOrPromise

from accounts.models import User
from ground.access import may
from ground.errors import RuleBroken
from programs.admin.call_downloads import require_own
from programs.admin.verbs import refuse, writes_for
from programs.domain import announcing
from programs.domain.criteria.names import names_of
from programs.domain.criteria.wording import asks
from programs.forms.what_if import MovedRuleForm, RuleForm, WriteInForm
from programs.models import Call
from programs.queries.what_if import Change, stand_of_register, what_if

WRITE_IN = "admin:programs_call_write_in"


class CallRegister:
    """The page that asks and writes nothing, and the letter."""

    def register_urls(self: Any) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(partial(CallRegister.write_in, self)))
        return [path("<uuid:pk>/register/write/", view, name="programs_call_write_in")]

    def page_register(self: Any, request: HttpRequest, call: Call) -> HttpResponse:
        """How many companies of the register would qualify, and what another value of a rule would do."""
        require_own(request, call)
        context = self._register_head(request, call) | register_context(request, call)
        return TemplateResponse(request, "admin/programs/register.html", context)

    def write_in(self: Any, request: HttpRequest, pk: UUID) -> HttpResponse:
        """First the number and the letter are shown once more; sent is what was confirmed."""
        call = get_object_or_404(self.get_queryset(request), pk=pk)
        require_own(request, call)
        form = WriteInForm(request.POST, call=call)
        is_confirmed = "confirmed" in request.POST
        status, reached = 200, 0
        if not form.is_valid():
            status = 400
        elif is_confirmed:
            given = form.cleaned_data
            try:
                letter = announcing.write_in(
                    call, given["criterion"], given["values"], subject=given["subject"], body=given["body"],
                    expected=given["expected"] or 0, key=given["form_key"], by=cast(User, request.user),
                )  # fmt: skip
            except RuleBroken as error:
                refuse(form, error)
                status = 409
            else:
                count = len(letter.companies)
                told = ngettext(
                    "%(count)d company is written to.", "%(count)d companies are written to.", count
                )
                messages.success(request, told % {"count": count})
                return HttpResponseRedirect(_back(call, form))
        if status != 400:
            given = form.cleaned_data
            reached = len(announcing.who_to_write(call, given["criterion"], given["values"]))
        context = self._register_head(request, call) | {
            "title": _("Write to companies that come in"),
            "form": form,
            "reached": reached,
            "is_ready": status == 200 and "change" not in request.POST,
            "back_url": _back(call, form),
        }
        return TemplateResponse(request, "admin/programs/write_in.html", context, status=status)

    def _register_head(self: Any, request: HttpRequest, call: Call) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": _("Who of the register would qualify"),
            "subtitle": f"{call.code} {call}",
            "opts": self.opts,
            "call": call,
        }


def _back(call: Call, form: WriteInForm) -> str:
    """The register with the same rule moved the same way."""
    address = reverse("admin:programs_call_register", args=[call.pk])
    given = getattr(form, "cleaned_data", {})
    criterion = given.get("criterion")
    if criterion is None or "values" not in given:
        return address
    criterion.call = call
    asked = MovedRuleForm(criterion=criterion).as_asked(given["values"])
    return f"{address}?{urlencode(asked, doseq=True)}#change"


def register_context(request: HttpRequest, call: Call) -> dict[str, Any]:
    """How the register stands, each rule's effect, and, where a rule is chosen, its fields and what a change would do.

    `?criterion=` chooses the rule; with `asked` the fields are read from the address, too.
    """
    choice = RuleForm(request.GET if "criterion" in request.GET else None, call=call)
    form, change, reached, letter = None, None, 0, None
    if choice.is_valid():
        criterion = choice.cleaned_data["criterion"]
        criterion.call = call
        form = MovedRuleForm(request.GET if "asked" in request.GET else None, criterion=criterion)
    if form is not None and form.is_valid():
        change = what_if(call, criterion, form.values, request.user)
        if change.comes_in.count:
            reached = len(announcing.who_to_write(call, criterion, form.values))
        if reached and may(request.user, WRITE_IN, "POST") and writes_for(request, call):
            initial = {"criterion": criterion.pk, "values": form.values, "left_out": form.values is None}
            letter = WriteInForm(call=call, initial=initial, auto_id="id_letter_%s")
    stand = change.before if change else stand_of_register(call)
    names = names_of([each.criterion for each in stand.effects])
    return {
        "choice": choice,
        "form": form,
        "change": change,
        "reached": reached,
        "letter": letter,
        "letter_url": reverse(WRITE_IN, args=[call.pk]),
        "stand": stand,
        "compared": _compared(change) if change else (),
        "effects": [(each, asks(each.criterion, names)) for each in stand.effects],
    }


def _compared(change: Change) -> list[tuple[StrOrPromise, int, int]]:
    before, after = change.before, change.after
    return [
        (_("would qualify"), before.met, after.met),
        (_("a person must look"), before.look, after.look),
        (_("would not qualify"), before.not_met, after.not_met),
    ]
