"""The words of the codes in a report, and the sentence that says what a target counts."""

from enum import StrEnum

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from reports.printing import words
from reports.printing.data import Figure, SalesTarget, TargetDefinition, Text
from reports.printing.kinds import (
    Holder,
    Inclusion,
    Measure,
    Moment,
    ProvisionalReason,
    RateRule,
    Reason,
    RefundBasis,
    TaxTreatment,
    Uploader,
    WaitingKind,
)
from reports.printing.layout import Cell, Money, Unknown

# A table for each kind: codes of different kinds may be the same text.
_TERMS: dict[type[StrEnum], dict[str, Promise]] = {
    Measure: {
        Measure.DECLARED: gettext_lazy("Declared by the companies"),
        Measure.ORDERS: gettext_lazy("Orders on the platform"),
        Measure.PAYOUTS: gettext_lazy("Payouts of the platform"),
        Measure.CUSTOMS: gettext_lazy("Recorded by customs"),
    },
    Uploader: {
        Uploader.COMPANY: pgettext_lazy("who brought a file", "Company"),
        Uploader.PROVIDER: pgettext_lazy("who brought a file", "Provider"),
        Uploader.AGENCY: pgettext_lazy("who brought a file", "Agency"),
        Uploader.PLATFORM: pgettext_lazy("who brought a file", "Platform"),
        Uploader.API: pgettext_lazy("who brought a file", "Platform’s API"),
    },
    Holder: {
        Holder.COMPANY: pgettext_lazy("who holds a store", "Company"),
        Holder.PROVIDER: pgettext_lazy("who holds a store", "Provider"),
        Holder.IMPORTER: pgettext_lazy("who holds a store", "Importer"),
    },
    TaxTreatment: {
        TaxTreatment.IN_PRICE: gettext_lazy("Tax is in the price"),
        TaxTreatment.BY_PLATFORM: gettext_lazy("Tax is collected by the platform"),
        TaxTreatment.NONE: gettext_lazy("No tax"),
        TaxTreatment.UNKNOWN: gettext_lazy("Tax treatment not known"),
    },
    WaitingKind: {
        WaitingKind.NO_RATE: gettext_lazy("No exchange rate for the day"),
        WaitingKind.NO_ASSIGNMENT: gettext_lazy("Not assigned to a company"),
        WaitingKind.UNKNOWN_STATE: gettext_lazy("State that a person must look at"),
        WaitingKind.UNKNOWN_MOVEMENT: gettext_lazy("Released money of a kind that is not known"),
        WaitingKind.LOOSE_PAYOUT: gettext_lazy("Released money without a company"),
    },
    Reason: {
        Reason.NO_FILE: gettext_lazy("No file has been imported up to the data cut."),
        Reason.NOT_DECLARED: gettext_lazy("No company has declared this month yet."),
        Reason.NOT_ENTERED: gettext_lazy("The figures of customs have not been entered yet."),
        Reason.NO_RATE: gettext_lazy("There is no exchange rate for these days."),
        Reason.NOT_DUE: gettext_lazy("The payout is not yet due."),
        Reason.NO_TARGET: gettext_lazy("No target was set."),
        Reason.NOT_SETTLED: gettext_lazy("The cost has not been settled yet."),
        Reason.NOT_PLANNED: gettext_lazy("Nothing is planned for a company yet."),
        Reason.NO_BUDGET: gettext_lazy("No budget was set."),
        Reason.NOT_STATED: gettext_lazy("The source does not say."),
        Reason.ALL_WAITING: gettext_lazy("All imported lines are still waiting (section 7)."),
        Reason.NOT_STARTED: gettext_lazy("Sales had not begun at the data cut."),
        Reason.NO_SALES: gettext_lazy("The imported files contain no sales of these days."),
    },
    ProvisionalReason: {
        ProvisionalReason.PERIOD_OPEN: gettext_lazy("The period is not closed; lines may still be added."),
        ProvisionalReason.LINES_WAITING: gettext_lazy(
            "Lines are waiting and will be added once they are solved."
        ),
        ProvisionalReason.REFUNDS_OPEN: gettext_lazy(
            "Buyers may still return goods; refunds may still come in."
        ),
        ProvisionalReason.RATES_OPEN: gettext_lazy("The exchange rates are not final yet."),
        ProvisionalReason.TAX_UNKNOWN: gettext_lazy(
            "The tax of these stores is not known; their lines are counted as the files show them."
        ),
    },
}

_MEASURE_OBJECTS: dict[Measure, Promise] = {
    Measure.DECLARED: gettext_lazy("sales declared by the companies"),
    Measure.ORDERS: gettext_lazy("orders on the platform"),
    Measure.PAYOUTS: gettext_lazy("payouts of the platform"),
    Measure.CUSTOMS: gettext_lazy("exports recorded by customs"),
}
_MOMENTS: dict[Moment, Promise] = {
    Moment.ORDERED: gettext_lazy("when ordered"),
    Moment.PAID: gettext_lazy("when paid"),
    Moment.DELIVERED: gettext_lazy("when delivered"),
    Moment.RELEASED: gettext_lazy("when the money was released"),
}
_INCOMES: dict[tuple[Inclusion, Inclusion], Promise] = {
    (Inclusion.INCLUDED, Inclusion.EXCLUDED): gettext_lazy("product income including tax, without shipping"),
    (Inclusion.INCLUDED, Inclusion.INCLUDED): gettext_lazy("product income including tax and shipping"),
    (Inclusion.EXCLUDED, Inclusion.EXCLUDED): gettext_lazy("product income without tax and without shipping"),
    (Inclusion.EXCLUDED, Inclusion.INCLUDED): gettext_lazy("product income without tax, including shipping"),
}
_REFUNDS: dict[RefundBasis, Promise] = {
    RefundBasis.BEFORE: gettext_lazy("before cancellations and refunds"),
    RefundBasis.AFTER: gettext_lazy("after cancellations and refunds"),
}
_RATE_RULES: dict[RateRule, Promise] = {
    RateRule.DAY: gettext_lazy("converted at the rate of the day"),
    RateRule.MONTH_AVERAGE: gettext_lazy("converted at the average rate of the month"),
    RateRule.FIXED: gettext_lazy("converted at the program's fixed rate"),
    RateRule.CUSTOMS_WEEK: gettext_lazy("converted at the customs rate of the week"),
}


def term(code: StrEnum) -> str:
    """The words of a code in the active language."""
    return str(_TERMS[type(code)][code])


def reason(figure: Figure | Reason | Text | None, lang: str) -> str:
    """Why a figure is unknown, as a sentence; "" where it is known."""
    given = figure.reason if isinstance(figure, Figure) else figure
    if given is None:
        return ""
    return given.in_language(lang) if isinstance(given, Text) else term(given)


def won(figure: Figure, lang: str) -> Cell:
    """A figure in won as a cell, or its reason."""
    if figure.value is None:
        return Unknown(reason(figure, lang))
    return Money(figure.value, "KRW")


def definition_sentence(definition: TargetDefinition, lang: str) -> str:
    """What a sales target counts, in one sentence: measure, moment, tax, shipping, refunds, zone, rate
    rule, unit.
    """
    with translation.override(lang):
        return _(
            "It counts %(measure)s %(moment)s, %(income)s, %(refunds)s; days are business days in %(zone)s; "
            "foreign amounts are %(rate)s; the target is stated in %(unit)s."
        ) % {
            "measure": _MEASURE_OBJECTS[definition.measure],
            "moment": _MOMENTS[definition.moment],
            "income": _INCOMES[definition.tax, definition.shipping],
            "refunds": _REFUNDS[definition.refunds],
            "zone": words.zone_name(definition.zone, lang),
            "rate": _RATE_RULES[definition.rate_rule],
            "unit": words.unit_name(definition.unit, lang),
        }


def target_sentence(target: SalesTarget, lang: str) -> str:
    """The sentence with which a report begins: how much in which days, and what is counted."""
    period = {"from": words.day(target.from_on, lang), "to": words.day(target.to_on, lang)}
    with translation.override(lang):
        if target.target_krw_amount.value is None:
            start = _("From %(from)s to %(to)s no sales target is stated: %(reason)s") % {
                **period,
                "reason": reason(target.target_krw_amount, lang),
            }
        else:
            start = _("The sales target from %(from)s to %(to)s is %(amount)s.") % {
                **period,
                "amount": words.exact_krw(target.target_krw_amount.value, target.definition.unit, lang),
            }
        return f"{start} {definition_sentence(target.definition, lang)}"
