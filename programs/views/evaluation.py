"""The evaluator's pages: the appointments, the declaration of interest, one page to score each application."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from ground.errors import RuleBroken
from ground.words import plain
from programs.domain import evaluation
from programs.forms.evaluation import DeclareForm, ScoreForm
from programs.models import Conflict, Evaluator, Score
from programs.queries import evaluation as sheets
from programs.queries import selection
from programs.queries.case import sheet_for_evaluator


def person(request: HttpRequest) -> User:
    """Who is signed in (the access table lets nobody else come here)."""
    assert isinstance(request.user, User)
    return request.user


@require_GET
def evaluation_list(request: HttpRequest) -> HttpResponse:
    """Each appointment: what to declare, what to score, what is done."""
    return render(request, "programs/evaluation_list.html", {"posts": sheets.work_of(person(request))})


@require_http_methods(["GET", "POST"])
def evaluation_declare(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Declare for each eligible application of the call; nothing but the companies' names is shown."""
    by = person(request)
    post = get_object_or_404(sheets.posts(by), call=pk)
    known = {each.application_id: each for each in Conflict.objects.filter(evaluator=post)}
    form = DeclareForm(
        request.POST if request.method == "POST" else None,
        applications=sheets.to_declare(post),
        known=known,
    )
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                evaluation.declare(post, form.declarations(), by=by)
            except RuleBroken as error:
                form.add_error(None, str(error.sentence))
                status = 409
            else:
                messages.success(request, _("Your declarations are recorded."))
                return redirect("evaluation_list")
    return render(request, "programs/evaluation_declare.html", _page(post, form), status=status)


@require_http_methods(["GET", "POST"])
def evaluation_score(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One application, declared free of conflict, with the sheet of points beside what the company handed in."""
    by = person(request)
    application = get_object_or_404(sheets.to_score(by), pk=pk)
    post = get_object_or_404(sheets.posts(by), call=application.call_id)
    items = selection.items_of(post.call)
    given = {each.item_id: each for each in Score.objects.filter(evaluator=post, application=application)}
    form = ScoreForm(request.POST if request.method == "POST" else None, items=items, given=given)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                evaluation.score(post, application, form.marks(), by=by)
            except RuleBroken as error:
                field = next((name for name in error.fields if name in form.fields), None)
                form.add_error(field, str(error.sentence))
                status = 409
            else:
                return _after_scoring(request, post, application.pk, len(items))
    context = {
        **_page(post, form),
        "application": application,
        "file": sheet_for_evaluator(application),
        "is_decided": post.call.decided_at is not None,
        "total": sum((each.points for each in given.values()), start=0),
    }
    return render(request, "programs/evaluation_score.html", context, status=status)


def _page(post: Evaluator, form: Any) -> dict[str, Any]:
    return {
        "form": form,
        "call": post.call,
        "crumbs": [{"label": _("Evaluation"), "url": reverse("evaluation_list")}],
    }


def _after_scoring(request: HttpRequest, post: Evaluator, pk: UUID, item_count: int) -> HttpResponse:
    """A full sheet leads to the next application without one, a partial sheet stays where it is."""
    work = sheets.work_of_post(post)
    row = next(each for each in work.rows if each.application.pk == pk)
    if row.filled < item_count:
        messages.info(request, _("Saved. It counts once every item has points."))
        return redirect("evaluation_score", pk=pk)
    messages.success(request, _("Saved: %(company)s.") % {"company": plain(row.application.company, "name")})
    following = next((each for each in work.rows if each.filled < item_count), None)
    if following is None:
        return redirect("evaluation_list")
    return redirect("evaluation_score", pk=following.application.pk)
