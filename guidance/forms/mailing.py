"""What staff type about a mailing: shape only, the verbs decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.roles import agency_ids
from ground import clock
from ground.clock import SEOUL
from ground.templatetags.naru import day
from guidance.models import Edition, Mailing, MailingRule
from programs.forms.criteria_values import TypedValues
from programs.models import Criterion, Program
from programs.permissions import WRITERS
from programs.queries.what_if import on_day


class MailingForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Mailing
        fields = ["program", "name", "edition", "subject", "body", "is_unread_only"]
        widgets = {"body": forms.Textarea({"rows": 10, "maxlength": 5000})}
        help_texts = {
            "edition": _("Of any agency. Who got the same edition before is asked about."),
            "body": _("The link to the guide and the one that ends these mails are put below it."),
            "is_unread_only": _(
                "Known are companies that agreed to being counted, of guides of your agency."
            ),
        }

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programs: Any = self.fields["program"]
        programs.queryset = Program.objects.filter(agency__in=agency_ids(user, *WRITERS)).order_by(
            "-starts_on", "code"
        )
        editions: Any = self.fields["edition"]
        editions.queryset = Edition.objects.brief().order_by("-published_at", "-id")
        editions.label_from_instance = edition_label


def edition_label(edition: Any) -> str:
    """Country, program, number and day, as staff look for it."""
    number = _("edition %(number)d") % {"number": edition.number}
    on = day(edition.published_at.astimezone(SEOUL).date())
    return " · ".join((str(edition.country), str(edition.program), number, on))


class RuleKindForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=MailingRule.KINDS)


class RuleValuesForm(TypedValues, forms.Form):
    """The fields of a kind, as in the criteria of a call."""

    def __init__(self, data: Any = None, *, mailing: Mailing, kind: str) -> None:
        super().__init__(data)
        self.criterion = Criterion(kind=kind, values={})
        self.criterion.call = on_day(mailing.agency, clock.today())
        self.fields = {**self.made_fields(), **self.fields}

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.values = self.typed_values()
        self.refuse_values(self.values)
        return self.cleaned_data


class SendForm(forms.Form):
    """What was seen in the preview is confirmed."""

    is_again = forms.BooleanField(
        label=_("Send it again to those that got this edition before"), required=False
    )
    expected = forms.IntegerField(widget=forms.HiddenInput)
    expected_all = forms.IntegerField(widget=forms.HiddenInput)
