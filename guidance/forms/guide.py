"""What companies write and choose on a guide's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.forms.inquiry import AskForm


class GuideAskForm(AskForm):
    """And whether all may read it, which a question about a call always is."""

    may_be_published = forms.BooleanField(
        label=_("Question and answer may stand on the page of the guide, without the name of the company"),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = ""
