"""Two programs support one sale: declared, refused, split by largest remainder, named apart, and counted once wherever programs are spanned."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain import approvals
from accounts.models import Approval, SecondPersonRule
from companies.models import Support
from ground import clock
from ground.errors import RuleBroken
from programs.models import Participation
from reports.domain import reporting, sharing
from reports.domain.sharing import Shares
from reports.domain.verifying import verify
from reports.models import SalesLine, SharedSupport
from reports.queries import home, order_sums, results, rollups, shared_sums, targets
from reports.queries import sharing as asked
from reports.queries.counted import Scope
from reports.queries.sharing import split
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import closed
from tests.factories.reports import item, order, rate, santiago

AUGUST, SEPTEMBER = dt.date(2025, 8, 1), dt.date(2025, 9, 1)
LAST = dt.date(2025, 9, 30)


@pytest.fixture
def carrying():
    return programs.program("A-2025", name_ko="칠레 진출 지원")


@pytest.fixture
def other():
    return programs.program("B-2025", name_ko="국가 온라인 수출 지원", funding="national")


@pytest.fixture
def parts(carrying, other):
    company = register.company(1)
    return programs.participation(company, carrying), programs.participation(company, other)


@pytest.fixture
def shop(tmp_path, carrying, other, parts):
    """Company 1 sells A, of program A: on 5 August for 10,001 pesos, on 20 August for 7,003 of which 2,000 came back, on 5
    September for 5,000. Company 2 sells B on 20 August for 9,000; company 1 sells C, of program B, for 300. A peso is a won."""
    shop = programs.store("SHARED")
    programs.assignment(shop, parts[0], sku="A")
    programs.assignment(shop, programs.participation(register.company(2), carrying), sku="B")
    programs.assignment(shop, parts[1], sku="C")
    for day in (dt.date(2025, 8, 5), dt.date(2025, 8, 20), dt.date(2025, 9, 5)):
        rate("CLP", "KRW", day, "1")
    made.imported(file_of(tmp_path), carrying, shop)
    return shop


def file_of(folder, name: str = "ventas.xlsx"):
    return made.ventas(
        folder,
        [
            order(1, item("A", price=10_001)),
            order(2, item("A", price=7_003), refund_amount=-2_000, at=santiago(8, 20)),
            order(3, item("A", price=5_000), at=santiago(9, 5)),
            order(4, item("B", price=9_000), at=santiago(8, 20)),
            order(5, item("C", price=300), at=santiago(8, 20)),
        ],
        name,
    )


@pytest.fixture
def officer():
    return people.officer()


def shares(parts, **more) -> Shares:
    return Shares(
        **{
            "carrying": parts[0], "other": parts[1], "from_on": dt.date(2025, 8, 15), "until_on": dt.date(2025, 12, 31),
            "carrying_percent": Decimal("66.5"), "other_percent": Decimal("33.5"), **more,
        }
    )  # fmt: skip


def declared(parts, officer, **more) -> SharedSupport:
    return sharing.declare(shares(parts, **more), reason="국비와 시비 공동지원", by=officer)


def scope(program, **more) -> Scope:
    return Scope(program, AUGUST, LAST, **more)


def won_of(program, **more) -> list[tuple]:
    """Month, whether it is own, won before and after refunds, the other program's share of both."""
    return [
        (row.month.month, row.is_own, row.krw_amount, row.net_krw_amount, row.other_krw_amount, row.other_net_krw_amount)
        for row in asked.of_scope(scope(program, **more))
    ]  # fmt: skip


def no_differences() -> None:
    assert [str(each) for each in verify().differences] == []


@pytest.mark.django_db
def test_the_lock_is_of_the_declaration_alone_and_comes_with_what_verbs_read(
    parts, officer, django_assert_num_queries
):
    key = declared(parts, officer).pk
    with django_assert_num_queries(1) as asked:
        row = SharedSupport.objects.locked().get(pk=key)
        assert row.other is not None
        assert {
            row.carrying.agency.code,
            row.other.program.code,
            str(row.other_agency),
            row.company.business_number,
        }
    assert asked[0]["sql"].endswith('FOR UPDATE OF "reports_sharedsupport"')


def test_shares_are_split_by_largest_remainder():
    one, two = Decimal("66.5"), Decimal("33.5")
    assert split(Decimal(7_003), [one, two]) == [
        4_657,
        2_346,
    ]  # 4,656.995 and 2,346.005: the won left goes to the first
    assert split(Decimal(-5_003), [one, two]) == [-3_327, -1_676]  # 3,326.995 and 1,676.005
    assert split(Decimal(5), [Decimal(50), Decimal(50)]) == [3, 2]  # even rests: the carrying program's
    assert split(Decimal(10), [Decimal("33.4"), Decimal("33.3"), Decimal("33.3")]) == [4, 3, 3]
    assert split(Decimal(0), [one, two]) == [0, 0]


@given(st.integers(-(10**12), 10**12), st.integers(1, 999))
def test_shares_sum_to_the_whole_won_and_differ_from_the_exact_by_less_than_one(won, tenths):
    percents = [Decimal(1000 - tenths) / 10, Decimal(tenths) / 10]
    parts = split(Decimal(won), percents)
    assert sum(parts) == won
    assert all(abs(part - won * percent / 100) < 1 for part, percent in zip(parts, percents, strict=True))


@pytest.mark.django_db
def test_sales_from_the_middle_of_a_month_are_shared_and_no_measure_changes(
    parts, shop, officer, carrying, other
):
    before = [
        (order_sums.orders(scope(each)).krw_amount, order_sums.orders(scope(each)).net_krw_amount)
        for each in (carrying, other)
    ]
    rows = list(SalesLine.objects.order_by("id").values_list("id", "sign", "net_amount", "program"))
    assert asked.of_scope(scope(carrying)) == asked.of_scope(scope(other)) == []
    declared(parts, officer)
    # In August the sale of the 20th alone: 7,003 and 5,003 won; 33.5 % of them 2,346.005 and 1,676.005.
    # In September 5,000: 1,675 exactly.
    told = [(8, 7_003, 5_003, 2_346, 1_676), (9, 5_000, 5_000, 1_675, 1_675)]
    assert won_of(carrying) == [(month, True, *rest) for month, *rest in told]
    assert won_of(other) == [(month, False, *rest) for month, *rest in told]
    first = asked.of_scope(scope(other))[0]
    assert (first.percent, first.gross_amount, first.net_amount) == (Decimal("33.5"), 7_003, 5_003)
    mirrored = asked.of_scope(scope(carrying))[0]
    assert mirrored.share_krw_amount + first.share_krw_amount == first.krw_amount
    assert mirrored.share_net_krw_amount + first.share_net_krw_amount == first.net_krw_amount
    assert before == [
        (order_sums.orders(scope(each)).krw_amount, order_sums.orders(scope(each)).net_krw_amount)
        for each in (carrying, other)
    ]
    assert rows == list(SalesLine.objects.order_by("id").values_list("id", "sign", "net_amount", "program"))
    two = register.company(2).pk
    assert asked.of_scope(scope(other, companies=(two,))) == []
    no_differences()


@pytest.mark.django_db
def test_whatever_spans_programs_counts_each_sale_once(parts, shop, officer, carrying, other, move_clock):
    declared(parts, officer)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(gross_amount * 1), sum(gross_amount + refund_amount) FROM reports_sales_line"
        )
        gross, net = cursor.fetchone()
    assert (gross, net) == (31_304, 29_304)
    both, today = (carrying, other), LAST
    spanning = [order_sums.orders(scope(each)) for each in both]
    assert (sum(each.krw_amount for each in spanning), sum(each.net_krw_amount for each in spanning)) == (
        gross,
        net,
    )
    standings = [targets.standing(each, today) for each in both]
    assert sum(each.reached_amount for each in standings) == gross
    assert sum(each.net_amount for each in standings) == net
    pages = [results.of_program(each, today) for each in both]
    assert sum(page.orders.krw_amount for page in pages) == gross
    together = asked.together(carrying, today, pages[0].shared)
    assert [(each.program.code, each.krw_amount) for each in together] == [
        ("A-2025", 31_004),
        ("B-2025", 300),
    ]
    assert sum(each.krw_amount for each in together) == gross
    assert asked.together(other, today, pages[1].shared)[0].program == other
    sold = [row for part in Participation.objects.all() for row in home.sold_in(part, today)]
    assert (sum(row.krw_amount for row in sold), sum(row.orders for row in sold)) == (gross, 5)
    no_differences()


@pytest.mark.django_db
def test_one_sale_in_two_files_counts_once_and_so_do_its_shares(
    tmp_path, parts, shop, officer, carrying, other
):
    declared(parts, officer)
    told, lines = won_of(other), SalesLine.objects.count()
    made.imported(
        made.ventas(
            tmp_path,
            [order(2, item("A", price=7_003), refund_amount=-2_000, at=santiago(8, 20))],
            "again.xlsx",
        ),
        carrying,
        shop,
    )
    assert (won_of(other), SalesLine.objects.count()) == (told, lines)
    assert order_sums.orders(scope(carrying)).krw_amount == 31_004
    # A later file says that all of it came back: the earlier values are taken back, and what is shared is none after refunds.
    made.imported(
        made.ventas(
            tmp_path,
            [order(2, item("A", price=7_003), refund_amount=-7_003, at=santiago(8, 20))],
            "later.xlsx",
        ),
        carrying,
        shop,
    )
    assert won_of(other)[0] == (8, False, 7_003, 0, 2_346, 0)
    no_differences()


@pytest.mark.django_db
def test_what_cannot_be_shared_is_refused_and_nothing_is_declared(parts, shop, officer, carrying):
    stranger = programs.participation(register.company(2), programs.program("B-2025"))
    abroad = programs.participation(register.company(1), programs.program("C-2025", "KTA"))
    offered = programs.participation(
        register.company(1), programs.program("D-2025"), state="offered", agreed_at=None
    )
    far = programs.participation(
        register.company(1),
        programs.program("E-2025", starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 2, 1)),
    )
    for refused, more in (
        ("same_program", {"other": parts[0]}),
        ("other_company", {"other": stranger}),
        ("nobody_there", {"other": abroad}),
        ("not_agreed", {"other": offered}),
        ("outside_programs", {"other": far}),
        ("shares_wrong", {"other_percent": Decimal("33.4")}),
        ("shares_wrong", {"carrying_percent": Decimal(100), "other_percent": Decimal(0)}),
        ("shares_wrong", {"carrying_percent": Decimal("66.55"), "other_percent": Decimal("33.45")}),
        ("days_wrong", {"until_on": AUGUST}),
        ("outside_programs", {"until_on": dt.date(2026, 1, 1)}),
    ):
        with pytest.raises(RuleBroken, match=refused):
            declared(parts, officer, **more)
    with pytest.raises(RuleBroken, match="reason_missing"):
        sharing.declare(shares(parts), reason=" ", by=officer)
    with pytest.raises(RuleBroken, match="not_your_agency"):
        declared(parts, register.member(register.company(1)))
    assert SharedSupport.objects.count() == 0


@pytest.mark.django_db
def test_days_that_overlap_are_refused_in_words_and_days_beside_are_not(parts, shop, officer, other):
    row = declared(parts, officer)
    third = programs.participation(register.company(1), programs.program("D-2025"))
    for more in ({}, {"until_on": row.from_on, "from_on": AUGUST}, {"other": third}):
        with pytest.raises(RuleBroken, match="overlap") as refusal:
            declared(parts, officer, **more)
        assert "B-2025" in str(refusal.value.sentence)
    declared(
        parts, officer, from_on=AUGUST, until_on=dt.date(2025, 8, 14), other_percent=Decimal(50), carrying_percent=Decimal(50)
    )  # fmt: skip
    # 10,001 by halves: 5,000.5 each, the won to the carrying program. Two rates of shares stand in rows of their own.
    assert won_of(other)[:2] == [
        (8, False, 7_003, 5_003, 2_346, 1_676),
        (8, False, 10_001, 10_001, 5_000, 5_000),
    ]
    # The other way round these are other sales: those that program B carries; of 300 won 33.5 % are 100.5.
    declared((parts[1], parts[0]), officer)
    assert won_of(other)[0] == (8, True, 300, 300, 100, 100)
    no_differences()


@pytest.mark.django_db
def test_it_is_taken_back_with_a_reason_and_stays_known_as_of_before(parts, shop, officer, other, move_clock):
    row = declared(parts, officer)
    before = clock.now()
    move_clock(clock.now() + dt.timedelta(minutes=5))
    with pytest.raises(RuleBroken, match="reason_missing"):
        sharing.take_back(row, reason=" ", by=officer)
    for _twice in range(2):
        sharing.take_back(row, reason="잘못 선언", by=officer)
    assert won_of(other) == []
    assert len(won_of(other, as_of=before)) == 2
    declared(parts, officer)
    no_differences()


@pytest.mark.django_db
def test_what_is_declared_of_a_closed_month_is_told_as_known_later(
    parts, shop, officer, carrying, other, move_clock
):
    carrying.starts_on = AUGUST
    carrying.save()
    record = closed(carrying, AUGUST)
    figures = record.figures
    move_clock(clock.now() + dt.timedelta(minutes=5))
    declared(parts, officer)
    record.refresh_from_db()
    assert record.figures == figures
    for program in (carrying, other):
        assert [row.later_krw_amount for row in asked.of_scope(scope(program))] == [7_003, 0]
    no_differences()


@pytest.mark.django_db
def test_a_second_person_agrees_where_the_agency_s_table_says_so(parts, shop, officer, other):
    SecondPersonRule.objects.create(agency=other.agency, decision="shared_support")
    row = declared(parts, officer)
    assert (row.known_at, won_of(other)) == (None, [])
    with pytest.raises(RuleBroken, match="overlap"):
        declared(parts, officer)
    question = Approval.objects.get()
    with pytest.raises(RuleBroken, match="same_person"):
        approvals.answer_any(question, by=officer, grant=True)
    approvals.answer_any(question, by=people.officer("manager"), grant=True)
    row.refresh_from_db()
    assert row.agreed_by == people.officer("manager")
    assert len(won_of(other)) == 2
    sharing.take_back(row, reason="다시", by=officer)
    second = declared(parts, officer)
    approvals.answer_any(
        Approval.objects.open().get(), by=people.officer("manager"), grant=False, reason="근거 부족"
    )
    second.refresh_from_db()
    assert (second.end_reason, won_of(other)) == ("근거 부족", [])
    sharing.take_back(declared(parts, officer), reason="철회", by=officer)
    assert not Approval.objects.open().exists()
    no_differences()


@pytest.mark.django_db
def test_reports_of_both_programs_name_it_apart_and_verify_finds_it_again(
    parts, shop, officer, carrying, other, move_clock, owner_role
):
    own = order_sums.orders(scope(other)).krw_amount
    row = declared(parts, officer)
    runs = [reporting.write(each, SEPTEMBER, languages=["ko", "en"]) for each in (carrying, other)]
    assert [
        [(each["is_own"], each["program_code"], each["month"], each["krw_amount"], each["other_krw_amount"]) for each in run.data["shared"]]
        for run in runs
    ] == [
        [(True, "B-2025", "2025-08-01", "7003", "2346"), (True, "B-2025", "2025-09-01", "5000", "1675")],
        [(False, "A-2025", "2025-08-01", "7003", "2346"), (False, "A-2025", "2025-09-01", "5000", "1675")],
    ]  # fmt: skip
    assert runs[1].data["totals"]["krw_amount"] == f"{own}"
    no_differences()
    move_clock(clock.now() + dt.timedelta(minutes=5))
    sharing.take_back(row, reason="잘못 선언", by=officer)
    no_differences()
    with owner_role(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reports_sharedsupport DISABLE TRIGGER USER")
        cursor.execute("UPDATE reports_sharedsupport SET carrying_percent = 60, other_percent = 40")
        cursor.execute("ALTER TABLE reports_sharedsupport ENABLE TRIGGER USER")
    assert {each.check for each in verify().differences} == {"run_shared", "history"}


@pytest.mark.django_db
def test_the_register_s_double_support_is_told(parts, officer, carrying):
    company, day = register.company(1), dt.date(2025, 3, 2)
    assert asked.doubled(company, carrying.agency) == []
    for money, body in (("national", "중진공"), ("local", "경기도"), ("local", "서울시")):
        Support.objects.create(
            business_number=company.business_number, body=body, program="온라인 입점", item="onboarding", money=money,
            granted_on=day + dt.timedelta(days=len(body)),
        )  # fmt: skip
    Support.objects.create(
        business_number=company.business_number, body="관세청", program="통역", item="translation", money="national", granted_on=day
    )  # fmt: skip
    found = asked.doubled(company, carrying.agency)
    assert [(each.national.item, each.national.body, each.local.body) for each in found] == [
        ("onboarding", "중진공", "경기도")
    ]


@pytest.mark.django_db
def test_staff_declare_look_and_take_back_on_pages(parts, shop, officer):
    client = Client()
    client.force_login(officer)
    add = reverse("admin:reports_sharedsupport_add")
    assert "협약" in client.get(add).content.decode()
    data = {
        "carrying": parts[0].number, "other": parts[1].number, "from_on": "2025-08-15", "until_on": "2025-12-31",
        "carrying_percent": "66.5", "other_percent": "33.5", "reason": "공동지원", "document": "협조 공문 12",
    }  # fmt: skip
    register_rows(register.company(1))
    assert client.post(add, {**data, "other": "없는 번호"}).status_code == 400
    assert client.post(add, {**data, "other_percent": "33.55"}).status_code == 400
    assert client.post(add, {**data, "other_percent": "30"}).status_code == 409
    answer = client.post(add, data, follow=True)
    text = answer.content.decode()
    assert (answer.status_code, SharedSupport.objects.count()) == (200, 1)
    assert "중진공" in text
    assert "경기도" in text
    assert "두 사업" in text
    assert client.post(add, data).status_code == 409, "sent twice, declared once"
    row = SharedSupport.objects.get()
    assert "33.5" in client.get(reverse("admin:reports_sharedsupport_changelist")).content.decode()
    results_page = reverse("admin:reports_results")
    for code in ("A-2025", "B-2025"):
        text = client.get(results_page, {"program": code}).content.decode()
        assert ("2,346" in text, "31,304" in text) == (True, True)
    stranger = Client()
    stranger.force_login(people.officer(agency_code="KTA", email="kta@example.com"))
    address = reverse("admin:reports_sharedsupport_change", args=[row.pk])
    assert (client.get(address).status_code, stranger.get(address).status_code) == (200, 404)
    take_back = reverse("admin:reports_sharedsupport_take_back", args=[row.pk])
    assert stranger.post(take_back, {"reason": "남의 것"}).status_code == 404
    assert client.post(take_back, {"reason": ""}).status_code == 400
    assert client.post(take_back, {"reason": "착오"}).status_code == 302
    assert "착오" in client.get(address).content.decode()
    assert "2,346" not in client.get(results_page, {"program": "B-2025"}).content.decode()


def register_rows(company) -> None:
    for money, body in (("national", "중진공"), ("local", "경기도")):
        Support.objects.create(
            business_number=company.business_number, body=body, program="온라인 입점", item="onboarding", money=money,
            granted_on=dt.date(2025, 3, 2),
        )  # fmt: skip


@pytest.mark.django_db
def test_a_company_reads_it_on_its_sales_and_nobody_else_does(parts, shop, officer):
    declared(parts, officer)
    client, stranger = Client(), Client()
    client.force_login(register.member(register.company(1)))
    stranger.force_login(register.member(register.company(2)))
    text = client.get(reverse("sales_list")).content.decode()
    assert text.count("2,346") == 2, "under both programs"
    assert "33.5" in text
    assert "국가 온라인 수출 지원" in text
    assert "2,346" not in stranger.get(reverse("sales_list")).content.decode()


@pytest.mark.django_db
def test_what_becomes_known_of_a_closed_month_is_shared_by_the_day_of_the_sale(
    tmp_path, parts, shop, officer, carrying, other, move_clock
):
    carrying.starts_on = AUGUST
    carrying.save()
    declared(parts, officer)
    closed(carrying, AUGUST)
    move_clock(clock.now() + dt.timedelta(minutes=5))
    late = [order(2, item("A", price=7_003), refund_amount=-7_003, at=santiago(8, 20))]
    made.imported(made.ventas(tmp_path, late, "late.xlsx"), carrying, shop)
    # August stays. In September the 5,003 are taken back: 5,000 - 5,003 = -3 after refunds, 33.5 % of it -1.005.
    assert won_of(other) == [(8, False, 7_003, 5_003, 2_346, 1_676), (9, False, 5_000, -3, 1_675, -1)]
    run = reporting.write(other, SEPTEMBER, languages=["ko"])
    assert [row["net_krw_amount"] for row in run.data["shared"]] == ["5003", "-3"]
    assert run.as_of >= SalesLine.objects.latest("entered_at").entered_at
    no_differences()
    sharing.take_back(SharedSupport.objects.get(), reason="기간 정정", by=officer)
    declared(parts, officer, from_on=SEPTEMBER)
    assert won_of(other) == [(9, False, 5_000, 5_000, 1_675, 1_675)], (
        "sold before the first day, booked after"
    )
    no_differences()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("from_on", "until_on", "read"),
    [
        (dt.date(2025, 8, 1), dt.date(2025, 12, 31), set()),
        (dt.date(2025, 8, 15), dt.date(2025, 12, 31), {8}),
        (dt.date(2025, 8, 1), dt.date(2025, 8, 31), set()),
        (dt.date(2025, 10, 1), dt.date(2025, 12, 31), set()),
        (dt.date(2025, 8, 10), dt.date(2025, 9, 4), {8}),
    ],
)
def test_lines_are_read_only_where_a_declaration_begins_or_ends_among_them(
    parts, shop, carrying, officer, monkeypatch, from_on, until_on, read
):
    """A declaration that holds for all days of a store's month has the month's kept sums; the figures are those of the lines."""
    declared(parts, officer, from_on=from_on, until_on=until_on)
    months: set[int] = set()
    by_lines = shared_sums._of_lines

    def counted(of, *more):
        months.add(of.from_on.month)
        return by_lines(of, *more)

    with monkeypatch.context() as patched:
        patched.setattr(shared_sums, "_of_lines", counted)
        kept = won_of(carrying)
    assert months == read
    with monkeypatch.context() as patched:
        patched.setattr(rollups, "shared", lambda *given: None)
        assert won_of(carrying) == kept
    no_differences()


@pytest.mark.django_db
def test_two_agreements_of_one_company_are_told_apart_by_the_lines(tmp_path, parts, shop, carrying, officer):
    """The first agreement has ended in the end; of the second, nothing is shared. 5,000 of September are of the first, 4,000 of the second."""
    declared(parts, officer, from_on=AUGUST, until_on=dt.date(2025, 12, 31))
    Participation.objects.filter(pk=parts[0].pk).update(state="ended")
    second = programs.participation(register.company(3), carrying)
    Participation.objects.filter(pk=second.pk).update(company=parts[0].company, number="A-2025-2")
    programs.assignment(shop, Participation.objects.get(pk=second.pk), sku="E")
    rate("CLP", "KRW", dt.date(2025, 9, 20), "1")
    made.imported(
        made.ventas(tmp_path, [order(9, item("E", price=4_000), at=santiago(9, 20))], "e.xlsx"),
        carrying,
        shop,
    )
    assert [(month, krw) for month, _own, krw, *_more in won_of(carrying)] == [(8, 17_004), (9, 5_000)]
