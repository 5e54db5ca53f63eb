"""Calls, for everybody: the list, one notice, its dates for a calendar."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django_stubs_ext import StrOrPromise

from companies.models import Company
from ground import access, calendars, clock, words
from ground.templatetags.naru import day, seoul
from programs.domain.intake_rules import WRITERS
from programs.models import Call
from programs.models.call import Stage
from programs.queries import calls
from programs.queries.further import further_of
from programs.queries.result_notice import results_of

CALLS_SHOWN = 20
LONGEST_SEARCH = 300
MOST_WORDS = 8


@dataclass(frozen=True)
class WayIn:
    """The one button of a notice, or the reason why there is none."""

    url: str
    label: StrOrPromise
    reason: StrOrPromise


@require_GET
def call_list(request: HttpRequest) -> HttpResponse:
    """Calls by words (`?q=`), state and agency: what is set, how many there are, twenty a page."""
    typed = _search_words(request.GET.get("q", ""))
    states = [("", _("All")), ("open", _("Open now")), ("soon", _("Closing soon")), ("coming", _("Opening soon")), ("closed", _("Closed"))]  # fmt: skip
    state = request.GET.get("state", "")
    state = state if state in dict(states) else ""
    agencies = list(calls.agencies_that_called())
    agency = next((each for each in agencies if str(each.pk) == request.GET.get("agency")), None)
    found = calls.find(typed, state, agency.pk if agency else None)
    page = CountedPaginator(
        found.calls, CALLS_SHOWN, count=found.counts[state] if state else found.total
    ).get_page(request.GET.get("page"))
    groups = groupby((calls.row_of(call, found.now) for call in page), key=lambda row: row.state)
    titles = dict(states)
    return render(
        request,
        "programs/call_list.html",
        {
            "groups": [(code, titles[code], list(rows)) for code, rows in groups],
            "page_obj": page,
            "words": typed,
            "state": state,
            "agency": agency,
            "agencies": agencies,
            "states": [
                (value, label, found.counts[value] if value else found.total) for value, label in states
            ],
            "has_any": bool(agencies),
        },
    )


def _search_words(text: str) -> str:
    """At most eight words, Korean syllables whole (some keyboards send them in parts); what is shown is what counts."""
    whole = unicodedata.normalize("NFC", text[:LONGEST_SEARCH].replace("\0", ""))
    return " ".join(dict.fromkeys(whole.split()[:MOST_WORDS]))


class CountedPaginator(Paginator[Call]):
    """Knows already how many rows there are: nothing is counted twice."""

    def __init__(self, rows: QuerySet[Call], per_page: int, *, count: int) -> None:
        super().__init__(rows, per_page)
        self.counted = count

    @property
    def count(self) -> int:
        return self.counted


@require_GET
def call_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A notice: what it is, who may apply, what is needed, until when."""
    call = get_object_or_404(calls.readable_by(request.user), pk=pk)
    now = clock.now()
    row = calls.row_of(call, now)
    documents = list(call.requireddocuments.all())
    is_only_korean = get_language() == "en" and not call.notice_en
    return render(
        request,
        "programs/call_show.html",
        {
            "call": call,
            "row": row,
            "notice": words.plain(call, "notice"),
            "is_only_korean": is_only_korean,
            "requirements": calls.requirements_of(call),
            "at_application": [each for each in documents if each.stage == Stage.APPLICATION],
            "if_selected": [each for each in documents if each.stage == Stage.SELECTED],
            "facts": _facts(call),
            "way_in": way_in(request, row),
            "versions": calls.versions_of(call),
            "answers": calls.answers_of(call),
            "own_waiting": calls.own_waiting(request.user, call),
            "may_ask": call.published_at is not None
            and call.cancelled_at is None
            and now < call.questions_end_at,
            "further": further_of(call.program),
            "crumbs": [{"label": _("Calls"), "url": reverse("call_list")}],
        },
    )


@require_GET
def call_version(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """An earlier version of a notice, as it was read until the next one; the present one has its own page."""
    call = get_object_or_404(calls.readable_by(request.user), pk=pk)
    shown = {each.version.number: each for each in calls.versions_of(call)}
    if number not in shown:
        raise Http404
    if shown[number].is_present:
        return redirect("call_show", pk=call.pk)
    version = shown[number].version
    return render(
        request,
        "programs/call_version.html",
        {
            "call": call,
            "version": version,
            "notice": words.plain(version, "notice"),
            "is_only_korean": get_language() == "en" and not version.notice_en,
            "replaced_at": shown[number + 1].version.published_at,
            "crumbs": [
                {"label": _("Calls"), "url": reverse("call_list")},
                {"label": words.plain(call, "title"), "url": reverse("call_show", kwargs={"pk": call.pk})},
            ],
        },
    )


@require_GET
def call_results(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The published results of a call: the agency's words and the names of the selected companies, nothing else."""
    call = get_object_or_404(Call.objects.select_related("agency", "result_notice"), pk=pk)
    if not call.has_public_results:
        raise Http404
    notice = call.result_notice
    return render(
        request,
        "programs/call_results.html",
        {
            "call": call,
            "notice": notice,
            "text": words.plain(notice, "text"),
            "is_only_korean": get_language() == "en" and not notice.text_en,
            "results": results_of(call),
            "crumbs": [
                {"label": _("Calls"), "url": reverse("call_list")},
                {"label": words.plain(call, "title"), "url": reverse("call_show", kwargs={"pk": call.pk})},
            ],
        },
    )


def _facts(call: Call) -> list[dict[str, StrOrPromise]]:
    zone = _("Seoul time")
    return [
        {
            "label": _("Application period"),
            "value": f"{seoul(call.opens_at)} – {seoul(call.closes_at)}",
            "note": " ".join(filter(None, [str(zone), calls.moved_closing(call)])),
        },
        {"label": _("Questions until"), "value": seoul(call.questions_end_at), "note": _("Seoul time")},
        {
            "label": _("Places"),
            "value": _("%(count)d companies") % {"count": call.quota},
            "note": _("The results are announced with only the first letter of each company's name.")
            if call.has_masked_names
            else "",
        },
        {"label": _("Agreement day"), "value": day(call.agreement_on)},
        {"label": _("Agency"), "value": str(call.agency)},
        {"label": _("Program"), "value": words.marked(call.program, "name")},
        {"label": _("Notice number"), "value": call.notice_number},
        {"label": _("Contact"), "value": words.marked(call, "contact")},
    ]


def way_in(request: HttpRequest, row: calls.CallRow) -> WayIn:
    """What this reader can do with the call now."""
    call, user = row.call, request.user
    if user.is_authenticated:
        mine = list(calls.standing_applications(user, call)[:1])
        if mine:
            url = reverse("application_show", kwargs={"pk": mine[0].pk})
            return WayIn(url, _("To your application"), "")
    if call.cancelled_at is not None:
        return WayIn("", "", _("The call was cancelled on %(when)s.") % {"when": seoul(call.cancelled_at)})
    if row.state == "coming":
        return WayIn("", "", _("You can apply from %(when)s.") % {"when": seoul(call.opens_at)})
    if row.state == "closed":
        return WayIn("", "", _("The call closed on %(when)s.") % {"when": seoul(call.closes_at)})
    if call.published_at is None:
        return WayIn("", "", _("This call is not published yet: only people of the agency see it."))
    start = reverse("application_start", kwargs={"pk": call.pk})
    if not user.is_authenticated:
        sign_in = f"{reverse('account_login')}?{urlencode({'next': start})}"
        return WayIn(sign_in, _("Sign in to apply"), "")
    if Company.objects.of_member(user, *WRITERS).exists():
        return WayIn(start, _("Apply"), "")
    if Company.objects.of_member(user).exists():
        return WayIn("", "", _("You can read only. An owner or editor of your company can apply."))
    if access.may(user, "company_register"):
        return WayIn(
            reverse("company_register"),
            _("Register your company"),
            _("To apply, register your company first."),
        )
    return WayIn("", "", _("To apply, register your company first."))


@require_GET
def call_calendar(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The dates of a call for a calendar (RFC 5545): the closing, and the end of questions where it is another
    instant. Both are only ever moved later: the higher SEQUENCE lets a calendar take the new instant for the old one.
    A call that is not published yet is TENTATIVE; one that was cancelled says so with a number above all others."""
    call = get_object_or_404(calls.readable_by(request.user), pk=pk)
    address = request.build_absolute_uri(reverse("call_show", kwargs={"pk": call.pk}))
    title = words.plain(call, "title")
    events = [("", call.closes_at, _("Applications close"), calls.moved_closing(call))]
    if call.questions_until is not None:
        events.append(("-questions", call.questions_until, _("Questions about the call end"), ""))
    lines: list[str] = []
    for suffix, instant, what, note in events:
        stamp = call.published_at or call.created_at
        lines += [
            "BEGIN:VEVENT",
            f"UID:{call.pk}{suffix}@naru",
            f"DTSTAMP:{calendars.utc(stamp)}",
            f"SEQUENCE:{max(0, int((instant - stamp).total_seconds()) // 60) + bool(call.cancelled_at)}",
            f"STATUS:{_standing(call)}",
            f"DTSTART:{calendars.utc(instant)}",
            f"DTEND:{calendars.utc(instant)}",
            f"SUMMARY:{calendars.escaped(f'{what}: {title}')}",
            f"DESCRIPTION:{calendars.escaped(f'{address} {note}')}",
            f"URL:{address}",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            "TRIGGER:-P1D",
            f"DESCRIPTION:{calendars.escaped(title)}",
            "END:VALARM",
            "END:VEVENT",
        ]
    return calendars.calendar(lines, call.code, product="Calls")


def _standing(call: Call) -> str:
    if call.cancelled_at is not None:
        return "CANCELLED"
    return "TENTATIVE" if call.published_at is None else "CONFIRMED"
