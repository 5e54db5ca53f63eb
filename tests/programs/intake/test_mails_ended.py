"""Consents to mails that ended while the application was being written."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from companies.domain import mailing
from companies.models import Consent, ConsentText
from programs.domain import intake, intake_drafts
from programs.models import Application, Draft
from programs.queries.reading import Reading
from tests.conftest import moved_to
from tests.factories import consents, register
from tests.factories import intake as made

pytestmark = pytest.mark.django_db


def prepare(folder: Path) -> Application:
    """A draft with every box ticked, of a company that agreed to the agency's mails before."""
    moved_to(made.DURING)
    company = register.company()
    text = consents.text("mails", kind="mail", title_en="Mails", body_en="Write to me about calls that fit.")
    consents.given(company, text)
    application = made.filled(company=company)
    assert len(Reading(application).ticked) == 2
    return application


@pytest.fixture(autouse=True)
def world(made_before: Any) -> Any:
    return made_before


def mails_that_stand() -> list[str]:
    return list(
        Consent.objects.filter(withdrawn_at__isnull=True, text__kind="mail")
        .order_by("text__code")
        .values_list("text__code", flat=True)
    )


def test_mails_ended_by_the_link_after_the_step_was_saved_stay_ended(world, move_clock):
    owner = register.member(world.company)
    move_clock(made.DURING + dt.timedelta(days=1))
    assert mailing.end_by_link(world.company, world.agency) == 1
    move_clock(made.DURING + dt.timedelta(days=2))
    submission = intake.submit(world, by=owner, form_key=uuid4())
    assert mails_that_stand() == []
    assert submission.content["consents"] == [{"code": "collect", "version": 1}]


def test_mails_agreed_to_again_after_they_were_ended_stand(world, move_clock):
    """Whether on the page of consents or in the step itself."""
    company, owner = world.company, register.member(world.company)
    text = ConsentText.objects.get(code="mails")
    move_clock(made.DURING + dt.timedelta(days=1))
    mailing.end_by_link(company, world.agency)
    move_clock(made.DURING + dt.timedelta(days=2))
    again = consents.given(company, text)
    assert text.pk in Reading(world).ticked
    Consent.objects.filter(pk=again.pk).update(withdrawn_at=again.given_at)
    assert text.pk not in Reading(world).ticked
    move_clock(made.DURING + dt.timedelta(days=3))
    contact = intake_drafts.Contact("나들목", "person@firm.example", "02-123-4567")
    both = [text.pk, made.consent_text().pk]
    intake_drafts.save_contact(world, contact, consents=both, by=owner)
    intake.submit(world, by=owner, form_key=uuid4())
    assert mails_that_stand() == ["mails"]


def test_a_box_typed_before_the_mails_were_ended_is_not_shown_ticked(world, move_clock, client):
    """What was typed and not saved keeps everything else; the other boxes and the agency's other mails are its own."""
    owner = register.member(world.company)
    box, required = (
        f"consent_{made.consent_text(*each).pk.hex}" for each in (("mails", "mail"), ("collect",))
    )
    draft = Draft.objects.get(application=world, step="contact")
    typed = {"contact_name": "김나루", box: True, required: True}
    intake_drafts.keep_typing(world, "contact", typed, version=draft.version, by=owner)
    client.force_login(owner)
    page = reverse("application_contact", args=[world.pk])
    form = client.get(page).context["form"]
    assert [form[name].value() for name in ("contact_name", box, required)] == ["김나루", True, True]
    move_clock(made.DURING + dt.timedelta(days=1))
    mailing.end_by_link(world.company, world.agency)
    form = client.get(page).context["form"]
    assert [form[name].value() for name in ("contact_name", box, required)] == ["김나루", False, True]
