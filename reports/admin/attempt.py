"""How publishers were asked for rates, and what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import StaffAdmin
from ground.templatetags.naru import seoul
from reports.models import RateAttempt
from reports.published import asking
from reports.published.publishers import PUBLISHERS

TONES = {
    RateAttempt.Outcome.BROUGHT: "ok",
    RateAttempt.Outcome.NOTHING: "neutral",
    RateAttempt.Outcome.SILENT: "danger",
}


@admin.register(RateAttempt)
class RateAttemptAdmin(StaffAdmin):
    empty_text = _("Naru looks up published rates by itself. Each look-up stands here with what came of it.")
    change_list_template = "admin/reports/rateattempt_list.html"
    list_display = ["asked_at", "publisher", "day", "word", "why"]
    list_filter = ["publisher", "outcome"]
    date_hierarchy = "day"
    fields = ["asked_at", "publisher", "day", "word", "why"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.fields  # type: ignore[return-value]

    @admin.display(description=_("asked at"), ordering="created_at")
    def asked_at(self, attempt: RateAttempt) -> str:
        return seoul(attempt.created_at)

    @admin.display(description=_("what came of it"), ordering="outcome")
    def word(self, attempt: RateAttempt) -> SafeString:
        tone = TONES[RateAttempt.Outcome(attempt.outcome)]
        return format_html('<span class="badge tone-{}">{}</span>', tone, attempt.get_outcome_display())

    @admin.display(description=_("how many rates, or why none"))
    def why(self, attempt: RateAttempt) -> str:
        if attempt.why_not:
            return asking.reason(attempt.why_not)
        if not attempt.published:
            return "–"
        counts = gettext("%(published)d rates, %(entered)d of them new, %(corrected)d corrected.") % {
            "published": attempt.published, "entered": attempt.entered, "corrected": attempt.corrected,
        }  # fmt: skip
        if attempt.left_out:
            codes = gettext("Not in the list of currencies: %(codes)s") % {"codes": attempt.left_out}
            return f"{counts} {codes}"
        return counts

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        without_key = [kind.code.label for kind in PUBLISHERS if not kind().key]
        return super().changelist_view(request, {"without_key": without_key, **(extra_context or {})})
