"""A provider's statement against the ledger: its company, store and month only; a difference is said in words."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import translation

from ground.clock import SEOUL
from programs.models import Participation
from reports.domain import proving
from reports.domain.verifying import verify
from reports.models import ExchangeRate, PayoutProof
from reports.queries import statements
from reports.views.statements import lines_of
from tests.conftest import Prepared, moved_to
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db
SEPTEMBER, TODAY = dt.date(2025, 9, 1), dt.date(2025, 10, 2)


def prepare(folder: Path) -> UUID:
    """Company 1 sold for 12,000 pesos in September in the shared store (500 came back), for 700 in August and for 40 in
    its own store; company 2 for 5,000. Released of it in September: 9,000 pesos. A peso is two won."""
    moved_to(dt.datetime(2025, 10, 2, 9, tzinfo=SEOUL))
    program = programs.program()
    made.rates(dt.date(2025, 7, 25), dt.date(2025, 9, 30), krw="1900", clp="950")
    programs.currency("KRW")
    part = programs.participation(register.company(1), program)
    shop, own = programs.store("SHARED"), programs.store("OWN", company=register.company(1))
    programs.assignment(shop, part, sku="A")
    programs.assignment(shop, programs.participation(register.company(2), program), sku="B")
    programs.assignment(own, part)
    made.imported(
        made.ventas(
            folder,
            [
                order(1, item("A"), at=santiago(9, 3)),
                order(2, item("A", price=2_000), refund_amount=-500, at=santiago(9, 5)),
                order(3, item("B", price=5_000), at=santiago(9, 5)),
                order(4, item("A", price=700), at=santiago(8, 5)),
            ],
        ),
        program,
        shop,
        "provider",
    )
    made.imported(
        made.ventas(folder, [order(5, item("A", price=40), at=santiago(9, 5))], "own.xlsx"), program, own
    )
    made.imported(
        made.release(
            folder,
            [
                movement(1, "9000", order=1, at=santiago(9, 10)),
                movement(2, "4500", order=3, at=santiago(9, 10)),
                movement(3, "600", order=4, at=santiago(8, 10)),
            ],
            columns=23,
        ),
        program,
        shop,
        "provider",
    )
    return part.pk


@pytest.fixture
def part(prepared: Prepared) -> Participation:
    return Participation.objects.get(pk=prepared.made)


def stated(part: Participation, sold: int, fee: int, paid: int, currency: str = "CLP") -> PayoutProof:
    return proving.state(
        programs.store("SHARED"), part, month=SEPTEMBER, statement_number="정산-9", currency=programs.currency(currency),
        sold_amount=Decimal(sold), fee_amount=Decimal(fee), paid_amount=Decimal(paid), by=people.organization_member(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("amounts", "currency", "held", "apart"),
    [
        ((12_500, 500, 8_000), "CLP", (12_000, 9_000), (500, -500)),
        ((12_000, 500, 8_500), "CLP", (12_000, 9_000), (0, 0)),
        ((24_000, 1_000, 16_999), "KRW", (24_000, 18_000), (0, -1)),
        ((13, 1, 9), "USD", (None, None), (None, None)),
    ],
)
def test_sold_stands_against_orders_and_what_was_passed_on_against_payouts(
    part, amounts, currency, held, apart
):
    proof = stated(part, *amounts, currency)
    found = statements.against([proof], TODAY)[proof.pk]
    assert (found.orders.ledger_amount, found.payouts.ledger_amount) == held
    assert (found.orders.difference, found.payouts.difference) == apart
    assert verify().differences == ()


@pytest.mark.parametrize(
    ("sold", "currency", "words"),
    [
        (11_500, "CLP", "CLP 500 less than in the ledger: as much was refunded"),
        (23_000, "KRW", "KRW 1,000 less than in the ledger: as much was refunded"),
        (11_499, "CLP", "CLP 501 less than in the ledger"),
        (11_500, "USD", "not comparable with an amount in USD"),
    ],
)
def test_a_statement_after_refunds_is_told_from_another_difference(part, sold, currency, words):
    proof = stated(part, sold, 0, 0, currency)
    with translation.override("en"):
        line = lines_of(statements.against([proof], TODAY)[proof.pk])[0]
    assert (line.words, line.is_difference) == (words, "refunded" not in words)
    assert verify().differences == ()


@pytest.mark.parametrize(
    ("amounts", "currency", "words"),
    [
        ((12_000, 500, 8_500), "CLP", "as in the ledger"),
        ((11_500, 500, 8_500), "CLP", "as in the ledger after refunds"),
        ((11_499, 500, 8_500), "CLP", "differs from the ledger"),
        ((12_000, 500, 8_000), "CLP", "differs from the ledger"),
        ((13, 1, 9), "USD", "not comparable with the ledger"),
    ],
)
def test_a_provider_s_row_says_in_a_word_how_the_statement_stands(part, english, amounts, currency, words):
    stated(part, *amounts, currency)
    english.force_login(people.organization_member())
    page = english.get(reverse("provider_home")).content.decode()
    summaries = re.findall(
        r"<summary>((?:(?!<summary>).)*?)<span class=\"visually-hidden\">", page, re.DOTALL
    )
    assert [said(each).strip() for each in summaries] == [words]
    assert (">differs from the ledger</span>" in page) == (words == "differs from the ledger")


def test_a_month_of_which_the_ledger_has_nothing_differs_by_all_of_it(part):
    proof = stated(part, 12_000, 500, 8_500, "USD")
    PayoutProof.objects.filter(pk=proof.pk).update(month=dt.date(2025, 7, 1))
    proof.refresh_from_db()
    found = statements.against([proof], TODAY)[proof.pk]
    assert (found.orders.ledger, found.orders.difference, found.payouts.difference) == ([], 12_000, 9_000)


def test_without_a_rate_amounts_in_the_files_currency_are_compared_and_won_are_not(part, owner_role):
    in_pesos = stated(part, 12_000, 500, 8_500)
    with owner_role():
        ExchangeRate.objects.all().delete()
    found = statements.against([in_pesos], TODAY)[in_pesos.pk]
    assert (found.orders.difference, found.payouts.difference) == (0, 0)
    in_won = stated(part, 24_000, 1_000, 17_000, "KRW")
    found = statements.against([in_won], TODAY)[in_won.pk]
    assert (found.orders.difference, found.payouts.difference) == (None, None)
    assert verify().differences == ()


def said(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_staff_provider_and_company_read_the_same(part, client):
    """In Korean and won: 24,000 won in the ledger and 25,000 stated; 18,000 released, 17,000 passed on."""
    proof = stated(part, 25_000, 1_000, 16_000, "KRW")
    staff_url = reverse("admin:reports_payoutproof_change", args=[proof.pk])
    for user, url in (
        (people.officer("manager"), staff_url),
        (people.organization_member(), reverse("provider_home")),
        (register.member(part.company), reverse("sales_list")),
    ):
        client.force_login(user)
        page = said(client.get(url).content.decode())
        wanted = {
            "12,000 CLP (24,000원)", "원장보다 1,000원 많습니다", "9,000 CLP (18,000원)",
            "수수료와 지급액의 합: 원장보다 1,000원 적습니다",
        }  # fmt: skip
        assert {words for words in wanted if words in page} == wanted
    client.force_login(register.member(register.company(2)))
    assert "25,000" not in client.get(reverse("sales_list")).content.decode()


def test_what_agrees_is_said_too(part, client, english):
    stated(part, 12_000, 500, 8_500)
    english.force_login(people.organization_member())
    page = said(english.get(reverse("provider_home")).content.decode())
    assert "CLP 12,000 (KRW 24,000) as in the ledger" in page
    assert "Fee and payment together: as in the ledger" in page


def test_the_lists_ask_once_for_all_statements(part, client, django_assert_num_queries):
    """Two more statements, of July and August, take no further query."""
    client.force_login(people.organization_member())
    stated(part, 12_000, 500, 8_500)
    url = reverse("provider_home")
    client.get(url)
    with django_assert_num_queries(QUERIES):
        client.get(url)
    for month in (dt.date(2025, 7, 1), dt.date(2025, 8, 1)):
        PayoutProof.objects.create(
            agency=part.agency, store=programs.store("SHARED"), participation=part, month=month, statement_number="8",
            currency=programs.currency("KRW"), sold_amount=1, paid_amount=1,
        )  # fmt: skip
    with django_assert_num_queries(QUERIES):
        client.get(url)


QUERIES = 32


def test_verify_finds_a_page_that_says_another_sum(part, monkeypatch):
    stated(part, 12_000, 500, 8_500)
    monkeypatch.setattr(statements, "orders", lambda scope: ({}, {}))
    assert {each.check for each in verify().differences} == {"statements"}
