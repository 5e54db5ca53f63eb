"""Who registered and who came, as a list to take along."""

from __future__ import annotations

from collections.abc import Iterable

import tablib
from django.utils.translation import gettext as _

from accounts.admin.exchange import KoreanCsv
from ground.templatetags.naru import seoul
from ground.workbooks import CONTENT_TYPE, Value, workbook
from guidance.models import Briefing, Registration


def head() -> list[str]:
    return [
        _("Code"), _("Name"), _("Company"), _("Business registration number"), _("E-mail"), _("State"), _("Registered at"),
        _("Checked in at"),
    ]  # fmt: skip


def rows_of(briefing: Briefing) -> Iterable[list[Value]]:
    """With a seat first, then waiting, in the order of registering; cancelled and unconfirmed ones are left out. One query."""
    found = Registration.objects.filter(
        briefing=briefing, state__in=[Registration.State.REGISTERED, Registration.State.WAITING]
    )
    for each in found.select_related("company").order_by("state", "joined_at", "id"):
        number = each.company.pretty_number if each.company else ""
        state = _("came without registering") if each.is_walk_in else str(each.get_state_display())
        yield [
            each.code, each.name, each.from_company, number, each.email, state, each.joined_at, each.checked_in_at,
        ]  # fmt: skip


def as_workbook(briefing: Briefing) -> tuple[bytes, str]:
    """The list as XLSX, and its type."""
    return workbook(head(), rows_of(briefing)), CONTENT_TYPE


def as_csv(briefing: Briefing) -> bytes:
    """The list as CSV (UTF-8 with the mark that Excel needs); what a spreadsheet would run is written as text."""
    data = tablib.Dataset(headers=head())
    for row in rows_of(briefing):
        *texts, joined_at, checked_in_at = row
        data.append([*texts, *(seoul(each) if each else "" for each in (joined_at, checked_in_at))])  # type: ignore[arg-type]
    content: bytes = KoreanCsv().export_data(data)
    return content
