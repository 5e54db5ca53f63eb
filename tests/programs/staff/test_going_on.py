"""An agreed end is dropped only where the company asks for it and the agency agrees before the last day is over."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.contrib.admin.sites import site
from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ground import outbox
from ground.audit import because
from ground.errors import RuleBroken
from ground.history import event_model
from ground.models import OutboxEvent
from programs.admin.verbs import RecordAdmin
from programs.domain import agreement, delivery, ending, giving_back, going_on, lasting, leaving, stores
from programs.models import Assignment, EndRequest, Participation, Task
from reports.domain import assigning, assignment_lists, own_stores
from reports.domain.assigning import Group
from tests.factories import people, programs, register, staff
from tests.programs.staff.test_ending import REASON, agreed, asked, both_sides, mails, signed_in
from tests.programs.staff.test_ending_ahead import FIRST, LAST, NEXT, ahead, at
from tests.programs.staff.test_lapsing import granted

pytestmark = pytest.mark.django_db
WHY = "새 거래처를 찾았습니다."


@pytest.fixture(autouse=True)
def _in_summer(move_clock, replay_topic):
    programs.currency("KRW")
    at(move_clock, FIRST)


def asked_on(row: Participation) -> EndRequest:
    return going_on.ask(row, reason=WHY, by=register.member(row.company))


def test_where_both_agree_it_goes_on_as_if_no_end_had_been_agreed(move_clock):
    row = agreed()
    shop = programs.store()
    whole = programs.assignment(shop, row)
    short = programs.assignment(shop, row, sku="A", until_on=dt.date(2025, 10, 31))
    later = programs.assignment(shop, row, sku="B", from_on=NEXT)
    ahead(row)
    made = asked_on(row)
    assert asked_on(row) == made
    task = Task.objects.open().get(kind="end")
    assert (task.side, task.subject_id, task.due_on) == ("agency", row.pk, FIRST + dt.timedelta(days=7))
    assert (task.subject_ko, task.subject_en) == (
        f"{row.number} {row.company.name_ko} (유지 요청)",
        f"{row.number} {row.company.name_en} (asks to go on)",
    )
    told = mails("협약 유지 요청:")
    assert set(told) == both_sides(row)
    assert all(WHY in body and "2025. 8. 20.(수)" in body for body in told.values())
    row.refresh_from_db()
    assert (row.state, row.last_on) == ("agreed", LAST)
    OutboxEvent.objects.all().delete()
    assert going_on.agree(row, answer="축하합니다.", by=people.officer()) == (made, 0)
    row.refresh_from_db()
    made.refresh_from_db()
    assert (row.state, row.last_on, made.state, made.ended_on) == ("agreed", None, "accepted", None)
    assert OutboxEvent.objects.filter(topic=stores.REPLAY).count() == 1
    found = Assignment.objects.filter(participation=row).values_list("pk", "from_on", "until_on")
    assert {key: days for key, *days in found} == {
        whole.pk: [whole.from_on, None], short.pk: [short.from_on, dt.date(2025, 10, 31)], later.pk: [NEXT, None],
    }  # fmt: skip
    told = mails("협약 유지:")
    assert set(told) == both_sides(row)
    assert "축하합니다." in told[register.member(row.company).email]
    assert not Task.objects.open().filter(kind="end").exists()
    at(move_clock, NEXT)
    assert ending.end_due() == 0
    asked(row, dt.date(2025, 9, 30))
    ending.accept(row, by=people.officer())
    at(move_clock, dt.date(2025, 10, 1))
    assert ending.end_due() == 1


def test_days_that_another_company_was_given_stay_with_it():
    row, other = agreed(), staff.taking_part(9)
    shop = programs.store()
    whole, part = programs.assignment(shop, row), programs.assignment(shop, row, sku="A")
    changed = programs.assignment(shop, row, sku="B")
    ahead(row)
    officer = people.officer()
    stores.assign(shop, other, scope="store", from_on=NEXT, by=officer)
    changed.refresh_from_db()
    stores.end_assignment(changed, until_on=FIRST, by=officer)
    Task.objects.filter(kind="assign").delete()
    asked_on(row)
    assert going_on.agree(row, by=officer)[1] == 1
    found = Assignment.objects.filter(participation=row).values_list("pk", "until_on")
    assert dict(found) == {whole.pk: LAST, part.pk: None, changed.pk: FIRST}
    assert Task.objects.open().get(kind="assign").subject_id == row.pk
    told = mails("협약 유지:")
    assert set(told) == both_sides(row)
    company = told.pop(register.member(row.company).email)
    assert "기관에 다시 배정하도록 알렸습니다" in company
    for body in told.values():
        assert body.startswith("스토어를 다시 배정해 주십시오.")
    assert not any("하실 일은 없습니다" in body for body in (company, *told.values()))


def test_without_the_agency_s_word_it_ends_with_its_day(move_clock):
    refused, silent = ahead(), ahead(staff.taking_part(9))
    asked_on(refused)
    officer = people.officer()
    ending.refuse(refused, reason="예비기업에 알렸습니다.", by=officer)
    told = mails("협약 유지 요청 거절")
    assert set(told) == both_sides(refused)
    assert "예비기업에 알렸습니다." in told[register.member(refused.company).email]
    waiting = asked_on(silent)
    with pytest.raises(RuleBroken, match=r"^end_asked:"):
        agreement.end(silent, reason="폐업", by=officer)
    at(move_clock, NEXT, 0, 1)
    with pytest.raises(RuleBroken, match=r"^no_end_agreed:"):
        going_on.agree(silent, by=officer)
    assert ending.end_due() == 2
    for row in (refused, silent):
        row.refresh_from_db()
        assert (row.state, row.last_on) == ("ended", LAST)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.answered_by) == ("over", None)
    assert waiting.answered_at is not None
    assert not Task.objects.open().filter(kind="end").exists()
    page = signed_in(officer).get(reverse("admin:programs_participation_change", args=[silent.pk]))
    assert "답변 전에 협약이 종료됨" in page.content.decode()


def test_each_answer_goes_to_what_was_asked():
    row = agreed()
    officer, owner = people.officer(), register.member(row.company)
    with pytest.raises(RuleBroken, match=r"^no_end_agreed:"):
        asked_on(row)
    asked(row, LAST)
    with pytest.raises(RuleBroken, match=r"^nothing_asked:"):
        going_on.agree(row, by=officer)
    ending.accept(row, by=officer)
    with pytest.raises(RuleBroken, match=r"^reason_missing:"):
        going_on.ask(row, reason=" ", by=owner)
    asked_on(row)
    with pytest.raises(RuleBroken, match=r"^nothing_asked:"):
        ending.accept(row, by=officer)
    with pytest.raises(RuleBroken, match=r"^not_your_agency:"):
        going_on.agree(row, by=people.officer("manager", "OTHER"))
    assert ending.take_back(row, by=owner) is not None
    outbox.drain()
    assert set(mails("협약 유지 요청 철회")) == both_sides(row)
    row.refresh_from_db()
    assert (row.state, row.last_on) == ("agreed", LAST)
    for who in (register.member(row.company, "editor"), register.member(register.company(77))):
        with pytest.raises(RuleBroken, match=r"^not_owner:"):
            going_on.ask(row, reason=WHY, by=who)
        for method in ("get", "post"):
            address = reverse("participation_go_on", args=[row.pk])
            assert getattr(signed_in(who), method)(address).status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        EndRequest.objects.filter(is_to_go_on=True).update(state="accepted", ended_on=LAST)


def test_the_pages_of_both_sides_lead_through_it():
    row = ahead()
    client, desk = signed_in(register.member(row.company)), signed_in(people.officer())
    for each in (client, desk):
        each.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    show, go_on = (reverse(f"participation_{each}", args=[row.pk]) for each in ("show", "go_on"))
    assert f'href="{go_on}"' in client.get(show).content.decode()
    assert "20 August 2025" in client.get(go_on).content.decode()
    empty = client.post(go_on, {"reason": ""})
    assert (empty.status_code, "error-summary" in empty.content.decode()) == (400, True)
    for _click in range(2):
        assert client.post(go_on, {"reason": WHY})["Location"] == show
    made = EndRequest.objects.to_go_on().get()
    page = client.get(show).content.decode()
    assert "You asked that the agreement goes on." in page
    assert f'href="{go_on}"' not in page
    assert client.get(go_on)["Location"] == show
    assert "asked to go on" in client.get(reverse("participation_list")).content.decode()
    listed = reverse("admin:programs_participation_changelist")
    assert row.number in desk.get(f"{listed}?asks_to_end=yes").content.decode()
    verbs = {
        name: reverse(f"admin:programs_participation_{name}", args=[row.pk])
        for name in ("agree_go_on", "refuse_go_on", "agree_end", "refuse_end", "end")
    }
    page = desk.get(reverse("admin:programs_participation_change", args=[row.pk])).content.decode()
    assert [f'action="{verbs[name]}"' in page for name in verbs] == [True, True, False, False, False]
    assert WHY in page
    assert desk.post(verbs["refuse_go_on"], {"asked": made.pk, "reason": ""}).status_code == 400
    answer = desk.post(verbs["refuse_go_on"], {"asked": made.pk, "reason": "Too late."}, follow=True)
    assert "The agreement ends with the day that is agreed" in answer.content.decode()
    assert "Too late." in client.get(show).content.decode()
    assert client.post(go_on, {"reason": WHY})["Location"] == show
    again = EndRequest.objects.to_go_on().get()
    assert desk.post(verbs["agree_go_on"], {"asked": made.pk, "answer": ""}).status_code == 409
    answer = desk.post(verbs["agree_go_on"], {"asked": again.pk, "answer": ""}, follow=True)
    assert "its assignments last as long as before" in answer.content.decode()
    assert client.post(go_on, {"reason": WHY}).status_code == 409
    page = client.get(show).content.decode()
    assert reverse("participation_end", args=[row.pk]) in page
    assert REASON in page


def assigned(row: Participation) -> dict[str, list[tuple[dt.date, dt.date | None]]]:
    """Days by SKU, or by store where the store is assigned as a whole."""
    found: dict[str, list[tuple[dt.date, dt.date | None]]] = {}
    for each in Assignment.objects.filter(participation=row).select_related("store").order_by("from_on"):
        found.setdefault(each.reference or each.store.code, []).append((each.from_on, each.until_on))
    return found


def main_actions(client, row: Participation) -> list[str]:
    page = client.get(reverse("admin:programs_participation_change", args=[row.pk])).content.decode()
    return re.findall(r'<(?:summary|button|a) class="btn btn-small btn-primary"[^>]*>([^<]+)<', page)


def test_the_agency_s_page_has_one_main_action_and_none_beside_an_answer_that_is_waited_for():
    row = agreed()
    register.product(row.company)
    client = signed_in(people.officer())
    assert main_actions(client, row) == ["입점 시작"]
    asked(row)
    assert main_actions(client, row) == []
    ending.refuse(row, reason="계속합니다.", by=people.officer())
    ahead(row)
    assert main_actions(client, row) == []
    asked_on(row)
    assert main_actions(client, row) == ["협약 유지에 동의"]


def test_of_several_main_actions_of_any_record_the_first_one_that_can_be_done_is_it(rf):
    row = agreed()
    ahead(row)
    asked_on(row)
    request = rf.get("/")
    request.user, request.session = people.officer(), {}
    admin = site.get_model_admin(Participation)
    row = admin.get_queryset(request).get(pk=row.pk)
    tones = lambda: {each["name"]: each["tone"] for each in RecordAdmin.doings(admin, request, row)}  # noqa: E731
    assert tones()["open_listings"] == "", "no product to list"
    register.product(row.company)
    assert (tones()["agree_go_on"], tones()["open_listings"]) == ("primary", "")
    row.is_go_on_asked = False
    assert tones()["open_listings"] == "primary"


def test_what_is_assigned_while_an_end_is_agreed_lasts_as_asked_for_where_it_goes_on():
    row, officer = agreed(), people.officer()
    shop = programs.store("SHOP")
    listed = programs.assignment(shop, row, sku="LISTED")
    ahead(row)
    until = dt.date(2025, 10, 31)
    for sku, until_on in (("OPEN", None), ("LATER", until), ("SHORT", FIRST)):
        stores.assign(shop, row, scope="sku", reference=sku, from_on=FIRST, until_on=until_on, by=officer)
    assigning.assign([Group(shop.pk, "MANY", "MLC-1")], row, from_on=FIRST, by=officer)
    number = row.company.business_number
    line = assignment_lists.Row(
        2, "SHOP", "sku", "LISTED", number, dt.date(2025, 2, 1), None, key=str(listed.pk)
    )
    with because("list"):
        (judged,) = assignment_lists._carry_out(row.program, [line], officer)
    assert judged.outcome == "changed"
    own = own_stores.own_store(row.program, number)
    cut = [days for name, (days,) in assigned(row).items() if name != "SHORT"]
    assert {until_on for _from_on, until_on in cut} == {LAST}
    OutboxEvent.objects.all().delete()
    asked_on(row)
    assert going_on.agree(row, by=officer)[1] == 0
    assert assigned(row) == {
        own.code: [(own_stores.ALWAYS, None)],
        "LISTED": [(dt.date(2025, 2, 1), None)],
        "OPEN": [(FIRST, None)], "LATER": [(FIRST, until)], "SHORT": [(FIRST, FIRST)], "MANY": [(FIRST, None)],
    }  # fmt: skip
    again = {each.payload["store"] for each in OutboxEvent.objects.filter(topic=stores.REPLAY)}
    assert again == {str(shop.pk), str(own.pk)}
    assert not Task.objects.open().filter(kind="assign").exists()


def test_what_was_assigned_to_end_with_the_agreed_day_is_looked_at_by_the_agency():
    row, officer = ahead(), people.officer()
    stores.assign(programs.store(), row, scope="sku", reference="A", from_on=FIRST, until_on=LAST, by=officer)
    Task.objects.filter(kind="assign").delete()
    asked_on(row)
    assert going_on.agree(row, by=officer)[1] == 1
    assert assigned(row) == {"A": [(FIRST, LAST)]}
    assert Task.objects.open().get(kind="assign").subject_id == row.pk


def test_free_days_around_those_of_another_company_are_given_back():
    row, other = agreed(), staff.taking_part(9)
    shop, officer = programs.store("SHOP"), people.officer()
    programs.assignment(shop, row)
    programs.assignment(shop, row, sku="B", from_on=NEXT)
    programs.assignment(shop, row, sku="C", until_on=dt.date(2025, 9, 5))
    ahead(row)
    week = dt.date(2025, 9, 1), dt.date(2025, 9, 7)
    for scope, sku in (("store", ""), ("sku", "B"), ("sku", "C")):
        stores.assign(shop, other, scope=scope, reference=sku, from_on=week[0], until_on=week[1], by=officer)
    asked_on(row)
    assert going_on.agree(row, by=officer)[1] == 3
    first, before, after = dt.date(2025, 1, 1), dt.date(2025, 8, 31), dt.date(2025, 9, 8)
    assert assigned(row) == {
        "SHOP": [(first, before), (after, None)],
        "B": [(NEXT, before), (after, None)],
        "C": [(first, before)],
    }


def test_who_assigns_reads_that_the_agreed_day_cuts_it():
    row, shop = ahead(), programs.store()
    desk = signed_in(people.officer())
    desk.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    typed = {"participation": row.pk, "scope": "sku", "reference": "A", "from_on": "2025-08-01"}
    answer = desk.post(reverse("admin:programs_store_assign", args=[shop.pk]), typed, follow=True)
    assert "Assigned until 20 August 2025, the agreed last day of the agreement." in answer.content.decode()


@pytest.mark.parametrize("day", [LAST, LAST - dt.timedelta(days=3)])
def test_what_is_asked_in_the_last_days_is_due_on_the_last_one(move_clock, day):
    row = ahead()
    at(move_clock, day)
    asked_on(row)
    assert Task.objects.open().get(kind="end").due_on == LAST


def test_a_page_from_before_asks_nothing_that_is_not_recorded():
    """A form that was opened before the other request was made: it is refused with the reason, and what waits stays."""
    row, other = ahead(), staff.taking_part(9)
    asked_on(row)
    asked(other, LAST)
    typed = {"reason": REASON, "is_understood": "on", "last_on": "2025-08-10"}
    for each, page, words in (
        (row, "end", "The agreement ends with 20 August 2025, as agreed"),
        (other, "go_on", "No end of this agreement is agreed that is still to come."),
    ):
        client = signed_in(register.member(each.company))
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        answer = client.post(reverse(f"participation_{page}", args=[each.pk]), typed)
        assert (answer.status_code, words in answer.content.decode()) == (409, True)
    waiting = EndRequest.objects.waiting().values_list("participation", "is_to_go_on")
    assert set(waiting) == {(row.pk, True), (other.pk, False)}


def test_of_many_assignments_no_more_is_asked_than_of_few():
    officer, shop, asked_for = people.officer(), programs.store("SHOP"), []
    for serial, many in ((9, 1), (8, 10)):
        row = staff.taking_part(serial)
        skus = [f"{serial}-{number}" for number in range(many)]
        for sku in skus:
            programs.assignment(shop, row, sku=f"CUT-{sku}")
            programs.assignment(shop, row, sku=f"GONE-{sku}", from_on=NEXT)
        ahead(row)
        for sku in skus:
            stores.assign(shop, row, scope="sku", reference=f"NEW-{sku}", from_on=FIRST, by=officer)
        agreed_end = row.end_requests.get()
        assert Assignment.objects.filter(participation=row, until_on=LAST).count() == 2 * many
        before = history_rows(row)
        with CaptureQueriesContext(connection) as queries, transaction.atomic():
            assert giving_back.give_back(row, agreed_end) == ({shop.pk}, 0)
        asked_for.append(len(queries))
        assert len(assigned(row)) == 3 * many
        assert {days[-1][1] for days in assigned(row).values()} == {None}
        assert history_rows(row) == before | {"update": 3 * many, "insert": 4 * many}
    assert asked_for == [9, 9]


def history_rows(row: Participation) -> dict[str, int]:
    """How many entries of each kind the history of its assignments has."""
    events = event_model(Assignment).objects.filter(participation=row).order_by("pgh_label")
    return dict(events.values_list("pgh_label").annotate(Count("pk")))


def test_a_day_that_was_given_up_counts_for_nothing_where_the_agency_ends_the_agreement_by_itself(move_clock):
    row, officer = agreed(), people.officer()
    what = row.program.components.get(kind="marketing")
    delivery.assign(what, [row], planned_on=FIRST, planned_amount=Decimal(900_000), by=officer)
    made = granted(row, "현지 통역")
    ahead(row)
    asked_on(row)
    going_on.agree(row, by=officer)
    at(move_clock, dt.date(2025, 8, 25))
    agreement.end(row, reason="보조금 목적 외 사용", by=officer, last_on=LAST)
    row.refresh_from_db()
    made.refresh_from_db()
    assert (row.state, row.last_on, row.deliveries.get().state, made.state) == (
        "ended",
        LAST,
        "cancelled",
        "lapsed",
    )
    assert (lasting.is_end_agreed(row, LAST), leaving.lapsed_on(made), leaving.lapsed(row)) == (
        False,
        None,
        [made],
    )
    assert not Participation.objects.with_end_agreed().get().is_end_agreed
    with pytest.raises(RuleBroken) as refusal:
        delivery.replan(
            row.deliveries.get(), planned_on=FIRST, planned_amount=Decimal(1), reason="x", by=officer
        )
    assert refusal.value.code == "not_taking_part"


def test_a_day_that_is_agreed_once_more_counts(move_clock):
    row, officer = ahead(), people.officer()
    asked_on(row)
    going_on.agree(row, by=officer)
    ahead(row)
    assert ending.agreed_on(row) == row.end_requests.first()
    at(move_clock, NEXT)
    assert ending.end_due() == 1
    assert Participation.objects.with_end_agreed().get().is_end_agreed
