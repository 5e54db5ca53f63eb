"""The register of rules that stand in the way: what staff know, whom it concerns, steps, and the words for everybody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.admin.acting import Doing, Words, sent, who
from accounts.domain import approvals
from accounts.models.agency import DecisionKind
from ground import clock, words
from ground.access import may
from ground.ids import is_key
from ground.models import Country
from guidance.admin.regulatory_record import RegulatoryRecord
from guidance.domain import regulatory, regulatory_public, regulatory_steps
from guidance.forms.concern import ConcernForm, NewItemForm
from guidance.forms.regulatory import (
    CorrectStepForm,
    DocumentForm,
    ItemForm,
    JoinForm,
    StepForm,
    WordingForm,
)
from guidance.models import RegulatoryItem
from guidance.queries import regulatory as questions
from programs.admin.beside import beside
from programs.admin.verbs import day_of, writes_for
from programs.models import Consultation, Listing

PAGES = ("edit", "step", "correct", "document", "concern", "wording", "join")
SOURCE_FIELDS = set(ConcernForm.base_fields)


class CountryFilter(admin.SimpleListFilter):
    title = _("country")
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        rows = RegulatoryItem.objects.visible_to(request.user).values_list("countries", flat=True)
        codes = {code for row in rows for code in row}
        return [(each.code, str(each)) for each in Country.objects.filter(code__in=codes).order_by("code")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(countries__contains=[self.value()]) if self.value() else queryset


class WaitsFilter(admin.SimpleListFilter):
    title = _("next date")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        return [("overdue", _("overdue")), ("none", _("without a date"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "overdue":
            return queryset.filter(next_on__lt=clock.today())
        over = Q(state__in=RegulatoryItem.OVER) | Q(joined_into__isnull=False)
        return queryset.filter(next_on__isnull=True).exclude(over) if self.value() == "none" else queryset


@admin.register(RegulatoryItem)
class RegulatoryItemAdmin(RegulatoryRecord):
    add_form_class = NewItemForm
    list_display = [
        "name", "program_name", "pillar", "state_word", day_of("state_on", _("since")), "companies", day_of("next_on", _("next date")),
    ]  # fmt: skip
    list_display_links = ["name"]
    list_filter = [
        "state",
        "pillar",
        CountryFilter,
        WaitsFilter,
        ("program", admin.RelatedOnlyFieldListFilter),
    ]
    search_fields = ["title_ko", "title_en", "hinders_ko", "law", "body_name", "program__code"]
    history_hanging = ("concerns", "steps", "wordings")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(count=questions.companies_of("pk"))
            .select_related("program", "agency", "joined_into", "stated_currency")
        )
        return rows

    def get_urls(self) -> list[URLPattern]:
        return [
            *(self._path(name, getattr(self, f"_{name}")) for name in PAGES),
            self.verb_path("ask_publishing", self._ask_publishing),
            self.verb_path("publish", self._publish),
            self.verb_path("take_down", self._take_down),
            self.verb_path("separate", self._separate),
            *super().get_urls(),
        ]

    # The list

    @admin.display(description=_("what hinders"), ordering="title_ko")
    def name(self, row: Any) -> str:
        return str(words.marked(row, "title"))

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, row: Any) -> Words:
        return self.badge(row)[0]

    @admin.display(description=_("companies"))
    def companies(self, row: Any) -> int:
        return int(row.count)

    # Adding

    def form_for(self, request: HttpRequest, form_class: Any, record: Any) -> forms.BaseForm:
        found = {
            name: kind.objects.visible_to(request.user).filter(pk=key).first()
            for name, kind in (("listing", Listing), ("consultation", Consultation))
            if is_key(key := request.POST.get(name, "") or request.GET.get(name, ""))
        }
        form: forms.BaseForm = form_class(sent(request), user=who(request), **found)
        return form

    def add(self, request: HttpRequest, facts: dict[str, Any]) -> RegulatoryItem:
        form = self.form_for(request, NewItemForm, None)
        assert isinstance(form, NewItemForm)
        form.full_clean()
        on = facts.pop("raised_on")
        item = RegulatoryItem(**{name: value for name, value in facts.items() if name not in SOURCE_FIELDS})
        return regulatory.open_item(item, form.concern(), on=on, by=who(request))

    # The record's page

    def doings(self, request: HttpRequest, record: Any) -> list[Doing]:
        if not writes_for(request, record) or not may(request.user, self._route("publish"), "POST"):
            return []
        if record.joined_into_id:
            return [Doing(_("Take the joining back"), self.url("separate", record))]
        over = (
            None if RegulatoryItem.TRANSITIONS[record.state] else _("The rule is changed: nothing follows.")
        )
        found = [
            Doing(
                _("Write the next step down"), self.url("step", record), over, tone="primary", is_page=True
            ),
            Doing(_("Correct a step"), self.url("correct", record), is_page=True),
            Doing(_("Add a paper"), self.url("document", record), is_page=True),
            Doing(_("Note who is concerned too"), self.url("concern", record), is_page=True),
            Doing(_("Change the item"), self.url("edit", record), is_page=True),
            Doing(_("Write the words for everybody"), self.url("wording", record), is_page=True),
            Doing(_("It is the same as another one"), self.url("join", record), is_page=True),
        ]
        draft = self._draft(record)
        if draft is not None:
            is_two = approvals.is_needed(record.agency, DecisionKind.REGULATORY)
            asked = regulatory_public.asked_about(draft) if is_two else None
            if is_two and asked is None:
                found.append(
                    Doing(_("Ask a second person"), self.url("ask_publishing", record), asks_reason=True)
                )
            why_not = None
            if is_two and (asked is None or not asked.is_granted):
                why_not = _("A second person has to agree to exactly this draft.")
            found.append(Doing(_("Publish"), self.url("publish", record), why_not))
        if self._public(record) is not None:
            found.append(Doing(_("Take off the public page"), self.url("take_down", record)))
        return found

    # Verbs

    def _edit(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        record = self.seen(request, pk)

        def act(values: dict[str, Any]) -> None:
            for name, value in values.items():
                setattr(record, name, value)
            regulatory.save_item(record, by=who(request))

        form = ItemForm(sent(request), user=who(request), record=record)
        return self.ask(request, record, form, act, title=_("Change the item"), why=_("What is public stays as it was published."))  # fmt: skip

    def _step(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        record = self.seen(request, pk)
        form = StepForm(sent(request), _files(request), record=record)
        return self.ask(
            request, record, form,
            lambda values: regulatory_steps.take_step(record, values.pop("state"), by=who(request), **values),
            title=_("Write the next step down"),
            why=_("Who raised it or is concerned and agreed gets a mail. State and day are public once the item is; note and papers never."),
        )  # fmt: skip

    def _correct(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        record = self.seen(request, pk)
        return self.ask(
            request, record, CorrectStepForm(sent(request), record=record),
            lambda values: regulatory_steps.correct_step(values.pop("step"), by=who(request), **values),
            title=_("Correct a step"), why=_("The step as it was stays in the register, marked as corrected."),
        )  # fmt: skip

    def _document(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        record = self.seen(request, pk)
        return self.ask(
            request, record, DocumentForm(sent(request), _files(request), record=record),
            lambda values: regulatory_steps.add_document(values["step"], values["document"], by=who(request)),
            title=_("Add a paper"),
        )  # fmt: skip

    def _concern(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        record = self.seen(request, pk)
        form = ConcernForm(sent(request), user=who(request))
        return self.ask(
            request, record, form, lambda values: regulatory.note_concern(record, form.concern(), by=who(request)),
            title=_("Note who is concerned too"),
        )  # fmt: skip

    def _wording(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        record = self.seen(request, pk)
        known = self._draft(record) or self._public(record)
        initial = {name: getattr(known, name) for name in regulatory_public.WORDS} if known else {}
        return self.ask(
            request, record, WordingForm(sent(request), initial=initial),
            lambda values: regulatory_public.write_wording(record, by=who(request), **values),
            title=_("Write the words for everybody"),
            why=_("Public are these words, countries, products, pillar, law, body and estimate as they stand now, and state and day of each step. Never public are companies, notes, papers and the contact."),
        )  # fmt: skip

    def _join(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        record = self.seen(request, pk)
        return self.ask(
            request, record, JoinForm(sent(request), record=record),
            lambda values: regulatory.join(record, values["other"], by=who(request)),
            title=_("It is the same as another one"),
            why=_("This item goes on as the other one; whoever raised either stays there and is told. A company counts once."),
        )  # fmt: skip

    def _ask_publishing(self, request: HttpRequest, record: Any) -> Words:
        regulatory_public.ask_to_publish(record, by=who(request), reason=request.POST.get("reason", ""))
        return _("A second person has been asked to agree to exactly these words.")

    def _publish(self, request: HttpRequest, record: Any) -> Words:
        regulatory_public.publish(record, by=who(request))
        return _("Public now.")

    def _take_down(self, request: HttpRequest, record: Any) -> Words:
        regulatory_public.take_down(record, by=who(request))
        return _("Nobody outside reads it any more.")

    def _separate(self, request: HttpRequest, record: Any) -> Words:
        regulatory.separate(record, by=who(request))
        return _("It stands alone again.")


def _files(request: HttpRequest) -> Any:
    return request.FILES if request.method == "POST" else None


@beside(Listing, Consultation)
def raise_from(request: HttpRequest, record: Any) -> list[tuple[StrOrPromise, str]]:
    """A listing that failed or a consultation becomes an item of the register."""
    route = "admin:guidance_regulatoryitem_add"
    is_stopped = not isinstance(record, Listing) or record.state in (
        Listing.State.REFUSED,
        Listing.State.PAUSED,
    )
    if not is_stopped or not may(request.user, route) or not writes_for(request, record):
        return []
    query = urlencode({str(record._meta.model_name): str(record.pk)})
    return [(_("Raise a rule that stands in the way"), f"{reverse(route)}?{query}")]
