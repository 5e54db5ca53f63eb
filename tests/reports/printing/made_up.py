"""Made-up reports for the tests of the printed files; no real company, file or sale is meant."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from reports.printing.data import (
    CompanyRow,
    CompanyTarget,
    ComponentRow,
    ComponentTotal,
    DollarRow,
    Figure,
    GradeRow,
    GroupRow,
    MeasureRow,
    MonthlyReport,
    MonthRow,
    ProvisionalPart,
    RateLeg,
    RateRow,
    Sales,
    SalesTarget,
    SourceFile,
    TargetDefinition,
    TaxRow,
    Text,
    Totals,
    WaitingRow,
)
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

MONTHS = (date(2025, 7, 1), date(2025, 8, 1), date(2025, 9, 1))
LONG_NAME = "주식회사한강나루바람언덕구름마을햇살담은전통발효건강식품연구개발수출유통센터서울"
_CLP_PER_USD = (Decimal("948.37"), Decimal("961.05"), Decimal("957.64"))
_KRW_PER_USD = (Decimal("1376.43"), Decimal("1389.66"), Decimal("1392.38"))
_FIRST = [
    "가온",
    "나래",
    "다솜",
    "라온",
    "마루",
    "바다",
    "사랑",
    "아라",
    "자람",
    "차오름",
    "하늘",
    "미르",
    "누리",
    "도담",
    "새벽",
]
_SECOND = ["식품", "화장품"]


def sales(currency: str, gross: int, refunds: int, orders: int, units: int, krw: int, net_krw: int) -> Sales:
    return Sales(
        currency=currency,
        gross_amount=Decimal(gross),
        refunds_amount=Decimal(refunds),
        net_amount=Decimal(gross + refunds),
        orders=orders,
        units=units,
        krw_amount=Decimal(krw),
        net_krw_amount=Decimal(net_krw),
    )


def added(parts: Sequence[Sales], currency: str = "CLP") -> Sales:
    """The sum of sales in one currency."""
    return Sales(
        currency=currency,
        gross_amount=sum((part.gross_amount for part in parts), Decimal(0)),
        refunds_amount=sum((part.refunds_amount for part in parts), Decimal(0)),
        net_amount=sum((part.net_amount for part in parts), Decimal(0)),
        orders=sum(part.orders for part in parts),
        units=sum(part.units for part in parts),
        krw_amount=sum((part.krw_amount for part in parts), Decimal(0)),
        net_krw_amount=sum((part.net_krw_amount for part in parts), Decimal(0)),
    )


def rates(clp_per_usd: Sequence[Decimal] = _CLP_PER_USD) -> tuple[RateRow, ...]:
    rows = []
    for month, clp, krw in zip(MONTHS, clp_per_usd, _KRW_PER_USD, strict=True):
        last = month.replace(month=month.month + 1) - date.resolution
        bank = Text("가상 중앙은행 월평균", "Made-up central bank, month average")
        broker = Text("가상 외환중개 월평균", "Made-up broker, month average")
        rows.append(
            RateRow(
                from_on=month,
                to_on=last,
                currency="CLP",
                krw_per_unit=round(krw / clp, 8),
                legs=(
                    RateLeg(base="USD", quoted="CLP", unit=1, value=clp, source=bank, rate_on=last),
                    RateLeg(base="USD", quoted="KRW", unit=1, value=krw, source=broker, rate_on=last),
                ),
            )
        )
    return tuple(rows)


def company_name(place: int) -> Text:
    if place in {4, 17}:
        return Text(LONG_NAME)
    name = f"{_FIRST[place % 15]}{_SECOND[place // 15]}"
    return Text(f"주식회사 {name}", f"Made-up Company {place + 1} Ltd.")


def _dollars(month: date | None, krw: Decimal, net_krw: Decimal) -> DollarRow:
    """At 1,400 won a dollar."""
    usd, net = (Figure((won / 1400).quantize(Decimal("0.01"))) for won in (krw, net_krw))
    return DollarRow(month=month, usd_amount=usd, net_usd_amount=net)


def monthly_report(companies: int = 30) -> MonthlyReport:
    """A report of three months with all its parts; every total equals the sum of its parts."""
    cells: dict[tuple[int, int], Sales] = {}
    for place in range(companies):
        for index in range(3):
            base = 0 if place >= 28 else (companies - place) * (352_000 + 154_000 * index) + place * 7_919
            refunds = -(base // (23 + place))
            rate = rates()[index].krw_per_unit
            krw, net = round(base * rate), round((base + refunds) * rate)
            orders = base // 31_990
            cells[place, index] = sales("CLP", base, refunds, orders, orders + orders // 5, krw, net)
    months = tuple(
        MonthRow(
            month=month,
            sales=added([cells[place, index] for place in range(companies)]),
            is_provisional=index == 2,
        )
        for index, month in enumerate(MONTHS)
    )
    rows = tuple(
        CompanyRow(
            business_number=f"000-00-{place:05d}",
            name=company_name(place),
            holders=(Holder.PROVIDER,) if place % 3 == 0 else (Holder.COMPANY,),
            uploaders=_uploaders(place),
            sales=added([cells[place, index] for index in range(3)]),
            month_krw_amount=cells[place, 2].krw_amount,
        )
        for place in range(companies)
    )
    whole = added([row.sales for row in months])
    selling = sum(1 for row in rows if row.sales.orders)
    shares = (whole.krw_amount * 6 // 10, whole.krw_amount * 3 // 10)
    return MonthlyReport(
        program_code="SBA-MELI-CL-2025",
        program_name=Text(
            "서울 중소기업 칠레 온라인 시장 진출 지원사업", "Seoul companies on Chile's online marketplace"
        ),
        agency_name=Text("가상 서울수출지원원", "Made-up Seoul Export Agency"),
        market_name=Text("메르카도 리브레, 칠레", "Mercado Libre, Chile"),
        period=MONTHS[-1],
        from_on=date(2025, 7, 1),
        to_on=date(2025, 9, 30),
        data_cut_at=datetime(2025, 10, 13, 0, 0, tzinfo=UTC),
        definition_version="monthly-1",
        is_demonstration=True,
        companies_target=CompanyTarget(
            target=Figure(Decimal(30)), selected=companies, agreed=companies, selling=selling
        ),
        sales_target=SalesTarget(
            definition=TargetDefinition(
                measure=Measure.ORDERS,
                moment=Moment.PAID,
                refunds=RefundBasis.BEFORE,
                tax=Inclusion.INCLUDED,
                shipping=Inclusion.EXCLUDED,
                zone="America/Santiago",
                rate_rule=RateRule.MONTH_AVERAGE,
                unit=KrwUnit.HUNDRED_MILLION,
            ),
            from_on=date(2025, 7, 1),
            to_on=date(2025, 9, 30),
            target_krw_amount=Figure(Decimal(1_000_000_000)),
            achieved_krw_amount=whole.krw_amount,
            gross_krw_amount=whole.krw_amount,
            net_krw_amount=whole.net_krw_amount,
        ),
        by_month=months,
        totals=Totals(
            by_currency=(whole,),
            orders=whole.orders,
            units=whole.units,
            lines=5_100,
            krw_amount=whole.krw_amount,
            net_krw_amount=whole.net_krw_amount,
        ),
        dollars=(
            *(_dollars(row.month, row.sales.krw_amount, row.sales.net_krw_amount) for row in months),
            _dollars(None, whole.krw_amount, whole.net_krw_amount),
        ),
        by_company=rows,
        by_group=_groups(whole),
        components=_components(),
        components_total=ComponentTotal(
            budget_krw_amount=Figure(Decimal(310_000_000)),
            planned_krw_amount=Figure(Decimal(277_600_000)),
            actual_krw_amount=Figure(Decimal(214_350_000)),
            companies=30,
        ),
        measures=_measures(months),
        grades=(
            GradeRow(uploader=Uploader.COMPANY, lines=3_000, krw_amount=shares[0]),
            GradeRow(uploader=Uploader.PROVIDER, lines=1_600, krw_amount=shares[1]),
            GradeRow(uploader=Uploader.AGENCY, lines=500, krw_amount=whole.krw_amount - sum(shares)),
            GradeRow(uploader=Uploader.PLATFORM, lines=0, krw_amount=Decimal(0)),
        ),
        waiting=(
            WaitingRow(kind=WaitingKind.NO_RATE, currency="USD", lines=4, amount=Figure(Decimal("812.50"))),
            WaitingRow(
                kind=WaitingKind.NO_ASSIGNMENT, currency="CLP", lines=17, amount=Figure(Decimal(512_830))
            ),
            WaitingRow(
                kind=WaitingKind.UNKNOWN_STATE,
                currency=None,
                lines=2,
                amount=Figure(None, Text("통화를 알 수 없습니다.", "The currency is not known.")),
            ),
        ),
        waiting_lines=23,
        rates=rates(),
        taxes=(
            TaxRow(
                store="MLC-OWN-01",
                name=Text("가온식품 직영 스토어", "Gaon's own store"),
                treatment=TaxTreatment.IN_PRICE,
                rate_percent=Figure(Decimal(19)),
                from_on=date(2025, 7, 1),
                to_on=None,
            ),
            TaxRow(
                store="MLC-PROVIDER",
                name=Text("가상 수행사 공동 스토어", "The provider's shared store"),
                treatment=TaxTreatment.UNKNOWN,
                rate_percent=Figure(None, Reason.NOT_STATED),
                from_on=date(2025, 7, 1),
                to_on=date(2025, 8, 31),
            ),
        ),
        provisional=(
            ProvisionalPart(month=MONTHS[2], reason=ProvisionalReason.PERIOD_OPEN),
            ProvisionalPart(month=MONTHS[2], reason=ProvisionalReason.REFUNDS_OPEN),
            ProvisionalPart(month=None, reason=ProvisionalReason.LINES_WAITING),
            ProvisionalPart(
                month=None,
                reason=ProvisionalReason.TAX_UNKNOWN,
                stores=("MLC-PROVIDER",),
                krw_amount=Decimal(81_334_500),
            ),
        ),
        notes=(Text("9월 18일과 19일은 칠레 공휴일입니다.", "18 and 19 September are holidays in Chile."),),
        sources=tuple(
            SourceFile(
                batch=f"B-2025-{place:04d}",
                profile="mercadolibre-ventas-cl",
                file_name=f"20251005_Ventas_CL_가상기업_{place}.xlsx",
                sha256=f"{place:02x}" * 32,
                uploader=_uploaders(place)[0],
                received_at=datetime(2025, 10, 5, 1 + place, 12, tzinfo=UTC),
                lines=730 + place,
            )
            for place in range(1, 8)
        ),
    )


def _groups(whole: Sales) -> tuple[GroupRow, ...]:
    """Two thirds cosmetics, the rest stated by nobody; every tenth order holds both."""
    both = whole.orders // 10
    first = sales(
        "CLP", int(whole.gross_amount) * 2 // 3, int(whole.refunds_amount) * 2 // 3, whole.orders * 2 // 3, whole.units * 2 // 3,
        int(whole.krw_amount) * 2 // 3, int(whole.net_krw_amount) * 2 // 3,
    )  # fmt: skip
    rest = replace(
        whole,
        gross_amount=whole.gross_amount - first.gross_amount,
        refunds_amount=whole.refunds_amount - first.refunds_amount,
        net_amount=whole.net_amount - first.net_amount,
        orders=whole.orders - first.orders + both,
        units=whole.units - first.units,
        krw_amount=whole.krw_amount - first.krw_amount,
        net_krw_amount=whole.net_krw_amount - first.net_krw_amount,
    )
    return (
        GroupRow(product_group="09", name=Text("화장품", "Cosmetics"), sales=first),
        GroupRow(product_group="", name=Text("기재하지 않음", "not stated"), sales=rest),
    )


def _uploaders(place: int) -> tuple[Uploader, ...]:
    if place % 3 == 0:
        return (Uploader.PROVIDER,)
    return (Uploader.COMPANY, Uploader.AGENCY) if place % 7 == 2 else (Uploader.COMPANY,)


def _components() -> tuple[ComponentRow, ...]:
    rows = (
        (
            "ONBOARD",
            "입점·판매 지원",
            "Onboarding and sales support",
            120_000_000,
            119_000_000,
            118_400_000,
            30,
        ),
        (
            "PROMO",
            "현지 마케팅·프로모션",
            "Local marketing and promotion",
            90_000_000,
            82_600_000,
            61_250_000,
            26,
        ),
        (
            "INFRA",
            "전자상거래 인프라(물류·결제)",
            "E-commerce infrastructure",
            60_000_000,
            40_000_000,
            34_700_000,
            21,
        ),
        (
            "CREATOR",
            "브랜드·크리에이터 협업",
            "Brand and creator collaboration",
            40_000_000,
            36_000_000,
            None,
            8,
        ),
    )
    return tuple(
        ComponentRow(
            code=code,
            name=Text(ko, en),
            budget_krw_amount=Figure(Decimal(budget)),
            planned_krw_amount=Figure(Decimal(planned)),
            actual_krw_amount=Figure(None, Reason.NOT_SETTLED) if actual is None else Figure(Decimal(actual)),
            companies=companies,
        )
        for code, ko, en, budget, planned, actual, companies in rows
    )


def _measures(months: Sequence[MonthRow]) -> tuple[MeasureRow, ...]:
    rows = []
    for index, row in enumerate(months):
        declared = row.sales.krw_amount * 97 // 100
        released = row.sales.net_amount * 8 // 10
        payouts = Figure(None, Reason.NOT_DUE) if index == 2 else Figure(released)
        payouts_krw = payouts if index == 2 else Figure(row.sales.net_krw_amount * 8 // 10)
        customs = Figure(None, Reason.NOT_ENTERED) if index else Figure(Decimal("184310.75"))
        customs_krw = customs if index else Figure(Decimal(253_691_000))
        rows += [
            _measure(row.month, Measure.DECLARED, "KRW", Figure(declared), Figure(declared)),
            _measure(
                row.month,
                Measure.ORDERS,
                "CLP",
                Figure(row.sales.gross_amount),
                Figure(row.sales.krw_amount),
            ),
            _measure(row.month, Measure.PAYOUTS, "CLP", payouts, payouts_krw),
            _measure(row.month, Measure.CUSTOMS, None if index else "USD", customs, customs_krw),
        ]
    return tuple(rows)


def _measure(month: date, measure: Measure, currency: str | None, amount: Figure, krw: Figure) -> MeasureRow:
    usd = krw if krw.value is None else Figure((krw.value / 1400).quantize(Decimal("0.01")))
    return MeasureRow(
        month=month, measure=measure, currency=currency, amount=amount, krw_amount=krw, usd_amount=usd
    )


def empty_report(reason: Reason | Text = Reason.NO_FILE) -> MonthlyReport:
    """A report before the first sale: targets stand, no figure does."""
    full = monthly_report()
    return replace(
        full,
        by_month=(),
        by_company=(),
        by_group=(),
        components=(),
        components_total=ComponentTotal(
            budget_krw_amount=Figure(None, Reason.NO_BUDGET),
            planned_krw_amount=Figure(None, Reason.NOT_PLANNED),
            actual_krw_amount=Figure(None, Reason.NOT_SETTLED),
            companies=0,
        ),
        measures=(),
        grades=(),
        waiting=(),
        waiting_lines=0,
        rates=(),
        taxes=(),
        provisional=(),
        notes=(),
        sources=(),
        totals=Totals(
            by_currency=(), orders=0, units=0, lines=0, krw_amount=Decimal(0), net_krw_amount=Decimal(0)
        ),
        companies_target=replace(full.companies_target, selling=0),
        sales_target=replace(
            full.sales_target,
            achieved_krw_amount=Decimal(0),
            gross_krw_amount=Decimal(0),
            net_krw_amount=Decimal(0),
        ),
        empty_reason=reason,
    )
