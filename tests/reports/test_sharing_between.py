"""Programs of two agencies support one sale: proposed by one, agreed to by the other, and neither reads more of the other than the share."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.domain import approvals
from accounts.models import Approval, Officer, SecondPersonRule
from ground import clock, quarantine
from ground.errors import RuleBroken
from ground.models.outbox import Message
from reports.domain import reporting, sharing, sharing_between
from reports.domain.verifying import verify
from reports.models import ReportRun, SharedSupport
from reports.queries import order_sums, results
from reports.queries import sharing as asked
from reports.queries.counted import Scope
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import closed
from tests.factories.intake import pdf
from tests.factories.reports import item, order, rate, santiago

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER, LAST = dt.date(2025, 8, 1), dt.date(2025, 9, 1), dt.date(2025, 9, 30)
TOLD = [(8, 7_003, 5_003, 2_346, 1_676), (9, 5_000, 5_000, 1_675, 1_675)]
"""Month, won before and after refunds, 33.5 % of both: of 7,003 they are 2,346.005, of 5,003 1,676.005, of 5,000 1,675."""


@pytest.fixture
def carrying():
    return programs.program("A-2025", name_ko="칠레 진출 지원")


@pytest.fixture
def other():
    """Of KTA."""
    return programs.program("B-2025", "KTA", name_ko="국가 온라인 수출 지원", funding="national")


@pytest.fixture
def parts(carrying, other):
    company = register.company(1)
    return programs.participation(company, carrying), programs.participation(company, other)


@pytest.fixture
def shop(tmp_path, carrying, parts):
    """Company 1 sells A on 20 August for 7,003 pesos, of which 2,000 came back, and on 5 September for 5,000; company 2 sells B for
    9,000. A peso is a won."""
    shop = programs.store("SHARED")
    programs.assignment(shop, parts[0], sku="A")
    programs.assignment(shop, programs.participation(register.company(2), carrying), sku="B")
    for day in (dt.date(2025, 8, 20), dt.date(2025, 9, 5)):
        rate("CLP", "KRW", day, "1")
    file = made.ventas(
        tmp_path,
        [
            order(2, item("A", price=7_003), refund_amount=-2_000, at=santiago(8, 20)),
            order(3, item("A", price=5_000), at=santiago(9, 5)),
            order(4, item("B", price=9_000), at=santiago(8, 20)),
        ],
    )
    made.imported(file, carrying, shop)
    return shop


@pytest.fixture
def officer():
    return people.officer()


@pytest.fixture
def partner():
    """A writer of KTA."""
    return people.officer(agency_code="KTA")


def proposed(parts, officer, upload=None, **more) -> SharedSupport:
    of = sharing.Shares(
        **{
            "carrying": parts[0], "other": parts[1], "from_on": dt.date(2025, 8, 15), "until_on": dt.date(2025, 12, 31),
            "carrying_percent": Decimal("66.5"), "other_percent": Decimal("33.5"), **more,
        }
    )  # fmt: skip
    return sharing.declare(of, reason="시비와 국비 공동지원", by=officer, upload=upload)


def scope(program, **more) -> Scope:
    return Scope(program, AUGUST, LAST, **more)


def won_of(program, **more) -> list[tuple]:
    return [
        (row.month.month, row.krw_amount, row.net_krw_amount, row.other_krw_amount, row.other_net_krw_amount)
        for row in asked.of_scope(scope(program, **more))
    ]


def no_differences() -> None:
    assert [str(each) for each in verify().differences] == []


def mails() -> list[tuple[str, str]]:
    found = [(each.recipients[0], each.subject) for each in Message.objects.order_by("created_at", "id")]
    Message.objects.all().delete()
    return found


def test_the_other_agency_agrees_and_both_name_the_shares(parts, shop, officer, partner, carrying, other):
    before = [order_sums.orders(scope(each)).krw_amount for each in (carrying, other)]
    Message.objects.all().delete()
    row = proposed(parts, officer)
    assert (row.is_across, row.is_asked, row.known_at) == (True, True, None)
    assert won_of(carrying) == won_of(other) == []
    assert [each for each, _subject in mails()] == ["officer@kta.example"]
    for _twice in range(2):
        row = sharing_between.agree(row, by=partner)
    assert (row.other_agreed_by, row.known_at) == (partner, row.other_agreed_at)
    assert mails() == [
        ("officer@sba.example", f"{parts[0].company.name_ko} 공동지원 동의: KTA 수출진흥원")
    ]  # fmt: skip
    assert won_of(carrying) == won_of(other) == TOLD
    assert [row.is_own for row in asked.of_scope(scope(other))] == [False, False]
    assert [order_sums.orders(scope(each)).krw_amount for each in (carrying, other)] == before == [21_003, 0]
    no_differences()


def test_neither_agency_reads_more_of_the_other_than_the_share(
    tmp_path, parts, shop, officer, partner, carrying, other
):
    """KTA's program sold 317 by itself; SBA's sold 21,003 with the other company's 9,000. None of that is the other's to read."""
    own = programs.store("KTA-OWN", agency_code="KTA")
    programs.assignment(own, parts[1], sku="C")
    file = made.ventas(tmp_path, [order(7, item("C", price=317), at=santiago(8, 20))], "own.xlsx")
    made.imported(file, other, own)
    sharing_between.agree(proposed(parts, officer), by=partner)
    for program, reader, foreign in ((carrying, officer, "317"), (other, partner, "21,003")):
        page = results.of_program(program, LAST)
        assert asked.together(program, LAST, page.shared) == []
        client = Client()
        client.force_login(reader)
        text = client.get(reverse("admin:reports_results"), {"program": program.code}).content.decode()
        assert ("7,003" in text, "2,346" in text) == (True, True)
        assert foreign not in text
        assert ("KTA 수출진흥원" in text) if program == carrying else ("SBA 수출진흥원" in text)
        theirs = other if program == carrying else carrying
        answer = client.get(reverse("admin:reports_results"), {"program": theirs.code}).content.decode()
        assert theirs.name_ko not in answer.split("<main")[1].split("</h2>")[0]


def test_a_sale_counts_once_in_whatever_spans_the_agencies(parts, shop, officer, partner, carrying, other):
    sharing_between.agree(proposed(parts, officer), by=partner)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(gross_amount) FROM reports_sales_line")
        (gross,) = cursor.fetchone()
    assert sum(order_sums.orders(scope(each)).krw_amount for each in (carrying, other)) == gross == 21_003
    ours, theirs = (asked.of_scope(scope(each)) for each in (carrying, other))
    for one, two in zip(ours, theirs, strict=True):
        assert one.share_krw_amount + two.share_krw_amount == one.krw_amount
        assert one.share_net_krw_amount + two.share_net_krw_amount == one.net_krw_amount


def test_the_other_agency_refuses_with_a_reason_and_nothing_is_named(
    parts, shop, officer, partner, carrying, other
):
    row = proposed(parts, officer)
    with pytest.raises(RuleBroken, match="reason_missing"):
        sharing_between.refuse(row, reason=" ", by=partner)
    for verb in (
        lambda: sharing_between.agree(row, by=officer),
        lambda: sharing_between.refuse(row, reason="남의 것", by=officer),
        lambda: sharing.take_back(row, reason="아직", by=partner),
    ):
        with pytest.raises(RuleBroken, match="not_your_agency"):
            verb()
    Message.objects.all().delete()
    for _twice in range(2):
        row = sharing_between.refuse(row, reason="지원한 적 없음", by=partner)
    assert (row.end_reason, row.ended_by, won_of(carrying), won_of(other)) == (
        "지원한 적 없음",
        partner,
        [],
        [],
    )
    assert [each for each, _subject in mails()] == ["officer@sba.example"]
    with pytest.raises(RuleBroken, match="taken_back"):
        sharing_between.agree(row, by=partner)
    sharing_between.agree(proposed(parts, officer), by=partner)
    with pytest.raises(RuleBroken, match="agreed_already"):
        sharing_between.refuse(SharedSupport.objects.latest("declared_at"), reason="늦음", by=partner)


def test_each_agency_takes_it_back_and_both_are_told(
    parts, shop, officer, partner, carrying, other, move_clock
):
    for by in (officer, partner):
        row = sharing_between.agree(proposed(parts, officer), by=partner)
        Message.objects.all().delete()
        before = clock.now()
        move_clock(clock.now() + dt.timedelta(minutes=5))
        sharing.take_back(row, reason="협약 종료", by=by)
        assert (won_of(carrying), won_of(other)) == ([], [])
        assert won_of(other, as_of=before) == TOLD
        told = {"officer@sba.example": partner, "officer@kta.example": officer}
        assert [address for address, _subject in mails()] == [
            address for address, who in told.items() if who == by
        ]
        no_differences()


def test_second_persons_of_both_agencies_where_their_tables_say_so(
    parts, shop, officer, partner, carrying, other
):
    for agency in (carrying.agency, other.agency):
        SecondPersonRule.objects.create(agency=agency, decision="shared_support")
    Message.objects.all().delete()
    row = proposed(parts, officer)
    assert (row.other_asked_at, mails()) == (None, [])
    assert not SharedSupport.objects.of_agencies([other.agency_id]).exists(), "not put to them yet"
    with pytest.raises(RuleBroken, match="not_asked"):
        sharing_between.agree(row, by=partner)
    approvals.answer_any(Approval.objects.get(), by=people.officer("manager"), grant=True)
    row.refresh_from_db()
    assert (row.agreed_by, row.is_asked, row.known_at) == (people.officer("manager"), True, None)
    row = sharing_between.agree(row, by=partner)
    assert (row.known_at, won_of(other)) == (None, [])
    question = Approval.objects.open().get()
    assert question.agency == other.agency
    with pytest.raises(RuleBroken, match="not_manager"):
        approvals.answer_any(question, by=people.officer("manager"), grant=True)
    second = people.officer("manager", "KTA")
    approvals.answer_any(question, by=second, grant=True)
    row.refresh_from_db()
    assert (row.other_confirmed_by, won_of(carrying), won_of(other)) == (second, TOLD, TOLD)
    no_differences()


def test_the_second_person_of_the_other_agency_refuses(parts, shop, officer, partner, other):
    SecondPersonRule.objects.create(agency=other.agency, decision="shared_support")
    row = sharing_between.agree(proposed(parts, officer), by=partner)
    Message.objects.all().delete()
    approvals.answer_any(
        Approval.objects.get(), by=people.officer("manager", "KTA"), grant=False, reason="근거 부족"
    )
    row.refresh_from_db()
    assert (row.end_reason, row.known_at, won_of(other)) == ("근거 부족", None, [])
    assert [address for address, _subject in mails()] == ["officer@sba.example"]


def test_nobody_speaks_for_both_agencies(parts, shop, officer, partner, other):
    """The officer of SBA serves KTA, too: the other agency's answer is somebody else's."""
    Officer.objects.create(agency=other.agency, user=officer, role="manager", from_on=dt.date(2020, 1, 1))
    row = proposed(parts, officer)
    with pytest.raises(RuleBroken, match="for_both"):
        sharing_between.agree(row, by=officer)
    with pytest.raises(RuleBroken, match="for_both"):
        sharing_between.refuse(row, reason="둘 다", by=officer)
    with pytest.raises(IntegrityError, match="other_agency_s_own_person"), transaction.atomic():
        SharedSupport.objects.filter(pk=row.pk).update(other_agreed_by=officer, other_agreed_at=clock.now())
    SecondPersonRule.objects.create(agency=other.agency, decision="shared_support")
    sharing_between.agree(row, by=partner)
    with pytest.raises(RuleBroken, match="for_both"):
        approvals.answer_any(Approval.objects.get(), by=officer, grant=True)


def test_the_database_names_no_share_to_which_one_agency_did_not_agree(parts, shop, officer, partner):
    row = proposed(parts, officer)
    with pytest.raises(IntegrityError, match="both_agencies_agreed"), transaction.atomic():
        SharedSupport.objects.filter(pk=row.pk).update(known_at=clock.now())
    with pytest.raises(IntegrityError, match="other_has_agency"), transaction.atomic():
        SharedSupport.objects.filter(pk=row.pk).update(other_agency=None)
    with pytest.raises(IntegrityError, match="other_of_agency"), transaction.atomic():
        SharedSupport.objects.filter(pk=row.pk).update(other_agency=people.agency("SBA"))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_other_agency_s_agreements_cannot_be_searched(parts, officer, partner, other):
    """Of a number that is not there, of another company's, and of one not agreed to the same sentence is told."""
    programs.participation(register.company(2), other, number="KTA-2")
    programs.participation(
        register.company(1),
        programs.program("C-2025", "KTA"),
        number="KTA-3",
        state="offered",
        agreed_at=None,
    )
    client = Client()
    client.force_login(officer)
    add, told = reverse("admin:reports_sharedsupport_add"), []
    data = {
        "carrying": parts[0].number, "other_agency": other.agency_id, "from_on": "2025-08-15", "until_on": "2025-12-31",
        "carrying_percent": "66.5", "other_percent": "33.5", "reason": "공동지원",
    }  # fmt: skip
    for number in ("없음", "KTA-2", "KTA-3"):
        answer = client.post(add, {**data, "other": number})
        assert answer.status_code in (400, 409)
        told.append(answer.context["form"].errors["other"][0])
    assert len(set(told)) == 1
    assert "KTA 수출진흥원" in told[0]
    assert client.post(add, {**data, "other": ""}).status_code == 400
    assert not SharedSupport.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"carrying_percent": "50"}, {"from_on": "1990-01-01", "until_on": "1990-12-31"}, {"until_on": "2025-07-14"},
        {"until_on": "2027-01-31"}, {"reason": ""}, {"upload": "wrong"}, {"from_on": "2025-02-01", "until_on": "2025-02-28"}, {},
    ],
)  # fmt: skip
def test_nothing_typed_wrong_on_purpose_tells_whether_the_other_agency_has_an_agreement(
    parts, officer, partner, carrying, other, wrong
):
    """The number that is there, by a day outside its program, and one that is not are answered alike, whatever else is wrong; nobody learns
    on which days the other program runs. Its program is of August to December here; the carrying one of the whole year; February of it is
    shared already."""
    other.starts_on = AUGUST
    other.save()
    carrying.starts_on = dt.date(2025, 1, 1)
    carrying.save()
    outside = sharing.Outside("KOTRA", "수출바우처")
    proposed(
        parts, officer, other=None, outside=outside, upload=pdf("공문.pdf"), from_on=dt.date(2025, 2, 1), until_on=dt.date(2025, 2, 28)
    )  # fmt: skip
    client, told = Client(), []
    client.force_login(officer)
    for number in (parts[1].number, "없음"):
        data = {
            "carrying": parts[0].number, "other_agency": other.agency_id, "from_on": "2025-07-15", "until_on": "2025-12-31",
            "carrying_percent": "66.5", "other_percent": "33.5", "reason": "공동지원", "other": number, **wrong,
        }  # fmt: skip
        if "upload" in wrong:
            data["upload"] = SimpleUploadedFile("공문.exe", b"MZ")
        answer = client.post(reverse("admin:reports_sharedsupport_add"), data)
        told.append((answer.status_code, dict(answer.context["form"].errors)))
    assert told[0] == told[1]
    assert ("other" in told[0][1]) == (not wrong)
    assert SharedSupport.objects.count() == 1


def test_a_proposal_that_never_held_is_none_of_the_newest_data(
    parts, officer, partner, carrying, other, move_clock
):
    """Of either program; one that held is, from its agreement and again from its end."""
    sharing.take_back(proposed(parts, officer), reason="착오", by=officer)
    assert [asked.newest_at(scope(each)) for each in (carrying, other)] == [None, None]
    row = proposed(parts, officer)
    agreed_at = sharing_between.agree(row, by=partner).known_at
    assert asked.newest_at(scope(carrying)) == agreed_at
    move_clock(agreed_at + dt.timedelta(days=1))
    ended_at = sharing.take_back(row, reason="착오", by=officer).ended_at
    assert asked.newest_at(scope(carrying)) == ended_at > agreed_at


def test_before_it_agrees_nobody_reads_of_which_program_the_number_is(parts, officer, partner, other):
    parts[1].number = "KTA-7"
    parts[1].save()
    row = proposed(parts, officer)
    client = Client()
    client.force_login(officer)
    pages = [
        reverse(f"admin:reports_sharedsupport_{name}", args=args)
        for name, args in (("change", [row.pk]), ("changelist", []), ("history", [row.pk]))
    ]
    for page in pages:
        text = client.get(page).content.decode()
        assert (other.name_ko in text, other.code in text) == (False, False), page
    assert parts[1].number in client.get(pages[0]).content.decode()
    with pytest.raises(RuleBroken) as refused:
        proposed(parts, officer)
    assert refused.value.code == "overlap"
    assert other.code not in str(refused.value.sentence)
    sharing_between.agree(row, by=partner)
    assert other.name_ko in client.get(pages[0]).content.decode()
    assert other.code in client.get(pages[1]).content.decode()


def test_staff_of_both_agencies_on_pages_and_strangers_on_none(parts, shop, officer, partner, other):
    mine, theirs, stranger, auditor = Client(), Client(), Client(), Client()
    mine.force_login(officer)
    theirs.force_login(partner)
    stranger.force_login(people.officer(agency_code="BNA"))
    auditor.force_login(people.officer("auditor", "KTA"))
    data = {
        "carrying": parts[0].number, "other_agency": other.agency_id, "other": parts[1].number, "from_on": "2025-08-15",
        "until_on": "2025-12-31", "carrying_percent": "66.5", "other_percent": "33.5", "reason": "공동지원", "upload": pdf("협조 공문.pdf"),
    }  # fmt: skip
    desk = reverse("admin:index")
    answer = mine.post(reverse("admin:reports_sharedsupport_add"), data, follow=True)
    row = SharedSupport.objects.get()
    assert "상대 기관에 물었습니다" in answer.content.decode()
    quarantine.settle(row.file, None)
    change, listed = (
        reverse("admin:reports_sharedsupport_change", args=[row.pk]),
        reverse("admin:reports_sharedsupport_changelist"),
    )
    agree, refuse = (
        reverse(f"admin:reports_sharedsupport_{verb}", args=[row.pk]) for verb in ("agree", "refuse")
    )
    file, history = (
        reverse("file_download", args=[row.file_id]),
        reverse("admin:reports_sharedsupport_history", args=[row.pk]),
    )
    assert "?for_me=1" in theirs.get(desk).content.decode()
    assert "?for_me=1" not in mine.get(desk).content.decode()
    assert parts[0].company.name_ko in theirs.get(f"{listed}?for_me=1").content.decode()
    for client, statuses in ((mine, 200), (theirs, 200), (auditor, 200), (stranger, 404)):
        assert [client.get(each).status_code for each in (change, history, file)] == [statuses] * 3
    assert (agree in theirs.get(change).content.decode(), agree in mine.get(change).content.decode()) == (
        True,
        False,
    )
    assert "7,003" not in theirs.get(change).content.decode(), "no figure before it agrees"
    assert (
        mine.post(agree).status_code,
        stranger.post(agree).status_code,
        auditor.post(agree).status_code,
    ) == (409, 404, 404)
    assert theirs.post(refuse, {"reason": ""}).status_code == 400
    assert theirs.post(agree).status_code == 302
    assert "?for_me=1" not in theirs.get(desk).content.decode()
    text = mine.get(change).content.decode()
    assert ("KTA officer" in text, "KTA 수출진흥원" in text) == (True, True)
    member = Client()
    member.force_login(register.member(register.company(1)))
    sales = member.get(reverse("sales_list")).content.decode()
    assert ("KTA 수출진흥원" in sales, "SBA 수출진흥원" in sales, member.get(change).status_code) == (
        True,
        True,
        404,
    )
    assert (
        theirs.post(
            reverse("admin:reports_sharedsupport_take_back", args=[row.pk]), {"reason": "착오"}
        ).status_code
        == 302
    )


def test_reports_of_both_agencies_and_closed_months(
    parts, shop, officer, partner, carrying, other, move_clock
):
    """August of SBA's program is closed before: its figures stay, and both reports tell its 7,003 won as declared later."""
    carrying.starts_on = AUGUST
    carrying.save()
    record = closed(carrying, AUGUST)
    figures = record.figures
    row = proposed(parts, officer)
    move_clock(clock.now() + dt.timedelta(minutes=5))
    sharing_between.agree(row, by=partner)
    record.refresh_from_db()
    assert record.figures == figures
    runs = [reporting.write(each, SEPTEMBER, languages=["ko", "en"]) for each in (carrying, other)]
    assert [
        [(each["is_own"], each["program_name"]["en"], each["krw_amount"], each["other_krw_amount"], each["later_krw_amount"]) for each in run.data["shared"]]
        for run in runs
    ] == [
        [(True, "KTA Export Agency · Chile online program", "7003", "2346", "7003"), (True, "KTA Export Agency · Chile online program", "5000", "1675", "0")],
        [(False, "SBA Export Agency · Chile online program", "7003", "2346", "7003"), (False, "SBA Export Agency · Chile online program", "5000", "1675", "0")],
    ]  # fmt: skip
    assert runs[1].data["totals"]["krw_amount"] == "0"
    no_differences()
    move_clock(clock.now() + dt.timedelta(minutes=5))
    sharing.take_back(row, reason="정정", by=partner)
    no_differences()


def test_shares_in_dollars_are_rounded_once_and_sum_to_the_whole(
    parts, shop, officer, partner, carrying, other
):
    """A dollar is 7 won on 20 August and 8 on 5 September. 7,003 won are 1,000.4286, of them 33.5 % 33,514.405 cents; 5,003 after refunds are 714.7143,
    33.5 % 23,942.785 cents; 5,000 are 625, and 33.5 % 20,937.5 cents: the half goes to the carrying program."""
    programs.currency("USD")
    for day, krw in ((dt.date(2025, 8, 20), "7"), (dt.date(2025, 9, 5), "8")):
        rate("USD", "KRW", day, krw)
    sharing_between.agree(proposed(parts, officer), by=partner)
    told = [
        ("1000.43", "714.71", "335.14", "239.43", "0"),
        ("625.00", "625.00", "209.37", "209.37", "0"),
    ]
    for program in (carrying, other):
        found = asked.of_scope(scope(program))
        assert [
            (each.usd_amount, each.net_usd_amount, each.other_usd_amount, each.other_net_usd_amount, each.later_usd_amount)
            for each in found
        ] == [tuple(Decimal(value) for value in values) for values in told]  # fmt: skip
        run = reporting.write(program, SEPTEMBER, languages=["ko", "en"])
        assert [each["other_usd_amount"]["value"] for each in run.data["shared"]] == ["335.14", "209.37"]
    client = Client()
    client.force_login(partner)
    text = client.get(reverse("admin:reports_results"), {"program": "B-2025"}).content.decode()
    for won, usd in (
        ("7,003", "1,000.43 USD"),
        ("2,346", "335.14 USD"),
        ("12,003", "1,625.43 USD"),
        ("4,021", "544.51 USD"),
    ):
        assert f'{won}<br><span class="subtle">{usd}</span>' in text
    no_differences()
    before = [
        {name: value for name, value in each.items() if not name.endswith("usd_amount")}
        for each in run.data["shared"]
    ]
    wrong = [{**each, "other_usd_amount": {"value": "1", "reason": None}} for each in run.data["shared"]]
    for rows, checks in ((before, {"run_checksum"}), (wrong, {"run_checksum", "run_shared"})):
        ReportRun.objects.filter(pk=run.pk).update(data={**run.data, "shared": rows})
        assert {each.check for each in verify().differences} - {"history"} == checks


def test_without_a_dollar_rate_the_shares_are_told_in_won_alone(
    parts, shop, officer, partner, carrying, other
):
    """The dollar has a rate in September only: August is not known, and neither is the total."""
    programs.currency("USD")
    rate("USD", "KRW", dt.date(2025, 9, 5), "8")
    sharing_between.agree(proposed(parts, officer), by=partner)
    assert [(each.usd_amount, each.other_usd_amount) for each in asked.of_scope(scope(other))] == [
        (None, None), (Decimal(625), Decimal("209.37")),
    ]  # fmt: skip
    run = reporting.write(other, SEPTEMBER, languages=["ko", "en"])
    assert [each["usd_amount"]["reason"] for each in run.data["shared"]] == ["no_rate", None]
    client = Client()
    client.force_login(partner)
    text = client.get(reverse("admin:reports_results"), {"program": "B-2025"}).content.decode()
    assert '12,003<br><span class="subtle">달러 환율 없음</span>' in text
    no_differences()


def test_lists_of_both_agencies_name_the_one_that_is_asked(parts, shop, officer, partner, other):
    proposed(parts, officer)
    for who in (officer, partner):
        desk = Client()
        desk.force_login(who)
        page = desk.get(reverse("admin:reports_sharedsupport_changelist")).content.decode()
        assert f"{other.agency} 답변 대기</td>" in page
