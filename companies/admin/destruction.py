"""What stays of destroyed personal data."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.acting import ActingAdmin, fact
from companies.models import DestructionRecord
from ground.templatetags.naru import seoul


@admin.register(DestructionRecord)
class DestructionRecordAdmin(ActingAdmin):
    list_display = ["subject", "records", "history_rows", "by", "created_at"]
    list_select_related = ["by"]

    def facts(self, request: HttpRequest, record: DestructionRecord) -> list[dict[str, Any]]:
        return [
            fact(_("table"), record.subject),
            fact(_("columns"), ", ".join(record.columns)),
            fact(_("number of records"), record.records),
            fact(_("number of history rows"), record.history_rows),
            fact(_("reason"), record.reason),
            fact(_("carried out by"), record.by, seoul(record.created_at)),
        ]
