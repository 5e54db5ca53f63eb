"""What staff type about a mailing: shape only, the verbs decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import agency_ids
from ground import clock
from ground.models import Country
from guidance.models import Mailing, MailingRule
from programs.forms.criteria_values import TypedValues
from programs.models import Criterion, Program
from programs.permissions import WRITERS
from programs.queries.what_if import on_day


class MailingForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Mailing
        fields = ["program", "name", "country", "version", "subject", "body", "is_unread_only"]
        widgets = {"body": forms.Textarea({"rows": 10, "maxlength": 5000})}
        help_texts = {
            "version": _("As it stands on the guide. Who got the same version before is asked about."),
            "body": _("The link that ends these mails is put below it."),
        }

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programs: Any = self.fields["program"]
        programs.queryset = Program.objects.filter(agency__in=agency_ids(user, *WRITERS)).order_by(
            "-starts_on", "code"
        )
        countries: Any = self.fields["country"]
        in_use = (
            Q(disabled_on__isnull=True) | Q(disabled_on__gt=clock.today()) | Q(pk=self.instance.country_id)
        )
        countries.queryset = Country.objects.filter(in_use).order_by("code")


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
        label=_("Send it again to those that got this version before"), required=False
    )
    expected = forms.IntegerField(widget=forms.HiddenInput)
    expected_again = forms.IntegerField(widget=forms.HiddenInput)
