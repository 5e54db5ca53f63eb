"""What the steps of an application share: the indicator, what is kept of typing, two versions side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from companies.views.own import person
from ground.errors import RuleBroken
from ground.templatetags.naru import day, seoul
from programs.domain import intake_check, intake_drafts, intake_rules
from programs.domain.intake_drafts import Stale
from programs.forms.intake import typed_values
from programs.models import Draft
from programs.queries.applications import one_of_asking
from programs.queries.reading import OF_A_STEP, Reading
from programs.views import application_offers
from programs.views.application import address, crumbs

Step = Draft.Step

Save = Callable[[int, Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Difference:
    """A field that says one thing here and another there."""

    label: str
    here: str
    there: str


def reading_of(request: HttpRequest, pk: UUID, *parts: str) -> Reading:
    """One of the reader's applications (`mine`) with these parts, or with all that the check needs, in one errand. What has
    the page's version comes first: of the check the application, of a step its draft, if that is the first part. Who saves
    meanwhile makes the page older than what it shows, never newer, so nobody overwrites what was not on it."""
    asked = Reading.asked(pk, *parts)
    application, found = one_of_asking(person(request), pk, *asked, ahead=int(parts[:1] == ("drafts",)))
    if application is None:
        raise Http404
    return Reading(application).with_found(asked, found)


def reading_for(request: HttpRequest, pk: UUID, *parts: str) -> Reading:
    """The same for a step's page: to save it these parts are needed, to show it all that stands in the application, too."""
    shown = [each for each in OF_A_STEP if each != "consents_in_short" or "consent_texts" not in parts]
    wanted = dict.fromkeys([*parts, *(shown if request.method == "GET" else ())])
    return reading_of(request, pk, *sorted(wanted, key="drafts".__ne__))


def draft_of(reading: Reading, step: str) -> Draft:
    """What is kept of a step, or an empty one that is not saved."""
    return reading.drafts.get(step) or Draft(application=reading.application, step=step)


def as_typed(draft: Draft) -> dict[str, Any]:
    return draft.typed if isinstance(draft.typed, dict) else {}


def version_of(request: HttpRequest) -> int:
    """The version that the page was made from; what is no number is older than everything."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else -1


def differences(form: Any, here: Mapping[str, Any], there: Mapping[str, Any]) -> list[Difference]:
    """Fields that two versions of a step do not agree on."""
    found = []
    for name, field in form.fields.items():
        if isinstance(field, forms.FileField) or name not in there:
            continue
        one, other = _shown(field, here.get(name)), _shown(field, there.get(name))
        if one != other:
            found.append(Difference(str(field.label), one, other))
    return found


def _shown(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.BooleanField):
        return _("ticked") if value else _("not ticked")
    if isinstance(field, forms.DateField) and value:
        try:
            return day(field.to_python(value))
        except forms.ValidationError:
            return str(value)
    choices = {str(code): str(label) for code, label in getattr(field, "choices", [])}
    values = value if isinstance(value, list | tuple) else [value]
    texts = [
        choices.get(str(each), str(field.prepare_value(each))) for each in values if each not in (None, "")
    ]
    return ", ".join(texts) or "–"


def steps_of(reading: Reading, current: str) -> list[dict[str, Any]]:
    """The indicator: what is done, where one is, what is still to do."""
    application, open_steps = reading.application, intake_check.open_steps(reading)
    indicator = [
        {
            "label": Step(step).label,
            "state": "current" if step == current else "todo" if step in open_steps else "done",
            "url": address(f"application_{step}", application.pk),
        }
        for step in reading.sequence
    ]
    indicator.append(
        {
            "label": _("Check and submit"),
            "state": "current" if current == "check" else "todo",
            "url": address("application_check", application.pk),
        }
    )
    return indicator


def next_address(reading: Reading, step: str) -> str:
    name = reading.step_after(step) or "check"
    return address(f"application_{name}", reading.application.pk)


def require_open_draft(application: Any) -> None:
    """Refused with `reader_only` and as `intake_rules.require_draft`. Reads what `mine` asked; a verb asks again, once the
    application is locked."""
    if not application.may_be_written:
        raise intake_rules.reader_only()
    intake_rules.require_draft(application, application.read_at)


def closed_door(request: HttpRequest, application: Any) -> HttpResponse | None:
    """A draft's pages are for drafts of an open call; everything else is read on the application's own page."""
    try:
        require_open_draft(application)
    except RuleBroken as refusal:
        messages.warning(request, str(refusal.sentence))
        return redirect("application_show", pk=application.pk)
    return None


def answer_step(
    request: HttpRequest,
    reading: Reading,
    step: str,
    form: Any,
    save: Save,
    anew: Callable[[Reading], Any],
    offering: application_offers.Offering | None = None,
    **context: Any,
) -> HttpResponse:
    """Show a step, or take what was sent: save it, or show it again with what to mend. Nothing typed is lost. `anew` makes the
    form as it stands now. A page that shows nothing newer stays as old as it was."""
    application = reading.application
    status, found = 200, []
    if request.method == "POST":
        typed, version = typed_values(form), version_of(request)
        try:
            if "take" in request.POST and offering is not None:
                return application_offers.take_over(
                    request,
                    application,
                    step,
                    typed,
                    offering(form, draft_of(reading, step)),
                    version=version,
                )
            if form.is_valid():
                save(version, typed)
                return HttpResponseRedirect(after(request, reading, step))
            draft = intake_drafts.keep_typing(application, step, typed, version=version, by=person(request))
            if "later" in request.POST:
                messages.info(request, _("What you typed is kept. Some answers still need your attention."))
                return redirect("application_show", pk=application.pk)
        except Stale as stale:
            draft, status = stale.draft, 409
            form.add_error(None, str(stale.sentence))
            there = anew(reading_of(request, application.pk)).initial
            found = differences(form, typed, there)
        except RuleBroken as refusal:
            draft, status = draft_of(reading, step), 409
            draft.version = version
            form.add_error(None, str(refusal.sentence))
    else:
        door = closed_door(request, application)
        if door is not None:
            return door
        draft = draft_of(reading, step)
        aside = draft.aside.get("typed") if isinstance(draft.aside, dict) else None
        found = differences(form, form.initial, aside or {})
    return render(
        request,
        f"programs/application_{step}.html",
        {
            "application": application,
            "call": application.call,
            "form": form,
            "steps": steps_of(reading if request.method == "GET" else Reading(application), step),
            "autosave_url": address("application_autosave", application.pk, step=step),
            "version": draft.version,
            "kept": kept_sentence(draft),
            "is_unsaved": draft.has_unsaved,
            "offers": offering(form, draft) if offering is not None else None,
            "differences": found,
            "is_conflict": status == 409 and bool(found),
            "crumbs": crumbs(application),
            **context,
        },
        status=status,
    )


def after(request: HttpRequest, reading: Reading, step: str) -> str:
    if "later" in request.POST:
        return address("application_show", reading.application.pk)
    return next_address(reading, step)


def kept_sentence(draft: Draft) -> str:
    """What is kept of this step, since when and by whom."""
    if draft.saved_at is None:
        return ""
    return _("Kept on %(when)s (%(who)s)") % {"when": seoul(draft.saved_at), "who": draft.saved_by}
