"""Records of the staff site with what can be done now: buttons that call a verb, or say why they cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST
from django_stubs_ext import StrOrPromise

from accounts import lately
from accounts.admin.base import StaffAdmin, StaffInline
from accounts.models import User
from accounts.roles import agency_ids
from ground.access import may
from ground.errors import RuleBroken
from ground.templatetags.naru import day, seoul, seoul_day
from programs.forms.staff import VerbForm
from programs.permissions import WRITERS

Run = Callable[[User, Any, dict[str, Any]], StrOrPromise]


def _always(record: Any) -> StrOrPromise | None:
    return None


@dataclass(frozen=True)
class Verb:
    """A POST-only address of a record. `run` calls one domain verb and returns the sentence that tells of it.

    `why_not` is the reason shown in place of the button; the domain verb refuses anyway.
    """

    name: str
    label: StrOrPromise
    run: Run
    form: type[VerbForm] | None = None
    consequence: StrOrPromise = ""
    why_not: Callable[[Any], StrOrPromise | None] = _always
    is_shown: Callable[[Any], bool] = lambda record: True
    tone: str = ""


class RecordAdmin(StaffAdmin):
    """A record's page: what it is and its state on top, what can be done now, facts, the rest."""

    change_form_template = "admin/programs/record.html"
    verbs: ClassVar[Sequence[Verb]] = ()
    pages: ClassVar[Sequence[str]] = ()
    has_form: ClassVar[bool] = False
    """Whether the record is edited by a form of its own; else its page shows facts and verbs only."""
    for_writers: ClassVar[bool] = False
    """Whether its verbs are for those alone who write for the record's agency."""

    def shows_form(self, request: HttpRequest, record: Any) -> bool:
        """Whether the form stands on this record's page; where nothing can be typed any more its facts say it better."""
        return True

    # What the page shows; each kind of record says its own.

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        """The state as a word and a tone."""
        return "", "neutral"

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return []

    def links(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        """Pages that belong to the record: label and url."""
        return []

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """Further context of the record's page."""
        return {}

    def record_context(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """What the page shows. It has one main action: a verb that can be done now, else a link."""
        label, tone = self.badge(record)
        links, doings = self.links(request, record), self.doings(request, record)
        if any(each["tone"] == "primary" for each in doings):
            links = [{**each, "is_main": False} for each in links]
        return {
            "badge_label": label,
            "badge_tone": tone,
            "facts": self.facts(request, record),
            "record_links": links,
            "doings": doings,
            **self.more(request, record),
        }

    def doings(
        self, request: HttpRequest, record: Any, names: Sequence[str] | None = None
    ) -> list[dict[str, Any]]:
        """What can be done with the record by this person, each with its form or the reason why not. One is the main action: the
        first of those that would be, and can be done."""
        found: list[dict[str, Any]] = []
        has_main = False
        for verb in self.verbs:
            if names is not None and verb.name not in names:
                continue
            if not verb.is_shown(record) or not may(request.user, self._route(verb.name), "POST"):
                continue
            why_not = self.why_not_mine(request, record) or verb.why_not(record)
            found.append(
                {
                    "name": verb.name,
                    "label": verb.label,
                    "tone": "" if verb.tone == "primary" and (why_not or has_main) else verb.tone,
                    "consequence": verb.consequence,
                    "why_not": why_not,
                    "url": reverse(self._route(verb.name), args=[record.pk]),
                    "form": None if verb.form is None or why_not else self.bind(request, verb, record),
                }
            )
            has_main = has_main or found[-1]["tone"] == "primary"
        return found

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        """Why none of the verbs is this person's, whatever the record's state."""
        if self.for_writers and not writes_for(request, record):
            return _("Only managers and officers of the agency decide this.")
        return None

    def bind(self, request: HttpRequest, verb: Verb, record: Any, *, is_sent: bool = False) -> VerbForm:
        assert verb.form is not None
        return verb.form(
            request.POST if is_sent else None,
            request.FILES if is_sent else None,
            record=record,
            user=request.user,
            auto_id=f"id_{verb.name}_%s",
            initial=lately.typed(request, reverse(self._route(verb.name), args=[record.pk])),
        )

    # Addresses

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path(
                f"<uuid:pk>/{verb.name}/",
                view(require_POST(partial(self._verb_view, verb=verb))),
                name=f"{self.opts.app_label}_{self.opts.model_name}_{verb.name}",
            )
            for verb in self.verbs
        ]
        own += [
            path(
                f"<uuid:pk>/{name}/",
                view(require_GET(partial(self._page_view, name=name))),
                name=f"{self.opts.app_label}_{self.opts.model_name}_{name}",
            )
            for name in self.pages
        ]
        return own + super().get_urls()

    def _page_view(self, request: HttpRequest, pk: UUID, *, name: str) -> HttpResponseBase:
        record = get_object_or_404(self.get_queryset(request), pk=pk)
        answer: HttpResponseBase = getattr(self, f"page_{name}")(request, record)
        return answer

    def _verb_view(self, request: HttpRequest, pk: UUID, *, verb: Verb) -> HttpResponse:
        record = get_object_or_404(self.get_queryset(request), pk=pk)
        values: dict[str, Any] = {}
        form: forms.Form | None = None
        if verb.form is not None:
            form = self.bind(request, verb, record, is_sent=True)
            if not form.is_valid():
                return self._ask_again(request, record, verb, form, status=400)
            values = form.cleaned_data
        try:
            told = verb.run(cast(User, request.user), record, values)
        except RuleBroken as error:
            form = form if form is not None else forms.Form({}, auto_id=False)
            form.full_clean()
            refuse(form, error)
            return self._ask_again(request, record, verb, form, status=409)
        if told:
            messages.success(request, str(told))
        return HttpResponseRedirect(self.after(request, record))

    def after(self, request: HttpRequest, record: Any) -> str:
        """Where a verb leads to: the record's page."""
        return reverse(self._route("change"), args=[record.pk])

    def _ask_again(
        self, request: HttpRequest, record: Any, verb: Verb, form: forms.Form, *, status: int
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": verb.label,
            "subtitle": str(record),
            "opts": self.opts,
            "original": record,
            "form": form,
            "verb": verb,
            "has_fields": verb.form is not None,
            "hidden": {key: request.POST[key] for key in ("from",) if key in request.POST},
            "back_url": self.after(request, record),
            "has_view_permission": True,
        }
        return TemplateResponse(request, "admin/programs/verb.html", context, status=status)

    # Django's own pages

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        context = {**self.record_context(request, record), **(extra_context or {})}
        if self.has_form and (request.method == "POST" or self.shows_form(request, record)):
            return super().change_view(request, object_id, form_url, context)
        return TemplateResponse(
            request,
            self.change_form_template or "admin/programs/record.html",
            {
                **self.admin_site.each_context(request),
                "title": str(record),
                "opts": self.opts,
                "original": record,
                "change": True,
                "has_view_permission": True,
                "media": self.media,
                **context,
            },
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or writes_for(request, obj))


def day_of(name: str, label: StrOrPromise) -> Callable[[Any], str]:
    """A column of a list with the day as people write it."""

    @admin.display(description=label, ordering=name)
    def column(record: Any) -> str:
        return format_html('<span class="nowrap">{}</span>', day(getattr(record, name)))

    column.__name__ = name
    return column


def instant_of(name: str, label: StrOrPromise) -> Callable[[Any], str]:
    """The same for an instant, in Seoul time; in a narrow column the time stands below the day."""

    @admin.display(description=label, ordering=name)
    def column(record: Any) -> str:
        on = seoul_day(getattr(record, name))
        time = seoul(getattr(record, name)).removeprefix(on)
        return format_html('<span class="nowrap">{}</span>{}', on, time)

    column.__name__ = name
    return column


class OwnInline(StaffInline):
    """Rows that are edited with a record of the person's own agency."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_change(request) and (obj is None or writes_for(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)


def writes_for(request: HttpRequest, record: Any) -> bool:
    """Whether the person writes for the record's agency; a record without one is everybody's."""
    agency = getattr(record, "agency_id", None)
    return agency is None or agency in agency_ids(cast(User, request.user), *WRITERS)


def refuse(form: forms.Form, error: RuleBroken) -> None:
    """Put a verb's refusal where it belongs: beside its field, or on top."""
    fields = [name for name in error.fields if name in form.fields]
    if fields:
        form.add_error(fields[0], str(error.sentence))
    else:
        form.add_error(None, str(error.sentence))
