"""Written reports for those who may read them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from reports.models import ReportFile, ReportRun


def readable(user: Any) -> QuerySet[ReportRun]:
    return ReportRun.objects.visible_to(user).select_related("program__agency").defer("data")


@require_GET
def report_list(request: HttpRequest) -> HttpResponse:
    """The reports of the person's programs, the newest month first."""
    page = Paginator(readable(request.user).order_by("-period", "-created_at", "pk"), 30).get_page(
        request.GET.get("page")
    )
    return render(request, "reports/report_list.html", {"page_obj": page})


@require_GET
def report_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One report: its files, data cut and checksums."""
    run = get_object_or_404(readable(request.user), pk=pk)
    files = ReportFile.objects.filter(run=run).select_related("file").order_by("language", "format")
    context = {
        "run": run,
        "files": [file_row(each) for each in files],
        "checksums": [(each.file.name, each.file.sha256) for each in files],
        "crumbs": [{"label": _("Reports"), "url": reverse("report_list")}],
    }
    return render(request, "reports/report_show.html", context)


def file_row(each: ReportFile) -> dict[str, Any]:
    return {
        "name": f"{each.get_format_display()} · {each.get_language_display()}",
        "url": reverse("file_download", args=[each.file_id]),
        "meta": filesizeformat(each.file.size),
    }
