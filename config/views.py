"""Pages of the roof: health, the demonstration's mailbox, files, refusals."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts import kept_forms, tokens
from config.middleware import page_after_sign_in
from ground import files, mailbox
from ground.access import Role
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
    """A form with an old token: of a page of this site that stood open while its reader signed in again, all can be sent once
    more with one press; of one whose reader is signed in no more, after signing in."""
    if offered := kept_here(request):
        return redirect_to_login(offered)
    again = sent_here(request)
    return render(request, "403_csrf.html", {"again": again, "texts": kept_forms.texts(again)}, status=403)


def is_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this site sent it. Of another site's requests not even the body is read."""
    return request.headers.get("origin") == f"{request.scheme}://{request.get_host()}"


def kept_here(request: HttpRequest) -> str | None:
    """Where a visitor is offered it once more, as without an old token."""
    entry = kept_forms.entry_of(request)
    if (
        request.user.is_authenticated
        or entry is None
        or Role.VISITOR in entry.writes
        or not is_from_here(request)
    ):
        return None
    return kept_forms.keep(request, page_after_sign_in(request, entry))


def sent_here(request: HttpRequest) -> list[tuple[str, str]]:
    """What a page of this site sent that was made for the very person who is signed in now. Nothing where files were chosen,
    which cannot be carried along, where the password is asked for or was sent, and of another site."""
    if not request.user.is_authenticated or not is_from_here(request):
        return []
    entry = kept_forms.entry_of(request)
    if entry is None or entry.asks_at("POST"):
        return []
    if request.FILES or not tokens.is_of(request.POST.get(kept_forms.TOKEN, ""), request.user):
        return []
    sent = kept_forms.fields(request) or []
    own = [(name, request.POST.get(name, "")) for name in (kept_forms.ONCE_MORE, kept_forms.PAGE)]
    return [*sent, *(each for each in own if each[1])] if sent else sent
