"""The look at the whole register before a call opens, and a letter to the companies that a moved rule would let in."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
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
from programs.forms.what_if import MovedRuleForm, MovesForm, RuleForm, WriteInForm, also_text
from programs.models import Call, Criterion
from programs.queries.what_if import Change, Moved, Register, stand_of_register, what_if

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
                    also=given["also"],
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
            given["criterion"].call = call
            reached = len(announcing.who_to_write(call, given["criterion"], given["values"], given["also"]))
        context = self._register_head(request, call) | {
            "title": _("Write to companies that come in"),
            "form": form,
            "reached": reached,
            "moves": [] if status == 400 else _said([(given["criterion"], given["values"]), *given["also"]]),
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
    """The register with the same rules moved the same way."""
    address = reverse("admin:programs_call_register", args=[call.pk])
    given = getattr(form, "cleaned_data", {})
    criterion = given.get("criterion")
    if criterion is None or "values" not in given or "also" not in given:
        return address
    criterion.call = call
    return address + _asked((criterion, given["values"]), given["also"])


def _asked(move: Moved, also: Sequence[Moved]) -> str:
    """The address of the register's page with these moves; the first one's fields are open."""
    criterion, values = move
    asked = MovedRuleForm(criterion=criterion).as_asked(values)
    if also:
        asked["also"] = also_text(also)
    return f"?{urlencode(asked, doseq=True)}#change"


def register_context(request: HttpRequest, call: Call) -> dict[str, Any]:
    """How the register stands, each rule's effect, and, where a rule is chosen, its fields and what a change would do.

    `?criterion=` chooses the rule; with `asked` the fields are read from the address, too. `also` are rules that are moved
    at the same time.
    """
    choice = RuleForm(request.GET if "criterion" in request.GET else None, call=call)
    form, change, reached, letter = None, None, 0, None
    before = MovesForm(request.GET, call=call) if request.GET.get("also") else None
    moves: list[Moved] = before.cleaned_data["also"] if before is not None and before.is_valid() else []
    if choice.is_valid():
        criterion = choice.cleaned_data["criterion"]
        criterion.call = call
        form = MovedRuleForm(request.GET if "asked" in request.GET else None, criterion=criterion)
        moves = [each for each in moves if each[0] != criterion]
    others = list(moves)
    is_full = len(moves) >= announcing.MOST_MOVES
    if form is not None and form.is_valid() and not is_full:
        moves.append((criterion, form.values))
    if before is not None and is_full and form is not None:
        refuse(before, announcing.too_many_moves())
    if moves:
        (first, values), *rest = moves
        change = what_if(call, first, values, request.user, also=rest)
        if change.comes_in.count:
            reached = len(announcing.who_to_write(call, first, values, rest))
        if reached and may(request.user, WRITE_IN, "POST") and writes_for(request, call):
            initial = {
                "criterion": first.pk, "values": values, "left_out": values is None, "also": [
                    [str(each.pk), wanted] for each, wanted in rest
                ],
            }  # fmt: skip
            letter = WriteInForm(call=call, initial=initial, auto_id="id_letter_%s")
    stand = change.before if change else stand_of_register(call)
    moved = [_as_moved(*each) for each in moves]
    names = names_of([*(each.criterion for each in stand.effects), *moved])
    return {
        "full": announcing.too_many_moves().sentence if len(moves) >= announcing.MOST_MOVES else "",
        "choice": choice,
        "form": form,
        "before": before,
        "others": also_text(others),
        "moves": _told(moves, [asks(each, names) for each in moved], change) if change else (),
        "all_moves": also_text(moves),
        "change": change,
        "reached": reached,
        "letter": letter,
        "letter_url": reverse(WRITE_IN, args=[call.pk]),
        "stand": stand,
        "compared": _compared(change) if change else (),
        "effects": [(each, asks(each.criterion, names)) for each in stand.effects],
    }


def _as_moved(criterion: Criterion, values: dict[str, Any] | None) -> Criterion:
    moved = copy(criterion)
    moved.values = criterion.values if values is None else values
    return moved


def _said(moves: Sequence[Moved]) -> list[tuple[Criterion, str]]:
    """Each rule with what it would ask; nothing for one that is left out."""
    moved = [_as_moved(*each) for each in moves]
    names = names_of(moved)
    return [
        (each, "" if values is None else asks(each, names))
        for each, (_criterion, values) in zip(moved, moves, strict=True)
    ]


@dataclass(frozen=True)
class ToldMove:
    """A rule that is moved: what it asks then, nothing when it is left out; how the register stands with this move alone;
    and the addresses where its fields are open and where it is not moved."""

    criterion: Criterion
    asks: str
    alone: Register
    change_url: str
    without_url: str


def _told(moves: Sequence[Moved], sentences: Sequence[str], change: Change) -> list[ToldMove]:
    found = []
    for serial, (criterion, values) in enumerate(moves):
        rest = [each for each in moves if each[0] != criterion]
        found.append(
            ToldMove(
                criterion,
                "" if values is None else sentences[serial],
                change.alone[serial] if change.alone else change.after,
                _asked((criterion, values), rest),
                _asked(rest[-1], rest[:-1]) if rest else "?#change",
            )
        )
    return found


def _compared(change: Change) -> list[tuple[StrOrPromise, int, int]]:
    before, after = change.before, change.after
    return [
        (_("would qualify"), before.met, after.met),
        (_("a person must look"), before.look, after.look),
        (_("would not qualify"), before.not_met, after.not_met),
    ]
