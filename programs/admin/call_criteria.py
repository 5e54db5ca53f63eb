"""The criteria of a call, built without code: listed as sentences in their groups, each typed in fields of its kind."""

from __future__ import annotations

from functools import partial
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django_stubs_ext import StrOrPromise

from accounts.models import User
from ground.errors import RuleBroken
from programs.admin.call_downloads import require_own
from programs.admin.verbs import writes_for
from programs.domain import criteria_building
from programs.domain.criteria.names import names_of
from programs.domain.criteria.wording import kind_of
from programs.forms.criteria_building import CriterionForm, KindForm
from programs.models import Call, Criterion
from programs.queries.criteria import criteria_of, said


class CallCriteria:
    """The list, the form of one criterion, and two verbs that need no form."""

    def criteria_urls(self: Any) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = {
            "criterion": self.criterion,
            "move_criterion": require_POST(self.move_criterion),
            "drop_criterion": require_POST(self.drop_criterion),
        }
        return [
            path(f"<uuid:pk>/{name}/", view(each), name=f"programs_call_{name}") for name, each in own.items()
        ]

    def page_criteria(self: Any, request: HttpRequest, call: Call) -> HttpResponse:
        return self._criteria_page(request, call)  # type: ignore[no-any-return]

    def _criteria_page(
        self: Any, request: HttpRequest, call: Call, refusal: StrOrPromise = "", status: int = 200
    ) -> HttpResponse:
        why_not = why_not_built(request, call)
        context = self._criteria_head(request, call, _("Who may apply")) | {
            "rows": criteria_of(call),
            "form": None if why_not else KindForm(auto_id=False),
            "why_not": why_not,
            "refusal": refusal,
            "criterion_url": reverse("admin:programs_call_criterion", args=[call.pk]),
        }
        return TemplateResponse(request, "admin/programs/criteria.html", context, status=status)

    def criterion(self: Any, request: HttpRequest, pk: UUID) -> HttpResponse:
        """`?id=` changes one that is there, `?kind=` (and `?group=`) adds one. First looked at, then saved, as one likes."""
        call = get_object_or_404(self.get_queryset(request), pk=pk)
        require_own(request, call)
        siblings = list(Criterion.objects.filter(call=call).order_by("position", "id"))
        criterion = _asked_for(request, call, siblings)
        back = reverse("admin:programs_call_criteria", args=[call.pk])
        if request.method != "POST" and (why_not := why_not_built(request, call)):
            messages.info(request, str(why_not))
            return HttpResponseRedirect(back)
        form = CriterionForm(
            request.POST if request.method == "POST" else None, instance=criterion, siblings=siblings
        )
        status = 200
        if form.is_bound and not form.is_valid():
            status = 400
        elif form.is_bound and "preview" not in request.POST:
            try:
                criteria_building.save(criterion, members=form.members, by=cast(User, request.user))
            except RuleBroken as error:
                form.refuse(error)
                status = 409
            else:
                messages.success(request, str(_("The criterion is saved.")))
                return HttpResponseRedirect(f"{back}#c-{criterion.code}")
        is_shown = status == 200 and (form.is_bound or not criterion._state.adding)
        title = _("Add a criterion") if criterion._state.adding else _("Change the criterion")
        context = self._criteria_head(request, call, title) | {
            "form": form,
            "criterion": criterion,
            "kind": kind_of(criterion),
            "said": said(criterion, names_of([criterion])) if is_shown else (),
            "back_url": back,
        }
        return TemplateResponse(request, "admin/programs/criterion.html", context, status=status)

    def move_criterion(self: Any, request: HttpRequest, pk: UUID) -> HttpResponse:
        is_up = request.POST.get("to") != "down"
        return self._run(request, pk, partial(criteria_building.move, is_up=is_up), "")  # type: ignore[no-any-return]

    def drop_criterion(self: Any, request: HttpRequest, pk: UUID) -> HttpResponse:
        told = _("The criterion is taken out.")
        return self._run(request, pk, criteria_building.drop, told)  # type: ignore[no-any-return]

    def _run(self: Any, request: HttpRequest, pk: UUID, verb: Any, told: StrOrPromise) -> HttpResponse:
        call = get_object_or_404(self.get_queryset(request), pk=pk)
        require_own(request, call)
        criterion = get_object_or_404(Criterion, call=call, code=request.POST.get("code", ""))
        try:
            verb(criterion, by=cast(User, request.user))
        except RuleBroken as error:
            return self._criteria_page(request, call, str(error.sentence), status=409)  # type: ignore[no-any-return]
        if told:
            messages.success(request, str(told))
        return HttpResponseRedirect(
            reverse("admin:programs_call_criteria", args=[call.pk]) + ("" if told else f"#c-{criterion.code}")
        )

    def _criteria_head(self: Any, request: HttpRequest, call: Call, title: StrOrPromise) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": f"{call.code} {call}",
            "opts": self.opts,
            "call": call,
        }


def why_not_built(request: HttpRequest, call: Call) -> StrOrPromise | None:
    """Why this person cannot change the criteria now."""
    if not writes_for(request, call):
        return _("Only managers and officers of the call's agency change its criteria.")
    if call.published_at is not None:
        return _(
            "The call is published: its criteria stay as they were announced. For the next call, take this one over and change them there."
        )
    return None


def _asked_for(request: HttpRequest, call: Call, siblings: list[Criterion]) -> Criterion:
    """The criterion of the address: one that is there, or a new one of a kind; 404 for neither."""
    wanted, kind, group = (request.GET.get(name, "") for name in ("id", "kind", "group"))
    if wanted:
        found = next((each for each in siblings if str(each.pk) == wanted), None)
    else:
        found = Criterion(kind=kind) if kind in Criterion.Kind.values else None
    if found is None:
        raise Http404
    found.call = call
    if group and found._state.adding:
        above = next((each for each in siblings if str(each.pk) == group), None)
        if above is None:
            raise Http404
        found.group = above
    return found
