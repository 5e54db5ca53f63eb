"""Many companies are answered in two halves, and the answers are the same."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection, transaction

from companies.models import Company, YearlyFigure
from programs.domain import screening
from programs.domain.criteria import halves
from programs.models import Screened
from programs.queries.what_if import stand_of_register
from tests.factories import intake as made
from tests.factories import programs, register, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def few_are_many(owner_role, monkeypatch):
    def begin() -> None:
        with owner_role(), connection.cursor() as cursor:
            cursor.execute("ANALYZE companies_company")
        monkeypatch.setattr(halves, "ENOUGH", 1)

    return begin


def test_each_company_of_the_register_is_in_one_half(few_are_many, django_assert_num_queries):
    call = programs.call(published_at=None)
    made.criterion(call, "exports", "exports", values={"max": 30}, position=1)
    made.criterion(call, "age", "age", values={"min": 1}, position=2)
    for serial in range(1, 6):
        YearlyFigure.objects.create(
            company=register.company(serial), year=2024, export_amount=Decimal(10 * serial)
        )
    whole = stand_of_register(call)
    assert (whole.total, whole.effects[0].not_met) == (5, 2)
    few_are_many()
    with django_assert_num_queries(3):  # criteria, the halves, the answer
        assert stand_of_register(call) == whole
    keys = sorted(Company.objects.values_list("pk", flat=True))
    low, high = halves.of_register().parts
    assert [
        sorted(Company.objects.extra(where=[each.format("id")]).values_list("pk", flat=True))
        for each in (low, high)
    ] == [keys[:2], keys[2:]]


def test_an_application_of_each_half_is_kept_as_if_there_were_none(few_are_many, move_clock):
    move_clock(staff.AFTER_CLOSING)
    call = staff.call()
    for serial in (1, 2, 3):
        staff.applicant(call, serial, is_fine=serial != 2)
    said = ("application_id", "outcomes", "reasons", "seen", "evidence", "files", "days", "renewals")
    screening.screen_call(call, by=None)
    whole = list(Screened.objects.order_by("application_id").values(*said))
    assert [each["outcomes"].count(0) > 0 for each in whole].count(True) == 1
    few_are_many()
    with transaction.atomic():
        for _each in range(2):
            known = Screened.objects.count()
            assert screening.screen_call(call, by=None) == 3
            again = Screened.objects.order_by("id")[known:]
            assert sorted(again.values(*said), key=lambda row: row["application_id"]) == whole
