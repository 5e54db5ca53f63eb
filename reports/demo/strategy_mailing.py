"""Guides brought to companies: some agree to such mails, and a mailing about Chile is ready to be looked at and sent."""

from __future__ import annotations

import datetime as dt

from companies.domain import consents
from companies.models import ConsentText
from ground import clock
from guidance.domain import mailing
from guidance.models import Edition, Mailing
from programs.models import Criterion, Program
from reports.demo.delivering import Seller
from reports.demo.notice import at
from reports.demo.people import Cast
from reports.demo.strategy_rules import owner_of

AGREED = 12


def prepare(cast: Cast, program: Program, sellers: list[Seller]) -> None:
    """A text about mails with guides, twelve companies that agree to it, and a mailing with one rule, not sent yet."""
    clock.move_to(at(10, 20, 14))
    text = consents.publish_text(
        cast.agency,
        code="guides",
        wording={
            "kind": ConsentText.Kind.GUIDE, "items_ko": "이메일", "items_en": "E-mail", "months": 24, "from_on": dt.date(2025, 10, 20),
            "title_ko": "국가별 안내서 수신", "title_en": "Guides to countries by mail",
            "body_ko": "국가별 안내서의 새 판을 메일로 보냅니다. 메일마다 있는 링크로 언제든지 그만 받을 수 있습니다.",
            "body_en": "Send me new editions of guides to countries. Each mail has a link that ends the mails at any time.",
        },
        by=cast.manager,
    )  # fmt: skip
    for seller in sellers[:AGREED]:
        company = seller.participation.company
        consents.give(text, company, by=owner_of(company))
    clock.move_to(at(10, 21, 16))
    made = mailing.save_mailing(
        Mailing(
            program=program, name="칠레 안내서, 수출 100만 달러 이하(시연)",
            edition=Edition.objects.get(program=program, country="CL"), subject="칠레 안내서가 나왔습니다(시연)",
            body="칠레의 제품·결제·배송에서 알아 둘 것을 한 권에 모았습니다. 아래 안내서에서 읽으십시오.",
        ),
        by=cast.officer,
    )  # fmt: skip
    mailing.save_rule(made, Criterion.Kind.EXPORTS, {"max": 1_000_000}, by=cast.officer)
