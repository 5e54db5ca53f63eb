"""What the tax office said of a company, on its page and in the list: the answer that counts, until when, and later silence."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.acting import Table, Words, fact
from companies import queries, tax_office
from companies.models import Company, StatusCheck
from ground.templatetags.naru import day, seoul, seoul_day


class Companies(ChangeList):
    """Those of one page come with what the tax office said."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        answers = queries.tax_answers(each.pk for each in self.result_list)
        for each in self.result_list:
            each.tax_answer = answers.get(each.pk)


def _answer(company: Any) -> queries.TaxAnswer | None:
    """What the list has found for its page, else asked for once."""
    if not hasattr(company, "tax_answer"):
        company.tax_answer = queries.tax_answers([company.pk]).get(company.pk)
    return cast("queries.TaxAnswer | None", company.tax_answer)


def badge(company: Any) -> tuple[Words, str]:
    answer = _answer(company)
    if answer is None:
        return StatusCheck.Status.NOT_CHECKED.label, "neutral"
    return answer.check.get_status_display(), answer.tone


def cell(company: Any) -> SafeString:
    """The answer that counts, and below it until when, and that the office was asked again and did not answer."""
    label, tone = badge(company)
    answer, notes = _answer(company), []
    if answer is not None and answer.until_on is not None:
        until = _("counted until %(day)s") if answer.is_over else _("counts until %(day)s")
        notes.append(until % {"day": day(answer.until_on)})
        if answer.silent_at is not None:
            again = _("asked again on %(day)s, no answer")
            notes.append(again % {"day": seoul_day(answer.silent_at)})
    below = format_html_join("", '<br><span class="subtle">{}</span>', ((each,) for each in notes))
    return format_html('<span><span class="badge tone-{}">{}</span>{}</span>', tone, label, below)


def facts(company: Company) -> list[dict[str, Any]]:
    answer, label = _answer(company), badge(company)[0]
    if answer is None:
        return [fact(_("tax office"), label, _("never asked"))]
    check = answer.check
    if answer.until_on is None:
        why = tax_office.reason(check.why_not)
        return [
            fact(_("tax office"), label, why),
            fact(_("asked the tax office at"), seoul(check.checked_at)),
        ]
    until = (
        _(
            "Counted until %(day)s. Now a person must look. Of a call that has closed, or that names another number of days, its own"
            " page says."
        )
        if answer.is_over
        else _("Counts until %(day)s, unless a call names another number of days.")
    )
    rows = [
        fact(_("tax office"), label, check.tax_type),
        fact(_("answered at"), seoul(check.checked_at), until % {"day": day(answer.until_on)}),
    ]
    if answer.silent_at is not None:
        why = tax_office.reason(answer.why_silent)
        stands = "" if answer.is_over else _("The answer above still counts.")
        rows.append(fact(_("asked again, no answer"), seoul(answer.silent_at), f"{why} {stands}".strip()))
    return rows


def table(company: Company) -> Table:
    """The newest rows, and the one that counts where many silent ones came after it."""
    rows, answer = list(company.status_checks.all()[:20]), _answer(company)
    if answer is not None and answer.check not in rows:
        rows.append(answer.check)
    columns = [
        _("asked at"), _("status"), _("kind of taxation"), _("closed on"), _("why there is no answer"),
    ]  # fmt: skip
    cells = [
        [
            seoul(each.checked_at),
            each.get_status_display() if each.is_answer else _("no answer"),
            each.tax_type,
            day(each.closed_on),
            tax_office.reason(each.why_not),
        ]
        for each in rows
    ]
    return Table(_("answers of the tax office"), columns, cells, _("Never asked."))
