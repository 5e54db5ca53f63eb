"""What people type about themselves."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from accounts.roles import agencies_of
from ground.access import Role


class AgencyChoiceForm(forms.Form):
    """For which agency: asked only of people who manage several."""

    agency = forms.ModelChoiceField(Agency.objects.none(), label=_("agency"), empty_label=None)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Agency.objects.filter(pk__in=[each.pk for each in agencies_of(user, *self.roles)]).order_by(
            "code"
        )
        field: Any = self.fields["agency"]
        field.queryset = own
        field.initial = own.first()
        if own.count() == 1:
            field.widget = forms.HiddenInput()

    roles: ClassVar[tuple[Role, ...]] = (Role.MANAGER,)


class SignupNameForm(forms.Form):
    """Asked at sign-up besides e-mail and password."""

    name = forms.CharField(
        label=_("Your name"), max_length=80, widget=forms.TextInput({"autocomplete": "name"})
    )
    field_order = ["name", "email", "password1", "password2"]

    def signup(self, request: Any, user: Any) -> None:
        user.name = self.cleaned_data["name"]
        user.language = "en" if get_language() == "en" else "ko"
        user.save(update_fields=["name", "language"])
