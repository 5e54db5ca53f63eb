"""Records of the staff site that people act on by verbs: state and facts on top, what can be done now, tables, history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from accounts import lately
from accounts.admin.base import StaffAdmin
from accounts.models import User
from ground.errors import RuleBroken

Words = Promise | str


@dataclass(frozen=True)
class Doing:
    """A button of a record. `why_not` stands beside it when it cannot be pressed; `is_page` leads to a form first;
    `asks_reason` puts a field for the reason (`reason`) beside it, with what was `typed` before the password was asked for."""

    label: Words
    url: str
    why_not: Words | None = None
    tone: str = ""
    is_page: bool = False
    asks_reason: bool = False
    typed: str = ""
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Rows that belong to a record. `columns` are labels, or (label, True) for numbers."""

    title: Words
    columns: Sequence[Any]
    rows: Sequence[Sequence[Any]]
    empty: Words = ""

    def heads(self) -> list[dict[str, Any]]:
        return [
            {"label": each[0], "is_number": True} if isinstance(each, tuple) else {"label": each}
            for each in self.columns
        ]

    def zipped(self) -> list[list[tuple[Any, Any]]]:
        heads = self.heads()
        return [list(zip(heads, row, strict=True)) for row in self.rows]


class ActingAdmin(StaffAdmin):
    """Adding and changing are forms that call a verb; a refusal stands in the form, with what was typed kept."""

    record_template = "accounts/record.html"
    form_template = "accounts/verb.html"
    add_form_class: ClassVar[type[forms.BaseForm] | None] = None
    change_form_class: ClassVar[type[forms.BaseForm] | None] = None

    # What a record's admin says of itself

    def badge(self, record: Any) -> tuple[Words, str] | None:
        """The state in a word, and its tone."""
        return None

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return []

    def tables(self, request: HttpRequest, record: Any) -> list[Table]:
        return []

    def doings(self, request: HttpRequest, record: Any) -> list[Doing]:
        return []

    def form_for(self, request: HttpRequest, form_class: type[forms.BaseForm], record: Any) -> forms.BaseForm:
        """The form of an add or change page; `record` is None when adding."""
        initial = {} if record is None else self.initial(record)
        return form_class(sent(request), initial=initial)

    def initial(self, record: Any) -> dict[str, Any]:
        return {}

    def add(self, request: HttpRequest, facts: dict[str, Any]) -> Any:
        """Call the verb that makes a record and return it."""
        raise NotImplementedError

    def change(self, request: HttpRequest, record: Any, facts: dict[str, Any]) -> None:
        """Call the verb that changes the record."""
        raise NotImplementedError

    # Pages

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if self.add_form_class is None or not self.has_add_permission(request):
            raise Http404
        form = self.form_for(request, self.add_form_class, None)
        if request.method == "POST" and form.is_valid():
            try:
                record = self.add(request, form.cleaned_data)
            except RuleBroken as error:
                tell(form, error)
            else:
                return self.back_to(record)
        title = self.opts.verbose_name
        return TemplateResponse(
            request,
            self.form_template,
            {**self._page(request), "form": form, "title": title, "is_adding": True},
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        form = None
        if self.change_form_class is not None and self.has_change_permission(request, record):
            form = self.form_for(request, self.change_form_class, record)
            if request.method == "POST" and form.is_valid():
                try:
                    self.change(request, record, form.cleaned_data)
                except RuleBroken as error:
                    tell(form, error)
                else:
                    return self.back_to(record)
        context = {
            **self._page(request),
            "title": record,
            "record": record,
            "badge": self.badge(record),
            "facts": self.facts(request, record),
            "tables": self.tables(request, record),
            "doings": [
                replace(each, typed=lately.typed(request, each.url).get("reason", ""))
                if each.asks_reason
                else each
                for each in self.doings(request, record)
            ],
            "form": form,
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.record_template, context)

    def _page(self, request: HttpRequest) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "back_url": reverse(self._route("changelist")),
        }

    # Further addresses of a record

    def verb_path(self, name: str, act: Callable[[HttpRequest, Any], Words | None]) -> URLPattern:
        """POST `<pk>/<name>/` calls `act`; what it returns is told, and the record's page follows."""

        def view(request: HttpRequest, pk: UUID) -> HttpResponse:
            record = self.seen(request, pk)
            try:
                sentence = act(request, record)
            except RuleBroken as error:
                messages.error(request, str(error.sentence))
            else:
                if sentence:
                    messages.success(request, str(sentence))
            return self.back_to(record)

        return self._path(name, require_POST(view))

    def form_path(
        self,
        name: str,
        form_class: type[forms.BaseForm],
        act: Callable[[HttpRequest, Any, dict[str, Any]], Any],
        title: Words,
        why: Words = "",
    ) -> URLPattern:
        """GET and POST `<pk>/<name>/`: a form that calls `act`."""

        def view(request: HttpRequest, pk: UUID) -> HttpResponse:
            record = self.seen(request, pk)
            form = form_class(sent(request))
            return self.ask(
                request, record, form, lambda facts: act(request, record, facts), title=title, why=why
            )

        return self._path(name, view)

    def ask(
        self,
        request: HttpRequest,
        record: Any,
        form: forms.BaseForm,
        act: Callable[[dict[str, Any]], Any],
        *,
        title: Words,
        why: Words = "",
    ) -> HttpResponse:
        """Show a form of the record's and carry a valid one out; the record's page follows."""
        if request.method == "POST" and form.is_valid():
            try:
                act(form.cleaned_data)
            except RuleBroken as error:
                tell(form, error)
            else:
                messages.success(
                    request, str(pgettext("a verb was carried out", "Done: %(verb)s") % {"verb": title})
                )
                return self.back_to(record)
        context = {
            **self._page(request),
            "form": form,
            "title": title,
            "why": why,
            "record": record,
            "back_url": self.url("change", record),
        }
        return TemplateResponse(request, self.form_template, context)

    def _path(self, name: str, view: Callable[..., HttpResponse]) -> URLPattern:
        route = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
        return path(f"<uuid:pk>/{name}/", self.admin_site.admin_view(view), name=route)

    def seen(self, request: HttpRequest, pk: UUID) -> Any:
        """The record, if this person may see it; else it does not exist."""
        record = self.get_object(request, str(pk))
        if record is None:
            raise Http404
        return record

    def url(self, name: str, record: Any) -> str:
        return reverse(self._route(name), args=[record.pk])

    def back_to(self, record: Any) -> HttpResponse:
        return HttpResponseRedirect(self.url("change", record))


def tell(form: forms.BaseForm, error: RuleBroken) -> None:
    """A verb's refusal, beside the field that it is about or on top of the form."""
    fields = [name for name in error.fields if name in form.fields]
    form.add_error(fields[0] if fields else None, str(error.sentence))


def sent(request: HttpRequest) -> QueryDict | None:
    """What was sent, for a form; None when the page is only looked at."""
    return request.POST if request.method == "POST" else None


def who(request: HttpRequest) -> User:
    """Who is signed in; the access table lets nobody else come here."""
    assert isinstance(request.user, User)
    return request.user


def fact(label: Words, value: Any, note: Any = "") -> dict[str, Any]:
    return {"label": label, "value": value, "note": note}


def day_input() -> forms.DateInput:
    return forms.DateInput({"type": "date", "class": "w-short"}, format="%Y-%m-%d")
