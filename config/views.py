"""Pages of the roof: health, the demonstration's mailbox, files, refusals."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from ground import files, mailbox
from ground.models import StoredFile


@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers; the broker is not asked, since no page needs it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT naru_now()")
    return JsonResponse({"status": "ok"})


@require_GET
def mailbox_show(request: HttpRequest) -> HttpResponse:
    """All mails of the demonstration; elsewhere the page does not exist."""
    if not settings.IS_DEMONSTRATION:
        raise Http404
    mails = mailbox.read_all()
    wanted = request.GET.get("to", "")
    if wanted:
        mails = [mail for mail in mails if wanted in mail.recipient]
    return render(request, "mailbox.html", {"mails": mails[:300], "count": len(mails), "wanted": wanted})


@require_GET
def file_download(request: HttpRequest, pk: UUID) -> FileResponse:
    """A stored file, for those whom the record it hangs on lets read it; for others it does not exist."""
    file = get_object_or_404(StoredFile, pk=pk)
    if not files.may_read(request.user, file):
        raise Http404
    return files.response(file)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)
