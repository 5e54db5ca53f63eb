"""Guides sent to companies: found by rules of the register, only to who agreed, ended with one click, asked before sent twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from companies.domain import mailing as mails
from companies.models import Company, Consent, ConsentText, YearlyFigure
from ground import clock, outbox
from ground.models import Industry, Message
from guidance.domain import mailing as mailings
from guidance.domain import reading
from guidance.models import Edition, Mailing, MailingReceiver, MailingRule, ReadingKind
from guidance.queries import mailing as questions
from tests.companies import test_merging as merges
from tests.factories import guidance, people, programs, register
from tests.factories.consents import given, text
from tests.factories.intake import refused
from tests.factories.staff import manager

pytestmark = pytest.mark.django_db
FOOD = ("industry", {"include": ["C10"], "revision": 11})
SMALL = ("exports", {"max": 1_000_000})
FEW = "that your agency sees, and fewer than 5 others"


def company(serial: int, *, is_food: bool = True, exports: int | None = 500_000) -> Company:
    made = register.company(serial)
    made.industries.create(industry=industry("C10712" if is_food else "C26110"), is_main=True)
    if exports is not None:
        YearlyFigure.objects.create(
            company=made,
            year=clock.today().year - 1,
            sales_amount=1,
            export_amount=exports,
            employees=1,
            source="company",
        )
    register.member(made)
    return made


def industry(code: str) -> Industry:
    return Industry.objects.get_or_create(
        id=f"11-{code}", defaults={"revision": 11, "code": code, "name_ko": code, "name_en": code}
    )[0]


def agreed(of: Company, agency_code: str = "SBA", kind: str = "guide", **fields: Any) -> Consent:
    wording = ConsentText.objects.filter(agency__code=agency_code, kind=kind).first() or text(
        f"{kind}-mails",
        kind=kind,
        agency_code=agency_code,
        title_en="Mails",
        body_en="Write to me with guides.",
    )
    return given(of, wording, given_by=of.members.get(role="owner").user, **fields)


def prepare(folder: Path) -> dict[str, Any]:
    """Six companies that the agency sees: food and small and agreed (1, 2), no food (3), too large (4), exports not known (5), agreed to mails
    about calls only (6)."""
    programs.program("RIVAL", "BBA", name_en="Strategy of others")
    for number in (1, 2):
        guidance.edition(programs.program(), number=number, days=3 - number)
    guidance.edition(programs.program("RIVAL"))
    firms = {
        1: company(1), 2: company(2), 3: company(3, is_food=False), 4: company(4, exports=2_000_000),
        5: company(5, exports=None), 6: company(6),
    }  # fmt: skip
    for firm in firms.values():
        register.seen_by(firm)
    for serial in (1, 2, 3, 4, 5):
        agreed(firms[serial])
    agreed(firms[6], kind="mail")
    agreed(firms[6], "BBA")
    agreed(firms[2], kind="reading")
    agreed(firms[3], kind="reading")
    return {"firms": firms, "mailing": mailing()}


def edition(number: int = 1, program: str = "SBA-MELI-CL-2025") -> Edition:
    return Edition.objects.get(program__code=program, number=number)


def read(company: Company, of: Edition) -> None:
    who = company.members.get(role="owner").user
    reading.count([of], ReadingKind.READ, user=who, at=clock.now())


def mailing(name: str = "베트남 안내서", number: int = 1, **fields: Any) -> Mailing:
    made = mailings.save_mailing(
        Mailing(
            **{
                "program": programs.program(), "name": name, "edition": edition(number),
                "subject": "베트남 안내서가 나왔습니다", "body": "여기에서 읽으십시오.", **fields,
            }
        ),
        by=people.officer(),
    )  # fmt: skip
    for kind, values in (FOOD, SMALL):
        mailings.save_rule(made, kind, values, by=people.officer())
    return made


@pytest.fixture
def made(prepared: Any) -> dict[str, Any]:
    return {"firms": prepared.made["firms"], "mailing": Mailing.objects.select_related("agency").get()}


def keys(made: dict[str, Any], *serials: int) -> set[Any]:
    return {made["firms"][serial].pk for serial in serials}


def signed_in(user: Any) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


def test_rules_of_the_register_find_companies_and_the_preview_says_who_is_left_out(made):
    row = made["mailing"]
    agreed(made["firms"][1], kind="reading")
    found = questions.preview(row)
    assert found == questions.Preview(keys(made, 1, 2), set(), keys(made, 6), set(), 1, keys(made, 1, 2, 6))
    for serial, of in (
        (1, edition(2)),
        (1, edition(1, "RIVAL")),
        (2, edition()),
        (3, edition()),
        (4, edition()),
    ):
        read(made["firms"][serial], of)
    assert questions.preview(row).readers == set()
    row.is_unread_only = True
    mailings.save_mailing(row, by=people.officer())
    found = questions.preview(row)
    assert (found.reached, found.readers) == (keys(made, 1), keys(made, 2))
    row.rules.all().delete()
    found = questions.preview(row)
    assert (found.reached, found.readers) == (keys(made, 1, 4, 5), keys(made, 2, 3))
    row.edition = edition(1, "RIVAL")
    with refused("readers_not_known"):
        mailings.save_mailing(row, by=people.officer())
    row.is_unread_only = False
    mailings.save_mailing(row, by=people.officer())
    row.refresh_from_db()
    assert (row.edition.agency.code, row.agency.code) == ("BBA", "SBA")
    unseen = {company(8).pk}
    assert questions.names(keys(made, 4) | unseen, people.officer()) == [made["firms"][4]]


def test_one_mail_a_company_that_ends_with_one_click_and_nothing_else(made):
    row, by = made["mailing"], people.officer()
    for code, expected, who in (
        ("other_number", 3, by), ("not_your_agency", 2, people.officer("officer", "BBA")), ("not_your_agency", 2, people.officer("auditor")),
    ):  # fmt: skip
        with refused(code):
            mailings.send(row, expected=expected, by=who)
    for _press in range(2):
        mailings.send(row, expected=2, by=by)
    agreed(made["firms"][1], kind="mail")
    mails.end_by_link(made["firms"][2], row.agency, "guide")  # before the worker came to it
    second = mailing("둘째")
    assert questions.had(second) == keys(made, 1, 2)  # who is about to get it
    outbox.drain()
    assert questions.had(second) == keys(made, 1)  # who got it
    (letter,) = Message.objects.all()
    owner = made["firms"][1].members.get(role="owner").user
    stop = letter.headers["List-Unsubscribe"].strip("<>")
    assert (letter.recipients, letter.subject, letter.headers["List-Unsubscribe-Post"]) == (
        [owner.email], "베트남 안내서가 나왔습니다", "List-Unsubscribe=One-Click",
    )  # fmt: skip
    assert stop in letter.body
    guide = reverse("guide_show", kwargs={"program": "SBA-MELI-CL-2025", "country": "VN"})
    assert f"VN 안내서:\n{settings.NARU_ADDRESS}{guide}\n" in letter.body
    assert set(row.receivers.values_list("company", flat=True)) == keys(made, 1, 2)
    assert set(row.receivers.filter(mailed_at__isnull=False).values_list("company", flat=True)) == keys(
        made, 1
    )
    path = stop[stop.index("/mails/") :]
    mailbox = Client(enforce_csrf_checks=True)
    assert "sends guides to" in Client(HTTP_ACCEPT_LANGUAGE="en").get(path).content.decode()
    answer = mailbox.post(path, {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.content) == (204, b"")
    standing = Consent.objects.filter(company=made["firms"][1], withdrawn_at__isnull=True)
    assert [each.text.kind for each in standing.select_related("text")] == ["mail"]
    assert "sends no guides to" in Client(HTTP_ACCEPT_LANGUAGE="en").get(path).content.decode()
    assert Client().post("/mails/nonsense/end/").status_code == 404
    about_calls = mails.stop_address(made["firms"][3].pk, row.agency_id)
    Client().post(about_calls[about_calls.index("/mails/") :])
    assert Consent.objects.filter(company=made["firms"][3], withdrawn_at__isnull=False).count() == 0
    for act in (
        lambda: mailings.save_mailing(row, by=by), lambda: mailings.save_rule(row, *FOOD, by=by),
        lambda: mailings.drop_rule(row.rules.first(), by=by),
    ):  # fmt: skip
        with refused("sent"):
            act()


def test_the_same_edition_again_asks_first(made):
    by = people.officer()
    mailings.send(made["mailing"], expected=2, by=by)
    again = mailing("또 한 번")
    assert questions.preview(again).again == keys(made, 1, 2)
    with refused("had_it"):
        mailings.send(again, expected=0, by=by)
    newcomer = company(7)
    agreed(newcomer)
    register.seen_by(newcomer)
    client = signed_in(by)
    send = reverse("admin:guidance_mailing_send", args=[again.pk])
    page = client.get(send)
    assert f"2 companies {FEW} got this edition before" in page.content.decode()
    stale = client.post(send, {"expected": 0, "expected_all": 2, "is_again": "on"})
    assert "It would go to 3 companies now" in stale.content.decode()
    client.post(send, {"expected": 1, "expected_all": 3})
    assert set(again.receivers.values_list("company", flat=True)) == {newcomer.pk}
    client.post(send, {"expected": 1, "expected_all": 3})  # pressed twice
    assert (client.get(send).status_code, again.receivers.count()) == (409, 1)
    newer = mailing("새 판", 2)
    assert questions.preview(newer).again == set()
    third = mailing("세 번째")
    mailings.send(third, expected=3, is_again=True, by=by)
    assert MailingReceiver.objects.filter(mailing=third).count() == 3


def test_who_got_it_before_is_known_after_a_merge_too_and_a_mail_finds_the_record_that_stays(made):
    kept, gone = merges.pair(21, 22)
    for each in (kept, gone):
        register.member(each)
    first, second = made["mailing"], mailing("둘째")
    for row, mailed_at in ((first, clock.now()), (second, None)):
        row.receivers.create(agency=row.agency, company=gone, mailed_at=mailed_at)
    agreed(gone)
    merges.merging.carry_out(merges.agreed(merges.begun(kept, gone)), by=manager())
    assert questions.had(second) == {kept.pk}
    assert (mailings.carry(second.pk), second.receivers.get().mailed_at is not None) == (1, True)


def test_numbers_tell_nothing_of_single_companies_that_the_agency_does_not_see(made):
    for args, in_steps, wanted in (
        ((0, 0), False, (0, None, False)), ((4, 0), False, (0, None, False)), ((5, 0), False, (0, 5, False)),
        ((13, 4), False, (4, 9, False)), ((13, 4), True, (4, 5, True)), ((8, 4), True, (4, None, False)),
        ((3, 3), True, (3, None, False)), ((14, 4), True, (4, 10, True)),
    ):  # fmt: skip
        assert questions.told(*args, in_steps=in_steps) == questions.Told(*wanted)
    client, row = signed_in(people.officer()), made["mailing"]
    change, send = (reverse(f"admin:guidance_mailing_{page}", args=[row.pk]) for page in ("change", "send"))

    def numbers() -> Any:
        return [
            each["value"] for each in client.get(change).context["facts"] if "compan" in str(each["value"])
        ]

    def form() -> dict[str, Any]:
        return dict(client.get(send).context["form"].initial)

    before, asked = numbers(), form()
    assert asked == {"expected": 2, "expected_all": 2}
    unseen = [company(serial) for serial in range(11, 19)]  # they meet the rules
    for firm in unseen[:4]:
        agreed(firm)
    assert (numbers(), form()) == (before, asked)
    agreed(unseen[4])
    company(19, exports=None)
    assert (numbers()[0], form()) == ("7 companies", {"expected": 7, "expected_all": 7})
    mailings.send(row, expected=7, by=people.officer())
    alone = mailing("하나만")
    mailings.save_rule(alone, "exports", {"min": 400_000, "max": 450_000}, by=people.officer())
    YearlyFigure.objects.filter(company=unseen[0]).update(export_amount=420_000)
    assert questions.preview(alone).again == {unseen[0].pk}
    with refused("nobody"):  # as of nobody at all
        mailings.send(alone, expected=0, by=people.officer())


def test_staff_build_it_on_the_staff_site(made, django_assert_num_queries):
    client = signed_in(people.officer())
    typed = {
        "program": programs.program().pk, "name": "칠레 아님", "edition": edition().pk, "subject": "제목", "body": "글",
    }  # fmt: skip
    form = client.get("/staff/guidance/mailing/add/").context["form"]
    offered = [label.split(" · ")[1:3] for key, label in form.fields["edition"].choices if key]
    assert offered == [
        ["Strategy of others", "edition 1"],
        ["Chile online program", "edition 2"],
        ["Chile online program", "edition 1"],
    ]
    answer = client.post("/staff/guidance/mailing/add/", typed)
    row = Mailing.objects.get(name="칠레 아님")
    base = f"/staff/guidance/mailing/{row.pk}/"
    assert answer.url == f"{base}change/"
    assert client.post(f"{base}kind/", {"kind": "exports"}).url == f"{base}rule/?kind=exports"
    wrong = client.post(f"{base}rule/?kind=industry", {"value_include": "Q999", "value_revision": "11"})
    assert (wrong.status_code, row.rules.count()) == (200, 0)
    assert client.get(f"{base}rule/?kind=answer").status_code == 404
    for _press in range(2):
        client.post(f"{base}rule/?kind=exports", {"value_max": "1,000,000"})
    assert [each.values.get("max") for each in row.rules.all()] == [1_000_000]
    with django_assert_num_queries(RECORD_QUERIES):
        page = client.get(f"{base}change/").content.decode()
    assert (f"3 companies {FEW}" in page, "Take out: " in page) == (True, True)
    client.post(f"{base}drop_rule/", {"rule": row.rules.get().pk})
    assert row.rules.count() == 0
    client.post(f"{base}edit/", {**typed, "name": "고친 이름"})
    row.refresh_from_db()
    assert row.name == "고친 이름"
    with django_assert_num_queries(LIST_QUERIES):
        client.get("/staff/guidance/mailing/")
    mailing("셋째")
    with django_assert_num_queries(LIST_QUERIES):
        client.get("/staff/guidance/mailing/")
    stranger = signed_in(people.officer("manager", "BBA"))
    for name in ("change", "edit", "kind", "rule", "send", "history"):
        assert stranger.get(f"{base}{name}/").status_code == 404
    assert "고친 이름" not in stranger.get("/staff/guidance/mailing/").content.decode()
    with refused("no_kind"):
        mailings.save_rule(row, "answer", {}, by=people.officer())
    with refused("values_not_sound"):
        mailings.save_rule(row, "exports", {}, by=people.officer())
    with refused("code_unknown"):
        mailings.save_rule(row, "province", {"provinces": ["99"]}, by=people.officer())
    assert MailingRule.objects.filter(mailing=row).count() == 0


RECORD_QUERIES, LIST_QUERIES = 17, 5
