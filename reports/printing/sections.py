"""Puts a monthly report together in one language: its head, the targets, the sections with figures, notes
and checks.
"""

from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.printing import evidence, results, words
from reports.printing.checksum import data_sha256
from reports.printing.data import MonthlyReport, ProvisionalPart, Text
from reports.printing.kinds import RateRule, RefundBasis
from reports.printing.layout import (
    Block,
    Cell,
    Code,
    Column,
    Document,
    KeyFigure,
    Lead,
    Money,
    Note,
    Only,
    Rate,
    Row,
    Section,
    Share,
    Table,
    Unknown,
)
from reports.printing.sums import check_sums
from reports.printing.terms import definition_sentence, reason, target_sentence, term, won

NAMED_STORES = 10


def compose(report: MonthlyReport, lang: str) -> Document:
    """The whole report in "ko" or "en"; any other language is refused with ValueError."""
    if lang not in {"ko", "en"}:
        raise ValueError(f"reports are written in ko and en, not in {lang}")
    checksum = data_sha256(report)
    with translation.override(lang):
        return Document(
            lang=lang,
            title=_("Monthly report, %(month)s") % {"month": words.month(report.period, lang)},
            subtitle=report.program_name.in_language(lang),
            agency=report.agency_name.in_language(lang),
            marks=_marks(report),
            facts=_facts(report, lang),
            key_figures=_key_figures(report, lang),
            sections=(
                _targets(report, lang),
                results.by_month(report, lang),
                results.by_company(report, lang),
                results.components(report, lang),
                evidence.measures(report, lang),
                evidence.grades(report, lang),
                evidence.waiting(report, lang),
                evidence.rates(report, lang),
                _notes(report, lang),
                _checks(report, lang, checksum),
            ),
            data_sha256=checksum,
        )


def _marks(report: MonthlyReport) -> tuple[str, ...]:
    marks = []
    if report.is_demonstration:
        marks.append(_("Made-up data"))
    if report.is_provisional:
        marks.append(_("Provisional"))
    return tuple(marks)


def _facts(report: MonthlyReport, lang: str) -> tuple[tuple[str, str], ...]:
    zone = words.zone_name(report.sales_target.definition.zone, lang)
    period = f"{words.days(report.from_on, report.to_on, lang)}, {zone}"
    return (
        (_("Program"), report.program_code),
        (_("Agency"), report.agency_name.in_language(lang)),
        (_("Market"), report.market_name.in_language(lang)),
        (_("Covered days"), period),
        (_("Data cut"), words.instant(report.data_cut_at, lang)),
    )


def _key_figures(report: MonthlyReport, lang: str) -> tuple[KeyFigure, ...]:
    target, companies = report.sales_target, report.companies_target
    aim = target.target_krw_amount.value
    share = None
    beside = ""
    remark = reason(target.target_krw_amount, lang)
    if aim:
        share = min(Decimal(1), max(Decimal(0), target.achieved_krw_amount / aim))
        remark = _("%(percent)s of %(target)s") % {
            "percent": words.percent(target.achieved_krw_amount, aim),
            "target": words.exact_krw(aim, target.definition.unit, lang),
        }
    other_label, other_amount = _beside(report)
    if aim:
        beside = _("%(percent)s of the target") % {"percent": words.percent(other_amount, aim)}
    month_krw = sum(
        (row.sales.krw_amount for row in report.by_month if row.month == report.period), Decimal(0)
    )
    invited = companies.target.value
    if invited is None:
        places = reason(companies.target, lang)
    else:
        places = _("of %(number)s planned") % {"number": words.number(invited)}

    def in_won(label: str, amount: Decimal, note: str, bar: Decimal | None = None) -> KeyFigure:
        value, unit = words.short_krw_parts(amount, lang)
        return KeyFigure(label=label, value=value, unit=unit, remark=note, share=bar)

    gross_label = _("Gross of %(month)s") % {"month": words.month(report.period, lang)}
    return (
        in_won(_("Achieved so far"), target.achieved_krw_amount, remark, share),
        in_won(other_label, other_amount, beside),
        in_won(gross_label, month_krw, _("before refunds")),
        KeyFigure(
            label=_("Companies that agreed"),
            value=words.number(companies.agreed),
            unit=_("companies"),
            remark=places,
        ),
    )


def _beside(report: MonthlyReport) -> tuple[str, Decimal]:
    if report.sales_target.definition.refunds is RefundBasis.BEFORE:
        return _("Net after refunds"), report.sales_target.net_krw_amount
    return _("Gross before refunds"), report.sales_target.gross_krw_amount


def _targets(report: MonthlyReport, lang: str) -> Section:
    target, companies = report.sales_target, report.companies_target
    other_label, other_amount = _beside(report)
    invited: Cell = words.DASH
    if companies.target.value is not None:
        invited = int(companies.target.value)

    def counted(number: int) -> tuple[Cell, ...]:
        share: Cell = Share(number, companies.target.value) if companies.target.value else words.DASH
        return (invited, number, share)

    aim = target.target_krw_amount.value
    reached: Cell = Share(target.achieved_krw_amount, aim) if aim else words.DASH
    rows = (
        Row(cells=(_("Companies selected"), _("companies"), *counted(companies.selected))),
        Row(cells=(_("Companies that agreed"), _("companies"), *counted(companies.agreed))),
        Row(cells=(_("Companies with sales"), _("companies"), None, companies.selling, None)),
        Row(
            cells=(
                _("Sales by the target's definition"),
                words.unit_name(words.KrwUnit.WON),
                won(target.target_krw_amount, lang),
                Money(target.achieved_krw_amount, "KRW"),
                reached,
            ),
            is_total=True,
        ),
        Row(cells=(other_label, words.unit_name(words.KrwUnit.WON), None, Money(other_amount, "KRW"), None)),
    )
    table = Table(
        caption=_("Companies as they stood on %(day)s; sales up to that day")
        % {"day": words.day(report.to_on, lang)},
        columns=(
            Column(title=_("Target"), weight=6, characters=38),
            Column(title=pgettext("column of a report", "Unit"), weight=2, characters=12),
            Column(title=pgettext("column of a report", "Aim"), is_number=True, weight=3, characters=18),
            Column(title=pgettext("column of a report", "Result"), is_number=True, weight=3, characters=18),
            Column(title=pgettext("column of a report", "Reached"), is_number=True, weight=2, characters=12),
        ),
        rows=rows,
    )
    blocks: list[Block] = [Lead(target_sentence(target, lang)), table]
    if report.empty_reason is not None:
        why = _("There are no counted sales in this report: %(reason)s")
        blocks.insert(1, Note(why % {"reason": reason(report.empty_reason, lang)}))
    return Section(title=_("Targets and results"), sheet=_("Summary"), blocks=tuple(blocks))


def _notes(report: MonthlyReport, lang: str) -> Section:
    definition = report.sales_target.definition
    notes = [
        Note(definition_sentence(definition, lang), _("What is counted")),
        Note(
            _(
                "Each sales line is converted to KRW once and rounded half-up to whole won. Totals are sums "
                "of these rounded amounts, so they equal their parts. Foreign amounts keep the decimals of "
                "their currency. Percentages are rounded for reading and may not add up to 100."
            ),
            _("Rounding"),
        ),
        Note(_rate_note(report), _("Exchange rates")),
        Note(
            _("The figures rest on what was recorded up to %(instant)s. What came in later is not in them.")
            % {"instant": words.instant(report.data_cut_at, lang)},
            _("Data cut"),
        ),
        _provisional(report, lang),
    ]
    if report.is_demonstration:
        notes.append(
            Note(_("Companies, sales and rates are made up. No real company is meant."), _("Made-up data"))
        )
    notes += [Note(text.in_language(lang), _("Remark")) for text in report.notes]
    if lang == "en":
        notes.append(Note(_("(ko) marks what was given in Korean only."), _("Language")))
    return Section(title=_("Notes"), sheet=_("Notes"), blocks=(*notes, _taxes(report, lang)))


def _rate_note(report: MonthlyReport) -> str:
    definition = report.sales_target.definition
    sentences = [_("Lines without a rate wait and are in no total.")]
    if definition.rate_rule is RateRule.DAY:
        sentences.insert(
            0,
            _(
                "Where no rate was published for a day, the last one of up to %(days)s days before is taken; "
                "section 8 shows the day of each rate."
            )
            % {"days": definition.rate_days_back},
        )
    elif definition.rate_rule is RateRule.CUSTOMS_WEEK:
        sentences.insert(
            0,
            _(
                "A rate holds from the Sunday on which its week begins; section 8 shows that day as the rate's."
            ),
        )
    return " ".join(sentences)


def _provisional(report: MonthlyReport, lang: str) -> Note:
    lines = []
    for part in report.provisional:
        text = part.reason.in_language(lang) if isinstance(part.reason, Text) else term(part.reason)
        where = words.month(part.month, lang) if part.month else _("Whole report")
        lines.append(f"{where}: {text}{_concerned(part, lang)}")
    return Note("\n".join(lines) or _("Nothing in this report is provisional."), _("Provisional"))


def _concerned(part: ProvisionalPart, lang: str) -> str:
    """The stores and the won that a provisional part names, behind its sentence."""
    if part.krw_amount is None:
        return ""
    stores, more = ", ".join(part.stores[:NAMED_STORES]), len(part.stores) - NAMED_STORES
    if more > 0:
        stores = _("%(stores)s and %(number)s more") % {"stores": stores, "number": words.number(more)}
    return f" {stores}: {words.money(part.krw_amount, 'KRW', lang)}"


def _taxes(report: MonthlyReport, lang: str) -> Table:
    rows = []
    for row in report.taxes:
        rate: Cell = Unknown(reason(row.rate_percent, lang))
        if row.rate_percent.value is not None:
            rate = Rate(row.rate_percent.value)
        until = words.short_day(row.to_on, lang) if row.to_on else _("still valid")
        days = f"{words.short_day(row.from_on, lang)} – {until}"
        rows.append(Row(cells=(row.name.in_language(lang), row.store, term(row.treatment), rate, days)))
    return Table(
        caption=_("Tax treatment of the stores"),
        columns=(
            Column(title=_("Store"), weight=1, characters=30),
            Column(title=pgettext("column of a report", "Code"), characters=18),
            Column(title=_("Tax treatment"), weight=1, characters=30),
            Column(title=_("Rate (%)"), is_number=True, characters=10),
            Column(title=pgettext("column of a report", "Days"), characters=28),
        ),
        rows=tuple(rows),
        when_empty=_("No tax treatment of a store has been recorded."),
    )


def _checks(report: MonthlyReport, lang: str, checksum: str) -> Section:
    differences = check_sums(report)
    sums = [Note(_("Every total of this report equals the sum of its parts."), _("Totals"))]
    if differences:
        sums = [Note(difference, _("Difference")) for difference in differences]
    rows = tuple(
        Row(
            cells=(
                source.batch,
                source.file_name,
                source.profile,
                term(source.uploader),
                words.short_instant(source.received_at, lang),
                source.lines,
                f"{source.sha256[:12]}…",
                source.sha256,
            )
        )
        for source in report.sources
    )
    table = Table(
        caption=_("Files from which the figures come"),
        columns=(
            Column(title=_("Batch"), characters=14),
            Column(title=_("File"), weight=3, characters=36),
            Column(title=_("Profile"), only=Only.SHEET, characters=24),
            Column(title=_("Brought by"), characters=12),
            Column(title=_("Received\n(Seoul time)"), characters=22),
            Column(title=_("Lines"), is_number=True, characters=10),
            Column(title=_("SHA-256\n(start)"), only=Only.PAGE),
            Column(title="SHA-256", only=Only.SHEET, characters=66),
        ),
        rows=rows,
        when_empty=_("No file has been imported up to the data cut."),
    )
    trace = Note(
        _(
            "Each figure is the sum of imported lines. In the system, the page of this report opens every "
            "figure down to its lines; a line names its batch and its row in the file. The checksums of the "
            "finished files stand in the record of the run."
        ),
        _("Where figures come from"),
    )
    version = Note(report.definition_version, _("Version of the definition"))
    blocks: tuple[Block, ...] = (Code(_("SHA-256 of the data"), checksum), version, *sums, trace, table)
    return Section(title=_("Checks"), sheet=_("Checks"), blocks=blocks)
