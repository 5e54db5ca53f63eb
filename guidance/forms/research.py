"""What research bodies write, and what staff type into tasks: shape only, the verbs decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guidance.models import Confidence, Finding
from programs.forms.staff import VerbForm, day, words


class FindingForm(forms.Form):
    """Of the body: what it found, where, as of when, and a file with it."""

    text = forms.CharField(label=_("Finding"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    source = forms.CharField(
        label=_("Source"), max_length=300,
        help_text=_("For example a statistic with its year, or whom you asked, where and when."),
    )  # fmt: skip
    source_url = forms.URLField(
        label=_("Address of the source"), required=False, max_length=500, assume_scheme="https"
    )
    as_of_on = day(_("As of"))
    confidence = forms.ChoiceField(
        label=_("Confidence"), choices=Confidence.choices, initial=Confidence.MEDIUM
    )
    upload = forms.FileField(
        label=_("File"), required=False,
        help_text=_("One more file with it: a picture, PDF, Hangul or Office file up to 20 MB. It is checked first."),
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf,.hwp,.hwpx,.docx,.xlsx"}),
    )  # fmt: skip

    def fill(self, finding: Finding) -> Finding:
        """The finding with what was typed."""
        for name in ("text", "source", "source_url", "as_of_on", "confidence"):
            setattr(finding, name, self.cleaned_data[name])
        return finding

    @staticmethod
    def of(finding: Finding) -> dict[str, Any]:
        return {
            name: getattr(finding, name)
            for name in ("text", "source", "source_url", "as_of_on", "confidence")
        }


class SendBackForm(VerbForm):
    reason = words(_("Reason"), help_text=_("The body reads it: what is missing, and what is to be done."))
    due_on = day(_("Due on"))


class TakeOverForm(VerbForm):
    """Of an accepted task: one of its findings as the draft of a statement."""

    finding = forms.ModelChoiceField(label=_("Finding"), queryset=Finding.objects.none(), empty_label=None)
    text_ko = words(
        _("Statement (Korean)"), required=False,
        help_text=_("What companies are told. Empty: the finding’s own words."),
    )  # fmt: skip
    review_on = day(_("Look at it again by"))

    def fit(self) -> None:
        self.choose("finding", self.record.findings.all())
