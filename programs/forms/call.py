"""What staff type into the verbs of a call: shape only, the verbs decide."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.roles import agency_ids
from ground.clock import SEOUL
from programs.domain.cancelling import reason_asked
from programs.forms.staff import VerbForm, day, words
from programs.models import EntryOnBehalf, Paper, Program
from programs.permissions import WRITERS

RESULTS = _("The companies selected in “%(call)s” are announced as follows.")


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


def public_reason(label: Any = None, help_text: Any = None) -> forms.CharField:
    return forms.CharField(
        label=label or _("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=help_text or _("It stands on the notice."),
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


class AskCancellingForm(VerbForm):
    reason = public_reason()


class CancelForm(AskCancellingForm):
    """Shows the reason that was asked about last; it is not typed here."""

    def fit(self) -> None:
        self.initial["reason"] = reason_asked(self.record)
        self.fields["reason"].disabled = True
        self.fields["reason"].required = bool(self.initial["reason"])


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
    reason = public_reason(
        _("What was corrected, and why"), _("Readers see it beside the answer, with the day.")
    )


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
