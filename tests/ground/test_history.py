"""A record's history as people read it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.apps import apps
from django.contrib.admin import site as default_site
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from companies.models import Company, Place
from ground.audit import because
from ground.history import UNNAMED, event_model, history_of, label_of
from ground.models import Currency
from programs.models import Document, RequiredDocument
from tests.factories import people, register

pytestmark = pytest.mark.django_db


def test_each_change_says_what_who_and_why():
    officer = people.officer()
    currency = Currency.objects.create(code="XTS", name_ko="시험", decimals=2)
    with because("the mint changed it", user=str(officer.pk), address="192.0.2.1"):
        Currency.objects.filter(pk="XTS").update(decimals=0)
    newest, first = history_of(currency)
    assert (first.kind, newest.kind) == ("insert", "update")
    assert (newest.who, newest.reason, newest.address) == (
        officer.name,
        "the mint changed it",
        "192.0.2.1",
    )
    assert [(each.before, each.after) for each in newest.fields] == [("2", "0")]


def test_what_is_written_in_one_language_says_in_which():
    """A Korean page reads an English title out as English."""
    currency = Currency.objects.create(code="XTS", name_ko="시험", name_en="Test", decimals=2)
    written = {each.after: each.language for each in history_of(currency)[0].fields}
    assert {written[value] for value in ("XTS", "2")} == {""}
    assert (written["시험"], written["Test"]) == ("ko", "en")


def test_the_name_is_the_present_one():
    officer = people.officer()
    with because("x", user=str(officer.pk)):
        currency = Currency.objects.create(code="XTS", name_ko="시험")
    officer.name = "새이름"
    officer.save()
    assert [each.who for each in history_of(currency)] == ["새이름"]


def test_a_change_behind_django_s_back_is_seen_too():
    currency = Currency.objects.create(code="XTS", name_ko="시험")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ground_currency SET name_ko = '바뀜' WHERE code = 'XTS'")
        cursor.execute("DELETE FROM ground_currency WHERE code = 'XTS'")
    assert [each.kind for each in history_of(currency)] == ["delete", "update", "insert"]


def test_records_that_hang_on_it_are_told_too_also_deleted_ones():
    company = register.company(1)
    other = register.company(2)
    place = company.places.get()
    place.until_on = dt.date(2025, 6, 30)
    place.save()
    factory = Place.objects.create(
        company=company, kind="factory", province=register.province("26"), from_on=dt.date(2024, 1, 1)
    )
    factory.delete()
    changes = history_of(company, hanging=["places"])
    assert [each.kind for each in changes] == ["delete", "insert", "update", "insert", "insert"]
    assert all(each.what for each in changes[:4])
    assert changes[4].what == ""
    with translation.override("en"):
        (ended,) = history_of(company, hanging=["places"])[2].fields
    assert (ended.label, ended.before, ended.after) == ("until", "–", "30 June 2025")
    assert len(history_of(other, hanging=["places"])) == 2


def test_the_latest_changes_only():
    currency = Currency.objects.create(code="XTS", name_ko="시험", decimals=0)
    for decimals in (1, 2, 3, 4):
        currency.decimals = decimals
        currency.save()
    changes = history_of(currency, limit=3)
    assert [each.fields[0].before + each.fields[0].after for each in changes] == ["34", "23", "12"]


def test_the_number_of_queries_does_not_depend_on_the_number_of_rows():
    """Each change of a place names another province, and each is made by somebody else."""

    def asked(company: Company) -> int:
        with CaptureQueriesContext(connection) as queries:
            history_of(company, hanging=["places"], reader=people.officer("manager"))
        return len(queries)

    people.officer("manager")
    few, many = register.company(1), register.company(2)
    for company, codes in ((few, ["26"]), (many, ["26", "41", "11", "26"])):
        place = company.places.get()
        for number, code in enumerate(codes):
            with because("moved", user=str(people.user(f"u{number}@firm.example").pk)):
                place.province = register.province(code)
                place.save()
    assert asked(few) == asked(many)


def test_every_column_has_a_name_for_people():
    unnamed = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if (events := event_model(model)) is not None
        for field in events._meta.concrete_fields
        if not field.name.startswith("pgh_")
        and field.name not in {"id", *UNNAMED}
        and model._meta.get_field(field.name)._verbose_name is None
        and not field.related_model
    ]
    assert unnamed == []
    assert label_of(Document, "required") == str(RequiredDocument._meta.verbose_name)


def test_values_are_written_as_people_write_them():
    user = people.user("x@firm.example")
    user.is_active = False
    user.save()
    company = register.company(1)
    member = company.members.create(user=user, role="owner")
    member.ended_at = dt.datetime(2025, 6, 30, 15, 0, tzinfo=dt.UTC)
    member.save()
    with translation.override("en"):
        (active,) = history_of(user)[0].fields
        (ended,) = history_of(member)[0].fields
        made = {each.label: each.after for each in history_of(member)[1].fields}
    assert (active.before, active.after) == ("yes", "no")
    assert ended.after == "1 July 2025 00:00 KST"
    assert made["role"] == "owner"
    assert made["user"] == "나들목"


def test_every_admin_s_hanging_records_exist_and_are_asked_for_at_once():
    """Each declared name leads to a table with a history; the page asks per table, not per row."""
    declared = [
        (each.model, name)
        for each in default_site._registry.values()
        for name in getattr(each, "history_hanging", ())
    ]
    assert len(declared) > 30
    operator = people.user("op@naru.example", is_operator=True)
    for model, name in declared:
        assert history_of(model(), hanging=[name], reader=operator) == []
        hanging = model
        for step in name.split("__"):
            hanging = hanging._meta.get_field(step).related_model
        assert event_model(hanging) is not None, (model, name)
