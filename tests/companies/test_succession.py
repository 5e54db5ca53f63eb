"""Who took whose place, and what looks like one company twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.domain import approvals
from accounts.models import Approval
from companies import permissions, queries
from companies.domain import consents, facts, mailing, succession
from companies.models import Company, DistinctPair, Succession
from ground import quarantine
from ground.history import history_of
from tests.broken import broken
from tests.companies.test_company_admin import change, staff
from tests.companies.test_pages import browser
from tests.companies.test_pages import queries as counted
from tests.factories import consents as texts
from tests.factories import people, register
from tests.factories.passing import passed
from tests.waiting import after

pytestmark = pytest.mark.django_db
ALIKE = reverse("admin:companies_distinctpair_alike")
CORPORATE = "1101110000001"


def paper(name: str = "계약서.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7 made up", "application/pdf")


def firm(serial: int, name: str = "", phone: str = "", **fields: Any) -> Company:
    """A company that the agency sees, with a name and phone of its own."""
    own = {"name_ko": name or f"회사{serial}", "name_en": f"Firm {serial}"}
    company = register.company(serial, **{**own, **fields})
    company.contacts.update(phone=phone)
    register.seen_by(company)
    return company


def asked(old: Company, new: Company, kind: str = "merger", **more: Any) -> Succession:
    """Recorded by one person."""
    return succession.record(
        **{
            "agency": people.agency(), "former": old.pretty_number, "successor": new.business_number, "kind": kind, "on": dt.date(2025, 1, 2), "document": "합병계약서 1호", "upload": paper(), "by": people.officer(), **more,
        }
    )  # fmt: skip


def granted(row: Succession) -> Approval:
    """A second person agrees to it as it stands."""
    question = Approval.objects.get(subject_id=row.pk, answered_at=None)
    manager = people.officer("manager", row.agency.code)
    return approvals.answer(question, by=manager, grant=True)


def recorded(old: Company, new: Company, kind: str = "merger", **more: Any) -> Succession:
    """Recorded, agreed to by a second person, and confirmed: it counts."""
    row = asked(old, new, kind, **more)
    passed(row.file)
    granted(row)
    return succession.confirm(row, by=row.recorded_by)


def found(user: Any) -> list[tuple[str, str, list[str]]]:
    pairs, count = queries.alike(user, limit=50)
    assert count == len(pairs)
    return [(each.first.name_ko, each.second.name_ko, each.reasons) for each in pairs]


# What looks alike


def test_pairs_alike_on_corporate_number_name_and_phone_are_found_with_their_reasons(
    django_assert_num_queries,
):
    user = people.officer()
    firm(1, "㈜한강 식품", "02-555-0001")
    firm(2, "한강식품 주식회사", "+82 2 555 0001")
    firm(3, "강나루", "02-555-0003", corporate_number=CORPORATE)
    firm(4, "나루강", "02-555-0004", corporate_number=CORPORATE)
    firm(5, "(주)바다", name_en="Sea Food Co., Ltd.")
    firm(6, "바 다 유한회사")
    firm(7, "산", name_en="SEAFOOD INC")
    firm(8, "주식회사", "1")
    firm(9, "유한회사", "1")
    unseen = register.company(10, name_ko="한강식품")
    register.seen_by(unseen, "BPA")
    for serial in range(11, 22):
        firm(serial, "흔한 이름")
    expected = [
        ("㈜한강 식품", "한강식품 주식회사", ["name", "phone"]),
        ("강나루", "나루강", ["corporate"]),
        ("(주)바다", "바 다 유한회사", ["name"]),
        ("(주)바다", "산", ["name"]),
    ]
    with django_assert_num_queries(3):
        assert found(user) == expected
    assert found(people.officer(agency_code="BPA")) == []


def test_a_pair_told_apart_with_a_reason_is_not_shown_again():
    one, two = firm(1, "㈜한강"), firm(2, "한강")
    client = staff()
    content = client.get(ALIKE).content.decode()
    assert "same name" in content
    address = reverse("admin:companies_distinctpair_add") + f"?first={two.pk}&second={one.pk}"
    assert (
        address.replace(f"first={two.pk}&second={one.pk}", f"first={one.pk}&amp;second={two.pk}") in content
    )
    assert one.pretty_number in client.get(address).content.decode()
    typed = {"agency": people.agency().pk, "first": two.pk, "second": one.pk, "reason": " "}
    assert client.post(address, typed).status_code == 200
    assert not DistinctPair.objects.exists()
    done = client.post(address, {**typed, "reason": "대표자가 다름"})
    pair = DistinctPair.objects.get()
    assert done["Location"] == reverse("admin:companies_distinctpair_change", args=[pair.pk])
    assert (pair.first, pair.second, pair.reason) == (one, two, "대표자가 다름")
    assert "대표자가 다름" in client.get(done["Location"]).content.decode()
    assert found(people.officer()) == []
    again: dict[str, Any] = {"agency": people.agency(), "reason": "x", "by": people.officer()}
    with broken("not_valid"):
        succession.tell_apart(first=one.pk, second=two.pk, **again)
    with broken("not_seen"):
        succession.tell_apart(first=one.pk, second=one.pk, **again)
    with broken("not_staff"):
        succession.tell_apart(first=one.pk, second=two.pk, **{**again, "by": people.officer("auditor")})
    register.seen_by(one, "BPA")
    register.seen_by(two, "BPA")
    assert found(people.officer(agency_code="BPA")) == [("㈜한강", "한강", ["name"])]


def test_a_pair_told_apart_is_looked_at_again_for_a_reason():
    one, two = firm(1, "㈜한강"), firm(2, "한강")
    pair = succession.tell_apart(
        agency=people.agency(), first=one.pk, second=two.pk, reason="대표자가 다름", by=people.officer()
    )
    with broken("not_staff"):
        succession.take_back_apart(pair, reason="x", by=people.officer(agency_code="BPA"))
    with broken("reason_missing"):
        succession.take_back_apart(pair, reason=" ", by=people.officer())
    client = staff()
    page = reverse("admin:companies_distinctpair_change", args=[pair.pk])
    at = reverse("admin:companies_distinctpair_take_back", args=[pair.pk])
    assert at in client.get(page).content.decode()
    assert client.post(at, {"reason": "같은 주소"}).status_code == 302
    assert "같은 주소" in str(history_of(pair, reader=people.officer()))
    assert at not in client.get(page).content.decode()
    assert found(people.officer()) == [("㈜한강", "한강", ["name"])]
    with broken("already_taken_back"):
        succession.take_back_apart(pair, reason="x", by=people.officer())
    again = succession.tell_apart(
        agency=people.agency(), first=two.pk, second=one.pk, reason="역시 다름", by=people.officer()
    )
    assert (again.pk != pair.pk, found(people.officer())) == (True, [])


def test_the_page_does_not_ask_per_pair_and_is_read_by_all_staff():
    firm(1, "한강")
    firm(2, "한강")
    client = staff("auditor")
    few = counted(client, ALIKE)
    for serial in (3, 4):
        firm(serial, "한강")
    assert counted(client, ALIKE) == few
    content = client.get(ALIKE).content.decode()
    assert content.count("same name") == 6
    assert "Tell apart" not in content
    assert client.get(ALIKE + "?page=9").status_code == 200
    assert browser(register.member(firm(1, "한강"))).get(ALIKE).status_code == 404


# Succession


def test_the_former_record_is_closed_and_both_pages_say_so():
    old, new = firm(1), firm(2)
    owner, heir = register.member(old), register.member(new)
    text = texts.text()
    consent = consents.give(text, old, by=owner)
    client = staff()
    page = reverse("admin:companies_succession_add") + f"?former={old.business_number}"
    assert page in client.get(change(old)).content.decode()
    form = client.get(page).content.decode()
    assert 'enctype="multipart/form-data"' in form
    typed = {
        "agency": people.agency().pk, "former": old.pretty_number, "successor": new.pretty_number, "kind": "incorporation",
        "on": "2025-01-02", "document": "법인설립등기", "upload": paper(),
    }  # fmt: skip
    done = client.post(page, typed)
    row = Succession.objects.get()
    assert done["Location"] == reverse("admin:companies_succession_change", args=[row.pk])
    assert (row.former, row.successor, row.kind, row.file.name) == (old, new, "incorporation", "계약서.pdf")
    assert "법인설립등기" in client.get(done["Location"]).content.decode()
    passed(row.file)
    granted(row)
    at = reverse("admin:companies_succession_confirm", args=[row.pk])
    assert client.post(at)["Location"] == done["Location"]
    row.refresh_from_db()
    assert row.confirmed_at is not None
    with broken("succeeded"):
        facts.edit_company(old, facts={"name_ko": "다른"}, by=owner)
    facts.edit_company(new, facts={"name_ko": "새이름"}, by=heir)
    assert consents.withdraw(consent, by=owner).withdrawn_at is not None
    said = {
        "en": ("is the successor since 2 January 2025: sole trader to corporation. This record is closed",
               "This company is the successor of Firm 1 ("),
        "ko": ("부터 새이름(", "을(를) 승계했습니다(법인 전환)"),
    }  # fmt: skip
    for language, (of_old, of_new) in said.items():
        for person, company, sentence in ((owner, old, of_old), (heir, new, of_new)):
            portal = browser(person).get(reverse("company_show"), headers={"accept-language": language})
            assert sentence in portal.content.decode()
            assert (reverse("company_edit", args=[company.pk]) in portal.content.decode()) == (company == new)
            inside = browser(people.officer()).get(change(company), headers={"accept-language": language})
            assert sentence in inside.content.decode()
    stranger = people.officer(agency_code="BPA")
    assert [
        permissions.succession_file(each, row.file) for each in (owner, heir, people.officer(), stranger)
    ] == [
        True, True, True, False,
    ]  # fmt: skip


def test_what_does_not_fit_is_refused():
    one, two, three = firm(1), firm(2), firm(3)
    unseen = register.company(4)
    for code, more in {
        "not_staff": {"by": people.officer("auditor")},
        "not_seen": {"successor": unseen.business_number},
        "not_yet": {"on": dt.date(2999, 1, 1)},
        "corporate_differs": {"kind": "branch"},
        "not_valid": {"successor": one.business_number},
    }.items():
        with broken(code):
            recorded(one, two, **more)
    with broken("not_valid"):
        recorded(one, two, document=" ")
    recorded(one, two)
    for former, successor in ((one, three), (two, one)):
        with broken("succeeded"):
            recorded(former, successor)
    Company.objects.filter(pk__in=[two.pk, three.pk]).update(corporate_number=CORPORATE)
    recorded(two, three, "branch")
    with broken("circle"):
        recorded(three, two)


def test_a_succession_counts_only_once_a_second_person_agreed():
    old, new = firm(1, "㈜한강"), firm(2, "한강")
    owner, officer = register.member(old), people.officer()
    row = asked(old, new)
    question = Approval.objects.get()
    assert (question.decision, question.subject, question.reason) == (
        "succession", f"{old} → {new} ({row.get_kind_display()})", "합병계약서 1호 (2025. 1. 2.(목))",
    )  # fmt: skip
    assert found(officer) == []
    facts.edit_company(old, facts={"name_ko": "열림"}, by=owner)
    assert not permissions.succession_file(owner, row.file)
    with broken("not_valid"):
        asked(old, new)
    with broken("paper_not_passed"):
        succession.confirm(row, by=officer)
    passed(row.file)
    with broken("second_person"):
        succession.confirm(row, by=officer)
    with broken("same_person"):
        approvals.answer(question, by=officer, grant=True)
    page = reverse("admin:companies_succession_change", args=[row.pk])
    assert "A second person has not agreed yet." in staff().get(page).content.decode()
    approvals.answer(question, by=people.officer("manager"), grant=False, reason="계약서가 아님")
    assert "A second person refused it. Take it back." in staff().get(page).content.decode()
    with broken("second_person"):
        succession.confirm(row, by=officer)
    succession.take_back(row, reason="다시", by=officer)
    with broken("already_taken_back"):
        succession.confirm(row, by=officer)

    late, other = asked(old, new), asked(new, firm(3))
    for each in (late, other):
        passed(each.file)
        granted(each)
    succession.confirm(other, by=officer)
    with broken("succeeded"):  # the successor was closed in the meantime
        succession.confirm(late, by=officer)
    with broken("not_open"):
        succession.confirm(other, by=officer)
    with broken("not_staff"):
        succession.confirm(late, by=people.officer(agency_code="BPA"))


def test_a_refused_paper_stands_on_the_desk_until_there_is_another_one():
    old, new = firm(1), firm(2)
    officer, client = people.officer(), staff()
    row, desk = asked(old, new), reverse("admin:index")
    line = "Successions whose paper the check of files refused: 1"
    assert line not in client.get(desk).content.decode()
    with broken("paper_holds"):
        succession.put_paper(row, document="x", upload=paper(), by=officer)
    granted(row)
    quarantine.settle(row.file, "virus")
    content = client.get(desk).content.decode()
    assert line in content
    listed = (
        reverse("admin:companies_succession_changelist")
        + "?file__passage__exact=refused&taken_back_at__isempty=1"
    )
    assert listed.replace("&", "&amp;") in content
    assert "its paper was refused" in client.get(listed).content.decode()
    assert line not in staff(agency="BPA").get(desk).content.decode()
    page = reverse("admin:companies_succession_change", args=[row.pk])
    at = reverse("admin:companies_succession_put_paper", args=[row.pk])
    content = client.get(page).content.decode()
    assert (at in content, "its paper was refused" in content) == (True, True)
    assert 'enctype="multipart/form-data"' in client.get(at).content.decode()
    assert (
        client.post(at, {"document": "합병계약서 2호", "upload": paper("새 계약서.pdf")}).status_code == 302
    )
    row.refresh_from_db()
    assert (row.document, row.file.name) == ("합병계약서 2호", "새 계약서.pdf")
    assert line not in client.get(desk).content.decode()
    passed(row.file)
    with broken("second_person"):  # they agreed to the other paper
        succession.confirm(row, by=officer)
    granted(row)
    succession.confirm(row, by=officer)
    with broken("succeeded"):
        facts.edit_company(old, facts={"name_ko": "다른"}, by=register.member(old))

    quarantine.settle(row.file, "virus")
    assert line in client.get(desk).content.decode()
    succession.put_paper(row, document="합병계약서 3호", upload=paper(), by=officer)
    assert Succession.objects.closing().get() == row
    assert line not in client.get(desk).content.decode()
    row.refresh_from_db()
    quarantine.settle(row.file, "virus")
    assert line in client.get(desk).content.decode()
    succession.take_back(row, reason="서류 없음", by=officer)
    assert line not in client.get(desk).content.decode()


def test_the_pages_of_a_closed_company_offer_nothing_to_change():
    """What leads to a change of products, support and consents is gone, but for withdrawing a consent; each page says why."""
    old, new = firm(1), firm(2)
    owner, text = register.member(old), texts.text()
    consents.give(text, old, by=owner)
    texts.text(code="OTHER")
    product, support = register.product(old), register.support(old)
    client = browser(owner)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    offers = {
        "product_list": [
            reverse("product_add", args=[old.pk]),
            reverse("product_edit", args=[old.pk, product.pk]),
        ],
        "support_list": [
            reverse("support_add", args=[old.pk]),
            reverse("support_declare", args=[old.pk]),
            reverse("support_remove", args=[old.pk, support.pk]),
        ],
        "consent_list": ["/give/"],
    }

    def shown() -> dict[str, list[bool]]:
        pages = {name: client.get(reverse(name, args=[old.pk])).content.decode() for name in offers}
        said = [("This record is closed" in page) for page in pages.values()]
        return {name: [each in pages[name] for each in links] for name, links in offers.items()} | {
            "said": said, "withdraw": ["/withdraw/" in pages["consent_list"]],
        }  # fmt: skip

    assert shown() == {
        "product_list": [True, True], "support_list": [True, True, True], "consent_list": [True],
        "said": [False, False, False], "withdraw": [True],
    }  # fmt: skip
    recorded(old, new)
    assert shown() == {
        "product_list": [False, False], "support_list": [False, False, False], "consent_list": [False],
        "said": [True, True, True], "withdraw": [True],
    }  # fmt: skip
    for name in ("company_edit", "place_add", "product_add", "support_add", "size_edit"):
        form = client.get(reverse(name, args=[old.pk]))
        assert (name, form.status_code, "its record is closed" in form.content.decode()) == (name, 409, True)


def test_no_mail_about_calls_goes_to_a_closed_record():
    """Its branch stays open and is written to."""
    old, new, branch = (firm(serial, corporate_number=CORPORATE) for serial in (1, 2, 3))
    text = texts.text("mails", kind="mail", title_en="Mails", body_en="Write to me about calls.")
    for company in (old, new, branch):
        register.member(company)
        texts.given(company, text)
    assert mailing.companies_that_agreed(people.agency().pk) == {old.pk, new.pk, branch.pk}
    recorded(old, new)
    recorded(branch, new, "branch")
    assert mailing.companies_that_agreed(people.agency().pk) == {new.pk, branch.pk}


@pytest.mark.django_db(transaction=True)
def test_a_writer_who_waited_for_the_confirmation_finds_the_record_closed():
    old, new = firm(1), firm(2)
    owner = register.member(old)
    row = asked(old, new)
    passed(row.file)
    granted(row)

    def write() -> Any:
        return facts.put_figures(old, year=2024, facts={"employees": 3}, by=owner)

    assert after(lambda: succession.confirm(row, by=row.recorded_by), write) == "succeeded"
    assert not old.figures.exists()
