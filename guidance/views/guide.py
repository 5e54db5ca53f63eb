"""Guides for everybody: the list, a country's guide, earlier editions, booklets."""

from __future__ import annotations

from typing import cast

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.roles import agency_ids
from ground import clock, files
from guidance.domain import reading
from guidance.models import Booklet, Edition, Rating, ReadingKind
from guidance.queries import guide_desk, guides


def language() -> str:
    """The reader's, one of the two that guides are written in."""
    return "en" if get_language() == "en" else "ko"


@require_safe
def guide_list(request: HttpRequest) -> HttpResponse:
    """All guides by program, with their newest editions."""
    return render(
        request,
        "guidance/guide_list.html",
        {
            "shelves": guides.shelves(),
            "favorites": guide_desk.favorites(request.user),
            "language": language(),
        },
    )


@require_safe
def guide_show(request: HttpRequest, program: str, country: str) -> HttpResponse:
    """The newest edition of a country's guide."""
    edition = guides.edition_of(program, country)
    if edition is None:
        raise Http404
    return _page(request, edition, edition)


@require_safe
def guide_edition(request: HttpRequest, program: str, country: str, number: int) -> HttpResponse:
    """An earlier edition, as it was read until the next one; the newest has its own page."""
    edition = guides.edition_of(program, country, number)
    if edition is None:
        raise Http404
    newest = guides.edition_of(program, country)
    assert newest is not None
    if newest.pk == edition.pk:
        return redirect("guide_show", program=program, country=country)
    return _page(request, edition, newest)


def _page(request: HttpRequest, edition: Edition, newest: Edition) -> HttpResponse:
    lang, now = language(), clock.now()
    own = guide_desk.own_questions(request.user, newest)
    guide = guides.shown(edition.content, lang, now)
    if request.method == "GET":
        reading.count([edition], ReadingKind.READ, user=request.user, at=now)
    crumbs = [{"label": _("Guides"), "url": reverse("guide_list")}]
    if edition.pk != newest.pk:
        address = {"program": edition.program.code, "country": edition.country_id}
        crumbs.append({"label": str(newest.country), "url": reverse("guide_show", kwargs=address)})
    return render(
        request,
        "guidance/guide_show.html",
        {
            "edition": edition,
            "newest": newest,
            "is_newest": edition.pk == newest.pk,
            "guide": guide,
            "editions": guides.editions_of(edition),
            "booklets": [] if guide["says_withdrawn"] else guides.booklets_of(edition),
            "seats": guide_desk.seats(request.user, newest, now) if edition.pk == newest.pk else [],
            "levels": Rating.Useful.choices,
            "videos": guides.videos_of(newest),
            "answers": guide_desk.answers(newest),
            "own": [each for each in own if not each.is_public],
            "own_public": {each.pk for each in own if each.is_public},
            "language": lang,
            "crumbs": crumbs,
        },
    )


@require_safe
def guide_booklet(
    request: HttpRequest, program: str, version: str, lang: str
) -> FileResponse | HttpResponseRedirect:
    """A booklet as it was printed; its address never means other bytes. Where it says what was withdrawn since, only staff
    of its agency get it; others come to the page that says why."""
    row = get_object_or_404(
        Booklet.objects.select_related("file"), program__code=program, version=version, language=lang
    )
    found = guides.editions_named(row)
    is_withheld = any(each.says_withdrawn for each in found)
    if is_withheld and row.agency_id not in agency_ids(cast(User, request.user)):
        if len(found) == 1:
            return redirect(
                "guide_edition", program=program, country=found[0].country_id, number=found[0].number
            )
        return redirect("guide_list")
    if request.method == "GET" and found:
        reading.count(found, ReadingKind.DOWNLOAD, user=request.user, at=clock.now())
    return files.response(row.file)
