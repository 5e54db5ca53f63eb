"""What officers take along from a call: the list of its applicants, and all files of its applications as one archive."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import agency_ids
from ground import files
from ground.snapshot import one_instant
from ground.workbooks import CONTENT_TYPE, workbook
from programs.files.archive import packed
from programs.models import Call
from programs.queries.applicants import applicants_of, products_of
from programs.queries.attachments import attachments_of


class CallDownloads:
    """Pages of a call that answer with a file; for staff of its agency alone."""

    def download_links(self, record: Call) -> list[dict[str, Any]]:
        return [
            {"label": label, "url": reverse(f"admin:programs_call_{page}", args=[record.pk])}
            for page, label in (
                ("applicants", _("Applicants (XLSX)")),
                ("attachments", _("All files (ZIP)")),
            )
        ]

    def page_applicants(self, request: HttpRequest, call: Call) -> HttpResponse:
        """Everybody who handed in, with outcome, figures and answers, as a workbook; products on a second sheet. Both as they stood at one
        instant: a company may take its application back while the sheets are written."""
        require_own(request, call)
        with one_instant():
            products = products_of(call, request.user)
            content = workbook(*applicants_of(call, request.user), *([products] if products else []))
        answer = HttpResponse(content, content_type=CONTENT_TYPE)
        return files.as_download(answer, f"{call.code}-applicants.xlsx")

    def page_attachments(self, request: HttpRequest, call: Call) -> HttpResponseBase:
        """The archive while it is packed; a call without files says so instead."""
        require_own(request, call)
        found = attachments_of(call, request.user)
        if not found:
            messages.info(
                request, _("Nobody has handed in a file to this call yet. There is nothing to pack.")
            )
            return HttpResponseRedirect(reverse("admin:programs_call_change", args=[call.pk]))
        answer = StreamingHttpResponse(packed(found), content_type="application/zip")
        return files.as_download(answer, f"{call.code}.zip")


def require_own(request: HttpRequest, call: Call) -> None:
    """An agency with a part in the program sees the call, not what was handed in: 404."""
    if call.agency_id not in agency_ids(cast(User, request.user)):
        raise Http404
