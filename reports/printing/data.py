"""What a monthly report says, as frozen values: whoever asks the database fills these, the writers only
print them.

Signs and units hold everywhere: refunds are zero or negative, so gross + refunds = net; amounts in won are
whole, each sales line having been converted and rounded half-up once; foreign amounts have the decimals of
their currency. A line without a rate, without a company or in a state that a person must look at is in no
total: it is in `waiting`.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

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
from reports.printing.words import KrwUnit

DATA_VERSION = 5
"""Of the shape of a report's values; 2 has budget and plan of a component apart, and the won of stores whose tax is not known; 3
what months hold for closed ones; 4 the sales in dollars; 5 product groups, and all measures in dollars."""


@dataclass(frozen=True, slots=True)
class Text:
    """What staff wrote: Korean always, English when they gave it."""

    ko: str
    en: str = ""

    def in_language(self, lang: str) -> str:
        """The text in the language; Korean with the mark "(ko)" where the English was not given."""
        if lang.split("-")[0] == "ko":
            return self.ko
        return self.en or (f"{self.ko} (ko)" if not self.ko.isascii() else self.ko)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that may be unknown: exactly one of value and reason is given, else ValueError."""

    value: Decimal | None
    reason: Reason | Text | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise ValueError("a figure has either a value or the reason why it has none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """Counted lines in one currency of the files, on the tax and shipping basis of the target.

    `krw_amount` is the gross and `net_krw_amount` the net amount in won. `orders` counts orders, not lines.
    """

    currency: str
    gross_amount: Decimal
    refunds_amount: Decimal
    net_amount: Decimal
    orders: int
    units: int
    krw_amount: Decimal
    net_krw_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The totals of the covered days: per currency, and in won over all currencies. Orders are distinct: one that has lines
    in two months counts in both and once here."""

    by_currency: tuple[Sales, ...]
    orders: int
    units: int
    lines: int
    krw_amount: Decimal
    net_krw_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetDefinition:
    """What the sales target counts; the report prints it as its first sentence.

    `zone` is an IANA name; `rate_days_back` says how many days an earlier rate may stand in for a missing
    one.
    """

    measure: Measure
    moment: Moment
    refunds: RefundBasis
    tax: Inclusion
    shipping: Inclusion
    zone: str
    rate_rule: RateRule
    unit: KrwUnit
    rate_days_back: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesTarget:
    """The target in won for its days; of these, as far as the report covers them, what was achieved by the target's
    own definition, with gross and net. The report may cover more days than the target, and fewer."""

    definition: TargetDefinition
    from_on: date
    to_on: date
    target_krw_amount: Figure
    achieved_krw_amount: Decimal
    gross_krw_amount: Decimal
    net_krw_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyTarget:
    """How many companies were to take part; by the end of the covered days were selected, had agreed and had not ended
    early, and have counted sales."""

    target: Figure
    selected: int
    agreed: int
    selling: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """One month (its first day) in one currency."""

    month: date
    sales: Sales
    is_provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentRow:
    """What `month` holds, in one currency, for the month `concerns`, which was closed before it was known. It is in the
    figures of `month`."""

    month: date
    concerns: date
    currency: str
    gross_amount: Decimal
    krw_amount: Decimal
    net_krw_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OfWhichRow:
    """Of a month's sales in one currency, all in its gross: what companies or their relatives bought themselves or to try the shop
    out (`own`; of it what was marked after the month was closed, `later`), and what the program's money paid."""

    month: date
    currency: str
    own_amount: Decimal
    own_krw_amount: Decimal
    own_orders: int
    later_krw_amount: Decimal
    program_amount: Decimal
    program_krw_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRow:
    """Sales of one month in one currency that two programs support at one rate of shares, as the program that carries the lines counts
    them (`basis`, `rate_rule`); `is_own`: that is the reported one. Of the other program the share in won. No part of any sum: the lines are
    the carrying program's. `later`: of it what was declared after the month was closed. Dollars are rounded to the cent for each declaration; reports
    that were written before they were stated have none."""

    is_own: bool
    program_code: str
    program_name: Text
    month: date
    currency: str
    other_percent: Decimal
    gross_amount: Decimal
    net_amount: Decimal
    krw_amount: Decimal
    net_krw_amount: Decimal
    other_krw_amount: Decimal
    other_net_krw_amount: Decimal
    later_krw_amount: Decimal
    basis: str
    rate_rule: str
    usd_amount: Figure | None = None
    net_usd_amount: Figure | None = None
    other_usd_amount: Figure | None = None
    other_net_usd_amount: Figure | None = None
    later_usd_amount: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DollarRow:
    """The sales of a month (its first day), or without one of all covered days, in dollars by way of the won: each amount
    rounded once, half up to the cent, so the months may differ from the whole by a cent each."""

    month: date | None
    usd_amount: Figure
    net_usd_amount: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyRow:
    """One company in one currency over the covered days, companies without sales included with zeros.

    An order with goods of several companies counts with each of them. `month_krw_amount` is the part of
    `sales.krw_amount` that belongs to the reported month.
    """

    business_number: str
    name: Text
    holders: tuple[Holder, ...]
    uploaders: tuple[Uploader, ...]
    sales: Sales
    month_krw_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One product group (its code; "" what nobody stated) in one currency over the covered days. The groups of a currency add up
    to its total, but for orders: one with goods of several groups counts in each of them."""

    product_group: str
    name: Text
    sales: Sales


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentRow:
    """One component of the package with its cost in won and the number of companies that it served, both up to the end
    of the covered days. The budget is the program's for the component, planned the sum of what is planned for
    companies; both are of the whole program."""

    code: str
    name: Text
    budget_krw_amount: Figure
    planned_krw_amount: Figure
    actual_krw_amount: Figure
    companies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentTotal:
    """The cost of all components with a known cost; `companies` are counted once however many components
    served them.
    """

    budget_krw_amount: Figure
    planned_krw_amount: Figure
    actual_krw_amount: Figure
    companies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One measure of one month: the amount in the currency in which it was reported, and in won.

    A measure reported in two currencies has two rows; one of which nothing is known has currency None. The
    orders are stated on the basis of the target, so that they equal the month's row. Dollars are by way of the won, rounded once,
    half up to the cent; reports of earlier definitions have none.
    """

    month: date
    measure: Measure
    currency: str | None
    amount: Figure
    krw_amount: Figure
    usd_amount: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRow:
    """The counted lines by who brought them, with their gross amount in won."""

    uploader: Uploader
    lines: int
    krw_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """Lines that are in no total, by reason and currency."""

    kind: WaitingKind
    currency: str | None
    lines: int
    amount: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLeg:
    """A quoted rate: `value` units of `quoted` for `unit` units of `base`, as published on `rate_on` by the
    source.
    """

    base: str
    quoted: str
    unit: int
    value: Decimal
    source: Text
    rate_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """The rate used for the lines of some days: won for one unit of the currency, and the legs it was made
    of.
    """

    from_on: date
    to_on: date
    currency: str
    krw_per_unit: Decimal
    legs: tuple[RateLeg, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRow:
    """The tax treatment of a store in a span of days; without an end it still holds."""

    store: str
    name: Text
    treatment: TaxTreatment
    rate_percent: Figure
    from_on: date
    to_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionalPart:
    """What may still change: a month (its first day) or, without one, the whole report; of some stores and for so much
    in won, where these can be named."""

    month: date | None
    reason: ProvisionalReason | Text
    stores: tuple[str, ...] = ()
    krw_amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """An imported file from which figures come; `batch` is the number under which it is found in the
    system.
    """

    batch: str
    profile: str
    file_name: str
    sha256: str
    uploader: Uploader
    received_at: datetime
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyReport:
    """One monthly report of one program, in both languages at once.

    `period` is the first day of the reported month; the figures cover the business days `from_on` to
    `to_on` in the zone of the target. `data_cut_at` is the instant up to which data is in; the time of the
    run is not part of a report. Without counted sales `empty_reason` says why. `waiting_lines` is the
    number of all waiting lines. `has_stock`: goods are sent to a warehouse before they are sold.
    """

    program_code: str
    program_name: Text
    agency_name: Text
    market_name: Text
    period: date
    from_on: date
    to_on: date
    data_cut_at: datetime
    definition_version: str
    is_demonstration: bool
    companies_target: CompanyTarget
    sales_target: SalesTarget
    by_month: tuple[MonthRow, ...]
    totals: Totals
    by_company: tuple[CompanyRow, ...]
    components: tuple[ComponentRow, ...]
    components_total: ComponentTotal
    measures: tuple[MeasureRow, ...]
    grades: tuple[GradeRow, ...]
    waiting: tuple[WaitingRow, ...]
    waiting_lines: int
    rates: tuple[RateRow, ...]
    taxes: tuple[TaxRow, ...]
    provisional: tuple[ProvisionalPart, ...]
    notes: tuple[Text, ...]
    sources: tuple[SourceFile, ...]
    empty_reason: Reason | Text | None = None
    adjustments: tuple[AdjustmentRow, ...] = ()
    of_which: tuple[OfWhichRow, ...] = ()
    dollars: tuple[DollarRow, ...] = ()
    shared: tuple[SharedRow, ...] = ()
    by_group: tuple[GroupRow, ...] = ()
    has_stock: bool = False

    def __post_init__(self) -> None:
        if self.data_cut_at.tzinfo is None:
            raise ValueError("the data cut is an instant with a time zone")
        if not self.by_month and self.empty_reason is None:
            raise ValueError("a report without sales says why it has none")

    @property
    def target_months(self) -> tuple[MonthRow, ...] | None:
        """The rows of the months in which the sales target counts; None when it counts a part of a month only."""
        target = self.sales_target
        begins_whole = target.from_on <= self.from_on or target.from_on.day == 1
        ends_whole = target.to_on >= self.to_on or (target.to_on + timedelta(days=1)).day == 1
        if not (begins_whole and ends_whole):
            return None
        first = target.from_on.replace(day=1)
        return tuple(row for row in self.by_month if first <= row.month <= target.to_on)

    @property
    def is_provisional(self) -> bool:
        return bool(self.provisional)
