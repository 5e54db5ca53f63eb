"""The five-country strategy of 2015: two ministries, made-up values of fifteen candidates, and the choice by two persons."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from accounts.domain import approvals
from accounts.models import Agency, User
from ground import clock
from ground.clock import SEOUL
from programs.domain import choosing, planning
from programs.models import (
    Candidate,
    CountryChoice,
    Indicator,
    IndicatorValue,
    Paper,
    Program,
    ProgramShare,
    WeighedIndicator,
)
from reports.demo.people import officer

PROGRAM = "STRATEGY-5C-2015"
SINCE = dt.date(2015, 1, 1)
FIVE = ("CN", "ID", "JP", "US", "VN")
REASON = "순위에서 앞선 다섯 나라입니다. 다섯째인 인도네시아는 성장률의 가중치에 민감하지만, 커지는 시장을 먼저 잡으려고 그대로 둡니다."


@dataclass(frozen=True)
class Compared:
    code: str
    name_ko: str
    name_en: str
    unit_ko: str
    unit_en: str
    weight: int
    is_more_better: bool = True


COMPARED = (
    Compared(
        "exports", "온라인 수출액(추정)", "Exports by e-commerce (estimate)", "십억 원", "KRW billion", 35
    ),
    Compared("market", "온라인 시장 규모", "Size of the online market", "십억 달러", "USD billion", 25),
    Compared("growth", "온라인 시장 성장률", "Growth of the online market", "%", "%", 15),
    Compared("payment", "결제 접근성", "Access to payment", "점(0~100)", "points (0 to 100)", 10),
    Compared("delivery", "배송 기간", "Days of delivery", "일", "days", 10, is_more_better=False),
    Compared(
        "rules", "규제 장벽", "Barriers by rules", "점(0~10)", "points (0 to 10)", 5, is_more_better=False
    ),
)
# Made up, in the order of COMPARED; None is not known.
VALUES: dict[str, tuple[float | None, ...]] = {
    "CN": (280, 420, 35, 62, 5, 7),
    "US": (105, 305, 14, 90, 6, 3),
    "JP": (95, 110, 9, 84, 3, 4),
    "VN": (38, 4, 37, 55, 5, 5),
    "ID": (33, 9, 42, 48, 7, 6),
    "SG": (30, 4, 12, 88, 4, 2),
    "TH": (24, 5, 21, 58, 6, 5),
    "MY": (21, 4, 20, 63, 6, 4),
    "PH": (15, 3, 24, 45, 8, 6),
    "IN": (12, 16, 30, 40, 11, 8),
    "RU": (28, 17, 19, 50, 14, 7),
    "DE": (14, 63, 10, 85, 10, 4),
    "GB": (16, 94, 12, 89, 9, 3),
    "BR": (9, 18, 17, 52, 22, 9),
    "AE": (11, 3, 26, None, 9, 4),
}


def _at(month: int, day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(2015, month, day, hour, tzinfo=SEOUL)


def choose_countries() -> Program:
    """The program from its announcement on 23 March 2015, and its five countries."""
    clock.move_to(_at(2, 2))
    lead = Agency.objects.create(
        code="STRATEGY", name_ko="산업나루부(시연)", name_en="Ministry of Industry (demonstration)"
    )
    second = Agency.objects.create(
        code="FINANCE", name_ko="재정나루부(시연)", name_en="Ministry of Finance (demonstration)"
    )
    by = officer(lead, "officer", "officer@strategy.example", "길전략", since=SINCE)
    manager = officer(lead, "manager", "manager@strategy.example", "오부처", since=SINCE)
    officer(second, "officer", "officer@finance.example", "강재정", since=SINCE)
    program = planning.save_program(
        Program(
            code=PROGRAM,
            name_ko="5개국 온라인 수출 맞춤 전략(시연)",
            name_en="Online export strategy for five countries (demonstration)",
            summary_ko="나라를 고르고 조사하여 제품·마케팅·결제·배송 전략을 기업에 알립니다. 지원금은 없습니다. 값과 문장은 지어낸 것입니다.",
            summary_en="Chooses countries, has them studied and tells companies a strategy of product, marketing, payment and delivery. It pays no money. Values and statements are made up.",
            funding=Program.Funding.NONE,
            starts_on=dt.date(2015, 2, 2),
            ends_on=dt.date(2015, 12, 31),
            state=Program.State.RUNNING,
            is_made_up=True,
        ),
        by=by,
    )
    planning.save_part(
        ProgramShare(
            program=program,
            agency=second,
            part_ko="시장 조사와 규제 개선 협의",
            part_en="market research and talks about rules",
        ),
        by=by,
    )
    _weigh(program, by, manager)
    clock.move_to(_at(3, 23))
    planning.save_part(
        Paper(
            program=program, kind=Paper.Kind.NOTICE, number="시연보도-2015-0323", decided_on=dt.date(2015, 3, 23),
            title_ko="5개국 온라인 수출 맞춤 전략 발표", title_en="Announcement of the strategy for five countries",
        ),
        by=by,
    )  # fmt: skip
    return program


def _weigh(program: Program, by: User, manager: User) -> None:
    choice = choosing.save_choice(
        CountryChoice(program=program, name_ko="5개국 선정", name_en="Choice of the five countries"), by=by
    )
    for number, each in enumerate(COMPARED):
        indicator = choosing.save_indicator(
            Indicator(
                program=program, code=each.code, name_ko=each.name_ko, name_en=each.name_en, unit_ko=each.unit_ko,
                unit_en=each.unit_en,
            ),
            by=by,
        )  # fmt: skip
        for country, row in VALUES.items():
            value = row[number]
            if value is not None:
                choosing.save_value(
                    IndicatorValue(
                        indicator=indicator, country_id=country, year=2014, value=Decimal(str(value)),
                        source="지어낸 값(시연)", source_on=dt.date(2015, 1, 31), is_illustrative=True,
                    ),
                    by=by,
                )  # fmt: skip
        choosing.save_part(
            WeighedIndicator(
                choice=choice, indicator=indicator, year=2014, weight=Decimal(each.weight),
                is_more_better=each.is_more_better,
            ),
            by=by,
        )  # fmt: skip
    for country in VALUES:
        choosing.save_part(Candidate(choice=choice, country_id=country), by=by)
    clock.move_to(_at(3, 9))
    asked = choosing.propose(choice, FIVE, reason=REASON, by=by)
    clock.move_to(_at(3, 10))
    approvals.answer(asked, by=manager, grant=True)
    choosing.decide(choice, by=by)
