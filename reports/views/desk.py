"""The officer's desk: what waits, and programs against their targets. It is the staff site's first page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ground import clock
from ground.access import may
from ground.templatetags.naru import day, seoul
from ground.templatetags.naru import month as month_word
from guidance.queries import briefings
from guidance.queries import desk as guidance_desk
from programs.models import Task
from programs.queries.delivery import overdue
from programs.queries.first_time import first_time_of
from programs.queries.participations import ending_ahead
from reports.queries import duties
from reports.queries import home as questions

SHOWN_DELIVERIES = SHOWN_ENDS = 30


def desk(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    waiting = questions.waiting_for(request.user)
    return TemplateResponse(
        request,
        "admin/desk.html",
        {
            **context,
            "title": _("Desk"),
            "waiting": _waiting(request, waiting),
            "tasks": _tasks(request, waiting)
            + _overdue_deliveries(request)
            + _ending(request)
            + _briefings(request),
            "firsts": first_time_of(request.user),
            "programs": questions.programs_of(request.user),
        },
    )


def _tasks(request: HttpRequest, waiting: questions.Waiting) -> list[dict[str, Any]]:
    today = clock.today()
    return [
        {
            "label": f"{capfirst(each.get_kind_display())}: {each.subject}",
            "hint": str(each.company or ""),
            "url": _task_link(request, each),
            "due": _("by %(day)s") % {"day": day(each.due_on)},
            "badge": _("overdue") if each.due_on < today else "",
            "tone": "danger",
        }
        for each in waiting.tasks
    ]


def _task_link(request: HttpRequest, task: Task) -> str:
    page = duties.STAFF_PAGES[task.kind]
    return _link(request, page) if page in duties.FOR_ALL else _link(request, page, task.subject_id)


def _overdue_deliveries(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "label": _("Delivery: %(component)s") % {"component": each.component},
            "hint": str(each.participation.company),
            "url": _link(request, "admin:programs_delivery_change", each.pk),
            "due": _("planned for %(day)s") % {"day": day(each.planned_on)},
            "badge": _("overdue"),
            "tone": "danger",
        }
        for each in overdue(request.user, clock.today())[:SHOWN_DELIVERIES]
    ]


def _ending(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "label": _("The agreement ends: %(number)s %(company)s")
            % {"number": each.number, "company": each.company},
            "hint": str(each.program),
            "url": _link(request, "admin:programs_participation_change", each.pk),
            "due": _("ends with %(day)s") % {"day": day(each.last_on)},
        }
        for each in ending_ahead(request.user, clock.today())[:SHOWN_ENDS]
    ]


def _briefings(request: HttpRequest) -> list[dict[str, Any]]:
    """One line for each, with all that it wants."""
    return [
        {
            "label": _("Briefing: %(briefing)s") % {"briefing": each.briefing},
            "hint": " · ".join(
                str(word)
                for holds, word in (
                    (each.is_tomorrow, _("today or tomorrow: be ready for the check-in")),
                    (each.is_full, _("full, people are waiting: more seats, or a second one?")),
                    (each.lacks_survey, _("its survey is not set")),
                )
                if holds
            ),
            "url": _link(request, "admin:guidance_briefing_change", each.briefing.pk),
            "due": seoul(each.briefing.starts_at),
        }
        for each in briefings.on_desk(request.user)
    ]


def _link(request: HttpRequest, route: str, *arguments: Any, query: str = "") -> str:
    if not may(request.user, route):
        return ""
    try:
        return reverse(route, args=arguments) + query
    except NoReverseMatch:
        return ""


def _waiting(request: HttpRequest, found: questions.Waiting) -> list[dict[str, Any]]:
    """What waits, as things to do with their page; nothing that waits for nobody."""
    rows: list[dict[str, Any]] = [
        {
            "label": _("Second opinion asked: %(subject)s") % {"subject": each.subject},
            "hint": f"{each.asked_by}: {each.reason}",
            "url": _link(request, "admin:accounts_approval_change", each.pk),
        }
        for each in found.approvals
    ]
    rows += [
        {
            "label": ngettext("Screen %(count)d application", "Screen %(count)d applications", count)
            % {"count": count},
            "hint": str(call),
            "url": _link(request, "admin:programs_call_screening", call.pk),
        }
        for call, count in found.screening
    ]
    guidance = guidance_desk.waiting_for(request.user)
    counted = (
        (found.inquiries, _("Questions about calls to answer"), "admin:programs_inquiry_changelist", "?state=waiting"),
        (guidance.past_review, _("Statements past their day of review"), "admin:guidance_statementversion_changelist", "?due=1"),
        (guidance.handed_in, _("Research handed in, to accept or send back"), "admin:guidance_researchtask_changelist", "?state__exact=handed_in"),
        (guidance.late, _("Research tasks that are late"), "admin:guidance_researchtask_changelist", "?late=1"),
        (found.claims, _("Claims of companies to decide"), "admin:companies_claim_changelist", "?for_me=1"),
        (found.refused_papers, _("Successions whose paper the check of files refused"), "admin:companies_succession_changelist", "?file__passage__exact=refused&taken_back_at__isempty=1"),
        (found.refused_files, _("Sales files refused"), "admin:reports_importbatch_changelist", "?state__exact=refused"),
        (found.previewed_files, _("Sales files read, not imported yet"), "admin:reports_importbatch_changelist", "?state__exact=preview"),
        (found.lines_without_company, _("Sales lines without a company"), "admin:reports_unassigned", ""),
        (found.differences, _("Differences between measures to decide"), "admin:reports_difference_changelist", "?state__exact=open"),
        (found.shared_support, _("Shared support that another agency proposes, to answer"), "admin:reports_sharedsupport_changelist", "?for_me=1"),
        (found.lines_with_unknown_state, _("Sales lines with a state to look at"), "admin:reports_waiting", ""),
    )  # fmt: skip
    rows += [
        {
            "label": _("“No sales” against a file, %(month)s: %(count)d")
            % {"month": month_word(month), "count": count},
            "hint": str(program),
            "url": _link(
                request,
                "admin:reports_answers",
                query=f"?{urlencode({'program': program.code, 'month': f'{month:%Y-%m}', 'answer': 'contradiction'})}",
            ),
        }
        for program, month, count in found.contradicted_months
    ]
    rows += [
        {"label": f"{label}: {count}", "url": _link(request, route, query=query)}
        for count, label, route, query in counted
        if count
    ]
    return rows
