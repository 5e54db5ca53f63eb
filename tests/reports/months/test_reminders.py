"""Who owes a month is reminded around its due day, each step once, until the month is answered."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from companies.domain import merging
from ground import clock, mailbox, outbox, workdays
from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.models import Holiday, OutboxEvent
from programs.domain import agreement
from programs.models import Program, Task
from reports.domain import answering, importing, months, reminding, undoing
from reports.models import Declaration, MonthReminder
from reports.queries import answers
from tests.companies.test_merging import agreed, begun, pair
from tests.factories import people, programs, register, staff
from tests.factories import reports as made
from tests.factories.reports import item, order, santiago
from tests.reports.months.said import SEPTEMBER, answer_of, typed

pytestmark = pytest.mark.django_db


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


def test_no_step_is_made_up_for_from_before_the_reminders_began(program, part, store, owner, move_clock):
    """Begun on 20 October: the step of the 15th is nobody's, the one of the 21st goes."""
    program.reminded_from = dt.date(2025, 10, 20)
    program.save()
    for day, sent in ((20, 0), (21, 1)):
        move_clock(dt.datetime(2025, 10, day, 10, tzinfo=SEOUL))
        assert reminding.remind() == sent, day
