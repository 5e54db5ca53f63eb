"""A person's own registration, by the link of a mail and without a sign-in: confirm, cancel, code, materials, survey."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies.forms import tell
from companies.views.own import person, sent
from ground import clock
from ground.errors import RuleBroken
from guidance.domain import briefing_letters, registering, surveying
from guidance.forms.briefing import SurveyForm
from guidance.models import Briefing, BriefingMaterial, Registration
from guidance.queries.briefings import place_in_queue
from guidance.queries.codes import picture_of
from guidance.views.briefing import material_file

State = Registration.State
VERBS = {"confirm": registering.confirm, "cancel": registering.leave}


def of_token(token: str) -> Registration:
    """Whose link it is; for what nobody signed, and once the person's data are destroyed, there is nothing."""
    key = briefing_letters.key_in(token)
    rows = Registration.objects.select_related("briefing__agency", "briefing__program", "company")
    found = rows.filter(pk=key).exclude(email="").first() if key else None
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def registration_show(request: HttpRequest, token: str) -> HttpResponse:
    """A page with buttons: programs that look into mails only open links, and confirm or cancel nothing."""
    registration = of_token(token)
    if request.method == "POST":
        verb = VERBS.get(request.POST.get("do", ""))
        if verb is None:
            raise Http404
        verb(registration)
        return redirect("registration_show", token=token)
    briefing, now = registration.briefing, clock.now()
    has_seat = registration.state == State.REGISTERED
    questions = briefing.survey_questions.exists()
    return render(
        request,
        "guidance/registration_show.html",
        {
            "registration": registration,
            "briefing": briefing,
            "token": token,
            "has_seat": has_seat,
            "is_unconfirmed": registration.state == State.UNCONFIRMED,
            "is_waiting": registration.state == State.WAITING,
            "is_cancelled": registration.state == State.CANCELLED,
            "queue": place_in_queue(registration) if registration.state == State.WAITING else None,
            "is_open": briefing.takes_registrations(now),
            "is_held": briefing.state == Briefing.State.PUBLISHED,
            "is_over": briefing.is_over(now),
            "may_cancel": registration.state != State.CANCELLED
            and registration.checked_in_at is None
            and now < briefing.starts_at,
            "picture": picture_of(registration) if has_seat and not briefing.is_over(now) else "",
            "materials": _materials(briefing) if has_seat else [],
            "may_answer": _may_answer(registration, questions),
        },
    )


def _materials(briefing: Briefing) -> list[BriefingMaterial]:
    rows = briefing.materials.select_related("file")
    return [each for each in rows if each.can_be_opened]


def _may_answer(registration: Registration, has_questions: bool) -> bool:
    try:
        surveying.require_answerable(
            registration, registration.briefing, clock.now(), has_questions=has_questions
        )
    except RuleBroken:
        return False
    return True


@require_safe
def registration_material(request: HttpRequest, token: str, material: UUID) -> HttpResponseBase:
    """A file for somebody with a seat."""
    registration = of_token(token)
    if registration.state != State.REGISTERED:
        raise Http404
    rows = BriefingMaterial.objects.select_related("file").filter(briefing=registration.briefing_id)
    return material_file(get_object_or_404(rows, pk=material))


@require_http_methods(["GET", "HEAD", "POST"])
def briefing_survey(request: HttpRequest, token: str) -> HttpResponse:
    """A few questions, answered once; what was typed stays when it is refused."""
    registration = of_token(token)
    briefing = registration.briefing
    questions = list(briefing.survey_questions.order_by("position", "id"))
    context = {"registration": registration, "briefing": briefing, "token": token}
    form = SurveyForm(questions, sent(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            surveying.answer(registration, form.given())
        except RuleBroken as refusal:
            if refusal.code not in {"nothing", "unknown_answer"}:
                return redirect("briefing_survey", token=token)
            tell(form, refusal)
            status = 409
        else:
            return redirect("briefing_survey", token=token)
    try:
        surveying.require_answerable(registration, briefing, clock.now(), has_questions=bool(questions))
    except RuleBroken as refusal:
        context |= {"why_not": refusal.sentence, "has_answered": refusal.code == "answered"}
        return render(request, "guidance/briefing_survey.html", context)
    return render(request, "guidance/briefing_survey.html", {**context, "form": form}, status=status)


@require_POST
def registration_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A member cancels for somebody whom the company registered."""
    registration = get_object_or_404(Registration.objects.of_member(request.user), pk=pk)
    registering.leave(registration, by=person(request))
    messages.success(request, _("The registration was cancelled."))
    return redirect(reverse("briefing_show", kwargs={"pk": registration.briefing_id}) + "#people")
