"""The look at the whole register before a call opens: a page that asks and writes nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from programs.domain.criteria.wording import asks
from programs.forms.what_if import WhatIfForm
from programs.models import Call
from programs.queries.what_if import stand_of_register, what_if


def register_context(request: HttpRequest, call: Call) -> dict[str, Any]:
    """How the register stands, each rule's effect, and, where other values are given, what they would change."""
    form = WhatIfForm(request.GET if "criterion" in request.GET else None, call=call)
    change = None
    if form.is_bound and form.is_valid():
        change = what_if(call, form.cleaned_data["criterion"], form.cleaned_data["values"], request.user)
    stand = change.before if change else stand_of_register(call)
    return {
        "form": form,
        "change": change,
        "stand": stand,
        "effects": [(each, asks(each.criterion), each.criterion.values) for each in stand.effects],
    }
