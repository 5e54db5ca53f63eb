"""What staff type about a consultation: shape only, the verb decides."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from accounts.forms import AgencyChoiceForm
from companies import numbers
from companies.models import Company
from ground import clock
from programs.forms.staff import day
from programs.models import Consultation
from programs.permissions import WRITERS


class ConsultationForm(AgencyChoiceForm):
    roles = WRITERS
    business_number = forms.CharField(label=_("business number"), max_length=20)
    held_on = day(_("day"))
    channel = forms.ChoiceField(label=_("how"), choices=[("", _("choose")), *Consultation.Channel.choices])
    topic = forms.ChoiceField(label=_("topic"), choices=[("", _("choose")), *Consultation.Topic.choices])
    text = forms.CharField(label=_("what was said"), max_length=5000, widget=forms.Textarea({"rows": 8}))
    follow_up = forms.CharField(label=_("to be done"), max_length=200, required=False)
    due_on = day(_("to be done by"), required=False, help_text=_("It stands on the desk until it is done."))

    def __init__(self, *args: Any, user: Any, company: Company | None = None, **options: Any) -> None:
        super().__init__(*args, user=user, **options)
        self.initial.setdefault("held_on", clock.today())
        if company is not None:
            self.initial.setdefault("business_number", company.pretty_number)
            self.fields["business_number"].help_text = escape(company)
        self.visible = Company.objects.visible_to(user)

    def clean_business_number(self) -> str:
        """The number of a company that the person may see."""
        number = numbers.clean(self.cleaned_data["business_number"])
        if not self.visible.filter(business_number=number).exists():
            raise forms.ValidationError(_("Your agency does not see a company with this number."))
        return number


class CorrectConsultationForm(forms.Form):
    text = forms.CharField(label=_("what was said"), max_length=5000, widget=forms.Textarea({"rows": 8}))
