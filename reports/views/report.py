"""Written reports for those who may read them."""

from __future__ import annotations

from collections.abc import Iterable
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

from companies.models import ProductGroup
from ground.templatetags.naru import amount, seoul
from reports.models import GroupList, ReportFile, ReportRun


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


def group_lists_context(lists: Iterable[GroupList]) -> dict[str, Any]:
    """The lists of lines behind a report's figures: their files, and those that are still being written."""
    names = dict(ProductGroup.choices)
    rows, is_busy = [], False
    for each in lists:
        label = f"{names.get(each.product_group, _('not known'))} · {each.currency_id}"
        is_busy = is_busy or each.made_at is None
        rows.append(
            {
                "label": label,
                "asked": f"{each.asked_by} · {seoul(each.asked_at)}",
                "is_made": each.made_at is not None,
                "rows": amount(each.rows),
                "krw": amount(each.krw_amount),
                "net_krw": amount(each.net_krw_amount),
                "files": [
                    {
                        "name": kind,
                        "url": reverse("file_download", args=[file.pk]),
                        "size": filesizeformat(file.size),
                    }
                    for kind, file in (("XLSX", each.sheet), ("CSV", each.file))
                    if file is not None
                ],
            }
        )
    return {"group_lists": rows, "is_busy": is_busy}


def file_row(each: ReportFile) -> dict[str, Any]:
    return {
        "name": f"{each.get_format_display()} · {each.get_language_display()}",
        "url": reverse("file_download", args=[each.file_id]),
        "meta": filesizeformat(each.file.size),
    }
