"""A company answers for its month: typed per shop and currency, or no sales with one click; who owes what."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from ground.clock import SEOUL
from ground.errors import RuleBroken
from programs.models import Task
from reports import month_forms
from reports.domain import answering, reminding
from reports.models import Declaration
from reports.month_forms import number_of
from reports.queries import answers, calendar_months, order_sums, reported_measures
from reports.queries.answers import Answer
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order, santiago
from tests.reports.months.said import SEPTEMBER, answer_of, typed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234567", "1234567"), ("1,234,567", "1234567"), (" 1 234 567 원", "1234567"), ("₩1,234,567", "1234567"),
        ("120만", "1200000"), ("1억 2,000만", "120000000"), ("1.5만", "15000"), ("3만5천", "35000"), ("1만 500원", "10500"),
        ("US$ 12.50", "12.50"), ("12.5", "12.5"), ("1.234.567", "1234567"), ("1.234,50", "1234.50"), ("0", "0"),
        ("１２３", "123"), ("0.125", "0.125"), ("12,50", "12.50"), ("CLP 1.234.567", "1234567"), ("1억 20000000", "120000000"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_type_them(text, number):
    assert number_of(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "-5",
        "1.234",
        "1,23,456",
        "abc",
        "1e5",
        "만",
        "5천1만",
        "=1+1",
        "1,2345",
        "1,2만",
        "1억 2000",
        "l00000",
        "₩5 USD",
    ],
)
def test_what_reads_in_two_ways_or_not_at_all_is_asked(text):
    with pytest.raises(ValueError, match=r"."):
        number_of(text)


@pytest.mark.parametrize(
    ("text", "codes"),
    [("120만원", {"KRW"}), ("US$ 1,250", {"USD"}), ("1,250 clp", {"CLP"}), ("€5", {"EUR"}), ("5", None)],
)
def test_the_word_beside_an_amount_names_its_currency(text, codes):
    assert month_forms.currencies_meant(text) == codes


def test_an_amount_in_another_currency_than_the_chosen_one_is_asked(client, part, store, owner):
    client.force_login(owner)
    data = {
        "part-TOTAL_FORMS": "2", "part-INITIAL_FORMS": "2", "part-0-place": f"store:{store.pk}", "part-0-currency": "CLP",
        "part-0-orders": "3", "part-0-amount": "120만원", "part-1-currency": "KRW", "step": "review",
    }  # fmt: skip
    url = reverse("declaration_edit", args=[part.pk, "2025-09"])
    wrong = client.post(url, data)
    assert (wrong.status_code, set(wrong.context["parts"].forms[0].errors)) == (400, {"amount"})
    assert client.post(url, {**data, "part-0-amount": "$ 120,000"}).status_code == 200


def test_a_correction_keeps_the_currency_that_was_typed(client, part, store, owner):
    answering.type_month(part, SEPTEMBER, [typed(store, "EUR")], by=owner)
    client.force_login(owner)
    form = client.get(reverse("declaration_edit", args=[part.pk, "2025-09"])).context["parts"].forms[0]
    assert "EUR" in [str(code) for code, _label in form.fields["currency"].choices]
    later = client.get(reverse("declaration_edit", args=[part.pk, "2025-10"])).context["parts"].forms[0]
    assert "EUR" in [str(code) for code, _label in later.fields["currency"].choices]


def test_what_would_count_twice_cannot_be_typed(part, store, owner):
    whole = replace(typed(), market=None)
    for rows in ([typed(store), typed()], [typed(store), whole], [typed(), whole]):
        with pytest.raises(RuleBroken, match="typed_overlap"):
            answering.type_month(part, SEPTEMBER, rows, by=owner)
    assert not Declaration.objects.exists()


def test_a_typed_month_is_the_declared_measure_and_nothing_else(program, part, store, owner):
    """100,000 pesos and 2,500.50 dollars: at 1,400 won a dollar and 950 pesos a dollar 147,368 and 3,500,700 won."""
    made.rates(dt.date(2025, 9, 1), dt.date(2025, 9, 30))
    rows = [typed(store, amount="100000", refund="20000", units=4), typed(store, "USD", 1, "2500.50")]
    answering.type_month(part, SEPTEMBER, rows, by=owner)
    scope = calendar_months.month_scope(program, SEPTEMBER)
    declared = {row.currency: (row.amount, row.krw_amount) for row in reported_measures.declared(scope)}
    assert declared == {
        "CLP": (Decimal(100_000), Decimal(147_368)), "USD": (Decimal("2500.5"), Decimal(3_500_700)),
    }  # fmt: skip
    assert order_sums.orders(scope).cells == ()
    assert answer_of(program) == [(part.company.business_number, "ST-1", "typed")]


def test_a_correction_is_a_new_version_and_what_was_left_out_is_taken_back(part, store, owner):
    answering.type_month(part, SEPTEMBER, [typed(store), typed(store, "USD", 1, "10")], by=owner)
    answering.type_month(part, SEPTEMBER, [typed(store, amount="90000")], by=owner)
    answering.type_month(part, SEPTEMBER, [typed(store, amount="90000")], by=owner)
    rows = Declaration.objects.order_by("created_at", "currency")
    assert [(row.currency_id, row.amount, row.replaced_by) for row in rows] == [
        ("CLP", 100_000, owner), ("USD", 10, owner), ("CLP", 90_000, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "nothing_typed"),
        ([{"amount": "1"}, {"amount": "2"}], "typed_twice"),
        ([{"amount": "1.5"}], "amount_decimals"),
        ([{"refund": "-1"}], "amount_negative"),
    ],
)
def test_what_cannot_be_typed(part, store, owner, rows, code):
    with pytest.raises(RuleBroken, match=code):
        answering.type_month(part, SEPTEMBER, [typed(store, **row) for row in rows], by=owner)
    assert not Declaration.objects.exists()


def test_no_sales_is_a_zero_with_who_and_when_and_can_be_taken_back(program, part, store, owner):
    assert reminding.ask() == 1
    said = answering.no_sales(part, SEPTEMBER, by=owner)
    assert answering.no_sales(part, SEPTEMBER, by=owner) == said
    assert (said.kind, said.amount, said.declared_by) == ("no_sales", 0, owner)
    assert answer_of(program) == [(part.company.business_number, "ST-1", "no_sales")]
    assert [
        (row.currency, row.amount)
        for row in reported_measures.declared(calendar_months.month_scope(program, SEPTEMBER))
    ] == [("KRW", 0)]
    assert not Task.objects.open().filter(kind="declare").exists()
    assert answering.take_back(part, SEPTEMBER, by=owner)
    assert not answering.take_back(part, SEPTEMBER, by=owner)
    said.refresh_from_db()
    assert (said.replaced_by, said.replaced_at is None) == (owner, False)
    assert answer_of(program) == [(part.company.business_number, "ST-1", "owed")]
    assert Task.objects.open().filter(kind="declare").count() == 1


def test_no_sales_is_refused_where_something_else_stands(program, part, store, owner, tmp_path):
    with pytest.raises(RuleBroken, match="month_not_over"):
        answering.no_sales(part, dt.date(2025, 10, 1), by=owner)
    with pytest.raises(RuleBroken, match="not_your_company"):
        answering.no_sales(part, SEPTEMBER, by=register.member(register.company(2)))
    answering.type_month(part, SEPTEMBER, [typed(store)], by=owner)
    with pytest.raises(RuleBroken, match="declared_already"):
        answering.no_sales(part, SEPTEMBER, by=owner)
    made.imported(made.ventas(tmp_path, [order(1, item(), at=santiago(8, 5))]), program, store)
    with pytest.raises(RuleBroken, match="sales_on_record"):
        answering.no_sales(part, dt.date(2025, 8, 1), by=owner)


def test_a_typed_month_replaces_no_sales(part, store, owner):
    said = answering.no_sales(part, SEPTEMBER, by=owner)
    answering.type_month(part, SEPTEMBER, [typed(store)], by=owner)
    said.refresh_from_db()
    assert said.replaced_at is not None
    assert [each.kind for each in answers.standing(part, SEPTEMBER)] == ["typed"]


def test_a_later_file_with_sales_contradicts_and_is_named(client, program, part, store, owner, tmp_path):
    answering.no_sales(part, SEPTEMBER, by=owner)
    assert answers.contradictions([program]) == []
    path = made.ventas(
        tmp_path, [order(1, item(), at=santiago(9, 5)), order(2, item(), at=santiago(9, 6))], "9월.xlsx"
    )
    made.imported(path, program, store)
    (row,) = answers.of_month(program, SEPTEMBER, dt.date(2025, 10, 2)).rows
    assert (row.answer, row.lines) == (Answer.FILE, 2)
    assert (row.contradiction.lines, row.contradiction.file) == (2, "9월.xlsx")
    assert answers.contradictions([program]) == [(program, SEPTEMBER, 1)]
    client.force_login(owner)
    page = client.get(reverse("declaration_edit", args=[part.pk, "2025-09"])).content.decode()
    assert "9월.xlsx" in page
    assert "badge tone-danger" in client.get(reverse("sales_list")).content.decode()
    assert not Task.objects.open().filter(kind="declare").exists()
    assert (reminding.settle([program]), reminding.settle([program])) == (0, 0)
    assert Task.objects.open().filter(kind="declare").count() == 1
    assert reverse("declaration_edit", args=[part.pk, "2025-09"]) in client.get("/").content.decode()
    answering.take_back(part, SEPTEMBER, by=owner)
    assert not Task.objects.open().filter(kind="declare").exists()


def test_each_company_and_store_has_one_answer(program, part, store, owner, tmp_path):
    """Seven rows: a file, a provider's store with the month's file, typed for the market, no sales, excused, owed."""
    made.imported(made.ventas(tmp_path, [order(1, item(), at=santiago(9, 5))]), program, store)
    shared = programs.store("ST-P")
    seller = programs.participation(register.company(2), program)
    programs.assignment(shared, part, sku="SKU-1")
    programs.assignment(shared, seller, sku="SKU-9")
    made.imported(
        made.ventas(tmp_path, [order(7, item("SKU-1"), at=santiago(9, 7))], "p.xlsx"), program, shared
    )
    people_of = {}
    for serial in (3, 4, 5, 6):
        firm = register.company(serial)
        people_of[serial] = (programs.participation(firm, program), register.member(firm))
    answering.type_month(people_of[3][0], SEPTEMBER, [typed()], by=people_of[3][1])
    answering.no_sales(people_of[4][0], SEPTEMBER, by=people_of[4][1])
    answering.excuse(people_of[5][0], SEPTEMBER, reason="폐업 절차 중", by=people.officer())
    programs.participation(register.company(7), program, state="ended")
    programs.participation(register.company(8), program, agreed_at=dt.datetime(2025, 10, 1, tzinfo=SEOUL))
    found = answers.of_month(program, SEPTEMBER, dt.date(2025, 10, 14))
    by_answer = sorted((row.answer.value, row.store.code if row.store else "") for row in found.rows)
    assert by_answer == [
        ("excused", ""), ("file", "ST-1"), ("file", "ST-P"), ("file", "ST-P"), ("no_sales", ""), ("owed", ""), ("typed", ""),
    ]  # fmt: skip
    (owed,) = [row for row in found.rows if row.answer == Answer.OWED]
    assert (owed.participation, owed.overdue_days) == (people_of[6][0], 4)


def test_the_company_looks_at_won_before_it_sends(client, part, store, owner):
    made.rates(dt.date(2025, 9, 1), dt.date(2025, 9, 30))
    client.force_login(owner)
    url = reverse("declaration_edit", args=[part.pk, "2025-09"])
    page = client.get(url)
    assert [form.legend for form in page.context["parts"]] == ["가게 ST-1 (ST-1)", ""]
    data = {
        "part-TOTAL_FORMS": "2", "part-INITIAL_FORMS": "2", "part-0-place": f"store:{store.pk}", "part-0-currency": "CLP",
        "part-0-orders": "3", "part-0-amount": "100.000,00", "part-1-currency": "KRW", "step": "review",
        "part-1-place": f"market:{programs.market().pk}",
    }  # fmt: skip
    looked = client.post(url, data)
    assert looked.status_code == 200
    assert "147,368" in looked.content.decode()
    assert not Declaration.objects.exists()
    assert client.post(url, {**data, "step": "edit"}).context["is_review"] is False
    wrong = client.post(url, {**data, "part-0-amount": "1.234", "part-0-orders": ""})
    assert wrong.status_code == 400
    assert set(wrong.context["parts"].forms[0].errors) == {"amount", "orders"}
    assert client.post(url, {**data, "part-0-amount": "", "part-0-orders": ""}).status_code == 400
    assert client.post(url, {**data, "step": "send", "seen": ""}).status_code == 302
    assert Declaration.objects.get().amount == 100_000
    october = client.get(reverse("declaration_edit", args=[part.pk, "2025-10"]))
    assert [form.last for form in october.context["parts"]] == ["100,000 CLP", ""]
    assert "100,000 CLP" in october.content.decode()


def test_one_click_and_back_on_the_page(client, part, store, owner):
    client.force_login(owner)
    url = reverse("declaration_edit", args=[part.pk, "2025-09"])
    none = reverse("declaration_none", args=[part.pk, "2025-09"])
    assert none in client.get(url).content.decode()
    for _double_click in range(2):
        assert client.post(none)["Location"] == url
    assert Declaration.objects.count() == 1
    page = client.get(url).content.decode()
    assert none not in page
    back = reverse("declaration_take_back", args=[part.pk, "2025-09"])
    assert back in page
    assert client.post(back)["Location"] == url
    assert not Declaration.objects.current().exists()


def test_staff_see_who_owes_what_and_take_it_along(client, program, part, store, owner):
    other = programs.participation(
        register.company(2, name_ko="아주 긴 이름의 주식회사 한강수출무역상사"), program
    )
    answering.no_sales(part, SEPTEMBER, by=owner)
    client.force_login(people.officer())
    url = reverse("admin:reports_answers")
    page = client.get(url, {"month": "2025-09"})
    counts = {each["code"]: each["count"] for each in page.context["counts"]}
    assert counts == {"": 2, "file": 0, "typed": 0, "no_sales": 1, "excused": 0, "owed": 1}
    owed = client.get(url, {"month": "2025-09", "answer": "owed"})
    assert [each["row"].participation for each in owed.context["rows"]] == [other]
    csv = client.get(url, {"month": "2025-09", "answer": "owed", "format": "csv"}).content.decode("utf-8-sig")
    assert [line.split(",")[1] for line in csv.splitlines()[1:]] == [
        "아주 긴 이름의 주식회사 한강수출무역상사"
    ]
    xlsx = client.get(url, {"month": "2025-09", "format": "xlsx"})
    assert xlsx.content[:2] == b"PK"
    client.force_login(people.officer("manager", "GBA"))
    assert client.get(url, {"month": "2025-09"}).context["program"] is None


def test_an_excuse_needs_a_reason_and_the_right_agency_and_can_be_ended(client, program, part, store):
    url = reverse("admin:programs_participation_month", args=[part.pk, "2025-09"])
    client.force_login(people.officer())
    reminding.ask()
    assert client.post(url, {"do": "excuse", "reason": " "}).status_code == 409
    for _double_click in range(2):
        assert client.post(url, {"do": "excuse", "reason": "휴업 중"}).status_code == 302
    assert part.month_excuses.count() == 1
    assert not Task.objects.open().filter(kind="declare").exists()
    assert "휴업 중" in client.get(url).content.decode()
    client.force_login(people.officer("auditor"))
    assert client.get(url).status_code == 200
    assert client.post(url, {"do": "end"}).status_code == 404
    client.force_login(people.officer("manager", "GBA"))
    assert client.get(url).status_code == 404
    assert client.post(url, {"do": "end"}).status_code == 404
    client.force_login(people.officer())
    assert client.post(url, {"do": "end"}).status_code == 302
    assert answer_of(program)[0][2] == "owed"
    assert Task.objects.open().filter(kind="declare").count() == 1


def test_as_many_questions_for_three_companies_as_for_one(program, part, store, django_assert_num_queries):
    with django_assert_num_queries(7):
        answers.of_month(program, SEPTEMBER, dt.date(2025, 10, 2))
    for serial in (2, 3):
        other = programs.participation(register.company(serial), program)
        programs.assignment(programs.store(f"ST-{serial}"), other)
    with django_assert_num_queries(7):
        answers.of_month(program, SEPTEMBER, dt.date(2025, 10, 2))


def test_who_sends_on_top_of_a_colleague_sees_what_stands_now(client, part, store, owner):
    client.force_login(owner)
    url = reverse("declaration_edit", args=[part.pk, "2025-09"])
    data = {
        "part-TOTAL_FORMS": "2", "part-INITIAL_FORMS": "2", "part-0-place": f"store:{store.pk}", "part-0-currency": "CLP",
        "part-0-orders": "3", "part-0-amount": "100000", "part-1-currency": "KRW", "step": "send", "seen": "",
    }  # fmt: skip
    answering.type_month(part, SEPTEMBER, [typed(store, amount="77777")], by=owner)
    page = client.post(url, data)
    assert page.status_code == 409
    assert "77,777 CLP" in page.content.decode()


def test_the_desk_leads_to_the_month_that_contradicts(client, program, part, store, owner, tmp_path):
    answering.no_sales(part, SEPTEMBER, by=owner)
    made.imported(made.ventas(tmp_path, [order(1, item(), at=santiago(9, 5))]), program, store)
    programs.program(code="ANOTHER", starts_on=dt.date(2025, 9, 1))
    client.force_login(people.officer())
    (row,) = [
        each
        for each in client.get(reverse("admin:index")).context["waiting"]
        if "contradiction" in each["url"]
    ]
    assert len(client.get(row["url"]).context["rows"]) == 1


def test_only_the_company_s_shops_can_be_typed(part, store, owner):
    with pytest.raises(RuleBroken, match="not_in_store"):
        answering.type_month(part, SEPTEMBER, [typed(programs.store("ST-X"))], by=owner)


def test_a_second_officer_reads_who_excused_the_month(part):
    first, second = people.officer(), people.officer("manager")
    made_once = answering.excuse(part, SEPTEMBER, reason="휴업", by=first)
    assert answering.excuse(part, SEPTEMBER, reason="휴업", by=first) == made_once
    with pytest.raises(RuleBroken, match="excused_already") as caught:
        answering.excuse(part, SEPTEMBER, reason="폐업", by=second)
    assert str(first) in str(caught.value.sentence)


def test_evidence_outlives_its_row_and_the_same_file_is_no_new_version(part, store, owner):
    second = programs.store("ST-2", company=part.company)
    programs.assignment(second, part)
    for _twice in range(2):
        proof = SimpleUploadedFile("b.pdf", b"%PDF-1.7 x")
        answering.type_month(part, SEPTEMBER, [typed(store), typed(second)], by=owner, upload=proof)
    assert Declaration.objects.count() == 2
    answering.type_month(part, SEPTEMBER, [typed(second)], by=owner)
    (left,) = answers.standing(part, SEPTEMBER)
    assert (left.store, left.file.name) == (second, "b.pdf")


def test_the_form_grows_keeps_its_note_and_says_what_is_taken_back(client, part, store, owner):
    second = programs.store("ST-2", company=part.company)
    programs.assignment(second, part)
    answering.type_month(part, SEPTEMBER, [typed(store), typed(second, amount="55555")], by=owner)
    client.force_login(owner)
    url = reverse("declaration_edit", args=[part.pk, "2025-09"])
    data = {
        "part-TOTAL_FORMS": "2", "part-INITIAL_FORMS": "2", "part-0-place": f"store:{store.pk}", "part-0-currency": "CLP",
        "part-0-orders": "3", "part-0-amount": "90000", "part-1-currency": "KRW", "note": "반품 한 건",
    }  # fmt: skip
    assert len(client.post(url, {**data, "step": "more"}).context["parts"].forms) == 3
    assert "반품 한 건" in client.post(url, {**data, "step": "edit"}).content.decode()
    assert client.post(url, {**data, "step": "review"}).context["taken_back"] == [
        "가게 ST-2 (ST-2): 55,555 CLP"
    ]
    broken = client.post(url, {"step": "review"})
    assert (broken.status_code, broken.context["problem"] != "") == (400, True)


def test_officers_read_the_month_in_english_too(client, part, store):
    officer = people.officer()
    officer.language = "en"
    officer.save(update_fields=["language"])
    client.force_login(officer)
    page = client.get(
        reverse("admin:reports_answers"), {"month": "2025-09"}, headers={"accept-language": "en"}
    )
    assert "September 2025" in page.content.decode()


def test_staff_see_what_was_typed_beside_a_file_and_of_what_it_is(
    client, program, part, store, owner, tmp_path
):
    made.imported(made.ventas(tmp_path, [order(1, item(), at=santiago(9, 5))]), program, store)
    second = programs.store("ST-2", company=part.company)
    programs.assignment(second, part)
    answering.type_month(part, SEPTEMBER, [typed()], by=owner)
    client.force_login(people.officer())
    rows = client.get(reverse("admin:reports_answers"), {"month": "2025-09"}).context["rows"]
    market = str(programs.market())
    assert [each["said"] for each in rows] == [f"1건 · 100,000 CLP ({market})", f"100,000 CLP ({market})"]


def test_the_workbook_has_typed_amounts_as_numbers_each_once(client, program, part, store, owner):
    """One amount of the whole market stands in the row of the first shop; the second one's names it. Dollars have a column of their own."""
    second = programs.store("ST-2", company=part.company)
    programs.assignment(second, part)
    answering.type_month(
        part, SEPTEMBER, [typed(amount="1234567"), typed(currency="USD", amount="10.50")], by=owner
    )
    client.force_login(people.officer())
    got = client.get(
        reverse("admin:reports_answers"),
        {"month": "2025-09", "format": "xlsx"},
        headers={"accept-language": "en"},
    )
    sheet = openpyxl.load_workbook(io.BytesIO(got.content)).active
    head, first, other = ([(each.value, each.number_format) for each in row] for row in sheet.iter_rows())
    at = [name for name, _look in head].index("Typed (CLP)")
    with translation.override("en"):
        market = str(programs.market())
    assert [name for name, _look in head[at : at + 3]] == [
        "Typed (CLP)", "Typed (USD)", "What the typed amount is of",
    ]  # fmt: skip
    assert first[at : at + 2] == [(1234567, "#,##0"), (10.5, "#,##0.00")]
    assert (first[at + 2][0], other[at][0], other[at + 1][0]) == (market, None, None)
    assert (
        other[at + 2][0] == f"CLP 1,234,567 of {market}, counted above, USD 10.50 of {market}, counted above"
    )
    assert first[0] == (part.company.business_number, "General")
