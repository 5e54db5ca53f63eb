"""A company answers for its month: typed per shop and currency, or no sales with one click; who owes what."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from companies.domain import merging
from ground import clock, mailbox, outbox, workdays
from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.models import Holiday, OutboxEvent
from programs.domain import agreement
from programs.models import Program, Task
from reports import month_forms
from reports.domain import answering, importing, months, reminding, undoing
from reports.domain.answering import Typed
from reports.models import Declaration, MonthReminder
from reports.month_forms import number_of
from reports.queries import answers, measures
from reports.queries.answers import Answer
from tests.companies.test_merging import agreed, begun, pair
from tests.factories import people, programs, register, staff
from tests.factories import reports as made
from tests.factories.reports import item, order, santiago

pytestmark = pytest.mark.django_db
SEPTEMBER = dt.date(2025, 9, 1)


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2025, 10, 2, 9, tzinfo=SEOUL))
    programs.currency("KRW")
    programs.currency("USD")
    return programs.program()


@pytest.fixture
def company(program):
    company = register.company(1)
    programs.participation(company, program)
    return company


@pytest.fixture
def part(company):
    return company.participations.get()


@pytest.fixture
def owner(company):
    return register.member(company)


@pytest.fixture
def store(company, part):
    store = programs.store(company=company)
    programs.assignment(store, part)
    return store


def typed(store=None, currency="CLP", orders=3, amount="100000", refund="0", units=None) -> Typed:
    return Typed(
        store, None if store else programs.market(), programs.currency(currency), orders, units,
        Decimal(amount), Decimal(refund),
    )  # fmt: skip


def answer_of(program, month=SEPTEMBER, today=dt.date(2025, 10, 2)) -> list[tuple[str, str, str]]:
    found = answers.of_month(program, month, today)
    return [
        (row.participation.company.business_number, row.store.code if row.store else "", row.answer.value)
        for row in found.rows
    ]


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
    scope = measures.month_scope(program, SEPTEMBER)
    declared = {row.currency: (row.amount, row.krw_amount) for row in measures.declared(scope)}
    assert declared == {
        "CLP": (Decimal(100_000), Decimal(147_368)), "USD": (Decimal("2500.5"), Decimal(3_500_700)),
    }  # fmt: skip
    assert measures.orders(scope).cells == ()
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
        (row.currency, row.amount) for row in measures.declared(measures.month_scope(program, SEPTEMBER))
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


def test_the_due_day_moves_to_a_working_day_and_steps_count_working_days(program):
    """10 August 2025 is a Sunday, and the 11th is made a holiday: due on Tuesday the 12th. Three working days before: Monday
    the 11th does not count, so Friday 8, Thursday 7, Wednesday 6; seven after: 13, 14, (15 Liberation Day), 18 to 22."""
    Holiday.objects.bulk_create(
        [Holiday(day=dt.date(2025, 8, 11), name_ko="쉼"), Holiday(day=dt.date(2025, 8, 15), name_ko="광복절")]
    )
    found = months.calendar(program, dt.date(2025, 7, 1))
    assert found.due_on == dt.date(2025, 8, 12)
    assert dict(found.steps) == {
        -3: dt.date(2025, 8, 6), 0: dt.date(2025, 8, 12), 3: dt.date(2025, 8, 18), 7: dt.date(2025, 8, 22),
    }  # fmt: skip
    assert (found.overdue_days(dt.date(2025, 8, 12)), found.overdue_days(dt.date(2025, 8, 15))) == (0, 3)
    assert workdays.shifted(dt.date(2025, 8, 8), 0, set()) == dt.date(2025, 8, 8)


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


def letters() -> list[tuple[str, str]]:
    outbox.drain()
    return sorted((each.recipient, each.subject) for each in mailbox.read_all())


def test_the_chain_writes_each_step_once_and_stops_with_the_answer(program, part, store, owner, move_clock):
    """September is due on Friday 10 October 2025: reminders on the 7th (three working days before), the 10th, the 15th and
    the 21st (no holidays are loaded)."""
    owner.language = "en"
    owner.save(update_fields=["language"])
    second = register.member(part.company, "editor")
    register.member(part.company, "reader")
    officer = people.officer()
    for day, sent in ((6, 0), (7, 1), (8, 0), (10, 1), (14, 0), (15, 1), (20, 0), (21, 1), (22, 0), (27, 0)):
        move_clock(dt.datetime(2025, 10, day, 10, tzinfo=SEOUL))
        assert (reminding.remind(), reminding.remind()) == (sent, 0), day
    assert list(part.month_reminders.values_list("step", "readers")) == [(-3, 2), (0, 2), (3, 2), (7, 2)]
    outbox.drain()
    mails = [each for each in mailbox.read_all() if each.recipient == owner.email][::-1]
    assert [each.subject for each in mails] == [
        "Please report the sales of September 2025: Chile online program",
        "Please report the sales of September 2025: Chile online program",
        "Overdue: sales of September 2025, Chile online program",
        "Overdue: sales of September 2025, Chile online program",
    ]
    assert reverse("declaration_edit", args=[part.pk, "2025-09"]) in mails[0].body
    assert [to for to, _subject in letters()].count(second.email) == 4
    told = [subject.strip() for to, subject in letters() if to == officer.email]
    assert told == ["칠레 온라인 진출 지원 2025년 9월 실적 미제출 기업 1곳"]


def test_after_a_standstill_only_the_last_step_is_written(program, part, store, owner, move_clock):
    move_clock(dt.datetime(2025, 10, 16, 10, tzinfo=SEOUL))
    assert reminding.remind() == 1
    assert list(part.month_reminders.values_list("step", flat=True)) == [3]


def test_nobody_is_reminded_who_need_not_answer(program, part, store, owner, move_clock, tmp_path):
    """Answered by a file, typed, no sales, excused, left, joined after the month, not accepted: only the last one, who owes
    it, gets a mail."""
    made.imported(made.ventas(tmp_path, [order(1, item(), at=santiago(9, 5))]), program, store)
    firms = {serial: register.company(serial) for serial in range(2, 9)}
    writers = {serial: register.member(firm) for serial, firm in firms.items()}
    parts = {serial: programs.participation(firm, program) for serial, firm in firms.items() if serial < 6}
    answering.type_month(parts[2], SEPTEMBER, [typed()], by=writers[2])
    answering.no_sales(parts[3], SEPTEMBER, by=writers[3])
    answering.excuse(parts[4], SEPTEMBER, reason="휴업", by=people.officer())
    programs.participation(firms[6], program, state="ended")
    programs.participation(firms[7], program, agreed_at=dt.datetime(2025, 10, 1, tzinfo=SEOUL))
    programs.participation(firms[8], program, state="offered", agreed_at=None)
    move_clock(dt.datetime(2025, 10, 10, 10, tzinfo=SEOUL))
    assert reminding.remind() == 1
    assert [to for to, _subject in letters()] == [writers[5].email]


def test_a_program_without_steps_reminds_nobody_and_its_own_day_counts(
    program, part, store, owner, move_clock
):
    program.reminder_days = []
    program.save()
    move_clock(dt.datetime(2025, 10, 30, 10, tzinfo=SEOUL))
    assert reminding.remind() == 0
    program.reminder_days, program.answer_due_day = [0], 28
    program.save()
    assert reminding.remind() == 1
    assert months.calendar(program, SEPTEMBER).due_on == dt.date(2025, 10, 28)


def test_a_file_closes_the_task_of_its_month(program, part, store, owner, tmp_path):
    assert reminding.ask() == 1
    batch = made.taken_in(made.ventas(tmp_path, [order(1, item(), at=santiago(9, 5))]), program, store)
    importing.confirm(batch, by=None)
    outbox.drain()
    assert not Task.objects.open().filter(kind="declare").exists()


def test_a_merged_record_owes_visibly_and_gets_no_mail(program, move_clock):
    """Its people are the other record's now; staff see what is open under its agreement and can excuse it."""
    kept, gone = pair()
    programs.participation(gone, program)
    register.member(gone)
    merging.carry_out(agreed(begun(kept, gone)), by=staff.manager())
    move_clock(dt.datetime(2025, 10, 10, 10, tzinfo=SEOUL))
    assert [each[2] for each in answer_of(program)] == ["owed"]
    assert reminding.remind() == 0
    assert not MonthReminder.objects.exists()


def test_part_of_a_month_is_no_answer(program, part, store, owner, move_clock, tmp_path):
    """A file and an amount of 20 September hold the month so far. The same amount sent again in October is the month's; a
    file exported in October answers even where it brings no new line."""
    move_clock(dt.datetime(2025, 9, 20, 9, tzinfo=SEOUL))
    rows = [order(1, item(), at=santiago(9, 5))]
    early = made.ventas(tmp_path, rows, "early.xlsx", exported_at=santiago(9, 19))
    made.imported(early, program, store)
    answering.type_month(part, SEPTEMBER, [typed(store)], by=owner)
    assert [answer for _company, _store, answer in answer_of(program)] == ["owed"]
    move_clock(dt.datetime(2025, 10, 2, 9, tzinfo=SEOUL))
    assert reminding.ask() == 1
    answering.type_month(part, SEPTEMBER, [typed(store)], by=owner)
    assert [answer for _company, _store, answer in answer_of(program)] == ["typed"]
    assert Declaration.objects.count() == 2
    assert not Task.objects.open().filter(kind="declare").exists()
    Declaration.objects.current().update(replaced_at=dt.datetime.now(SEOUL), replaced_by=owner)
    assert [answer for _company, _store, answer in answer_of(program)] == ["owed"]
    made.imported(made.ventas(tmp_path, rows, "whole.xlsx", exported_at=santiago(10, 1)), program, store)
    assert [answer for _company, _store, answer in answer_of(program)] == ["file"]


def test_a_month_is_over_when_it_is_over_where_its_days_are_counted(part, owner, move_clock):
    """1 October in Seoul is the afternoon of 30 September in Santiago, whose days the program counts."""
    move_clock(dt.datetime(2025, 10, 1, 9, tzinfo=SEOUL))
    with pytest.raises(RuleBroken, match="month_not_over"):
        answering.no_sales(part, SEPTEMBER, by=owner)


def test_the_task_stays_until_every_shop_is_answered(client, program, part, store, owner):
    second = programs.store("ST-2", company=part.company)
    programs.assignment(second, part)
    reminding.ask()
    answering.type_month(part, SEPTEMBER, [typed(store)], by=owner)
    assert Task.objects.open().filter(kind="declare").count() == 1
    client.force_login(owner)
    page = client.get(reverse("declaration_edit", args=[part.pk, "2025-09"]))
    assert page.context["owed_shops"] == [second]
    assert "아직 제출하지 않은 판매처" in page.content.decode()
    answering.type_month(part, SEPTEMBER, [typed(store), typed(second, orders=0, amount="0")], by=owner)
    assert not Task.objects.open().filter(kind="declare").exists()


def test_an_import_stands_though_its_settling_fails_and_is_tried_again(
    program, part, store, tmp_path, monkeypatch
):
    reminding.ask()
    batch = made.taken_in(made.ventas(tmp_path, [order(1, item(), at=santiago(9, 5))]), program, store)
    importing.confirm(batch, by=None)
    with monkeypatch.context() as patch:
        patch.setattr(answers, "of_month", lambda *_args, **_more: 1 / 0)
        outbox.drain()
    batch.refresh_from_db()
    assert batch.state == "done"
    OutboxEvent.objects.filter(done_at__isnull=True).update(available_at=clock.now() - dt.timedelta(days=900))
    outbox.drain()
    assert not Task.objects.open().filter(kind="declare").exists()


def test_an_import_taken_back_opens_the_month_again(program, part, store, tmp_path):
    reminding.ask()
    batch = made.taken_in(made.ventas(tmp_path, [order(1, item(), at=santiago(9, 5))]), program, store)
    importing.confirm(batch, by=None)
    outbox.drain()
    assert not Task.objects.open().filter(kind="declare").exists()
    batch.refresh_from_db()
    undoing.undo(batch, reason="다른 가게", by=people.officer())
    outbox.drain()
    assert Task.objects.open().filter(kind="declare").count() == 1


def test_one_bad_program_leaves_the_others_their_reminders(program, part, store, owner, move_clock):
    bad = programs.program(code="BAD")
    programs.participation(register.company(2), bad)
    Program.objects.filter(pk=bad.pk).update(zone="No/Where")
    move_clock(dt.datetime(2025, 10, 10, 10, tzinfo=SEOUL))
    assert reminding.remind() == 1


def test_the_last_step_of_a_late_due_day_is_reached(program, part, store, owner, move_clock):
    """September, due on 28 October, plus thirty working days: Tuesday 9 December 2025."""
    program.reminder_days, program.answer_due_day = [30], 28
    program.save()
    assert dict(months.calendar(program, SEPTEMBER).steps) == {30: dt.date(2025, 12, 9)}
    move_clock(dt.datetime(2025, 12, 9, 10, tzinfo=SEOUL))
    assert reminding.remind() == 1
    assert MonthReminder.objects.get().month == SEPTEMBER


def test_officers_are_told_also_long_after_the_last_step(program, part, store, owner, move_clock):
    officer = people.officer()
    move_clock(dt.datetime(2025, 11, 3, 10, tzinfo=SEOUL))
    assert reminding.remind() == 0
    assert [to for to, _subject in letters()] == [officer.email]


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


def test_who_left_stays_in_the_months_before_and_is_asked_no_more(program, part, store, owner, move_clock):
    answering.type_month(part, SEPTEMBER, [typed(store)], by=owner)
    other = programs.participation(register.company(2), program)
    register.member(other.company)
    reminding.ask()
    move_clock(dt.datetime(2025, 10, 6, 9, tzinfo=SEOUL))
    for each in (part, other):
        agreement.end(each, reason="폐업", by=people.officer())
    assert not Task.objects.open().filter(kind="declare").exists()
    assert [answer for _company, _store, answer in answer_of(program)] == ["typed", "owed"]
    assert answer_of(program, dt.date(2025, 10, 1)) == []
    move_clock(dt.datetime(2025, 10, 10, 10, tzinfo=SEOUL))
    assert (reminding.remind(), reminding.ask()) == (0, 0)


def test_a_closed_program_reminds_nobody(program, part, store, owner, move_clock):
    program.state = "closed"
    program.save()
    move_clock(dt.datetime(2025, 10, 10, 10, tzinfo=SEOUL))
    assert reminding.remind() == 0


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


def test_no_step_is_made_up_for_from_before_the_reminders_began(program, part, store, owner, move_clock):
    """Begun on 20 October: the step of the 15th is nobody's, the one of the 21st goes."""
    program.reminded_from = dt.date(2025, 10, 20)
    program.save()
    for day, sent in ((20, 0), (21, 1)):
        move_clock(dt.datetime(2025, 10, day, 10, tzinfo=SEOUL))
        assert reminding.remind() == sent, day


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
