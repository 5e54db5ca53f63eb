"""What lines of exports come to is kept with them: pages read no line of whole months, and the figures are those of the lines."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from reports.domain import comparing, customs_lists
from reports.domain.verifying import verify
from reports.models import CustomsSum
from reports.queries import exports, reported_measures
from reports.queries.counted import Scope
from tests.factories import register
from tests.factories import reports as made
from tests.factories.exports import declared, entered, no_differences, written

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER, LAST = dt.date(2025, 8, 1), dt.date(2025, 9, 1), dt.date(2025, 9, 30)


@pytest.fixture
def lists(tmp_path, program, first, officer):
    """Company 1 exported 100 and 20 dollars in August, 5 on 5 and 7 on 20 September; 4 of company 2, which takes no part. Then the second list
    says 110 instead of 100."""
    made.rate("USD", "KRW", AUGUST, "1400")
    made.rate("USD", "KRW", SEPTEMBER, "1500")
    rows = [
        declared("A-1", "100"), declared("A-2", "20"), declared("A-3", "4", company=2),
        declared("A-4", "5", on="2025-09-05"), declared("A-5", "7", on="2025-09-20"),
    ]  # fmt: skip
    entered(written(tmp_path, *rows), program, officer)
    return entered(written(tmp_path, declared("A-1", "110"), name="second.csv"), program, officer)


def of_lines(program, until: dt.date) -> dict[dt.date, int]:
    """By SQL of its own, from the lines."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT date_trunc('month', business_day)::date, sum(fob_amount)::integer FROM reports_customs_line"
            " WHERE program_id = %s AND business_day <= %s GROUP BY 1 ORDER BY 1",
            [program.pk, until],
        )
        return dict(cursor.fetchall())


def shown(program, until: dt.date, **more) -> dict[dt.date, int]:
    scope = Scope(program, program.starts_on, until, **more)
    return {row.month: int(row.amount) for row in reported_measures.customs(scope)}


def test_kept_sums_are_those_of_the_lines_by_hand_and_by_sql(program, lists):
    assert shown(program, LAST) == of_lines(program, LAST) == {AUGUST: 130, SEPTEMBER: 12}
    (row, *_more) = exports.exported(Scope(program, program.starts_on, LAST))
    assert (row.amount, row.krw_amount, row.rows, row.lines) == (130, 182_000, 4, 2)
    assert [(each.month, each.lines, each.fob_amount) for each in exports.by_month(program)] == [
        (SEPTEMBER, 2, 12), (AUGUST, 2, 130),
    ]  # fmt: skip
    assert exports.by_month(program, register.company(2).pk) == []
    assert [(each.lines, each.fob_amount) for each in exports.not_counted(program)] == [(1, 4)]
    assert exports.not_counted(program, month=SEPTEMBER) == []
    no_differences()


def test_a_month_in_which_the_days_end_is_read_line_by_line(program, lists):
    day = dt.date(2025, 9, 10)
    assert shown(program, day) == of_lines(program, day) == {AUGUST: 130, SEPTEMBER: 5}
    early = Scope(program, dt.date(2025, 9, 10), LAST)
    assert [int(row.amount) for row in reported_measures.customs(early)] == [7]
    assert shown(program, LAST, as_of=lists.created_at) == {AUGUST: 120, SEPTEMBER: 12}


def test_what_is_taken_back_is_in_no_sum(program, lists, officer):
    customs_lists.undo(lists, reason="잘못된 목록", by=officer)
    assert shown(program, LAST) == of_lines(program, LAST) == {AUGUST: 120, SEPTEMBER: 12}
    no_differences()


def test_verify_finds_a_kept_sum_that_is_not_what_its_lines_come_to(program, lists, owner_role):
    with owner_role(), connection.cursor() as cursor:
        cursor.execute("UPDATE reports_customs_sum SET fob_amount = fob_amount + 1 WHERE outcome <> ''")
    assert {each.check for each in verify().differences} == {"customs_sums"}
    assert CustomsSum.objects.exclude(outcome="").get().fob_amount == 5


def test_pages_of_exports_read_no_line_of_a_whole_month(client, program, lists, officer):
    """The company's page looks for lines of its numbers that do not count by an index."""
    client.force_login(officer)
    for address in (
        reverse("admin:reports_customslist_change", args=[lists.pk]),
        f"{reverse('admin:reports_results')}?program={program.code}",
    ):
        with connection.cursor() as cursor:
            client.get(address)
            before = _read(cursor)
            assert client.get(address).status_code == 200
            assert _read(cursor) == before


def _read(cursor) -> int:
    cursor.execute(
        "SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"
        " WHERE relname = 'reports_customs_line'"
    )
    return cursor.fetchone()[0]


def test_a_company_finds_all_its_lists_page_by_page(client, tmp_path, program, first, officer, monkeypatch):
    from reports.views import customs as views

    owner = register.member(register.company(1))
    for number in range(3):
        entered(
            written(tmp_path, declared(f"O-{number}", "1"), name=f"own-{number}.csv"),
            program,
            owner,
            participation=first,
        )
    monkeypatch.setattr(views, "LISTS_ON_A_PAGE", 2)
    client.force_login(owner)
    names = [
        [each["name"] for each in client.get(reverse("customs_lists"), {"page": page}).context["files"]]
        for page in (1, 2)
    ]
    assert names == [["own-2.csv", "own-1.csv"], ["own-0.csv"]]


def test_every_night_sums_of_exports_are_compared_and_made_anew_as_the_operator_is_told(
    program, lists, owner_role
):
    """A dollar too much in one sum: the agency has a task until the statements of the operator's book have been run."""
    assert comparing.compare() == []
    with owner_role(), connection.cursor() as cursor:
        cursor.execute("UPDATE reports_customs_sum SET fob_amount = fob_amount + 1 WHERE fob_amount = 12")
    (task,) = comparing.compare()
    assert (task.kind, task.subject_id) == ("figures", program.pk)
    book = (Path(settings.BASE_DIR) / "docs/operations.md").read_text()
    (told,) = re.findall(r"LOCK TABLE reports_customs_line .*?(?=COMMIT;)", book, re.DOTALL)
    with owner_role(), connection.cursor() as cursor:
        cursor.execute(told)
    assert shown(program, LAST) == {AUGUST: 130, SEPTEMBER: 12}
    assert comparing.compare() == []


def test_sums_of_a_program_are_found_by_an_index_that_begins_with_it(program, lists):
    """Of all agencies and programs there is one table."""
    scope = Scope(program, program.starts_on, LAST)
    asked = {**scope.parameters(), "company": None}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in (exports._EXPORTED, exports._BY_MONTH):
            cursor.execute(f"EXPLAIN {sql}", asked)
            plan = [row[0] for row in cursor.fetchall()]
            at = next(number for number, line in enumerate(plan) if "reports_customs_sum" in line)
            assert "customs_sum_once" in " ".join(plan[at : at + 3])
            assert any("Index Cond" in line and "list_program_id" in line for line in plan[at : at + 4])
