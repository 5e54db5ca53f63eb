"""A provider states many payouts by one list: all or nothing, row by row, against the ledger; months not stated are seen and reminded of once."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from companies.models import Company
from ground import mailbox, outbox
from ground.clock import SEOUL
from ground.errors import RuleBroken
from programs.models import Store, Task
from reports.domain import payout_lists, payout_terms, proving, reminding_providers
from reports.domain.payout_lists import Outcome
from reports.models import PayoutList, PayoutProof, PayoutReminder
from reports.queries import statements, unstated
from reports.views.statements import lines_of
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db
SEPTEMBER = dt.date(2025, 9, 1)
PDF = b"%PDF-1.7 x"


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2025, 10, 20, 9, tzinfo=SEOUL))
    return programs.program()


@pytest.fixture
def provider(program):
    return people.organization_member()


@pytest.fixture
def shop(tmp_path, program, provider):
    """Company 1 sold for 10,000 and 9,000 were paid, company 2 for 5,000 and 4,500; both in September."""
    shop = programs.store("SHARED", settlement_currency=programs.currency("CLP"))
    for number, sku in ((1, "A"), (2, "B")):
        programs.assignment(shop, programs.participation(register.company(number), program), sku=sku)
    orders = [order(1, item("A"), at=santiago(9, 3)), order(2, item("B", price=5_000), at=santiago(9, 5))]
    made.imported(made.ventas(tmp_path, orders), program, shop, "provider")
    movements = [
        movement(1, "9000", order=1, at=santiago(9, 10)),
        movement(2, "4500", order=2, at=santiago(9, 10)),
    ]
    made.imported(made.release(tmp_path, movements, columns=23), program, shop, "provider")
    return shop


def row(number: int = 1, company: int = 1, **more) -> payout_lists.Row:
    values = {
        "number": number, "store": "SHARED", "business_number": register.company(company).business_number,
        "month": SEPTEMBER, "currency": "CLP", "sold": Decimal(10_000), "fee": Decimal(500), "paid": Decimal(8_500),
        "paid_on": dt.date(2025, 10, 1), "statement_number": "정산-9",
    }  # fmt: skip
    return payout_lists.Row(**(values | more))


def taken_in(provider, *rows, uploads=()) -> PayoutList:
    shop = Store.objects.get(code="SHARED")
    return payout_lists.take_in(shop.organization, "list.csv", rows, uploads, by=provider)


def outcomes(given: PayoutList) -> list[str]:
    return [each["outcome"] for each in given.rows]


def letters() -> list[str]:
    outbox.drain()
    return sorted(letter.subject.strip() for letter in mailbox.read_all())


def test_a_list_is_shown_then_stated_as_a_whole_and_once(provider, shop):
    register.member(register.company(1))
    given = taken_in(provider, row(2), row(3, 2, sold=Decimal(5_000), fee=Decimal(250), paid=Decimal(4_250)))
    assert outcomes(given) == ["new", "new"]
    assert (PayoutProof.objects.count(), Task.objects.count(), letters()) == (
        0,
        0,
        [],
    )  # a preview leaves nothing
    assert payout_lists.apply(given, by=provider) == 2
    assert payout_lists.apply(given, by=provider) == 2
    assert list(PayoutProof.objects.order_by("sold_amount").values_list("sold_amount", "fee_amount", "paid_amount")) == [
        (5_000, 250, 4_250), (10_000, 500, 8_500),
    ]  # fmt: skip
    assert Task.objects.open().filter(kind=Task.Kind.CONFIRM).count() == 2
    assert len(letters()) == 1
    again = taken_in(provider, row(2), row(3, 2, sold=Decimal(5_000), fee=Decimal(250), paid=Decimal(4_200)))
    assert outcomes(again) == ["unchanged", "corrected"]
    assert payout_lists.apply(again, by=provider) == 1
    assert len(letters()) == 1  # who is not corrected is not written to


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"store": "OTHER"}, "OTHER"),
        ({"currency": "XXX"}, "XXX"),
        ({"business_number": "000-00-00000"}, "000-00-00000"),
        ({"month": None}, "월과"),
        ({"statement_number": ""}, "월과"),
        ({"paid": Decimal(-1)}, "음수"),
        ({"paid_on": dt.date(2025, 12, 1)}, "미래"),
        ({"fault": "읽을 수 없음"}, "읽을 수 없음"),
        ({"proof": "slip.pdf"}, "slip.pdf"),
        ({"number": 9}, "2행에"),
    ],
)
def test_one_row_that_cannot_be_stated_holds_the_whole_list_back(provider, shop, wrong, sentence):
    given = taken_in(
        provider, row(2), row(**({"number": 3, "company": 2} | wrong if "number" not in wrong else wrong))
    )
    assert outcomes(given) == ["new", "refused"]
    with pytest.raises(RuleBroken) as caught:
        payout_lists.apply(given, by=provider)
    assert caught.value.code == "rows_refused"
    assert sentence in str(caught.value.sentence)
    assert PayoutProof.objects.count() == 0


def test_a_list_is_not_stated_when_what_was_shown_has_changed_and_not_by_others(provider, shop):
    given = taken_in(provider, row(2))
    proving.state(
        shop, register.company(1).participations.get(), month=SEPTEMBER, statement_number="정산-8",
        currency=programs.currency("CLP"), sold_amount=Decimal(1), fee_amount=Decimal(0), paid_amount=Decimal(1), by=provider,
    )  # fmt: skip
    for who, code in (
        (provider, "changed_meanwhile"),
        (people.organization_member(name="다른물류"), "not_your_organization"),
    ):
        with pytest.raises(RuleBroken) as caught:
            payout_lists.apply(given, by=who)
        assert caught.value.code == code


def test_a_proof_belongs_to_one_company(provider, shop):
    slip = SimpleUploadedFile("slip.pdf", PDF)
    given = taken_in(provider, row(2, proof="slip.pdf"), row(3, 2, proof="slip.pdf"), uploads=[slip])
    assert outcomes(given) == ["new", "refused"]
    given = taken_in(provider, row(2, proof="slip.pdf"), uploads=[SimpleUploadedFile("slip.pdf", PDF)])
    payout_lists.apply(given, by=provider)
    proof = PayoutProof.objects.get().proof
    assert (proof.name, proof.has_passed) == ("slip.pdf", False)  # it waits in quarantine
    with pytest.raises(RuleBroken) as caught:
        taken_in(provider, row(2), uploads=[SimpleUploadedFile("slip.pdf", PDF)])
    assert caught.value.code == "proof_not_named"


def test_more_than_the_store_got_and_a_fee_beyond_the_agreed_one_are_named(program, provider, shop):
    """9,000 came for company 1. 500 + 8,500 are all of it; 600 + 8,500 are 100 more. A fee of 600 of 10,000 is 6 %."""
    manager = people.officer("manager")
    payout_terms.record(
        program.agency,
        kind="fee",
        value=Decimal("5.5"),
        from_on=SEPTEMBER,
        source="수행 협약 4조",
        by=manager,
        store=shop,
    )
    (fair,) = payout_lists.judge([row()], shop.organization, by=provider)
    (greedy,) = payout_lists.judge([row(fee=Decimal(600))], shop.organization, by=provider)
    assert [(each.against.beyond_amount, each.against.fee_percent, each.against.is_fee_beyond) for each in (fair, greedy)] == [
        (0, 5, False), (100, 6, True),
    ]  # fmt: skip
    assert [line.is_difference for line in lines_of(greedy.against)] == [False, True, True, True]
    assert len(lines_of(fair.against)) == 2


def test_what_is_beyond_is_counted_over_the_months(provider, shop):
    part = register.company(1).participations.get()
    for month, paid in (
        (8, 5_000),
        (9, 4_500),
    ):  # nothing came in August: 5,000 were passed on before; in all 500 too much
        PayoutProof.objects.create(
            agency=part.agency, store=shop, participation=part, month=dt.date(2025, month, 1), statement_number="1",
            currency=programs.currency("CLP"), sold_amount=10_000, paid_amount=paid,
        )  # fmt: skip
    found = statements.against(
        PayoutProof.objects.select_related("participation__program"), dt.date(2025, 10, 20)
    )
    of = {proof.month.month: found[proof.pk].beyond_amount for proof in PayoutProof.objects.all()}
    assert of == {8: None, 9: 500}


def owed(on: dt.date) -> list[tuple[str, str, Decimal, int]]:
    return [
        (str(each.due_on), each.company, each.amount, each.overdue_days(on)) for each in unstated.of_stores(Store.objects.all(), on)
    ]  # fmt: skip


def test_months_that_are_not_stated_are_due_after_the_months_end_and_reminded_of_once(
    client, program, provider, shop, move_clock
):
    """September was paid: with 15 days it is due on 15 October; the agreement's 20 days make it the 20th."""
    names = [register.company(number).name_ko for number in (1, 2)]
    on = dt.date(2025, 10, 20)
    assert owed(on) == [("2025-10-15", names[0], 9_000, 5), ("2025-10-15", names[1], 4_500, 5)]
    assert owed(dt.date(2025, 9, 30)) == []  # the month is not over
    payout_lists.apply(taken_in(provider, row()), by=provider)
    assert [company for _due, company, _amount, _days in owed(on)] == [names[1]]
    term = payout_terms.record(
        program.agency, kind="pass_on", value=Decimal(20), from_on=SEPTEMBER, source="수행 협약 5조",
        by=people.officer("manager"), program=program,
    )  # fmt: skip
    assert owed(on) == [("2025-10-20", names[1], 4_500, 0)]
    assert reminding_providers.remind() == 0  # on the day it is not late yet
    payout_terms.withdraw(term, reason="다른 협약", by=people.officer("manager"))
    before = len(letters())
    assert (reminding_providers.remind(), reminding_providers.remind()) == (1, 0)
    assert PayoutReminder.objects.get().companies == 1
    assert len(letters()) == before + 1
    client.force_login(people.officer("officer"))
    text = client.get(reverse("admin:reports_unstated")).content.decode()
    assert names[1] in text
    assert names[0] not in text
    client.force_login(provider)
    assert names[1] in client.get(reverse("provider_home")).content.decode()


def test_the_list_goes_out_filled_in_and_comes_back_through_the_page(client, provider, shop):
    client.force_login(provider)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    answer = client.get(reverse("payout_list_template", args=["xlsx"]))
    cells = [[cell.value for cell in each] for each in load_workbook(io.BytesIO(answer.content)).active]
    number = register.company(1).business_number
    code = shop.assignments.first().program.code
    assert cells[1][:6] == ["SHARED", number, register.company(1).name_ko, code, "2025-09", "CLP"]
    head = ",".join(cells[0])
    text = f'{head}\nSHARED,{number},,,2025.09,clp,"10,000",500,8500,2025-10-01,7,slip.pdf\nSHARED,{number},,,2025-13,CLP,1.2.3,0,,x,8,\n'
    page = reverse("payout_list_upload")
    sent = {
        "import_file": SimpleUploadedFile("list.csv", text.encode()),
        "proofs": [SimpleUploadedFile("slip.pdf", PDF)],
    }
    shown = client.post(page, sent)
    given = PayoutList.objects.get()
    assert shown["Location"] == reverse("payout_list", args=[given.pk])
    assert outcomes(given) == [Outcome.NEW, Outcome.REFUSED]
    assert "is no month" in client.get(shown["Location"]).content.decode()
    assert client.post(shown["Location"]).status_code == 409
    text = text.rpartition("SHARED")[0]
    sent = {
        "import_file": SimpleUploadedFile("list.csv", text.encode()),
        "proofs": [SimpleUploadedFile("slip.pdf", PDF)],
    }
    shown = client.post(page, sent)["Location"]
    assert "Fee and payment together: as in the ledger" in client.get(shown).content.decode()
    assert client.post(shown)["Location"] == reverse("provider_home")
    assert client.post(shown).status_code == 302
    assert PayoutProof.objects.get().statement_number == "7"
    client.force_login(people.organization_member(name="다른물류"))
    assert client.get(shown).status_code == 404
    assert client.post(page, {"import_file": SimpleUploadedFile("x.txt", b"x")}).status_code in {400, 404}


def test_a_term_is_recorded_with_its_source_and_withdrawn_with_a_reason(client, program, shop):
    manager = people.officer("manager")
    client.force_login(manager)
    page = reverse("admin:reports_payoutterm_add")
    data = {
        "agency": str(program.agency_id), "kind": "release", "store": str(shop.pk), "value": "14", "from_on": "2025-09-01",
        "source": "Lazada 주간 정산, 2025-08-01 확인",
    }  # fmt: skip
    assert client.get(page).status_code == 200
    assert client.post(page, {**data, "program": str(program.pk)}).status_code == 409
    assert client.post(page, {**data, "value": "1.5"}).status_code == 409
    assert client.post(page, {**data, "source": ""}).status_code == 400
    record = client.post(page, data)["Location"]
    assert client.post(page, data).status_code == 409  # one begins on that day already
    assert "Lazada" in client.get(record).content.decode()
    withdraw = reverse("admin:reports_payoutterm_withdraw", args=[record.rstrip("/").split("/")[-2]])
    assert client.post(withdraw, {"reason": "잘못 읽음"}).status_code == 302
    assert client.post(page, data).status_code == 302
    with pytest.raises(RuleBroken, match="not_your_agency"):
        payout_terms.record(
            program.agency, kind="release", value=Decimal(1), from_on=SEPTEMBER, source="x",
            by=people.officer("manager", "OTHER"), store=shop,
        )  # fmt: skip


def test_months_after_the_programs_end_are_stated(program, provider, shop):
    programs.Program.objects.filter(pk=program.pk).update(ends_on=dt.date(2025, 8, 31))
    assert outcomes(taken_in(provider, row())) == ["new"]


def test_a_company_in_two_programs_of_a_store_says_which(client, tmp_path, program, provider, shop):
    """9,000 came in the first program, 700 in the second. The list goes out with both codes and comes back whole."""
    other = programs.program(code=f"{program.code}-B")
    part = programs.participation(register.company(1), other)
    programs.assignment(shop, part, sku="C", from_on=SEPTEMBER)
    made.imported(made.ventas(tmp_path, [order(3, item("C"), at=santiago(9, 6))]), program, shop, "provider")
    paid = [movement(3, "700", order=3, at=santiago(9, 12))]
    made.imported(made.release(tmp_path, paid, columns=23), program, shop, "provider")
    (unsaid,) = payout_lists.judge([row()], shop.organization, by=provider)
    assert (unsaid.outcome, f"{program.code}, {other.code}" in str(unsaid.reason)) == (Outcome.REFUSED, True)
    client.force_login(provider)
    said = client.get(reverse("payout_list_template", args=["csv"])).content.decode("utf-8-sig")
    lines = [line.split(",") for line in said.splitlines()]
    codes = {line[3] for line in lines[1:] if line[1] == register.company(1).business_number}
    assert codes == {program.code, other.code}
    filled = "\n".join(
        ",".join(lines[0] if place == 0 else [*line[:6], "700", "0", "700", "2025-10-01", "7", ""])
        for place, line in enumerate(lines)
    )
    client.post(
        reverse("payout_list_upload"), {"import_file": SimpleUploadedFile("list.csv", filled.encode())}
    )
    given = PayoutList.objects.get()
    assert outcomes(given) == ["new"] * 3
    payout_lists.apply(given, by=provider)
    assert PayoutProof.objects.filter(participation=part).count() == 1
    earlier = "\n".join(
        ",".join(cell for place, cell in enumerate(line.split(",")) if place != 3)
        for line in filled.splitlines()
    )
    client.post(
        reverse("payout_list_upload"), {"import_file": SimpleUploadedFile("old.csv", earlier.encode())}
    )
    old = PayoutList.objects.order_by("uploaded_at").last()
    assert sorted(outcomes(old)) == ["refused", "refused", "unchanged"]


def test_where_nothing_is_owed_the_list_names_companies_that_had_something_in_the_month(
    client, program, provider
):
    """In October, of September: a company to which the store is assigned from 1 October on is not in it."""
    shop = programs.store("SHARED", settlement_currency=programs.currency("CLP"))
    for number, sku, from_on in ((1, "A", dt.date(2025, 9, 30)), (2, "B", dt.date(2025, 10, 1))):
        part = programs.participation(register.company(number), program)
        programs.assignment(shop, part, sku=sku, from_on=from_on)
    client.force_login(provider)
    said = client.get(reverse("payout_list_template", args=["csv"])).content.decode("utf-8-sig")
    lines = [line.split(",") for line in said.splitlines()[1:]]
    assert [(line[1], line[4]) for line in lines] == [(register.company(1).business_number, "2025-09")]


def test_before_anything_was_assigned_nothing_is_stated(provider, shop):
    (judged,) = payout_lists.judge([row(month=dt.date(2024, 12, 1))], shop.organization, by=provider)
    assert judged.outcome == Outcome.REFUSED


def test_a_list_states_stores_of_its_own_organization_only(client, program, provider, shop):
    """Who works for two providers states each one's stores by a list that only that one's people read."""
    theirs = people.organization_member(name="다른물류")
    organization = theirs.organization_members.get().organization
    other = programs.store("OTHER", settlement_currency=programs.currency("CLP"))
    Store.objects.filter(pk=other.pk).update(organization=organization)
    programs.assignment(other, register.company(1).participations.get())
    provider.organization_members.create(organization=organization)
    given = taken_in(provider, row(2), row(3, store="OTHER"))
    assert outcomes(given) == ["new", "refused"]
    client.force_login(provider)
    head = (
        client.get(reverse("payout_list_template", args=["csv"])).content.decode("utf-8-sig").splitlines()[0]
    )
    text = f"{head}\nOTHER,{register.company(1).business_number},,,2025-09,CLP,1,0,1,2025-10-01,7,\n"
    client.post(reverse("payout_list_upload"), {"import_file": SimpleUploadedFile("o.csv", text.encode())})
    assert PayoutList.objects.get(name="o.csv").organization == organization


def test_a_look_at_a_list_locks_the_stores_that_it_names(provider, shop):
    other = programs.store("IDLE", settlement_currency=programs.currency("CLP"))
    Store.objects.filter(pk=other.pk).update(organization=shop.organization)
    with CaptureQueriesContext(connection) as captured:
        payout_lists.judge([row()], shop.organization, by=provider)
    locked = [
        each["sql"] for each in captured if "FOR NO KEY UPDATE" in each["sql"] and "code" in each["sql"]
    ]
    assert "'SHARED'" in locked[0]


def test_a_provider_without_people_is_written_to_once_it_has_some(program, provider, shop):
    membership = provider.organization_members.get()
    organization, role = membership.organization, membership.__class__
    role.objects.filter(pk=membership.pk).update(ended_at=dt.datetime(2025, 10, 1, tzinfo=SEOUL))
    assert (reminding_providers.remind(), PayoutReminder.objects.count()) == (0, 0)
    role.objects.filter(pk=membership.pk).update(ended_at=None)
    assert (reminding_providers.remind(), organization.pk) == (1, shop.organization_id)


def test_a_company_whose_money_came_after_the_letter_is_not_called_reminded(
    tmp_path, program, provider, shop, move_clock
):
    assert reminding_providers.remind() == 1
    move_clock(dt.datetime(2025, 10, 22, 9, tzinfo=SEOUL))
    programs.assignment(shop, programs.participation(register.company(3), program), sku="D")
    made.imported(made.ventas(tmp_path, [order(4, item("D"), at=santiago(9, 6))]), program, shop, "provider")
    paid = [movement(4, "700", order=4, at=santiago(9, 12))]
    made.imported(made.release(tmp_path, paid, columns=23), program, shop, "provider")
    on = dt.date(2025, 10, 22)
    reminded = {each.company: each.reminded_at is not None for each in unstated.of_stores([shop], on)}
    assert reminded == {
        register.company(1).name_ko: True,
        register.company(2).name_ko: True,
        register.company(3).name_ko: False,
    }


def test_lines_are_read_of_months_that_are_not_stated_alone(tmp_path, program, provider, shop):
    """August came to 1,000 for company 1 and was stated; September's amounts are those of SQL over all lines."""
    made.imported(
        made.release(tmp_path, [movement(50, "1000", order=1, at=santiago(8, 20))], "august.csv", columns=23),
        program,
        shop,
    )  # fmt: skip
    on = dt.date(2025, 10, 20)
    part = register.company(1).participations.get()
    assert [each.month.month for each in unstated.of_stores([shop], on)] == [8, 9, 9]
    PayoutProof.objects.create(
        agency=part.agency, store=shop, participation=part, month=dt.date(2025, 8, 1), statement_number="1",
        currency=programs.currency("CLP"), sold_amount=1_000, paid_amount=1_000,
    )  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        found = unstated.of_stores([shop], on)
    assert len(asked) == 5
    (lines,) = [each["sql"] for each in asked if "JOIN reports_payout_line" in each["sql"]]
    assert "2025-09-01" in lines
    assert "2025-08-01" not in lines
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT company_id, date_trunc('month', business_day)::date, sum(net_amount) FROM reports_payout_line"
            " WHERE participation_id IS NOT NULL AND description_class NOT IN ('reserve', 'payout', 'other')"
            " AND business_day >= '2025-09-01' GROUP BY 1, 2 HAVING sum(sign) > 0 ORDER BY 3 DESC"
        )
        assert [(each.company, each.month, each.amount) for each in found] == [
            (Company.objects.get(pk=company).name_ko, month, amount)
            for company, month, amount in cursor.fetchall()
        ]
    assert unstated.of_stores([shop], on, month=dt.date(2025, 8, 1)) == []
    assert unstated.of_stores([shop], on, due_since=dt.date(2025, 10, 16)) == []
    assert unstated.of_stores([shop], on, due_since=dt.date(2025, 10, 15)) == found
