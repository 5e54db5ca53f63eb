"""The kinds of a monthly report's values, each printed in the reader's words (`reports.printing.terms`)."""

from enum import StrEnum


class Measure(StrEnum):
    """The four measures of sales, which stand side by side and are never added."""

    DECLARED = "declared"
    ORDERS = "orders"
    PAYOUTS = "payouts"
    CUSTOMS = "customs"


class Moment(StrEnum):
    """The moment at which a sale counts."""

    ORDERED = "ordered"
    PAID = "paid"
    DELIVERED = "delivered"
    RELEASED = "released"


class RefundBasis(StrEnum):
    """Before or after cancellations and refunds."""

    BEFORE = "before"
    AFTER = "after"


class Inclusion(StrEnum):
    """Whether tax or shipping is part of a counted amount."""

    INCLUDED = "included"
    EXCLUDED = "excluded"


class RateRule(StrEnum):
    """Which exchange rate the program takes."""

    DAY = "day"
    MONTH_AVERAGE = "month_average"
    FIXED = "fixed"
    CUSTOMS_WEEK = "customs_week"


class Uploader(StrEnum):
    """Who brought the file: the grade of the evidence, the weakest first."""

    COMPANY = "company"
    PROVIDER = "provider"
    AGENCY = "agency"
    PLATFORM = "platform"
    API = "api"


class Holder(StrEnum):
    """Who holds the store through which a company sells."""

    COMPANY = "company"
    PROVIDER = "provider"
    IMPORTER = "importer"


class TaxTreatment(StrEnum):
    """How the sales tax of the market shows in a store's amounts."""

    IN_PRICE = "in_price"
    BY_PLATFORM = "by_platform"
    NONE = "none"
    UNKNOWN = "unknown"


class WaitingKind(StrEnum):
    """Why imported lines are in no total yet."""

    NO_RATE = "no_rate"
    NO_ASSIGNMENT = "no_assignment"
    UNKNOWN_STATE = "unknown_state"
    UNKNOWN_MOVEMENT = "unknown_movement"
    LOOSE_PAYOUT = "loose_payout"


class Reason(StrEnum):
    """Why a figure is not known, where a common reason does; otherwise the reason is a `Text`."""

    NO_FILE = "no_file"
    NOT_DECLARED = "not_declared"
    NOT_ENTERED = "not_entered"
    NO_RATE = "no_rate"
    NOT_DUE = "not_due"
    NO_TARGET = "no_target"
    NOT_SETTLED = "not_settled"
    NOT_PLANNED = "not_planned"
    NO_BUDGET = "no_budget"
    NOT_STATED = "not_stated"
    ALL_WAITING = "all_waiting"
    NOT_STARTED = "not_started"
    NO_SALES = "no_sales"


class ProvisionalReason(StrEnum):
    """Why figures may still change."""

    PERIOD_OPEN = "period_open"
    LINES_WAITING = "lines_waiting"
    REFUNDS_OPEN = "refunds_open"
    RATES_OPEN = "rates_open"
    TAX_UNKNOWN = "tax_unknown"
