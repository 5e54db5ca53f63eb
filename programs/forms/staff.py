"""What staff type into the verbs of a record: shape only, the verbs decide."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.roles import agency_ids
from companies.models import Product
from ground.clock import SEOUL
from programs.models import (
    Component,
    EntryOnBehalf,
    Listing,
    Market,
    Paper,
    Participation,
    Program,
    ProviderContract,
    Question,
    RequiredDocument,
    Store,
    StoreTax,
)
from programs.models.screening import Outcome, ReturnItem
from programs.models.store import Assignment
from programs.permissions import WRITERS


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"class": "w-short", **(attrs or {})}, format="%Y-%m-%d")


def day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DayInput(), **options)


def won(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        max_digits=14,
        decimal_places=0,
        min_value=0,
        widget=forms.NumberInput(attrs={"class": "w-medium", "inputmode": "numeric"}),
        **options,
    )


def words(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), **options)


RESULTS = _("The companies selected in “%(call)s” are announced as follows.")


class VerbForm(forms.Form):
    """A verb's form knows its record, so that choices never offer another record's rows."""

    def __init__(self, *args: Any, record: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record
        self.user = user
        self.fit()

    def fit(self) -> None:
        """Narrow the choices to the record."""

    def choose(self, name: str, rows: QuerySet[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows


class ReasonForm(VerbForm):
    reason = words(_("Reason"))


class LeaveForm(ReasonForm):
    last_on = day(
        _("Last day of taking part"), required=False,
        help_text=_(
            "Sales after this day are not the company's any more, counted already or not. Empty: today."
        ),
    )  # fmt: skip


class OverrideForm(VerbForm):
    result = forms.UUIDField(widget=forms.HiddenInput)
    to = forms.ChoiceField(
        label=_("Decision"),
        choices=[(Outcome.MET.value, Outcome.MET.label), (Outcome.NOT_MET.value, Outcome.NOT_MET.label)],
    )
    reason = words(_("Reason"))


class ResultForm(VerbForm):
    result = forms.UUIDField(widget=forms.HiddenInput)


class EvidenceForm(VerbForm):
    result = forms.UUIDField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=_("The paper"), choices=[("accept", _("accept it")), ("refuse", _("do not accept it"))]
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)


class DecideForm(VerbForm):
    decision = forms.ChoiceField(
        label=_("Decision"), choices=[("eligible", _("eligible")), ("ineligible", _("not eligible"))]
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=1000)


class SendBackForm(VerbForm):
    """Each question and document of the call, the baseline and the contact: what is written beside one is sent back."""

    due_on = day(_("Last day for the correction"))
    note = words(_("Note to the company"), required=False)

    def fit(self) -> None:
        self.items: list[tuple[str, str, Any]] = []
        call = self.record.call_id
        for question in Question.objects.filter(call=call).exclude(kind=Question.Kind.FILE).in_order():
            self._item(f"question_{question.pk.hex}", ReturnItem.Part.QUESTION, question)
        for document in RequiredDocument.objects.filter(call=call).order_by("position", "id"):
            self._item(f"document_{document.pk.hex}", ReturnItem.Part.DOCUMENT, document)
        self._item("baseline", ReturnItem.Part.BASELINE, None)
        self._item("contact", ReturnItem.Part.CONTACT, None)

    def _item(self, name: str, part: ReturnItem.Part, subject: Any) -> None:
        self.fields[name] = forms.CharField(
            label=f"{part.label}: {subject}" if subject else part.label, required=False, max_length=500
        )
        self.items.append((name, part.value, subject))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values["items"] = [
            (part, subject, values[name])
            for name, part, subject in self.items
            if values.get(name, "").strip()
        ]
        if values.get("due_on"):
            following = values["due_on"] + dt.timedelta(days=1)
            values["due_at"] = dt.datetime.combine(following, dt.time(0), tzinfo=SEOUL)
        return values


class AppointForm(VerbForm):
    email = forms.EmailField(label=_("E-mail of the evaluator"))


class DismissForm(VerbForm):
    evaluator = forms.UUIDField(widget=forms.HiddenInput)
    reason = words(_("Reason"))


def seoul_time() -> forms.TimeField:
    return forms.TimeField(
        label=_("Time (Seoul)"),
        widget=forms.TimeInput(attrs={"class": "w-short", "type": "time"}, format="%H:%M"),
    )


def join_instants(values: dict[str, Any], *stems: str) -> dict[str, Any]:
    """Day and time of the day (`…_on`, `…_time`), typed in two fields, as one instant in Seoul time (`…_at`)."""
    for stem in stems:
        on, time = values.get(f"{stem}_on"), values.get(f"{stem}_time")
        if on and time:
            values[f"{stem}_at"] = dt.datetime.combine(on, time, tzinfo=SEOUL)
    return values


class ClosingForm(VerbForm):
    """An instant in Seoul time, as day and time of the day."""

    closes_on = day(_("Day of the later closing"))
    closes_time = seoul_time()

    def fit(self) -> None:
        self.initial.setdefault("closes_time", self.record.closes_at.astimezone(SEOUL).time())

    def clean(self) -> dict[str, Any]:
        return join_instants(super().clean() or {}, "closes")


class LaterClosingForm(ClosingForm):
    reason = words(_("Reason"))


def public_reason() -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stands on the notice."),
    )


class ResultsForm(VerbForm):
    """The words of the public results; what was proposed last stands there already."""

    text_ko = forms.CharField(
        label=_("text (Korean)"), max_length=3000, widget=forms.Textarea(attrs={"rows": 5})
    )
    text_en = forms.CharField(
        label=_("text (English)"), max_length=3000, widget=forms.Textarea(attrs={"rows": 5}), required=False
    )

    def fit(self) -> None:
        proposed = getattr(self.record, "result_notice", None)
        for name, language in (("text_ko", "ko"), ("text_en", "en")):
            with translation.override(language):
                usual = str(RESULTS) % {"call": self.record}
            self.initial.setdefault(name, getattr(proposed, name, usual))


class AskResultsForm(ResultsForm):
    reason = words(_("Reason"))


class BehalfForm(VerbForm):
    """Of an entry on a company's behalf: which company, how it asked, why."""

    business_number = forms.CharField(label=_("Business number of the company"), max_length=20)
    channel = forms.ChoiceField(label=_("How the company asked"), choices=EntryOnBehalf.Channel)
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The company reads it."),
    )  # fmt: skip
    email = forms.EmailField(
        label=_("E-mail of the company"),
        required=False,
        help_text=_("Needed when nobody signs in for the company."),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def fit(self) -> None:
        self.initial.setdefault("form_key", uuid4())


class CancelForm(VerbForm):
    reason = public_reason()


class QuestionsForm(VerbForm):
    """Until when questions about the call are taken."""

    questions_on = day(_("Questions until"))
    questions_time = seoul_time()

    def fit(self) -> None:
        self.initial.setdefault("questions_time", self.record.questions_end_at.astimezone(SEOUL).time())

    def clean(self) -> dict[str, Any]:
        return join_instants(super().clean() or {}, "questions")


class TakeOverForm(VerbForm):
    """Of an earlier call: which program the new one is of, its code and its days."""

    program = forms.ModelChoiceField(label=_("Program"), queryset=Program.objects.none())
    code = forms.CharField(label=_("Code of the new call"), max_length=44)
    notice_number = forms.CharField(
        label=_("Notice number"), max_length=60, required=False, help_text=_("Empty: the code stands there.")
    )
    opens_on = day(_("Opens on"))
    opens_time = seoul_time()
    closes_on = day(_("Closes on"))
    closes_time = seoul_time()
    agreement_on = day(_("Agreement day"))

    def fit(self) -> None:
        mine = agency_ids(self.user, *WRITERS)
        self.choose(
            "program",
            Program.objects.filter(agency__in=mine)
            .exclude(state=Program.State.CLOSED)
            .order_by("-starts_on", "code"),
        )
        for stem in ("opens", "closes"):
            instant = getattr(self.record, f"{stem}_at")
            self.initial.setdefault(f"{stem}_time", instant.astimezone(SEOUL).time())

    def clean(self) -> dict[str, Any]:
        return join_instants(super().clean() or {}, "opens", "closes")


class AmendForm(VerbForm):
    """Of a published call: its texts as they shall stand; what was proposed last stands there already."""

    title_ko = forms.CharField(label=_("title (Korean)"), max_length=160)
    title_en = forms.CharField(label=_("title (English)"), max_length=200, required=False)
    notice_ko = forms.CharField(label=_("notice (Korean)"), widget=forms.Textarea(attrs={"rows": 10}))
    notice_en = forms.CharField(
        label=_("notice (English)"), widget=forms.Textarea(attrs={"rows": 6}), required=False
    )
    contact_ko = forms.CharField(label=_("contact (Korean)"), max_length=160)
    contact_en = forms.CharField(label=_("contact (English)"), max_length=160, required=False)
    reason = public_reason()

    def fit(self) -> None:
        proposed = self.record.notice_versions.filter(published_at__isnull=True).first()
        for name in self.fields:
            self.initial.setdefault(name, getattr(proposed or self.record, name, ""))


class AnswerForm(VerbForm):
    """Of a question about a call: how all read it, and the answer."""

    question_ko = words(_("published question (Korean)"), help_text=_("Take out what tells who asked."))
    question_en = words(_("published question (English)"), required=False)
    answer_ko = forms.CharField(
        label=_("answer (Korean)"), max_length=3000, widget=forms.Textarea(attrs={"rows": 5})
    )
    answer_en = forms.CharField(
        label=_("answer (English)"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
        required=False,
    )

    def fit(self) -> None:
        for name in self.fields:
            self.initial.setdefault(name, getattr(self.record, name, ""))
        if self.record.answered_at is None:
            self.initial["question_ko"] = self.record.text


class CorrectAnswerForm(AnswerForm):
    reason = public_reason()


class SealForm(VerbForm):
    paper = forms.ModelChoiceField(
        label=_("Decision on paper"), queryset=Paper.objects.none(), required=False, empty_label=_("none yet")
    )

    def fit(self) -> None:
        self.choose(
            "paper", Paper.objects.filter(program=self.record.program_id, agency=self.record.agency_id)
        )


class PaperForm(SealForm):
    """Of a sealed selection: a paper of the program that has its file."""

    def fit(self) -> None:
        super().fit()
        field: Any = self.fields["paper"]
        field.required, field.empty_label = True, _("choose")
        field.queryset = field.queryset.filter(file__isnull=False)
        field.help_text = _("Papers are entered on the program's page, with number, date and file.")


class AcceptByForm(VerbForm):
    accept_by = day(_("To be accepted by"))


class ExtendForm(VerbForm):
    accept_by = day(_("To be accepted by"))
    reason = words(_("Reason"))


class PlanDeliveryForm(VerbForm):
    """Of a program: one component for several of its companies."""

    component = forms.ModelChoiceField(label=_("Component"), queryset=Component.objects.none())
    participations = forms.ModelMultipleChoiceField(
        label=_("Companies"), queryset=Participation.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    contract = forms.ModelChoiceField(
        label=_("Provider contract"),
        queryset=ProviderContract.objects.none(),
        required=False,
        empty_label=_("delivered by the agency itself"),
    )
    planned_on = day(_("Planned for"))
    planned_amount = won(_("Planned cost for each company (KRW)"))

    def fit(self) -> None:
        program = self.record
        self.choose("component", Component.objects.filter(program=program).order_by("position", "id"))
        self.choose(
            "contract", ProviderContract.objects.filter(program=program).select_related("organization")
        )
        self.choose(
            "participations",
            Participation.objects.filter(program=program, state=Participation.State.AGREED)
            .select_related("company")
            .order_by("company__name_ko", "pk"),
        )


class TickOffForm(VerbForm):
    done_on = day(_("Done on"))
    actual_amount = won(_("Actual cost (KRW)"))
    evidence = forms.FileField(
        label=_("Evidence file"), widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"})
    )


class ReplanForm(VerbForm):
    planned_on = day(_("Planned for"))
    planned_amount = won(_("Planned cost (KRW)"))
    reason = words(_("Reason"))

    def fit(self) -> None:
        self.initial.setdefault("planned_on", self.record.planned_on)
        self.initial.setdefault("planned_amount", self.record.planned_amount)


class OpenListingsForm(VerbForm):
    """Of a participation: listings of the company's products on a market of the program."""

    market = forms.ModelChoiceField(label=_("Market"), queryset=Market.objects.none())
    products = forms.ModelMultipleChoiceField(
        label=_("Products"), queryset=Product.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    store = forms.ModelChoiceField(
        label=_("Store"), queryset=Store.objects.none(), required=False, empty_label=_("not known yet")
    )

    def fit(self) -> None:
        self.choose(
            "market",
            Market.objects.filter(
                program_markets__program=self.record.program_id, disabled_on__isnull=True
            ).select_related("platform", "country"),
        )
        self.choose(
            "products", Product.objects.filter(company=self.record.company_id, disabled_on__isnull=True)
        )
        self.choose("store", Store.objects.filter(agency=self.record.agency_id, disabled_on__isnull=True))


class AdvanceForm(VerbForm):
    to = forms.ChoiceField(label=_("Next step"))
    reference = forms.CharField(label=_("Listing number"), required=False, max_length=100)
    sku = forms.CharField(label=_("SKU"), required=False, max_length=100)
    store = forms.ModelChoiceField(
        label=_("Store"), queryset=Store.objects.none(), required=False, empty_label=_("as it is")
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)

    def fit(self) -> None:
        order = list(Listing.State)
        steps = sorted(
            Listing.TRANSITIONS[self.record.state], key=lambda each: order.index(Listing.State(each))
        )
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)
        to.choices = [(Listing.State(each).value, Listing.State(each).label) for each in steps]
        self.choose(
            "store",
            Store.objects.filter(
                agency=self.record.agency_id, market=self.record.market_id, disabled_on__isnull=True
            ),
        )
        self.initial.setdefault("reference", self.record.reference)
        self.initial.setdefault("sku", self.record.sku)


class AssignForm(VerbForm):
    """Of a store: whose its lines are."""

    participation = forms.ModelChoiceField(label=_("Company"), queryset=Participation.objects.none())
    scope = forms.ChoiceField(label=_("What"), choices=Assignment.Scope.choices)
    reference = forms.CharField(label=_("SKU or listing number"), required=False, max_length=100)
    from_on = day(_("From"))
    until_on = day(_("Until"), required=False)

    def fit(self) -> None:
        self.choose(
            "participation",
            Participation.objects.filter(agency=self.record.agency_id)
            .taking_part()
            .select_related("company", "program")
            .order_by("company__name_ko", "pk"),
        )


class TaxForm(VerbForm):
    treatment = forms.ChoiceField(label=_("Treatment"), choices=StoreTax.Treatment.choices)
    rate_percent = forms.DecimalField(
        label=_("Rate (%)"), max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False
    )
    from_on = day(_("From"))
    until_on = day(_("Until"), required=False)


class CorrectTaxForm(TaxForm):
    """Of a store: one of its tax treatments with the values that it should have."""

    tax = forms.UUIDField(widget=forms.HiddenInput)
    reason = words(_("Reason"))

    @classmethod
    def of(cls, tax: StoreTax, user: Any) -> CorrectTaxForm:
        values = {name: getattr(tax, name) for name in ("treatment", "rate_percent", "from_on", "until_on")}
        initial = {"tax": tax.pk, **values}
        return cls(None, initial=initial, record=tax.store, user=user, auto_id=f"id_tax_{tax.pk.hex}_%s")


class EndForm(VerbForm):
    until_on = day(_("Last day"))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)


class FromDayForm(VerbForm):
    on = day(_("Out of use from"))
