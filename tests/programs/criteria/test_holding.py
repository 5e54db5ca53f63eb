"""Screening a whole call again: what holds still is upheld in one row, the rest is judged, and both say what the rows say.

Calls here are small; what is done for many applications is done for ten.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Max

from companies.models import Ban, Place, RegisterChange, StatusCheck
from ground import clock
from ground.models import Province, StoredFile
from programs import tasks
from programs.domain import holding, keeping, screening, taking
from programs.domain.criteria.compiling import compile_criteria
from programs.domain.criteria.relations import of_applications
from programs.domain.eligibility import criteria_of
from programs.models import (
    Answer,
    Application,
    Call,
    Document,
    Held,
    Holding,
    KeptTaking,
    Question,
    RequiredDocument,
    Screened,
    Screening,
    Taken,
    Task,
    Upheld,
)
from programs.queries import takings
from tests.factories import intake as made
from tests.factories import people, programs, register
from tests.factories.staff import stored
from tests.programs.criteria.changing import DAYS, Undone, another, change_something, populate
from tests.programs.criteria.test_keeping import STEPS, of_ten, raw, watched

pytestmark = pytest.mark.django_db(transaction=True)
Said = dict[UUID, dict[UUID, tuple[Any, ...]]]


@pytest.fixture
def call(move_clock: Any, monkeypatch: Any) -> Call:
    """Of each of the ten companies an application, with an answer and a document that criteria read."""
    monkeypatch.setattr(holding, "LEAST", 1)
    of = of_ten(move_clock)
    question = made.question(of, "sells", "yes_no")
    made.criterion(of, "form", "answer", values={"question": "sells", "equals": True}, position=80)
    made.criterion(of, "doc", "certificate", values={"kind": "OTHER"}, position=81, later_as_of="agreement")
    paper = RequiredDocument.objects.create(call=of, code="paper", name_ko="확인서", certificate_kind="OTHER")
    for serial in range(1, 11):
        row = programs.application(of, register.company(serial), status="submitted", receipt=f"R-{serial}")
        Answer.objects.create(application=row, question=question, call=of, is_yes=True)
        Document.objects.create(
            application=row, required=paper, call=of, file=stored(f"{serial}.pdf"), state="accepted",
            valid_from=dt.date(2025, 1, 1), valid_until=dt.date(2026, 3, 31),
        )  # fmt: skip
    move_clock(made.AFTER)
    return of


def said(call: Call) -> Said:
    return {
        key: {
            rule: (it.outcome, it.reason_code, it.value, it.evidence, it.evidence_file_id, it.as_of, it.renew_by, it.rule_version)
            for rule, it in answers.items()
        }
        for key, answers in takings.latest(Application.objects.filter(call=call)).items()
    }  # fmt: skip


def listed(kept: KeptTaking) -> list[UUID]:
    return sorted(kept.holding.rows.values_list("application_id", flat=True))


def screened(call: Call) -> int:
    """Screen all; how many were judged."""
    before = Screened.objects.aggregate(Max("id"))["id__max"] or 0
    screening.screen_call(call, by=None)
    return Screened.objects.filter(id__gt=before).count()


def renewals(call: Call) -> list[tuple[Any, ...]]:
    return sorted(
        Task.objects.open().filter(kind="renew").values_list("subject_id", "company_id", "due_on", flat=False)
    )


def whole(call: Call) -> tuple[Said, list[tuple[Any, ...]]]:
    """What is said, and what is to be renewed, where everything is judged and nothing was kept."""
    with transaction.atomic():
        KeptTaking.objects.all().delete()
        screening.screen_call(call, by=None)
        found = said(call), renewals(call)
        transaction.set_rollback(True)
    return found


def test_only_who_changed_is_judged_again_whatever_it_was(call: Call) -> None:
    """Each step changes rows of one table alone; a trigger that is missing is seen here."""
    rows = list(Application.objects.filter(call=call).order_by("receipt"))
    first, second, third = rows[:3]
    assert screened(call) == 10
    assert screened(call) == 0
    answer, paper = Answer.objects.get(application=first), Document.objects.get(application=second)
    late = dt.date(2026, 3, 31)

    def again() -> None:
        other = Question.objects.get(call=call, code="sells")
        Answer.objects.create(application=first, question=other, call=call, is_yes=True)

    def replaced() -> None:
        Document.objects.create(
            application=third, required=paper.required, call=call, file=stored("new.pdf"), valid_from=late, valid_until=late
        )  # fmt: skip

    steps: list[tuple[Callable[[], Any], int]] = [
        (lambda: Answer.objects.filter(pk=answer.pk).update(is_yes=False), 1),
        (lambda: Answer.objects.filter(pk=answer.pk).delete(), 1),
        (again, 1),
        (lambda: Document.objects.filter(pk=paper.pk).update(state="unchecked"), 1),
        (lambda: Document.objects.filter(pk=paper.pk).update(state="accepted", valid_until=dt.date(2025, 6, 5)), 1),
        (lambda: StoredFile.objects.filter(pk=paper.file_id).update(passage="quarantine"), 1),
        (lambda: StoredFile.objects.filter(pk=paper.file_id).update(name="other.pdf", passage="clean"), 1),
        (lambda: Document.objects.filter(application=third).update(replaced_at=clock.now()), 1),
        (replaced, 1),
        (lambda: Place.objects.filter(company=first.company_id).update(province="26"), 1),
        (lambda: StatusCheck.objects.create(company_id=third.company_id, status="closed", checked_at=clock.now()), 1),
        (lambda: Application.objects.filter(pk=third.pk).update(company=register.company(11)), 1),
        (lambda: Application.objects.filter(pk=second.pk).update(status="withdrawn"), 0),
        (lambda: Application.objects.filter(pk=second.pk).update(status="submitted"), 1),
        (lambda: RequiredDocument.objects.filter(call=call).update(certificate_kind="SME_CERT"), 10),
        (lambda: Question.objects.filter(call=call).update(code="other"), 10),
        (lambda: Province.objects.filter(code="11").update(name_ko="서울시"), 10),
        (lambda: call.criterions.filter(code="doc").update(version=2), 10),
        (lambda: call.criterions.filter(code="exports").update(values={"max": 5}), 10),
        (lambda: Call.objects.filter(pk=call.pk).update(agreement_on=dt.date(2025, 6, 30)), 10),
    ]  # fmt: skip
    for serial, (change, judged) in enumerate(steps):
        KeptTaking.objects.all().delete()
        screened(call)
        assert screened(call) == 0
        before = said(call)
        change()
        assert screened(call) == judged, serial
        now = said(call)
        assert (now, renewals(call)) == whole(call), serial
        if serial < 12:
            assert sum(before[key] != now[key] for key in before) == 1, serial


def test_a_taking_that_upholds_earlier_ones_says_its_own_day_and_what_staff_decided_stands(
    call: Call, move_clock: Any
) -> None:
    screened(call)
    row = Application.objects.filter(call=call).order_by("receipt")[0]
    look = takings.of_criterion(row, call.criterions.get(code="look").pk)
    assert look is not None
    screening.override(look, to="met", reason="확인", by=people.officer())
    move_clock(clock.now() + dt.timedelta(hours=1))
    assert screened(call) == 0
    now = takings.of_criterion(row, look.criterion_id)
    assert now is not None
    assert (now.final, now.override_reason) == ("met", "확인")
    assert now.taken_at - look.taken_at >= dt.timedelta(hours=1)
    StatusCheck.objects.create(company=row.company, status="closed", checked_at=clock.now())
    assert screened(call) == 1
    course = takings.history(row, list(criteria_of(call.pk)))
    assert [[each.criterion.code for each in taken.changes] for taken in course] == [[], [], ["open"]]


def test_the_worker_finds_what_was_taken_at_submission_and_holds(call: Call, move_clock: Any) -> None:
    """Of whom it does not hold any more, or who was never taken, is judged when staff screen."""
    rows = list(Application.objects.filter(call=call).order_by("receipt"))
    for each in rows[:9]:
        taking.take_some(call, [each], occasion=Screening.Occasion.SUBMISSION, by=None)
    Ban.objects.create(
        company=rows[0].company, agency=call.agency, reason="x", decided_by=people.officer(), **DAYS
    )
    tasks.keep_ahead()
    (kept,) = KeptTaking.objects.all()
    assert listed(kept) == sorted(each.pk for each in rows[1:9])
    assert kept.count == 8
    tasks.keep_ahead()
    assert KeptTaking.objects.get().pk == kept.pk
    StatusCheck.objects.create(company=rows[1].company, status="closed", checked_at=clock.now())
    assert screened(call) == 3
    assert (said(call), renewals(call)) == whole(call)


def test_a_call_that_is_open_decided_or_small_is_not_held(
    call: Call, move_clock: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(holding, "LEAST", 11)
    tasks.keep_ahead()
    assert (screened(call), screened(call), KeptTaking.objects.count()) == (10, 10, 0)
    monkeypatch.setattr(holding, "LEAST", 10)
    move_clock(made.DURING)
    tasks.keep_ahead()
    move_clock(made.AFTER)
    Call.objects.filter(pk=call.pk).update(decided_at=clock.now())
    tasks.keep_ahead()
    assert not KeptTaking.objects.exists()


def test_what_is_held_goes_after_days_and_the_changes_that_it_waits_for_stay_so_long(
    call: Call, move_clock: Any, monkeypatch: Any
) -> None:
    assert screened(call) == 10
    StatusCheck.objects.create(company=register.company(1), status="closed", checked_at=clock.now())
    keeping.forget_kept()
    assert (screened(call), KeptTaking.objects.count()) == (1, 1)
    monkeypatch.setattr(keeping, "FEW", 0)
    assert (screened(call), KeptTaking.objects.count()) == (10, 2)
    keeping.forget_kept()
    assert KeptTaking.objects.count() == 1
    KeptTaking.objects.update(server="another")
    assert screened(call) == 10
    move_clock(clock.now() + dt.timedelta(days=keeping.DAYS, hours=1))
    keeping.forget_kept()
    assert not KeptTaking.objects.exists()


def test_drafts_that_are_saved_in_other_calls_void_nothing(call: Call, monkeypatch: Any) -> None:
    """Only changes of the register and of the call's own applications, documents and questions count."""
    assert screened(call) == 10
    elsewhere = programs.call(call.program, "ELSE")
    question = made.question(elsewhere, "more", "yes_no")
    row = programs.application(elsewhere, register.company(1), status="draft", receipt="E-1")
    paper = RequiredDocument.objects.create(call=elsewhere, code="paper", name_ko="확인서")
    monkeypatch.setattr(keeping, "FEW", 1)
    answer = Answer.objects.create(application=row, question=question, call=elsewhere, is_yes=True)
    sheet = Document.objects.create(application=row, required=paper, call=elsewhere, file=stored("e.pdf"))
    Answer.objects.filter(pk=answer.pk).update(is_yes=False)
    StoredFile.objects.filter(pk=sheet.file_id).update(name="f.pdf")
    Question.objects.filter(pk=question.pk).update(code="less")
    assert RegisterChange.objects.filter(of__in=keeping.OF_CALLS).values("of").distinct().count() == 3
    own = Answer.objects.filter(application__call=call)
    own.filter(application__receipt="R-1").update(is_yes=False)
    assert screened(call) == 1
    own.update(is_yes=False)
    assert screened(call) == 10


def test_changes_of_applications_void_nothing_that_is_kept_of_the_register(
    call: Call, monkeypatch: Any
) -> None:
    rules = list(criteria_of(call.pk))
    keeping.ask(call, rules)
    monkeypatch.setattr(keeping, "FEW", 1)
    Answer.objects.update(is_yes=False)
    StoredFile.objects.update(passage="unscanned")
    Question.objects.filter(call=call).update(code="other")
    assert RegisterChange.objects.filter(of__in=keeping.OF_CALLS).count() > 20
    with keeping.reading("ROW EXCLUSIVE") as cursor:
        kept = keeping._newest(cursor)
        assert kept is not None
        assert kept.changed == b""


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_changes_and_whoever_is_in_the_midst_of_it_screening_says_what_the_rows_say(
    call: Call, seed: int
) -> None:
    """Changes in any order, also of transactions that are open while all are screened and end later, or never were."""
    random = Random(seed)
    populate(call, random)
    screened(call)
    done, judged = 0, []
    raw("SET lock_timeout = 50")
    with another() as one, another() as two:
        for step in range(STEPS):
            session = random.choice([None, None, one, two])
            who: Any = connection.cursor() if session is None else session
            if session is not None:
                session.execute("SELECT")
            try:
                with transaction.atomic() if session is None else session.transaction():
                    if random.random() < 0.3:
                        at = random.choice(list(Application.objects.values_list("pk", flat=True)))
                        who.execute(
                            f"UPDATE programs_answer SET is_yes = NOT is_yes WHERE application_id = '{at}'"
                        )
                        done += 1
                    else:
                        done += change_something(random, who)
                    if random.random() < 0.1:
                        raise Undone
            except (Undone, psycopg.Error, DatabaseError):
                pass
            if session is not None and random.random() < 0.4:
                random.choice([session.commit, session.commit, session.rollback])()
            if step % 8 == 7:
                KeptTaking.objects.all().delete()
                tasks.keep_ahead()
            if step % 2:
                judged.append(screened(call))
                assert (said(call), renewals(call)) == whole(call)
    raw("RESET lock_timeout")
    assert done > STEPS // 2
    assert any(each < 10 for each in judged)


def test_every_table_that_criteria_read_of_applications_is_watched(call: Call) -> None:
    """Some only where certain columns change; a row that is new or goes says nothing of those that are there."""
    source = of_applications(call.agency_id, "true")
    compiled = compile_criteria(call, list(criteria_of(call.pk)))
    text = " ".join([*source.selects.values(), compiled.wide(source)])
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'naru_rewritten' AND tgenabled = 'O'"
        )
        of_calls = {table for (table,) in cursor.fetchall()}
    assert of_calls == {
        "programs_answer", "programs_document", "programs_application", "programs_requireddocument", "programs_question",
        "ground_storedfile",
    }  # fmt: skip
    assert {each for each in tables if f"{each} " in text} <= watched() | of_calls


def test_a_list_names_rows_of_its_applications_that_were_taken_by_its_rules(call: Call) -> None:
    """Whoever writes it: what is upheld cannot be another company's answer, nor one by other rules."""
    screened(call)
    rows = list(Screened.objects.order_by("id"))
    taken, elsewhere = rows[0].screening, programs.call(call.program, "ELSE")
    by = {"call": call, "criteria": taken.criteria, "versions": taken.versions}

    def screening_by(**more: Any) -> Screening:
        rules = {**by, **more}
        return Screening.objects.create(
            agency=call.agency, occasion="screening", taken_at=clock.now(), **rules
        )

    fine = Holding.objects.create(**by)
    Held.objects.bulk_create(
        Held(holding=fine, application_id=each.application_id, said=each) for each in rows
    )
    others = [
        {"criteria": taken.criteria[:1], "versions": taken.versions[:1]},
        {"versions": [9] * len(taken.versions)},
    ]
    for wrong in (*others, {"call": elsewhere}):
        other = Holding.objects.create(**{**by, **wrong})
        with pytest.raises(IntegrityError, match="held_belongs"), transaction.atomic():
            Held.objects.create(holding=other, application_id=rows[0].application_id, said=rows[0])
        with pytest.raises(IntegrityError, match="upheld_same"), transaction.atomic():
            Upheld.objects.create(screening=screening_by(), holding=other, without=[])
    with pytest.raises(IntegrityError, match="upheld_sorted"), transaction.atomic():
        Upheld.objects.create(screening=screening_by(), holding=fine, without=[UUID(int=2), UUID(int=1)])
    empty = Holding.objects.create(**by)
    for application, said in ((rows[0], rows[1]), (rows[1], rows[0])):
        with pytest.raises(IntegrityError, match="held_belongs"), transaction.atomic():
            Held.objects.create(holding=empty, application_id=application.application_id, said=said)
    for nothing in ({"said_id": 10**9}, {"holding_id": 10**9}):
        with pytest.raises(IntegrityError, match="held_belongs"), transaction.atomic():
            Held.objects.create(
                **{"holding": empty, "application_id": rows[0].application_id, "said": rows[0], **nothing}
            )


def test_what_is_upheld_stays(call: Call) -> None:
    screened(call)
    screened(call)
    (upheld,) = Upheld.objects.all()
    for table, change in (
        ("programs_upheld", "without = '{}'"), ("programs_holding", "versions = '{}'"), ("programs_held", "said_id = 1"),
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {change}")
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}; SET CONSTRAINTS ALL IMMEDIATE")
    late = programs.application(call, register.company(11), status="submitted", receipt="R-11")
    taking.take_some(call, [late], occasion=Screening.Occasion.SUBMISSION, by=None)
    said_of_late = Screened.objects.get(application=late)
    with pytest.raises(IntegrityError, match="held_belongs"), transaction.atomic():
        Held.objects.create(holding=upheld.holding, application=late, said=said_of_late)


def test_whom_an_upheld_list_leaves_out_is_found_whoever_it_names(call: Call) -> None:
    """Of random lists, of which random applications are left out (some that are no part of it): as by comparing with each name."""
    screened(call)
    rows = list(Screened.objects.select_related("screening"))
    rules = {"criteria": rows[0].screening.criteria, "versions": rows[0].screening.versions}
    chance = Random(5)
    expected = set()
    for _list in range(12):
        listed = chance.sample(rows, chance.randint(1, 10))
        of = Holding.objects.create(call=call, **rules)
        Held.objects.bulk_create(
            Held(holding=of, application_id=each.application_id, said=each) for each in listed
        )
        for _screening in range(chance.randint(0, 3)):
            names = {each.application_id for each in chance.sample(rows, chance.randint(0, 10))}
            names |= {uuid4() for _foreign in range(chance.randint(0, 400))}
            said_at = Screening.objects.create(
                agency=call.agency, call=call, occasion="screening", taken_at=clock.now(), **rules
            )
            upheld = Upheld.objects.create(screening=said_at, holding=of, without=sorted(names))
            expected |= {
                (upheld.pk, each.application_id, said_at.pk, each.pk)
                for each in listed
                if each.application_id not in names
            }
    every = [Taken.objects.all(), *(Taken.objects.filter(application=each.application_id) for each in rows)]
    found = [set(rows_of.values_list("id", "application", "screening", "said")) for rows_of in every]
    own = {(each.pk, each.application_id, each.screening_id, each.pk) for each in rows}
    assert expected
    assert found[0] == expected | own
    assert set().union(*found[1:]) == found[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.id, h.application_id, u.screening_id, h.said_id FROM programs_held h JOIN programs_upheld u"
            " ON u.holding_id = h.holding_id AND h.application_id <> ALL (u.without)"
        )
        assert set(cursor.fetchall()) == expected


def test_lists_that_no_screening_upheld_go_and_the_others_stay(call: Call, move_clock: Any) -> None:
    screened(call)
    (unnamed,) = Holding.objects.all()
    KeptTaking.objects.all().delete()
    tasks.keep_ahead()
    holding.forget_unnamed()
    (kept,) = KeptTaking.objects.all()
    assert list(Holding.objects.all()) == [kept.holding]
    assert not Held.objects.filter(holding=unnamed.pk).exists()
    assert screened(call) == 0
    before = said(call)
    KeptTaking.objects.all().delete()
    holding.forget_unnamed()
    assert Held.objects.filter(holding=kept.holding_id).count() == 10
    assert said(call) == before


def test_of_a_list_that_most_applications_left_no_use_is_made(call: Call, monkeypatch: Any) -> None:
    """Else each screening would name all who left."""
    screened(call)
    monkeypatch.setattr(keeping, "FEW", 3)
    keys = list(Application.objects.filter(call=call).values_list("pk", flat=True))
    Application.objects.filter(pk__in=keys[:3]).update(status="withdrawn")
    assert screened(call) == 0
    assert sorted(Upheld.objects.get().without) == sorted(keys[:3])
    Application.objects.filter(pk__in=keys[:4]).update(status="withdrawn")
    assert screened(call) == 6
    assert screened(call) == 0
    course = takings.history(Application.objects.get(pk=keys[0]), list(criteria_of(call.pk)))
    assert len(course) == 1
    course = takings.history(Application.objects.get(pk=keys[9]), list(criteria_of(call.pk)))
    assert len({each.screening.pk for each in course}) == len(course) == 4
