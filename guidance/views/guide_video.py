"""A guide's video: the way to the agency's channel, and its captions as a file."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from ground import clock, files
from guidance.domain import reading
from guidance.models import GuideVideo, ReadingKind
from guidance.queries import guides


@require_GET
def guide_video(request: HttpRequest, pk: UUID) -> HttpResponse:
    """On to the channel; counted as a play of the guide's newest edition."""
    video = get_object_or_404(GuideVideo.objects.shown().select_related("program"), pk=pk)
    edition = guides.edition_of(video.program.code, video.country_id)
    if edition is None:
        raise Http404
    reading.count([edition], ReadingKind.PLAY, user=request.user, at=clock.now())
    return HttpResponseRedirect(video.address, headers={"Referrer-Policy": "no-referrer"})


@require_GET
def guide_captions(request: HttpRequest, pk: UUID, lang: str) -> HttpResponse:
    """The captions of a language as a WebVTT file."""
    video = get_object_or_404(GuideVideo.objects.shown(), pk=pk)
    text = getattr(video, f"captions_{lang}", "") if lang in ("ko", "en") else ""
    if not text:
        raise Http404
    answer = HttpResponse(text, content_type="text/vtt; charset=utf-8")
    return files.as_download(answer, f"{video.country_id}_{lang}.vtt")
