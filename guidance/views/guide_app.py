"""The guide as a web app that can be installed: pages that hold nobody's data, kept on the device, and their worker.

These pages are the same for everybody: they ask neither who reads nor for a cookie, and their language stands in the
address, so that what is kept on a device is nobody's page.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ground import clock
from guidance.domain import reading
from guidance.models import ReadingKind
from guidance.printing.booklet import LANGUAGES
from guidance.queries import guides

ICONS = [("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"), ("icon-maskable-512.png", "512x512", "maskable")]  # fmt: skip


@require_safe
def guide_app(request: HttpRequest, lang: str) -> HttpResponse:
    """What the installed app begins with: all guides, and which of them are on the device."""
    return _nobodys(lang, "guidance/guide_app.html", lambda: {"shelves": guides.shelves()})


@require_safe
def guide_kept(request: HttpRequest, program: str, country: str, lang: str) -> HttpResponse:
    """The newest edition of a guide as it is kept on a device. Counted as read by nobody when somebody opens it with a
    network; what the worker fetches by itself is no reading."""
    edition = guides.edition_of(program, country)
    if edition is None:
        raise Http404
    now = clock.now()
    is_opened = request.headers.get("Sec-Fetch-Mode") == "navigate" or "Naru-Opened" in request.headers
    if request.method == "GET" and is_opened:
        reading.count([edition], ReadingKind.READ, user=None, at=now)
    return _nobodys(
        lang,
        "guidance/guide_kept.html",
        lambda: {
            "edition": edition,
            "guide": guides.shown(edition.content, lang, now),
            "has_videos": guides.has_videos(edition),
        },
    )


def _nobodys(lang: str, template: str, facts: Any) -> HttpResponse:
    """A page in that language, made without the request: nothing of the reader can stand in it."""
    if lang not in LANGUAGES:
        raise Http404
    with translation.override(lang):
        page = render_to_string(template, {**facts(), "language": lang, "languages": LANGUAGES})
    answer = HttpResponse(page, headers={"Content-Language": lang, "Cache-Control": "public, no-cache"})
    return answer


@require_safe
def guide_versions(request: HttpRequest) -> JsonResponse:
    """Of each guide the newest version: what is kept on a device compares itself with it."""
    return JsonResponse(guides.versions(), headers={"Cache-Control": "no-store"})


@require_safe
def guide_manifest(request: HttpRequest, lang: str) -> HttpResponse:
    """What an installed app is called and shows."""
    if lang not in LANGUAGES:
        raise Http404
    start = reverse("guide_app", kwargs={"lang": lang})
    with translation.override(lang):
        facts = {
            "id": "/guides/",
            "name": _("Naru guides for exporters"),
            "short_name": _("Naru guides"),
            "lang": lang,
            "start_url": start,
            "scope": "/guides/",
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": "#0b50d0",
            "icons": [
                {"src": static(f"naru/{name}"), "sizes": sizes, "type": "image/png", "purpose": purpose}
                for name, sizes, purpose in ICONS
            ],
        }
    return JsonResponse(
        facts, content_type="application/manifest+json", headers={"Cache-Control": "public, no-cache"}
    )


@require_safe
def guide_worker(request: HttpRequest) -> HttpResponse:
    """The worker; its address is its reach: nothing outside /guides/ ever meets it."""
    return HttpResponse(
        render_to_string("guidance/guide_worker.js"),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )
