"""The staff's pages lead through the merge of two records of one company."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Approval
from companies.models import Company, Merge, YearlyFigure
from tests.companies.test_company_admin import change, staff
from tests.companies.test_merging import pair
from tests.companies.test_pages import browser
from tests.companies.test_succession import ALIKE, paper
from tests.factories import people, register
from tests.factories.passing import all_pass
from tests.factories.staff import manager

pytestmark = pytest.mark.django_db


def test_the_pages_lead_from_a_pair_that_looks_alike_to_one_record():
    kept, gone = pair()
    YearlyFigure.objects.create(company=kept, year=2024, employees=3)
    YearlyFigure.objects.create(company=gone, year=2024, employees=4)
    owner = register.member(gone)
    client, second = browser(manager()), browser(manager(name="2"))
    for each in (client, second):
        each.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    start = (
        reverse("admin:companies_merge_add") + f"?kept={kept.business_number}&given_up={gone.business_number}"
    )
    assert start.replace("&", "&amp;") in client.get(ALIKE).content.decode()
    assert "merge/add" not in staff().get(ALIKE).content.decode()
    assert f"?given_up={gone.business_number}" in client.get(change(gone)).content.decode()
    assert kept.business_number in client.get(start).content.decode()
    typed = {"agency": people.agency().pk, "kept": kept.pretty_number, "given_up": gone.pretty_number,
             "reason": "번호 오기", "document": "등록증", "upload": paper()}  # fmt: skip
    page = client.post(start, typed)["Location"]
    row = Merge.objects.get()
    assert page == reverse("admin:companies_merge_change", args=[row.pk])
    all_pass()

    def url(name: str) -> str:
        return reverse(f"admin:companies_merge_{name}", args=[row.pk])

    def shown(who: Any = client) -> str:
        return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", who.get(page).content.decode())))

    def question() -> str:
        """The one that both buttons name."""
        (key,) = set(re.findall(r'name="question" value="([^"]+)"', second.get(page).content.decode()))
        return str(key)

    said = shown()
    assert "It cannot be undone" in said
    with CaptureQueriesContext(connection) as asked_for:
        shown()
    assert len(asked_for) == 132  # a table takes one, or three where its rows move; support three
    assert "Yearly figures 2024 · employees 3 · company's own statement 2024 · employees 4" in said
    assert "Say first whose facts hold." in said
    assert "not decided yet: 1" in said
    with_rows, _said, without = said.partition("Nothing at the record given up ")
    assert ("Bans" in with_rows, "Bans" in without) == (False, True)
    client.post(url("ask"))
    assert not Approval.objects.exists()
    assert "employees 4" in client.get(url("decide")).content.decode()
    client.post(url("decide"), {"companies.YearlyFigure.company:2024": "given_up"})
    assert "moves: 1 · of the record that stays, taken out: 1" in shown()
    client.post(url("ask"))
    client.post(url("answer"), {"grant": "1", "question": question()})
    assert "A second person must answer: you asked this question yourself." in shown()
    assert Approval.objects.get().answered_at is None
    stale = question()
    client.post(url("decide"), {"companies.YearlyFigure.company:2024": "kept"})
    client.post(url("ask"))
    client.post(url("decide"), {"companies.YearlyFigure.company:2024": "given_up"})
    client.post(url("ask"))
    for old in ({}, {"question": stale}):
        second.post(url("answer"), {"grant": "1", **old})
        assert not Approval.objects.filter(answered_at__isnull=False).exists()
    second.post(url("answer"), {"grant": "1", "question": question()})
    assert "Carry the merge out" in shown(second)
    assert "Carry the merge out" not in shown(staff("auditor"))
    for _click in range(2):
        client.post(url("carry_out"))
    said = shown()
    assert "what was moved" in said.lower()
    assert "Yearly figures 1 1 0" in said
    assert kept.figures.get().employees == 4
    Company.objects.filter(pk=gone.pk).update(name_ko="가나식품")  # the first by name
    for language, sentence in {
        "en": "This company was registered twice: it goes on as",
        "ko": "중복으로 등록된 기업입니다",
    }.items():
        assert sentence in client.get(change(gone), headers={"accept-language": language}).content.decode()
        choice = browser(owner).get(reverse("company_show"), headers={"accept-language": language})
        assert [company.pk for company, _said in choice.context["companies"]] == [kept.pk, gone.pk]
        assert choice.content.decode().count(sentence) == 1
    offers, closed = ("merge/add/?given_up=", "its record is closed. Act for the successor.")
    assert [text in client.get(change(gone)).content.decode() for text in (offers, closed)] == [False, True]
    assert [text in client.get(change(kept)).content.decode() for text in (offers, closed)] == [True, False]
