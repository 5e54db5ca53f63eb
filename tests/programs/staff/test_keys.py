"""Raw SQL cannot hang a row of one agency, call or program on another one: the database holds both columns together."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from programs.domain import screening
from programs.models import (
    Assignment,
    Conflict,
    Delivery,
    Evaluator,
    Inquiry,
    Listing,
    NoticeVersion,
    Override,
    Participation,
    ReturnRequest,
    Score,
    Selection,
    SelectionRow,
)
from tests.factories import people, programs, register, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _after_closing(move_clock):
    move_clock(staff.AFTER_CLOSING)


def own() -> dict[type, Any]:
    """One row of each kind that belongs to SBA."""
    call, (application, *_rest) = staff.sealed(count=2)
    Conflict.objects.all()
    screening_call = staff.call(code="SBA-2")
    waiting = staff.applicant(screening_call, 31)
    screening.screen_call(screening_call, by=None)
    to = programs.participation(register.company(1), call.program)
    Participation.objects.filter(pk=to.pk).update(application=application)
    store = programs.store()
    return {
        Override: Override.objects.create(
            agency=call.agency, application=waiting, criterion=screening_call.criterions.get(code="ban"),
            call=screening_call, rule_said="met", to="not_met", reason="x", by=people.officer(),
        ),
        ReturnRequest: ReturnRequest.objects.create(
            agency=call.agency, application=waiting, sent_at=staff.AFTER_CLOSING, sent_by=people.officer(),
            due_at=staff.AFTER_CLOSING,
        ),
        Evaluator: staff.evaluator(call, "a"),
        Conflict: Conflict.objects.first(),
        Score: Score.objects.first(),
        Selection: Selection.objects.get(),
        SelectionRow: SelectionRow.objects.first(),
        Participation: Participation.objects.get(pk=to.pk),
        Delivery: Delivery.objects.create(
            agency=call.agency, program=call.program, participation=to, component=call.program.components.first(),
            contract=staff.contract(call.program), planned_on=dt.date(2025, 7, 1), planned_amount=1,
        ),
        Listing: Listing.objects.create(
            agency=call.agency, program=call.program, company=to.company, participation=to, store=store,
            product=register.product(to.company), market=programs.market(),
        ),
        Assignment: programs.assignment(store, to),
        Inquiry: Inquiry.objects.create(
            agency=call.agency, call=call, company=to.company, form_key=to.pk, text="질문", asked_at=staff.AFTER_CLOSING,
            asked_by=people.officer(),
        ),
        NoticeVersion: NoticeVersion.objects.create(agency=call.agency, call=call, number=1),
    }  # fmt: skip


def foreign() -> dict[str, Any]:
    """Keys of the other agency's rows by column."""
    program = programs.program("OTHER-1", "OTHER")
    call = programs.call(program, "OTHER-1-1")
    staff.criteria(call)
    application = staff.applicant(call, 41, status="eligible")
    to = programs.participation(application.company, program)
    return {
        "agency_id": program.agency_id,
        "program_id": program.pk,
        "call_id": call.pk,
        "application_id": application.pk,
        "criterion_id": staff.criteria(call)["seoul"].pk,
        "evaluator_id": staff.evaluator(call, "z").pk,
        "item_id": staff.items(call)[0].pk,
        "participation_id": to.pk,
        "component_id": program.components.first().pk,
        "contract_id": staff.contract(program, "다른물류").pk,
        "company_id": to.company_id,
        "product_id": register.product(to.company).pk,
        "store_id": programs.store("FOREIGN", agency_code="OTHER").pk,
    }


HELD = {
    Override: ["agency_id", "application_id", "call_id", "criterion_id"],
    ReturnRequest: ["agency_id", "application_id"],
    Evaluator: ["agency_id", "call_id"],
    Conflict: ["application_id", "call_id", "evaluator_id"],
    Score: ["application_id", "call_id", "evaluator_id", "item_id"],
    Selection: ["agency_id", "call_id"],
    SelectionRow: ["application_id", "call_id"],
    Participation: ["agency_id", "application_id", "company_id", "program_id"],
    Delivery: ["agency_id", "component_id", "contract_id", "participation_id", "program_id"],
    Listing: ["agency_id", "company_id", "participation_id", "product_id", "program_id", "store_id"],
    Assignment: ["agency_id", "participation_id", "program_id", "store_id"],
    Inquiry: ["agency_id", "call_id"],
    NoticeVersion: ["agency_id", "call_id"],
}


def test_no_column_takes_another_agency_s_row():
    rows, keys = own(), foreign()
    taken = []
    for model, columns in HELD.items():
        for column in columns:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(
                        f'UPDATE "{model._meta.db_table}" SET "{column}" = %s WHERE id = %s',
                        [keys[column], rows[model].pk],
                    )
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                taken.append(f"{model.__name__}.{column}")
            except IntegrityError:
                continue
    assert taken == []
    assert sum(map(len, HELD.values())) == 42


def test_without_its_key_a_column_would_take_it(owner_role):
    """The negative control: with one composite key dropped the same update goes through."""
    rows, keys = own(), foreign()
    with owner_role(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE programs_listing DROP CONSTRAINT listing_store_same_agency")
    Listing.objects.filter(pk=rows[Listing].pk).update(store=keys["store_id"])
    assert Listing.objects.get(pk=rows[Listing].pk).store_id == keys["store_id"]
