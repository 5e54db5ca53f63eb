"""A body outside supports the same sales: named with its share, its amount and its paper, and never counted as a program."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from companies.models import SupportList
from ground import quarantine
from ground.errors import RuleBroken
from programs.models import Participation
from reports.domain import composing_notes, reporting, sharing
from reports.domain.verifying import verify
from reports.models import SharedSupport
from reports.models.sharing import Outside
from reports.queries import order_sums
from reports.queries import sharing as asked
from tests.factories import people, register
from tests.factories.intake import pdf
from tests.reports.test_sharing import (
    AUGUST,
    LAST,
    SEPTEMBER,
    carrying,
    declared,
    no_differences,
    officer,
    other,
    parts,
    scope,
    shares,
    shop,
    won_of,
)

__all__ = ["carrying", "officer", "other", "parts", "shop"]

OUTSIDE = Outside("중진공", "수출바우처 2025")


def paper(name: str = "협조 공문.pdf"):
    return pdf(name)


def declared_outside(parts, officer, **more) -> SharedSupport:
    upload = more.pop("upload", paper())
    of = {"other": None, "outside": OUTSIDE, "outside_amount": Decimal(3_000_000), **more}
    return sharing.declare(shares(parts, **of), reason="외부 기관 공동지원", upload=upload, by=officer)


@pytest.mark.django_db
def test_a_body_outside_is_named_with_its_share_its_amount_and_its_paper(
    parts, shop, officer, carrying, other, owner_role
):
    """As for a program of this system: of 7,003 won 33.5 % are 2,346, of 5,003 after refunds 1,676. The measures stay, no program of ours
    gets a row, and nothing is added to it."""
    before = order_sums.orders(scope(carrying)).krw_amount
    row = declared_outside(parts, officer)
    assert (row.other, row.partner, row.outside_amount) == (None, OUTSIDE, 3_000_000)
    assert row.file.passage == row.file.Passage.QUARANTINE
    assert won_of(carrying) == [(8, True, 7_003, 5_003, 2_346, 1_676), (9, True, 5_000, 5_000, 1_675, 1_675)]
    assert won_of(other) == []
    assert [each.partner for each in asked.of_scope(scope(carrying))] == [OUTSIDE, OUTSIDE]
    assert asked.together(carrying, LAST, asked.of_scope(scope(carrying))) == []
    assert order_sums.orders(scope(carrying)).krw_amount == before
    no_differences()
    run = reporting.write(carrying, SEPTEMBER, languages=["ko", "en"])
    assert [(each["program_code"], each["krw_amount"], each["other_krw_amount"]) for each in run.data["shared"]] == [
        ("중진공 · 수출바우처 2025", "7003", "2346"), ("중진공 · 수출바우처 2025", "5000", "1675"),
    ]  # fmt: skip
    note = (
        "Also supported by 중진공 · 수출바우처 2025, 15 Aug 2025 to 31 Dec 2025, share 33.5 %, KRW 3,000,000."
        " Document: 협조 공문.pdf."
    )
    assert note in [each["en"] for each in run.data["notes"]]
    assert "몫 33.5 %, KRW 3,000,000. 근거: 협조 공문.pdf." in " ".join(
        each["ko"] for each in run.data["notes"]
    )
    no_differences()
    with owner_role(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reports_sharedsupport DISABLE TRIGGER USER")
        cursor.execute("UPDATE reports_sharedsupport SET outside_program = 'another'")
        cursor.execute("ALTER TABLE reports_sharedsupport ENABLE TRIGGER USER")
    assert "run_shared" in {each.check for each in verify().differences}


@pytest.mark.django_db
def test_notes_name_a_body_outside_once_for_all_companies_and_of_the_report_s_days_alone(
    parts, shop, officer, carrying
):
    """Companies 1 and 2: 33.5 % of 3,000,000 won and 20 % of 1,500,000; the third begins after the report's months."""
    second = Participation.objects.get(program=carrying, company=register.company(2))
    declared_outside(parts, officer)
    declared_outside(
        (second, None), officer, from_on=dt.date(2025, 8, 1), until_on=dt.date(2025, 8, 31), carrying_percent=Decimal(80),
        other_percent=Decimal(20), outside_amount=Decimal(1_500_000), upload=paper("둘째 공문.pdf"),
    )  # fmt: skip
    declared_outside((second, None), officer, from_on=dt.date(2025, 11, 1), upload=paper("셋째 공문.pdf"))
    assert [each.en for each in composing_notes.of_shared(scope(carrying))] == [
        "Also supported by 중진공 · 수출바우처 2025: 2 declarations of 2 companies, 1 Aug 2025 to 31 Dec 2025, share 20.0–33.5 %,"
        " KRW 4,500,000. Documents: 2."
    ]
    assert "기업 2개" in composing_notes.of_shared(scope(carrying))[0].ko


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"outside": None}, "one_partner"),
        ({"outside": Outside("중진공", " ")}, "outside_unnamed"),
        ({"upload": None}, "document_missing"),
        ({"outside_amount": Decimal(0)}, "amount_wrong"),
        ({"until_on": dt.date(2031, 1, 1)}, "outside_programs"),
        ({"upload": ContentFile(b"MZ not a paper", name="a.pdf")}, "file_type"),
    ],
)
def test_what_names_no_body_outside_is_refused(parts, shop, officer, more, code):
    with pytest.raises(RuleBroken) as caught:
        declared_outside(parts, officer, **more)
    assert caught.value.code == code
    assert not SharedSupport.objects.exists()


@pytest.mark.django_db
def test_both_an_agreement_and_a_body_outside_are_refused(parts, shop, officer):
    with pytest.raises(RuleBroken, match="one_partner"):
        declared_outside(parts, officer, other=parts[1])
    row = declared_outside(parts, officer)
    with pytest.raises(IntegrityError, match="shared_support_one_partner"), transaction.atomic():
        SharedSupport.objects.filter(pk=row.pk).update(other=parts[1])
    with pytest.raises(RuleBroken, match="overlap"):
        declared(parts, officer)


@pytest.mark.django_db
def test_a_body_outside_is_declared_and_shown_on_pages(parts, shop, officer):
    SupportList.objects.create(agency=people.agency("SBA"), body="경기FTA센터", from_on=AUGUST, until_on=LAST)
    client, member = Client(), Client()
    client.force_login(officer)
    member.force_login(register.member(register.company(1)))
    add = reverse("admin:reports_sharedsupport_add")
    assert '<option value="경기FTA센터">' in client.get(add).content.decode()
    data = {
        "carrying": parts[0].number, "other": "", "outside_body": "중진공", "outside_program": "수출바우처 2025", "outside_amount": "3000000",
        "from_on": "2025-08-15", "until_on": "2025-12-31", "carrying_percent": "66.5", "other_percent": "33.5", "reason": "공동지원",
    }  # fmt: skip
    assert client.post(add, data).status_code == 409, "without its paper"
    answer = client.post(add, {**data, "upload": paper()}, follow=True)
    text = answer.content.decode()
    assert (answer.status_code, "중진공 · 수출바우처 2025 · 33.5 %" in text, "3,000,000" in text) == (
        200,
        True,
        True,
    )
    row = SharedSupport.objects.get()
    address, file = answer.redirect_chain[-1][0], reverse("file_download", args=[row.file_id])
    assert (file in text, client.get(file).status_code) == (False, 404), "it is being checked"
    quarantine.settle(row.file, None)
    assert file in client.get(address).content.decode()
    assert (client.get(file).status_code, member.get(file).status_code) == (200, 404)
    results_page = client.get(reverse("admin:reports_results"), {"program": "A-2025"}).content.decode()
    assert all(each in results_page for each in ("중진공 · 수출바우처 2025", "2,346"))
    assert (
        "중진공 · 수출바우처 2025"
        in client.get(reverse("admin:reports_sharedsupport_changelist")).content.decode()
    )
    assert "중진공 · 수출바우처 2025" in member.get(reverse("sales_list")).content.decode()
