"""A guide's video: its bytes or the way to the agency's channel, and its captions as a file."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from ground import clock, files, ranges
from guidance.domain import reading
from guidance.models import Edition, GuideVideo, ReadingKind
from guidance.queries import guides

PROBE = "bytes=0-1"
"""What a player asks for only to learn whether ranges are answered."""


@require_safe
def guide_video(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The file in the ranges that a player asks for, or on to the channel; counted as a play of the guide's newest edition
    when it is asked for from its beginning."""
    video = get_object_or_404(GuideVideo.objects.select_related("program", "file"), pk=pk)
    edition = guides.edition_of(video.program.code, video.country_id)
    if video.file is None:
        if edition is None or video.withdrawn_at is not None:
            raise Http404
        _count(request, edition)
        return HttpResponseRedirect(video.address, headers={"Referrer-Policy": "no-referrer"})
    if not files.may_read(request.user, video.file):
        raise Http404
    answer = ranges.response(request, video.file)
    if edition is not None and video.withdrawn_at is None and _is_first(request, answer):
        _count(request, edition)
    return answer


def _is_first(request: HttpRequest, answer: HttpResponseBase) -> bool:
    """Whether a view begins: the first bytes go out to who has none of them yet."""
    begins = answer.status_code == 200 or answer.get("Content-Range", "").startswith("bytes 0-")
    asked = request.headers
    return begins and "If-Range" not in asked and asked.get("Range") != PROBE


def _count(request: HttpRequest, edition: Edition) -> None:
    if request.method == "GET":
        reading.count([edition], ReadingKind.PLAY, user=request.user, at=clock.now())


@require_safe
def guide_captions(request: HttpRequest, pk: UUID, lang: str) -> HttpResponse:
    """The captions of a language as a WebVTT file."""
    video = get_object_or_404(GuideVideo.objects.shown(), pk=pk)
    text = getattr(video, f"captions_{lang}", "") if lang in ("ko", "en") else ""
    if not text:
        raise Http404
    answer = HttpResponse(text, content_type="text/vtt; charset=utf-8")
    return files.as_download(answer, f"{video.country_id}_{lang}.vtt")
