"""Results of criteria that became screenings (migration 0010): nothing is lost on the way there, back, and there again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.domain import approvals
from programs.models import Application, Criterion, Override, Screened
from programs.queries import takings
from tests.factories import people, staff

pytestmark = pytest.mark.django_db
BEFORE = "0009_cancelled_calls_results_entries_on_behalf_consultations"
AFTER = "0024_screenings_uphold_lists_of_answers"
"""The newest that changed these tables; rows are read by the models of now."""
FIRST, SECOND, THIRD = (dt.datetime(2025, 6, day, 9, tzinfo=dt.UTC) for day in (2, 4, 6))
OLD = """
    SELECT a.receipt, c.code, r.outcome, r.reason_code, r.value, r.evidence, r.evidence_file_id, r.as_of, r.renew_by,
        r.rule_version, r.taken_at, r.override, r.override_reason, r.override_by_id, r.approval_id
    FROM {table} r JOIN programs_application a ON a.id = r.application_id JOIN programs_criterion c ON c.id = r.criterion_id
    ORDER BY {order}"""


def go(step: str) -> Any:
    """Migrate this floor to the step; its models then. What a migration lays aside goes with its transaction, which is
    the test's here."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("DROP TABLE IF EXISTS pg_temp.old_answer, pg_temp.old_taking, pg_temp.old_decision")
    executor = MigrationExecutor(connection)
    return executor.migrate([("programs", step)]).apps


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def old_rows() -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """The results as they stood, and their course: every state that a result went through."""
    course = rows(OLD.format(table="programs_criterionresultevent", order="a.receipt, c.code, r.pgh_id"))
    return rows(OLD.format(table="programs_criterionresult", order="a.receipt, c.code")), course


def new_rows() -> tuple[list[Any], list[Any], list[Any]]:
    """Screenings with their rows, decisions of staff, and the history of these."""
    of = {each.pk: each.code for each in Criterion.objects.all()}
    taken = [
        (row.screening.taken_at, row.application.receipt,
         sorted(
             (of[key], version, *answer)
             for key, version, *answer in zip(
                 row.screening.criteria, row.screening.versions, row.outcomes, row.reasons, row.seen, row.evidence,
                 row.days, row.files or [None] * 2, row.renewals or [None] * 2, strict=True,
             )
         ))
        for row in Screened.objects.select_related("screening", "application").order_by("id")
    ]  # fmt: skip
    names = ("application__receipt", "criterion__code", "rule_said", "to", "reason", "by_id", "approval_id")
    history = rows(
        "SELECT pgh_label, a.receipt, c.code, e.rule_said, e.to, e.reason, e.by_id, e.pgh_created_at"
        " FROM programs_overrideevent e JOIN programs_application a ON a.id = e.application_id"
        " JOIN programs_criterion c ON c.id = e.criterion_id ORDER BY e.pgh_id"
    )
    return taken, list(Override.objects.order_by("application__receipt").values_list(*names)), history


@pytest.mark.full
def test_answers_decisions_and_their_course_come_over_and_go_back(owner_role, move_clock):
    """Two applications, two criteria, three takings. The first's paper is decided by a person, which falls when the third
    taking answers otherwise; the second is an exception; its other criterion was never taken."""
    move_clock(FIRST - dt.timedelta(hours=1))
    call = staff.call()
    one, two = staff.applicant(call, 1), staff.applicant(call, 2)
    seoul, sme = (call.criterions.get(code=code) for code in ("seoul", "sme"))
    paper, officer = staff.stored("확인서.pdf"), people.officer()
    agreed = approvals.ask(
        agency=call.agency, decision="exception", subject="예외", subject_id=two.pk, digest="0" * 64, reason="본사 이전",
        by=officer,
    )  # fmt: skip
    agreed = approvals.answer(agreed, by=staff.manager(), grant=True)
    with owner_role():
        Old = go(BEFORE).get_model("programs", "CriterionResult")

        def take(
            application: Application, criterion: Criterion, outcome: str, at: dt.datetime, **more: Any
        ) -> None:
            """As screening did: a result is written once and then changed; a decision falls with another answer."""
            said = {
                "outcome": outcome, "reason_code": f"{criterion.code}_{outcome}", "value": "11", "evidence": "등본",
                "as_of": dt.date(2025, 5, 30), "rule_version": 1, "taken_at": at, **more,
            }  # fmt: skip
            found = Old.objects.filter(application_id=application.pk, criterion_id=criterion.pk)
            if not found.update(**said):
                Old.objects.create(
                    agency_id=call.agency_id, call_id=call.pk, application_id=application.pk,
                    criterion_id=criterion.pk, **said,
                )  # fmt: skip

        def decide(
            application: Application, criterion: Criterion, to: str, reason: str, approval: Any = None
        ) -> None:
            Old.objects.filter(application_id=application.pk, criterion_id=criterion.pk).update(
                override=to,
                override_reason=reason,
                override_by_id=officer.pk if to else None,
                approval_id=approval,
            )

        looked = {"evidence_file_id": paper.pk, "renew_by": dt.date(2025, 6, 25)}
        for at in (FIRST, SECOND):
            move_clock(at)
            connection.cursor().execute("RESET ROLE")
            take(one, seoul, "met", at)
            take(one, sme, "look", at, **looked)
            take(two, seoul, "not_met", at, value="26")
            if at == FIRST:
                move_clock(at + dt.timedelta(hours=1))
                connection.cursor().execute("RESET ROLE")
                decide(one, sme, "met", "원본 확인")
        move_clock(SECOND + dt.timedelta(hours=1))
        connection.cursor().execute("RESET ROLE")
        decide(two, seoul, "met", "본사 이전", agreed.pk)
        move_clock(THIRD)
        connection.cursor().execute("RESET ROLE")
        take(one, seoul, "met", THIRD)
        take(one, sme, "not_met", THIRD, override="", override_reason="", override_by_id=None)
        before, course = old_rows()
        assert [each[:3] + each[11:13] for each in before] == [
            (one.receipt, "seoul", "met", "", ""),
            (one.receipt, "sme", "not_met", "", ""),
            (two.receipt, "seoul", "not_met", "met", "본사 이전"),
        ]

        go(AFTER)
        day, none = dt.date(2025, 5, 30), (None,) * 7
        met = ("seoul", 1, 2, "seoul_met", "11", "등본", day, None, None)
        look = ("sme", 1, 1, "sme_look", "11", "등본", day, paper.pk, dt.date(2025, 6, 25))
        away = ("seoul", 1, 0, "seoul_not_met", "26", "등본", day, None, None)
        gone = ("sme", 1, 0, "sme_not_met", "11", "등본", day, paper.pk, dt.date(2025, 6, 25))
        taken, decided, history = new = new_rows()
        assert taken == [
            (FIRST, one.receipt, [met, look]), (FIRST, two.receipt, [away, ("sme", 1, *none)]),
            (SECOND, one.receipt, [met, look]), (SECOND, two.receipt, [away, ("sme", 1, *none)]),
            (THIRD, one.receipt, [met, gone]),
        ]  # fmt: skip
        assert decided == [(two.receipt, "seoul", "not_met", "met", "본사 이전", officer.pk, agreed.pk)]
        assert [each[:6] for each in history] == [
            ("insert", one.receipt, "sme", "look", "met", "원본 확인"),
            ("insert", two.receipt, "seoul", "not_met", "met", "본사 이전"),
            ("delete", one.receipt, "sme", "not_met", "met", "원본 확인"),
        ]
        now = staff.result(two, "seoul")
        assert (now.said_sha256, now.final) == (Override.objects.get().said_sha256, "met")
        assert takings.latest([one])[one.pk][sme.pk].final == "not_met"

        go(BEFORE)
        assert old_rows() == (before, course)
        go(AFTER)
        assert new_rows()[:2] == new[:2]
        assert [each[:7] for each in new_rows()[2]] == [each[:7] for each in history]
