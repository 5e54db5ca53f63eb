"""The research body's pages: its tasks, and for each the findings with their files. Nothing of another body's exists here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ground import clock
from ground.errors import RuleBroken
from ground.templatetags.naru import day
from guidance.domain import researching
from guidance.forms.research import FindingForm
from guidance.models import Finding, FindingFile, ResearchTask
from guidance.models.research import ResearchTaskQuerySet
from programs.views.evaluation import person

SHOWN_SETTLED = 100


def _own(request: HttpRequest) -> ResearchTaskQuerySet:
    rows: ResearchTaskQuerySet = ResearchTask.objects.of_bodies(person(request)).select_related(
        "program__agency", "organization", "country"
    )
    return rows


@require_GET
def research_list(request: HttpRequest) -> HttpResponse:
    """What is to be done, the earliest day first, and what is handed in or settled."""
    today = clock.today()
    rows = list(_own(request).with_the_body())
    settled = _own(request).exclude(state__in=ResearchTask.OPEN).order_by("-due_on", "-pk")
    return render(
        request,
        "guidance/research_list.html",
        {
            "to_do": [{"task": each, "is_late": each.is_overdue(today)} for each in rows],
            "settled": settled[:SHOWN_SETTLED],
        },
    )


@require_http_methods(["GET", "POST"])
def research_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One task; what is sent is a new finding."""
    task = get_object_or_404(_own(request), pk=pk)
    form = (
        FindingForm(request.POST or None, request.FILES or None)
        if request.method == "POST"
        else FindingForm()
    )
    return _write(request, task, Finding(task=task), form, "guidance/research_show.html")


@require_http_methods(["GET", "POST"])
def research_finding(request: HttpRequest, pk: UUID, finding: UUID) -> HttpResponse:
    """One finding, to be changed."""
    task = get_object_or_404(_own(request), pk=pk)
    row = get_object_or_404(Finding, pk=finding, task=task)
    is_sent = request.method == "POST"
    form = FindingForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, initial=FindingForm.of(row)
    )
    return _write(request, task, row, form, "guidance/research_finding.html")


@require_POST
def research_finding_drop(request: HttpRequest, pk: UUID, finding: UUID) -> HttpResponse:
    task = get_object_or_404(_own(request), pk=pk)
    row = get_object_or_404(Finding, pk=finding, task=task)
    return _act(request, task, lambda: researching.drop_finding(row, by=person(request)), _("Taken out."))


@require_POST
def research_file_drop(request: HttpRequest, pk: UUID, finding_file: UUID) -> HttpResponse:
    task = get_object_or_404(_own(request), pk=pk)
    row = get_object_or_404(FindingFile, pk=finding_file, finding__task=task, removed_at__isnull=True)
    return _act(
        request, task, lambda: researching.drop_file(row, by=person(request)), _("The file is taken out.")
    )


@require_POST
def research_hand_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    task = get_object_or_404(_own(request), pk=pk)
    told = _("Handed in. The agency reads it and answers here.")
    return _act(request, task, lambda: researching.hand_in(task, by=person(request)), told)


def _act(request: HttpRequest, task: ResearchTask, verb: Any, told: str) -> HttpResponse:
    try:
        verb()
    except RuleBroken as error:
        return _page(
            request,
            task,
            FindingForm(),
            "guidance/research_show.html",
            problem=str(error.sentence),
            status=409,
        )
    messages.success(request, told)
    return redirect("research_show", pk=task.pk)


def _write(
    request: HttpRequest, task: ResearchTask, row: Finding, form: FindingForm, template: str
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            upload = form.cleaned_data["upload"]
            try:
                researching.save_finding(form.fill(row), upload=upload, by=person(request))
            except RuleBroken as error:
                field = next((name for name in error.fields if name in form.fields), None)
                form.add_error(field, str(error.sentence))
                status = 409
            else:
                messages.success(request, _("The finding is saved. It is not handed in yet."))
                return redirect("research_show", pk=task.pk)
    return _page(request, task, form, template, finding=row, status=status)


def _page(
    request: HttpRequest,
    task: ResearchTask,
    form: FindingForm,
    template: str,
    *,
    finding: Finding | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    task.refresh_from_db(fields=["state", "reason", "due_on", "handed_in_at"])
    standing = FindingFile.objects.filter(removed_at__isnull=True).select_related("file")
    context = {
        "task": task,
        "is_late": task.is_overdue(clock.today()),
        "findings": task.findings.prefetch_related(Prefetch("files", queryset=standing, to_attr="standing")),
        "finding": finding,
        "form": form,
        "problem": problem,
        "facts": [
            {"label": _("Country"), "value": str(task.country)},
            {"label": _("Pillar"), "value": task.get_pillar_display()},
            {"label": _("Method"), "value": task.get_method_display()},
            {"label": _("Due on"), "value": day(task.due_on)},
            {"label": _("Asked by"), "value": f"{task.program.agency} · {task.program}"},
        ],
        "crumbs": [{"label": _("Research"), "url": reverse("research_list")}],
    }
    return render(request, template, context, status=status)
