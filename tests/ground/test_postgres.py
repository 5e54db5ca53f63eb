"""What is kept of writes, and that each still says on whose behalf it was made."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pghistory
import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Model
from django.db.models.signals import post_init

from companies.models import Company, Place, YearlyFigure
from ground.audit import because
from ground.clock import ClockNow
from ground.history import event_model
from ground.models import StoredFile
from tests.factories import register


def told(record: Model) -> list[dict]:
    events = event_model(type(record))._default_manager.filter(pgh_obj_id=record.pk)
    return [each.pgh_context for each in events.order_by("pgh_id")]


def name(company: Company, said: str) -> None:
    company.name_en = said
    company.save(update_fields=["name_en"])


@pytest.mark.django_db(transaction=True)
def test_every_write_of_a_transaction_says_on_whose_behalf_it_was_made():
    company = register.company(1)
    with pghistory.context(user="first"):
        with transaction.atomic():
            name(company, "a")
            name(company, "b")
            with because("a reason"):
                name(company, "c")
        name(company, "outside")
        with transaction.atomic():
            name(company, "d")
    with pghistory.context(user="second"), transaction.atomic():
        name(company, "e")
    with transaction.atomic():
        name(company, "nobody")
    first, reason = {"user": "first"}, {"user": "first", "reason": "a reason"}
    assert told(company) == [None, first, first, reason, reason, reason, {"user": "second"}, None]


@pytest.mark.django_db(transaction=True)
def test_what_a_rolled_back_part_was_told_is_told_again():
    company = register.company(1)
    with pghistory.context(user="first"), transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            name(company, "undone")
            raise ZeroDivisionError
        name(company, "a")
        with pytest.raises(IntegrityError), transaction.atomic():
            Company.objects.create(business_number=company.business_number, name_ko="둘")
        name(company, "b")
    with pytest.raises(ZeroDivisionError), pghistory.context(user="lost"), transaction.atomic():
        name(company, "undone")
        raise ZeroDivisionError
    with pghistory.context(user="first"), transaction.atomic():
        name(company, "c")
        with pytest.raises(ZeroDivisionError), transaction.atomic(), because("a reason"):
            name(company, "undone")
            raise ZeroDivisionError
        name(company, "d")
    first = {"user": "first"}
    assert told(company) == [None, first, first, first, {**first, "reason": "a reason"}]


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_was_told_nothing():
    company = register.company(1)
    with pghistory.context(user="first"):
        with transaction.atomic():
            name(company, "a")
        connection.close()
        with transaction.atomic():
            name(company, "b")
    assert told(company) == [None, {"user": "first"}, {"user": "first"}]


@pytest.mark.django_db
def test_kept_writes_write_what_was_meant(django_assert_num_queries):
    values: list[tuple[str | None, str | None, int | None, bool]] = [
        ("0", None, 40_000, True), ("123456789012", "0.01", None, False), (None, "7", 3, True), ("1", "1.5", 0, False),
    ]  # fmt: skip
    company = register.company(1)
    made = []
    for place, (sales, exports, employees, is_estimated) in enumerate(values):
        with django_assert_num_queries(1):
            made.append(
                YearlyFigure.objects.create(
                    company=company, year=2020 + place, sales_amount=sales and Decimal(sales),
                    export_amount=exports and Decimal(exports), employees=employees, is_estimated=is_estimated,
                )
            )  # fmt: skip
    assert [
        (each.sales_amount, each.export_amount, each.employees, each.is_estimated)
        for each in company.figures.order_by("year")
    ] == [
        (sales and Decimal(sales), exports and Decimal(exports), employees, is_estimated)
        for sales, exports, employees, is_estimated in values
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) > 0 FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO \"companies_yearlyfigure\"%'"
        )
        assert cursor.fetchone() == (True,)
    for figure in made:
        with pytest.raises(IntegrityError), transaction.atomic():
            figure.export_amount = Decimal(-1)
            figure.save(update_fields=["export_amount"])
        figure.export_amount = Decimal("2.50")
        figure.save(update_fields=["export_amount"])
        figure.refresh_from_db()
        assert figure.export_amount == Decimal("2.50")


@pytest.mark.parametrize("zone", ["UTC", "Asia/Seoul"])
@pytest.mark.django_db
def test_instants_are_read_as_django_reads_them(zone):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone TO %s", [zone])
        for text in ("2026-11-28 00:29:22.24+00", "2026-11-28 00:29:22+00", "0001-01-02 00:00:00.000001+00"):
            cursor.execute("SELECT %s::timestamptz", [text])
            (found,) = cursor.fetchone()
            assert found.tzinfo is dt.UTC
            if zone == "UTC":
                assert found == dt.datetime.fromisoformat(text)
        for text in ("infinity", "4713-01-01 00:00:00 BC"):
            cursor.execute("SELECT %s::timestamptz", [text])
            with pytest.raises(DataError):
                cursor.fetchone()


@pytest.mark.django_db
def test_a_record_of_a_row_is_what_django_makes_of_it():
    place = register.company(1).places.get()
    made = Place.objects.select_related("company").annotate(now=ClockNow()).get(pk=place.pk)
    long = Model.from_db.__func__(
        Place, "default", [f.attname for f in Place._meta.concrete_fields],
        [getattr(made, f.attname) for f in Place._meta.concrete_fields],
    )  # fmt: skip
    assert made.__dict__.keys() - {"now"} == long.__dict__.keys()
    assert (made._state.adding, made._state.db, long._state.adding) == (False, "default", False)
    assert all(getattr(made, f.attname) == getattr(long, f.attname) for f in Place._meta.concrete_fields)
    assert made.company.pk == made.company_id
    part = Place.objects.only("address").get(pk=place.pk)
    assert part.get_deferred_fields() > {"from_on"}
    heard: list[Model] = []
    post_init.connect(
        lambda instance, **_facts: heard.append(instance), sender=Place, weak=False, dispatch_uid="t"
    )
    try:
        assert heard == [Place.objects.get(pk=place.pk)]
    finally:
        post_init.disconnect(sender=Place, dispatch_uid="t")
    assert StoredFile.objects.count() == 0
