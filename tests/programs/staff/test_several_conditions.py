"""The one condition of a question, and what it asked for by its wording, over migration 0015 and back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from programs.models import Call
from tests.factories import intake as made

pytestmark = pytest.mark.django_db
BEFORE = "0014_choice_of_countries"
AFTER = "0015_several_conditions_and_what_of_the_record_is_asked"
COLUMNS = "shown_if_id, shown_how, shown_codes, shown_least"


def go(step: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return MigrationExecutor(connection).migrate([("programs", step)]).apps


def rows(columns: str, table: str = "programs_question") -> list[tuple[Any, ...]]:
    order = "code" if table == "programs_question" else "pgh_id"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT code, {columns} FROM {table} ORDER BY {order}")
        return cursor.fetchall()


@pytest.mark.full
def test_conditions_and_what_was_asked_for_come_over_and_go_back(owner_role, move_clock):
    move_clock(made.DURING)
    call = made.whole_call()
    call.questions.all().delete()
    wordings = {
        "yes": "수출합니까?", "address": "어디?", "list": "고르십시오", "sum": "얼마?", "hq": " 본사 소재지 ", "site": "홈페이지",
        "day": "주소",
    }  # fmt: skip
    kinds = {"yes": "yes_no", "list": "one", "sum": "money", "address": "long", "day": "day"}
    with owner_role():
        Old = go(BEFORE).get_model("programs", "Question")
        by_code: dict[str, Any] = {}
        for position, (code, label) in enumerate(wordings.items()):
            by_code[code] = Old.objects.create(
                call_id=call.pk, code=code, kind=kinds.get(code, "short"), label_ko=label, position=position
            )
        for code, earlier, how, more in (
            ("address", "yes", "no", {}),
            ("hq", "list", "one_of", {"shown_codes": ["c1", "c2"]}),
            ("site", "sum", "at_least", {"shown_least": "1000.5"}),
        ):
            Old.objects.filter(pk=by_code[code].pk).update(
                shown_if_id=by_code[earlier].pk, shown_how=how, **more
            )
        gone = Old.objects.create(
            call_id=call.pk, code="gone", kind="short", label_ko="없음", position=9, shown_if_id=by_code["yes"].pk,
            shown_how="yes",
        )  # fmt: skip
        late = Old.objects.create(
            call_id=call.pk, code="late", kind="short", label_ko="없음", position=10, shown_if_id=gone.pk,
            shown_how="yes",
        )  # fmt: skip
        late.delete()
        gone.delete()
        before, course = rows(COLUMNS), rows(COLUMNS, "programs_questionevent")

        Question = go(AFTER).get_model("programs", "Question")
        asked = "asked_if, asked_if_match, asks_for"
        assert {code: (conditions, match, fact) for code, conditions, match, fact in rows(asked)} == {
            "yes": ("[]", "all", ""),
            "address": ('[{"how": "no", "question": "yes"}]', "all", "address"),
            "list": ("[]", "all", ""),
            "sum": ("[]", "all", ""),
            "hq": ('[{"how": "one_of", "codes": ["c1", "c2"], "question": "list"}]', "all", "address"),
            "site": ('[{"how": "at_least", "least": "1000.5", "question": "sum"}]', "all", "website"),
            "day": ("[]", "all", ""),
        }
        told = rows(asked, "programs_questionevent")
        assert ("late", '[{"how": "yes", "question": "gone"}]', "all", "") in told
        assert len(told) == len(course)
        assert told[-1] == ("gone", '[{"how": "yes", "question": "yes"}]', "all", "")

        one = Question.objects.get(code="site").asked_if
        two = [*one, {"question": "yes", "how": "yes"}]
        for code, steps in (
            ("site", [{"asked_if": two}]),
            ("site", [{"asked_if": two}, {"asked_if": one}]),  # once it had two
            ("site", [{"asks_for": "phone"}]),
            ("hq", [{"asks_for": ""}]),
            ("day", [{"asks_for": "opened_on"}, {"asks_for": ""}]),
        ):
            with (
                pytest.raises(RuntimeError, match=f": {Call.objects.get().code} {code}[.]"),
                transaction.atomic(),
            ):
                for values in steps:
                    Question.objects.filter(code=code).update(**values)
                go(BEFORE)

        go(BEFORE)
        assert rows(COLUMNS) == before
        assert rows(COLUMNS, "programs_questionevent")[: len(course)] == course
        go(AFTER)
