"""Pages of the roof: health, the demonstration's mailbox, files, refusals."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts import tokens
from ground import files, mailbox
from ground.access import TABLE
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


TOKEN = "csrfmiddlewaretoken"  # noqa: S105
LONGEST_SENT = 100_000
"""Characters of a form that can be sent once more."""


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form with an old token: of a page of this site that stood open while its reader signed in again, all can be sent once
    more with one press."""
    return render(request, "403_csrf.html", {"again": sent_here(request)}, status=403)


def sent_here(request: HttpRequest) -> list[tuple[str, str]]:
    """What a page of this site sent that was made for the very person who is signed in now. Nothing where files were chosen,
    which cannot be carried along, where the password is asked for or was sent, and of another site, whose body is not
    even read."""
    here = f"{request.scheme}://{request.get_host()}"
    if request.headers.get("origin") != here or not request.user.is_authenticated:
        return []
    entry = TABLE.find(request.resolver_match.view_name) if request.resolver_match else None
    if entry is None or entry.asks_at("POST") or not tokens.is_of(request.POST.get(TOKEN, ""), request.user):
        return []
    sent = [(name, text) for name, texts in request.POST.lists() if name != TOKEN for text in texts]
    if (
        request.FILES
        or any("password" in name for name, _text in sent)
        or sum(len(text) for _name, text in sent) > LONGEST_SENT
    ):
        return []
    return sent
