"""The pages of closing: what stands in the way, two people, what was kept, what a company reads."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from accounts.domain import approvals
from accounts.models import Approval
from reports.models import ClosedMonth
from tests.accounts.test_approval_admin import just_now, long_ago
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import asked_for, closed, looked_at, worked
from tests.factories.reports import item, order, santiago

pytestmark = pytest.mark.django_db

AUGUST, SEPTEMBER = dt.date(2025, 8, 1), dt.date(2025, 9, 1)


@pytest.fixture
def part(move_clock):
    move_clock(dt.datetime(2025, 9, 12, 3, tzinfo=dt.UTC))
    made.rates(dt.date(2025, 8, 1), dt.date(2025, 9, 30))
    return programs.participation(register.company(1), programs.program(starts_on=AUGUST))


@pytest.fixture
def shop(part):
    store = programs.store("SHARED")
    programs.assignment(store, part, sku="A")
    return store


def page(client, who, name, *args, query="", **more):
    client.force_login(who)
    answer = client.get(reverse(name, args=args) + query, **more)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_month_is_closed_and_opened_again_on_the_pages(tmp_path, client, part, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), part.program, shop)
    waiting = made.taken_in(made.ventas(tmp_path, [order(2, item("A"))], "b.xlsx"), part.program, shop)
    officer, manager = people.officer(), people.officer("manager")
    shown = page(client, officer, "admin:reports_months")
    assert reverse("admin:reports_importbatch_change", args=[waiting.pk]) in shown
    add = reverse("admin:reports_closedmonth_add")
    assert f"{add}?program={part.program.code}&amp;month=2025-08" not in shown
    sent = {"program": part.program.pk, "month": "2025-08", "reason": "8월 마감"}
    refused = client.post(add, sent)
    assert refused.status_code == 409
    assert "b.xlsx" in refused.content.decode()
    waiting.state = "cancelled"
    waiting.save()
    assert f"{add}?program={part.program.code}&amp;month=2025-08" in page(
        client, officer, "admin:reports_months"
    )
    assert client.post(add, sent | {"reason": ""}).status_code == 400
    for _click in range(2):
        assert client.post(add, sent)["Location"].startswith(reverse("admin:reports_months"))
    assert not Approval.objects.exists()
    shown = page(client, officer, "admin:reports_months")
    assert all(
        text in shown for text in ("사유가 있는지 확인하고 있습니다", 'hx-trigger="every 2s"', "확인 중…")
    )
    assert f"{add}?" not in shown
    looked_at(ClosedMonth.objects.get())
    assert 'hx-trigger="every 2s"' not in page(client, officer, "admin:reports_months")
    question = Approval.objects.get()
    answer = reverse("admin:accounts_approval_answer", args=[question.pk])
    client.post(answer, {"grant": "1"})
    assert not ClosedMonth.objects.closed().exists()  # who asked does not answer
    assert reverse("admin:accounts_approval_change", args=[question.pk]) in page(
        client, manager, "admin:reports_months"
    )
    client.post(answer, {"grant": "1"})
    shown = page(client, manager, "admin:reports_months")
    assert all(text in shown for text in ("마감하고 있습니다", 'hx-trigger="every 2s"', "처리 중…"))
    assert f"{add}?" not in shown
    assert client.post(add, sent).status_code == 409
    row = worked(question)
    assert row.state == "closed"
    shown = page(client, manager, "admin:reports_months")
    assert 'hx-trigger="every 2s"' not in shown
    assert "14,737" in shown
    assert reverse("admin:reports_closedmonth_change", args=[row.pk]) in shown
    made.rate("USD", "KRW", dt.date(2025, 8, 5), "1425", version=2)
    shown = page(client, officer, "admin:reports_closedmonth_change", row.pk)
    assert all(text in shown for text in ("14,737", "15,000", "+263", row.rows_sha256))
    reopen = reverse("admin:reports_closedmonth_reopen", args=[row.pk])
    assert client.post(reopen, {"reason": "늦게 온 파일"}).status_code == 302
    question = Approval.objects.get(answered_at=None)
    client.force_login(manager)
    client.post(reverse("admin:accounts_approval_answer", args=[question.pk]), {"grant": "1"})
    for name, args in (("admin:reports_months", []), ("admin:reports_closedmonth_change", [row.pk])):
        shown = page(client, manager, name, *args)
        assert all(text in shown for text in ("마감을 해제하고 있습니다", 'hx-trigger="every 2s"'))
    row = worked(question)
    assert (row.state, row.reopen_reason.splitlines()[0]) == ("reopened", "늦게 온 파일")
    assert "늦게 온 파일" in page(client, officer, "admin:reports_closedmonth_change", row.pk)


def test_who_asks_second_reads_who_asked_first(tmp_path, client, part, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), part.program, shop)
    officer, manager = people.officer(), people.officer("manager")
    sent = {"program": part.program.pk, "month": "2025-08", "reason": "8월 마감"}
    said = []
    for who in (officer, officer, manager):
        client.force_login(who)
        answer = client.post(reverse("admin:reports_closedmonth_add"), sent, follow=True)
        said.append([str(each) for each in answer.context["messages"]])
    yours = ["요청했습니다" in each and "이미" not in each for (each,) in said]
    assert yours == [True, True, False]
    assert said[2][0].startswith(f"{officer} 님이 이미 요청했습니다")
    assert ClosedMonth.objects.get().asked_by == officer


def test_what_came_of_a_closing_stands_on_the_page(tmp_path, client, part, shop):
    """A file came in between: why the month is not closed is said, and it is asked for anew."""
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), part.program, shop)
    asked = asked_for(part.program, AUGUST, reason="8월 마감", by=people.officer())
    approvals.answer_any(asked, by=people.officer("manager"), grant=True)
    made.imported(made.ventas(tmp_path, [order(2, item("A"))], "b.xlsx"), part.program, shop)
    worked(asked)
    shown = page(client, people.officer(), "admin:reports_months")
    assert all(text in shown for text in ("처리하지 않았습니다", "그 달이 바뀌었습니다"))
    assert 'hx-trigger="every 2s"' not in shown
    assert f"{reverse('admin:reports_closedmonth_add')}?program=" in shown
    closed(part.program, AUGUST)
    assert "처리하지 않았습니다" not in page(client, people.officer(), "admin:reports_months")


def test_closing_and_opening_again_ask_for_the_password(tmp_path, client, part, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), part.program, shop)
    row = closed(part.program, AUGUST)
    client.force_login(people.officer())
    long_ago(client)
    add = f"{reverse('admin:reports_closedmonth_add')}?program={part.program.code}"
    door = reverse("account_reauthenticate")
    assert client.get(add)["Location"] == f"{door}?{urlencode({'next': add})}"
    sent = {"program": part.program.pk, "month": "2025-09", "reason": "r"}
    assert client.post(add, sent)["Location"] == f"{door}?{urlencode({'next': add})}"
    change = reverse("admin:reports_closedmonth_change", args=[row.pk])
    assert f'href="{door}?{urlencode({"next": change})}"' in client.get(change).content.decode()
    reopen = reverse("admin:reports_closedmonth_reopen", args=[row.pk])
    came = {"referer": f"http://testserver{change}"}
    answer = client.post(reopen, {"reason": "늦게 온 파일"}, headers=came)
    assert answer["Location"] == f"{door}?{urlencode({'next': change})}"
    assert not Approval.objects.filter(answered_at=None).exists()
    came = {
        "referer": f"http://testserver{reopen}"
    }  # the form was shown as the answer to one without a reason
    answer = client.post(reopen, {"reason": "늦게 온 <파일>"}, headers=came)
    assert answer["Location"] == f"{door}?{urlencode({'next': change})}"
    just_now(client)
    assert "늦게 온 &lt;파일&gt;" in client.get(change).content.decode()
    long_ago(client)
    client.post(add, sent | {"reason": "9월 <마감>"})
    just_now(client)
    shown = client.get(add).content.decode()
    assert "9월 &lt;마감&gt;" in shown
    assert "2025-09" in shown
    client.post(reopen, {"reason": ""})
    assert "9월 &lt;마감&gt;" not in client.get(add).content.decode()


def test_what_was_booked_later_leads_to_its_file(tmp_path, client, part, shop):
    made.imported(
        made.ventas(tmp_path, [order(1, item("A"))], exported_at=santiago(9, 1)), part.program, shop
    )
    closed(part.program, AUGUST)
    newer = [order(1, item("A"), refund_amount=-4_000)]
    path = made.ventas(tmp_path, newer, "newer.xlsx", exported_at=santiago(9, 9))
    preview = made.taken_in(path, part.program, shop)
    assert "조정" in page(client, people.officer(), "admin:reports_importbatch_change", preview.pk)
    batch = made.imported(path, part.program, shop)
    shown = page(
        client,
        people.officer(),
        "admin:reports_months",
        query="?month=2025-09",
        headers={"accept-language": "en"},
    )
    assert reverse("admin:reports_importbatch_change", args=[batch.pk]) in shown
    assert "Booked in" in shown
    assert "-4,000" in shown.replace("−", "-")
    assert f">{part.company.name_en}</td>" in shown
    later = page(client, people.officer(), "admin:reports_closedmonth_change", ClosedMonth.objects.get().pk)
    assert "-5,895" in later  # 10,000 less 4,000 at 1,400 / 950 are 8,842 won instead of 14,737


def test_a_company_reads_which_months_are_closed(tmp_path, client, part, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), part.program, shop)
    owner = register.member(part.company)
    declare = reverse("declaration_edit", args=[part.pk, "2025-08"])
    assert declare in page(client, owner, "sales_list")
    closed(part.program, AUGUST)
    shown = page(client, owner, "sales_list")
    assert declare not in shown
    assert "마감" in shown
    answer = client.get(declare)
    assert (answer.status_code, '<form class="form"' in answer.content.decode()) == (200, False)
    typed = {
        "part-TOTAL_FORMS": "1", "part-INITIAL_FORMS": "1", "part-0-place": f"store:{shop.pk}", "part-0-currency": "CLP",
        "part-0-orders": "1", "part-0-amount": "5", "step": "send", "seen": "",
    }  # fmt: skip
    sent = client.post(declare, typed)
    assert (sent.status_code, '<form class="form"' in sent.content.decode()) == (409, False)
    assert "두 사람" in sent.content.decode()


def test_another_agency_sees_nothing_of_it(tmp_path, client, part, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), part.program, shop)
    row = closed(part.program, AUGUST)
    stranger = people.officer("manager", "KOTRA")
    assert part.program.code not in page(client, stranger, "admin:reports_months")
    assert client.get(reverse("admin:reports_closedmonth_change", args=[row.pk])).status_code in {302, 404}
    sent = {"program": part.program.pk, "month": "2025-09", "reason": "r"}
    assert client.post(reverse("admin:reports_closedmonth_add"), sent).status_code == 400
    client.post(reverse("admin:reports_closedmonth_reopen", args=[row.pk]), {"reason": "r"})
    assert not Approval.objects.filter(answered_at=None).exists()
