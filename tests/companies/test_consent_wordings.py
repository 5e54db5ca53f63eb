"""A text that companies agree to, in both languages: the Korean one binds, the English one is read beside it, and what was
agreed to stays as it stood."""

from __future__ import annotations

import re

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from companies.models import ConsentText
from tests.companies.test_company_admin import staff
from tests.factories import intake as made
from tests.factories import register
from tests.factories.consents import given, text

pytestmark = pytest.mark.django_db
BINDING = "The Korean text is binding. The English one is a translation that helps you to read it."
MISSING = "There is no English text of this consent: the text below is in Korean."
ENGLISH = {"body_en": "Contacts are given on.", "items_en": "Name, e-mail"}
PLACES = ["asked", "given", "contact"]


def client_of(company, language):
    found = Client(HTTP_ACCEPT_LANGUAGE=language)
    found.force_login(register.member(company))
    return found


def page(place: str, language: str, **fields: str) -> str:
    """The text where a company is asked for it, where it stands with what the company gave, and as a step of a form."""
    if place == "contact":
        application = made.begun(made.whole_call())
        text(**fields)
        company, address = application.company, f"/applications/{application.pk}/contact/"
    else:
        company = register.company(1)
        register.seen_by(company, "SBA")
        wording = text(**fields)
        if place == "given":
            given(company, wording)
        address = f"/company/{company.pk}/consents/"
    shown = client_of(company, language).get(address).content.decode()
    title = fields.get("title_en") if language == "en" else "연락처 제공"
    return re.sub(r"\s+", " ", shown[shown.index(f">{title or 'Giving contacts'}") :])


@pytest.fixture(autouse=True)
def during(move_clock):
    move_clock(made.DURING)


@pytest.mark.parametrize("place", PLACES)
def test_a_reader_of_english_reads_the_english_text_and_can_open_the_korean_one(place):
    shown = page(place, "en", **ENGLISH)
    assert shown.index("<p>Contacts are given on.</p>") < shown.index(BINDING)
    opened = shown.index("<summary>Read the Korean text</summary>")
    assert shown.index(BINDING) < opened < shown.index('<div lang="ko"><p>제공합니다.</p></div>')
    assert "Name, e-mail" in shown
    assert MISSING not in shown


@pytest.mark.parametrize("place", PLACES)
def test_without_an_english_text_the_korean_one_says_so(place):
    shown = page(place, "en")
    assert shown.index(MISSING) < shown.index('<div lang="ko"><p>제공합니다.</p></div>')
    assert '<span lang="ko">이름, 전자우편</span>' in shown
    assert BINDING not in shown


@pytest.mark.parametrize("place", PLACES)
def test_a_reader_of_korean_reads_the_korean_text_alone(place):
    shown = page(place, "ko", **ENGLISH)
    assert "<p>제공합니다.</p>" in shown
    assert "이름, 전자우편" in shown
    assert "Contacts are given on." not in shown


def test_staff_read_both_wordings_whole():
    wording = text(**ENGLISH | {"body_en": "One.\n\nTwo <b>."})
    shown = staff().get(reverse("admin:companies_consenttext_change", args=[wording.pk])).content.decode()
    assert '<div lang="ko"><p>제공합니다.</p></div>' in shown
    assert '<div lang="en"><p>One.</p>\n\n<p>Two &lt;b&gt;.</p></div>' in shown
    assert '<div lang="ko"><p>이름, 전자우편</p></div>' in shown
    assert '<div lang="en"><p>Name, e-mail</p></div>' in shown


@pytest.mark.parametrize("field", ["title_ko", "title_en", "body_ko", "body_en", "items_ko", "items_en"])
def test_no_wording_is_changed_afterwards_by_whatever_way(field):
    wording = text(**ENGLISH)
    with pytest.raises(DatabaseError, match="wording_stays"), transaction.atomic():
        ConsentText.objects.update(**{field: "anders"})
    wording.refresh_from_db()
    assert getattr(wording, field) != "anders"
