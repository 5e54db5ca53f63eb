"""What staff type into the verbs of an application in screening: shape only, the verbs decide."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ground.clock import SEOUL
from programs.forms.staff import VerbForm, day, words
from programs.models import Criterion, Question, RequiredDocument
from programs.models.screening import Outcome, ReturnItem


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
    """Each question, document and criterion of the call, the baseline and the contact: what is written beside one is sent back."""

    due_on = day(_("Last day for the correction"))
    note = words(_("Note to the company"), required=False)

    def fit(self) -> None:
        self.items: list[tuple[str, str, Any]] = []
        call = self.record.call_id
        for question in Question.objects.filter(call=call).exclude(kind=Question.Kind.FILE).in_order():
            self._item(f"question_{question.pk.hex}", ReturnItem.Part.QUESTION, question)
        for document in RequiredDocument.objects.filter(call=call).order_by("position", "id"):
            self._item(f"document_{document.pk.hex}", ReturnItem.Part.DOCUMENT, document)
        for criterion in Criterion.objects.counting().filter(call=call).order_by("position", "id"):
            self._item(f"criterion_{criterion.pk.hex}", ReturnItem.Part.CRITERION, criterion)
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
