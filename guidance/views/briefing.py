"""Briefings, for everybody: the list, one briefing, its dates for a calendar, registering."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import kept_forms
from companies.forms import tell
from companies.models import Company
from companies.views.own import person, sent
from ground import calendars, clock, files, words
from ground.errors import RuleBroken
from guidance.domain import registering
from guidance.forms.briefing import CompanyForm, GuestForm
from guidance.models import Briefing, BriefingMaterial, Registration
from guidance.permissions import may_read_material
from guidance.queries import briefings

SHOWN = 20


@require_safe
def briefing_list(request: HttpRequest) -> HttpResponse:
    """Coming briefings, the next first, or past ones (`?when=past`), twenty a page."""
    now = clock.now()
    is_past = request.GET.get("when") == "past"
    rows = briefings.past(now) if is_past else briefings.coming(now)
    page = Paginator(rows, SHOWN).get_page(request.GET.get("page"))
    return render(request, "guidance/briefing_list.html", {"page_obj": page, "is_past": is_past, "now": now})


@require_safe
def briefing_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What it is, when and where, what is said and handed out; for members whom their company has registered."""
    briefing = get_object_or_404(briefings.readable_by(request.user), pk=pk)
    now = clock.now()
    own = briefings.of_companies_of(request.user, briefing)
    has_seat = any(each.state == Registration.State.REGISTERED for each in own)
    return render(
        request,
        "guidance/briefing_show.html",
        {
            "briefing": briefing,
            "own": own,
            "has_seat": has_seat,
            "has_begun": now >= briefing.starts_at,
            "is_over": briefing.is_over(now),
            "is_open": briefing.takes_registrations(now),
            "seats_left": max(0, briefing.capacity - counted(briefing)),
            "materials": _materials(briefing, has_seat),
            "crumbs": _crumbs(),
        },
    )


def counted(briefing: Any) -> int:
    """Seats taken, or waited for: who comes now stands behind those."""
    return int(briefing.seated + briefing.queued)


def _materials(briefing: Briefing, has_seat: bool) -> list[BriefingMaterial]:
    return [each for each in briefing.materials.all() if (each.is_public or has_seat) and each.can_be_opened]


def _crumbs(briefing: Briefing | None = None) -> list[dict[str, Any]]:
    found = [{"label": _("Briefings"), "url": reverse("briefing_list")}]
    if briefing is not None:
        found.append(
            {"label": words.plain(briefing, "title"), "url": reverse("briefing_show", args=[briefing.pk])}
        )
    return found


@require_safe
def briefing_material(request: HttpRequest, pk: UUID, material: UUID) -> HttpResponseBase:
    """A file of a published briefing, for those whom it is for."""
    found = get_object_or_404(
        BriefingMaterial.objects.select_related("briefing", "file"), pk=material, briefing=pk
    )
    if not may_read_material(request.user, found):
        raise Http404
    return material_file(found)


def material_file(material: BriefingMaterial) -> HttpResponseBase:
    if not material.can_be_opened:
        raise Http404
    return files.response(material.file)


@require_safe
def briefing_calendar(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The briefing for a calendar. Each change of time or place has a higher SEQUENCE, a cancellation one more."""
    briefing = get_object_or_404(briefings.readable_by(request.user), pk=pk)
    address = request.build_absolute_uri(reverse("briefing_show", kwargs={"pk": briefing.pk}))
    is_cancelled = briefing.state == Briefing.State.CANCELLED
    standing = {Briefing.State.DRAFT: "TENTATIVE", Briefing.State.CANCELLED: "CANCELLED"}
    place = words.plain(briefing, "place") if briefing.place_ko else _("online")
    lines = [
        "BEGIN:VEVENT",
        f"UID:{briefing.pk}@naru",
        f"DTSTAMP:{calendars.utc(briefing.published_at or briefing.created_at)}",
        f"SEQUENCE:{briefing.changes + is_cancelled}",
        f"STATUS:{standing.get(Briefing.State(briefing.state), 'CONFIRMED')}",
        f"DTSTART:{calendars.utc(briefing.starts_at)}",
        f"DTEND:{calendars.utc(briefing.ends_at)}",
        f"SUMMARY:{calendars.escaped(words.plain(briefing, 'title'))}",
        f"LOCATION:{calendars.escaped(place)}",
        f"DESCRIPTION:{calendars.escaped(address)}",
        f"URL:{address}",
        "END:VEVENT",
    ]
    return calendars.calendar(lines, f"briefing-{briefing.starts_at:%Y%m%d}", product="Briefings")


@require_http_methods(["GET", "HEAD", "POST"])
def briefing_register(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Members register people of their company; everybody else, and who wants to (`?as=guest`), registers as a guest."""
    briefing = get_object_or_404(briefings.readable_by(request.user), pk=pk)
    companies = list(Company.objects.of_member(request.user)) if request.user.is_authenticated else []
    if not briefing.takes_registrations(clock.now()):
        return redirect("briefing_show", pk=briefing.pk)
    if "company" in request.POST and not request.user.is_authenticated:
        return redirect_to_login(kept_forms.keep(request, request.path) or request.path)
    if companies and request.GET.get("as") != "guest":
        return _register_company(request, briefing, companies)
    return _register_guest(request, briefing, has_company=bool(companies))


def _register_guest(request: HttpRequest, briefing: Briefing, *, has_company: bool) -> HttpResponse:
    form = GuestForm(sent(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            registering.register_guest(
                briefing,
                registering.Person(values["name"], values["email"]),
                company_name=values["company_name"],
                has_agreed=values["has_agreed"],
            )
        except RuleBroken as refusal:
            tell(form, refusal)
            status = 409
        else:
            return redirect("briefing_written", pk=briefing.pk)
    return render(
        request,
        "guidance/briefing_register.html",
        {
            **_page(briefing),
            "form": form,
            "consent": registering.consent_text(briefing),
            "has_company": has_company,
        },
        status=status,
    )


def _register_company(request: HttpRequest, briefing: Briefing, companies: list[Company]) -> HttpResponse:
    form = CompanyForm(companies, briefing.most_per_company, person(request), sent(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            made = registering.register_company(
                briefing, form.cleaned_data["company"], form.people(), by=person(request)
            )
        except RuleBroken as refusal:
            tell(form, refusal)
            status = 409
        else:
            messages.success(request, _told(made))
            return redirect(reverse("briefing_show", kwargs={"pk": briefing.pk}) + "#people")
    return render(
        request,
        "guidance/briefing_register_company.html",
        {**_page(briefing), "form": form, "is_choosing": len(companies) > 1},
        status=status,
    )


def _told(made: list[Registration]) -> str:
    seated = sum(each.state == Registration.State.REGISTERED for each in made)
    waiting = len(made) - seated
    parts = []
    if seated:
        parts.append(ngettext("%(count)d person has a seat.", "%(count)d people have seats.", seated) % {"count": seated})  # fmt: skip
    if waiting:
        parts.append(ngettext("%(count)d person is on the waiting list.", "%(count)d people are on the waiting list.", waiting) % {"count": waiting})  # fmt: skip
    return " ".join([*parts, _("Each has been written to.")])


def _page(briefing: Briefing) -> dict[str, Any]:
    return {
        "briefing": briefing,
        "is_full": counted(briefing) >= briefing.capacity,
        "crumbs": _crumbs(briefing),
    }


@require_safe
def briefing_written(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a guest does next: open the mail. The same page whether the address was known or not."""
    briefing = get_object_or_404(briefings.readable_by(request.user), pk=pk)
    return render(
        request, "guidance/briefing_written.html", {"briefing": briefing, "crumbs": _crumbs(briefing)}
    )
