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


LONGEST_SENT = 100_000
"""Characters of a form that can be sent once more."""


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form with an old token: of a page of this site that stood open while the person signed in again, all but files can
    be sent once more with one press."""
    return render(
        request, "403_csrf.html", {"again": sent_here(request), "has_files": bool(request.FILES)}, status=403
    )


def sent_here(request: HttpRequest) -> list[tuple[str, str]]:
    """What a page of this site sent, for whoever is signed in; nothing of another site's, which has another origin, and no
    password."""
    here = f"{request.scheme}://{request.get_host()}"
    sent = [
        (name, text)
        for name, texts in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for text in texts
    ]
    if request.headers.get("origin") != here or not request.user.is_authenticated:
        return []
    if (
        any("password" in name for name, _text in sent)
        or sum(len(text) for _name, text in sent) > LONGEST_SENT
    ):
        return []
    return sent
