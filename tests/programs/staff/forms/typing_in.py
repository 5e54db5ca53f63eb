"""What a page's edit form holds when it is opened."""

from __future__ import annotations

from typing import Any

from django.forms import CheckboxInput, FileInput
from django.test import Client

from programs.forms.form_conditions import ConditionRows


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def typed(client: Client, address: str) -> dict[str, Any]:
    """What the page's edit form holds: every field with the value it shows."""
    context = client.get(address).context
    forms = [context["adminform"].form]
    for each in context["inline_admin_formsets"]:
        forms += [each.formset.management_form, *each.formset.forms]
    values: dict[str, Any] = {}
    for field in (field for form in forms for field in form):
        widget, shown = field.field.widget, field.value()
        if hasattr(widget, "widgets"):
            for number, part in enumerate(widget.decompress(shown)):
                values[f"{field.html_name}_{number}"] = "" if part is None else str(part)
        elif isinstance(widget, ConditionRows):
            for number, row in enumerate(shown or [{}]):
                parts = {**dict.fromkeys(("question", "how", "least"), ""), **row}
                parts["codes"] = [f"{parts['question']}:{code}" for code in row.get("codes", [])]
                values |= {f"{field.html_name}_{number}_{part}": value for part, value in parts.items()}
        elif isinstance(widget, CheckboxInput):
            values |= {field.html_name: "on"} if shown else {}
        elif not isinstance(widget, FileInput):
            formatted = widget.format_value(shown)
            if formatted == []:
                continue
            values[field.html_name] = (formatted[0] if isinstance(formatted, list) else formatted) or ""
            if field.field.show_hidden_initial:
                values[field.html_initial_name] = values[field.html_name]
    return values


PROGRAM = {
    "code": "SBA-NEW-2025", "state": "planned", "name_ko": "새 사업", "name_en": "", "starts_on": "2025-07-01",
    "ends_on": "2025-12-31", "funding": "local", "legal_basis": "", "budget_amount": "300000000", "rate_rule": "day",
    "zone": "America/Santiago", "summary_ko": "", "summary_en": "",
}  # fmt: skip
