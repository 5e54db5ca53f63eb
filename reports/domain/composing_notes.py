"""The sentences of a monthly report (보고서 주석): what is provisional, why a figure is missing, how amounts were made."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from programs.models import Program, StoreTax, Target
from reports.models import SharedSupport
from reports.models.sharing import Outside
from reports.printing import words
from reports.printing.data import ProvisionalPart, Text
from reports.printing.kinds import Measure, ProvisionalReason, Reason, TaxTreatment
from reports.queries import calendar_months, sharing
from reports.queries.counted import Scope
from reports.queries.payout_terms import GENERAL, Book

TREATMENTS = {
    StoreTax.Treatment.IN_PRICE.value: TaxTreatment.IN_PRICE,
    StoreTax.Treatment.COLLECTED.value: TaxTreatment.BY_PLATFORM,
    StoreTax.Treatment.NONE.value: TaxTreatment.NONE,
    StoreTax.Treatment.UNKNOWN.value: TaxTreatment.UNKNOWN,
}


short_day, short_month = lazy(words.short_day, str), lazy(words.month, str)
"""Within a sentence in both languages, as the report writes days and months elsewhere."""


def both(sentence: Promise, **facts: Any) -> Text:
    """A sentence in both languages at once."""
    texts = []
    for language in ("ko", "en"):
        with translation.override(language):
            texts.append(str(sentence) % facts if facts else str(sentence))
    return Text(*texts)


def provisional(
    period: dt.date,
    *,
    is_closed: bool,
    has_open_months: bool,
    has_waiting: bool,
    tax_unknown: dict[str, Decimal],
) -> tuple[ProvisionalPart, ...]:
    """What may still change: of months that are not closed a refund is booked on its order however late it comes, and the
    won of stores whose tax is not known stand as in the files."""
    parts = []
    if has_open_months and not is_closed:
        parts.append(ProvisionalPart(month=period, reason=ProvisionalReason.PERIOD_OPEN))
    if has_open_months:
        parts.append(ProvisionalPart(month=None, reason=ProvisionalReason.REFUNDS_OPEN))
    if has_waiting:
        parts.append(ProvisionalPart(month=None, reason=ProvisionalReason.LINES_WAITING))
    if tax_unknown:
        parts.append(
            ProvisionalPart(
                month=None,
                reason=ProvisionalReason.TAX_UNKNOWN,
                stores=tuple(sorted(tax_unknown)),
                krw_amount=sum(tax_unknown.values(), Decimal(0)),
            )
        )
    return tuple(parts)


def why_missing(measure: Measure, month: dt.date, cut_on: dt.date, terms: Book) -> Reason:
    """Why a measure has no figure in a month, as of the day of the data cut. A payout is not due as long as money of the month's last day
    is, in any store, by the terms of the stores that sold."""
    if measure is Measure.DECLARED:
        return Reason.NOT_DECLARED
    if measure is Measure.CUSTOMS:
        return Reason.NOT_ENTERED
    if measure is Measure.PAYOUTS:
        last = calendar_months.last_day(month)
        days = max((term.days for store in terms.terms if (term := terms.on(store, last))), default=GENERAL)
        return Reason.NOT_DUE if last + dt.timedelta(days=days) >= cut_on else Reason.NO_FILE
    return Reason.NO_FILE


def other_measure(target: Target) -> Text:
    """The sales target counts another measure than the orders that this report adds up."""
    return both(
        _(
            "The target of this program counts another measure: %(measure)s. It stands in the section of the four measures."
        ),
        measure=_InLanguage(target.get_measure_display),
    )


class _InLanguage:
    """Told in the language that is active when it is written."""

    def __init__(self, tell: Any) -> None:
        self.tell = tell

    def __str__(self) -> str:
        return str(self.tell())


RATE_NOTES = {
    Program.RateRule.DAY: _(
        "Rates: each line is converted at the rate of its business day, or of the latest earlier day up to 10 days"
        " back; a line without such a rate waits and is in no total."
    ),
    Program.RateRule.MONTH_AVERAGE: _(
        "Rates: each line is converted at the average of its calendar month, each quoted leg averaged over the days on"
        " which it was published; a line without a rate waits and is in no total."
    ),
    Program.RateRule.FIXED: _(
        "Rates: each line is converted at one fixed rate, that of the program's first day (%(day)s)."
    ),
    Program.RateRule.CUSTOMS_WEEK: _(
        "Rates: each line is converted at the rate that customs notified for exports in the week of its business day,"
        " Sunday to Saturday; a line of a week without such a rate waits and is in no total."
    ),
}


def name_of(partner: Program | Outside, elsewhere: Agency | None = None) -> Text:
    """A program's name, with its agency's before it where that is another one; empty for a body outside, whose code is all that is known."""
    if isinstance(partner, Outside):
        return Text("", "")
    if elsewhere is None:
        return Text(partner.name_ko, partner.name_en)
    english = partner.name_en and f"{elsewhere.name_en or elsewhere.name_ko} · {partner.name_en}"
    return Text(f"{elsewhere.name_ko} · {partner.name_ko}", english)


def of_shared(scope: Scope) -> tuple[Text, ...]:
    """Which bodies outside this system support sales of the program on the scope's days, too: a note for each body and program of its,
    with the paper where there is one declaration, else with how many companies, days, shares, amounts and papers there are."""
    found: dict[str, list[SharedSupport]] = {}
    for row in sharing.declarations(scope):
        if row.other is None and row.from_on <= scope.until_on and row.until_on >= scope.from_on:
            found.setdefault(row.partner.code, []).append(row)
    return tuple(_of_body(code, rows) for code, rows in sorted(found.items()))


def _of_body(code: str, rows: list[SharedSupport]) -> Text:
    shares = sorted({row.other_percent for row in rows})
    amounts = [row.outside_amount for row in rows if row.outside_amount is not None]
    facts = {
        "partner": code,
        "first": short_day(min(row.from_on for row in rows)),
        "last": short_day(max(row.until_on for row in rows)),
        "share": "–".join(f"{each:.1f}" for each in dict.fromkeys((shares[0], shares[-1]))),
        "granted": f", KRW {sum(amounts):,.0f}" if amounts else "",
    }
    if len(rows) == 1:
        document = rows[0].document or (rows[0].file.name if rows[0].file else "–")
        return both(
            _(
                "Also supported by %(partner)s, %(first)s to %(last)s, share %(share)s %%%(granted)s. Document: %(document)s."
            ),
            **facts,
            document=document,
        )
    return both(
        _(
            "Also supported by %(partner)s: %(rows)s declarations of %(companies)s companies, %(first)s to %(last)s, share"
            " %(share)s %%%(granted)s. Documents: %(documents)s."
        ),
        **facts,
        rows=f"{len(rows):,}",
        companies=f"{len({row.company_id for row in rows}):,}",
        documents=f"{len({row.document or row.file_id for row in rows}):,}",
    )


def of_report(program: Program, target: Target | None) -> tuple[Text, ...]:
    """How the figures were made, in the order in which a reader asks."""
    return (
        both(RATE_NOTES[Program.RateRule(program.rate_rule)], day=short_day(program.starts_on)),
        both(
            _(
                "Each line is converted once and rounded to whole won, half away from zero; every total adds up such lines."
            )
        ),
        both(
            _(
                "Paid are lines that the platform calls sold or refunded, and cancelled ones whose money the file shows"
                " going back. What a buyer ordered at once is one order: a pack counts once."
            )
        ),
        both(
            _(
                "Declared sales and customs records have no day: they are converted at the average rate of their month."
            )
        ),
        both(
            _(
                "A payout is expected within the days that hold for its store, %(days)d where nothing else is known. Money"
                " that was only kept back for a while or sent on to the bank is no payout."
            ),
            days=GENERAL,
        ),
    )
