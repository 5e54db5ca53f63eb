"""The provider's page of one delivery: tick it off with day, cost and proof; afterwards see what was recorded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ground.errors import RuleBroken
from ground.templatetags.naru import amount, day
from programs.domain import delivery
from programs.forms.delivery import DeliveryDoneForm
from programs.models import Delivery
from programs.queries.delivery import of_provider
from programs.views.evaluation import person


@require_http_methods(["GET", "POST"])
def delivery_done(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A delivery under the provider's own contracts; anything else does not exist."""
    by = person(request)
    row = get_object_or_404(of_provider(by).select_related("program"), pk=pk)
    is_sent = request.method == "POST"
    form = DeliveryDoneForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    status = 200
    if is_sent:
        status = 400
        if form.is_valid():
            try:
                delivery.tick_off(row, by=by, **form.cleaned_data)
            except RuleBroken as error:
                field = next((name for name in error.fields if name in form.fields), None)
                form.add_error(field, str(error.sentence))
                status = 409
            else:
                messages.success(request, _("The delivery is recorded as done."))
                return redirect("delivery_done", pk=row.pk)
    context = {
        "delivery": row,
        "form": form if row.state == Delivery.State.PLANNED or status == 409 else None,
        "facts": _facts(row),
    }
    return render(request, "programs/delivery_done.html", context, status=status)


def _facts(row: Delivery) -> list[dict[str, Any]]:
    assert row.contract is not None
    facts: list[dict[str, Any]] = [
        {"label": _("Company"), "value": str(row.participation.company)},
        {"label": _("Contract"), "value": row.contract.number},
        {
            "label": _("Planned"),
            "value": day(row.planned_on),
            "note": _("KRW %(amount)s") % {"amount": amount(row.planned_amount)},
        },
    ]
    if row.state == Delivery.State.DONE:
        facts.append(
            {
                "label": _("Done"),
                "value": day(row.done_on),
                "note": _("KRW %(amount)s") % {"amount": amount(row.actual_amount)},
            }
        )
    return facts
