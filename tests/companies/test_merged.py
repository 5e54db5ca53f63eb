"""What a merge of two records leaves behind it: destruction, consents, members, other agencies, other hands."""

from __future__ import annotations

import datetime as dt
import html
import re
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, connections, transaction
from django.urls import reverse
from django.utils import translation

from accounts.domain import approvals
from companies import queries
from companies.domain import destruction, facts, mailing, membership, merging, registration, taking_in
from companies.models import (
    Ban,
    Claim,
    Company,
    Consent,
    Contact,
    DistinctPair,
    Member,
    Merge,
    Place,
    Succession,
    YearlyFigure,
)
from companies.models.merge import LASTS
from ground import clock
from ground.history import history_of
from ground.models import Message, Province
from programs.domain import agreement, intake_rules
from programs.models import Application, Call
from tests.accounts.test_approval_admin import long_ago
from tests.broken import broken
from tests.companies.test_merging import DAY, agreed, answered, begun, decided, fresh, pair
from tests.companies.test_pages import browser
from tests.companies.test_registration import stated
from tests.companies.test_succession import asked, firm, paper
from tests.factories import consents as texts
from tests.factories import people, programs, register, ties
from tests.factories.passing import all_pass
from tests.factories.staff import manager, stored
from tests.waiting import after

pytestmark = pytest.mark.django_db


def test_what_went_over_is_destroyed_with_the_record_that_stays(move_clock):
    """Company 2's export contact goes to company 1; its representative is the same at both and is taken out."""
    kept, gone = pair()
    for company in (kept, gone):
        register.seen_by(company)
    moves = Contact.objects.create(company=gone, kind="export", name="수출이", email="ex@firm.example")
    folded = gone.contacts.get(kind="representative")
    stays = programs.application(programs.call(), gone, status="eligible", contact_name="홍길동")
    merging.carry_out(agreed(begun(kept, gone)), by=manager())

    def batched(company: Company) -> set[Any]:
        return {
            key for each in destruction.personal_records(company) if each.model is Contact for key in each.ids
        }

    assert batched(gone) == {folded.pk}
    assert batched(kept) == {moves.pk, folded.pk, kept.contacts.get(kind="representative").pk}
    for company in (kept, gone):
        (found,) = (each for each in destruction.personal_records(company) if each.model is Application)
        assert stays.pk in found.ids


def test_a_branch_of_the_record_given_up_stands_in_the_line_of_the_record_that_stays(move_clock):
    kept, gone = pair()
    branch = firm(3)
    Company.objects.filter(pk__in=[gone.pk, branch.pk]).update(corporate_number="1101110000001")
    tie = asked(branch, gone, kind="branch")
    Succession.objects.filter(pk=tie.pk).update(confirmed_at=clock.now())
    merging.carry_out(agreed(begun(kept, gone)), by=manager())
    with connection.cursor() as cursor:
        cursor.execute("SELECT company_id, before_id FROM naru_line()")
        assert set(cursor.fetchall()) == {
            (one.pk, other.pk)
            for one in (kept, gone, branch)
            for other in (kept, gone, branch)
            if one is not other
        }


def test_a_merge_revives_no_consent(move_clock, client):
    """What one record withdrew after the other had given it is withdrawn; what was given again stands. Of mails any
    version counts, and none stays at the record given up."""
    kept, gone = pair()
    at = clock.now()
    before, later = at - dt.timedelta(days=9), at - dt.timedelta(days=3)

    def both(code: str, ours: Any, theirs: Any, **more: Any) -> tuple[Any, Any]:
        text = texts.text(code, **more)
        return texts.given(kept, text, **ours), texts.given(gone, text, **theirs)

    ended, stands = {"given_at": before, "withdrawn_at": later}, {"given_at": before}
    _one, revived = both("a", ended, stands)
    own, _two = both("b", stands, ended)
    again, _three = both("c", {"given_at": at}, ended)
    old, new = (
        texts.text("m", kind="mail", title_en="x", body_en="x"),
        texts.text("m", kind="mail", title_en="x", body_en="x", version=2),
    )
    texts.given(kept, new, **ended)
    mail = texts.given(gone, old, **stands)
    theirs = {"kind": "mail", "title_en": "x", "body_en": "x", "agency_code": "BPA"}
    here, there = both("n", stands, stands, **theirs)
    long_ago = {"given_at": at - dt.timedelta(days=366 * 20)}
    over, valid = both("v", long_ago, stands)
    goes_on, over_there = both("w", stands, long_ago)
    twin, other_twin = both("x", stands, stands)
    merging.carry_out(agreed(begun(kept, gone)), by=manager())
    for row, is_standing in (
        (revived, False),
        (own, False),
        (again, True),
        (mail, False),
        (here, True),
        (there, False),
        (over, False),
        (valid, True),
        (goes_on, True),
        (over_there, False),
        (twin, True),
        (other_twin, False),
    ):
        row.refresh_from_db()
        assert (row.withdrawn_at is None) is is_standing, row
    assert mailing.companies_that_agreed(people.agency("SBA").pk) == set()
    assert mailing.companies_that_agreed(people.agency("BPA").pk) == {kept.pk}
    assert valid.company_id == kept.pk
    for each in (over, over_there):
        assert each.withdrawn_at == Consent.objects.with_end().get(pk=each.pk).ends_at  # type: ignore[attr-defined]
    assert not Consent.objects.filter(company=gone, withdrawn_at=None).exists()
    there.withdrawn_at = None
    there.save()
    assert [each.company_id for each in mailing.agreed(people.agency("BPA").pk)] == [kept.pk]
    assert "번호 오기" in str(history_of(mail, reader=manager()))
    address = mailing.stop_address(gone.pk, people.agency("BPA").pk)  # the link of an earlier mail
    page = client.get(address[address.index("/mails/") :])
    assert (page.context["company"], page.context["stands"]) == (kept, True)
    mailing.end_by_link(gone, people.agency("BPA"))
    assert mailing.companies_that_agreed(people.agency("BPA").pk) == set()


def test_the_way_back_is_closed_once_a_merge_was_carried_out():
    back = (
        import_module("companies.migrations.0010_merges_of_two_records").Migration.operations[-1].reverse_code
    )
    kept, gone = pair()
    row = agreed(begun(kept, gone))
    back(apps, None)
    merging.carry_out(row, by=manager())
    with pytest.raises(RuntimeError, match="carried out"):
        back(apps, None)


def test_an_earlier_yes_does_not_outlast_a_later_question():
    kept, gone = pair()
    row = agreed(begun(kept, gone))
    merging.ask(row, by=manager())
    with broken("second_person"):
        merging.carry_out(row, by=manager())
    answered(row, grant=False, reason="다른 회사")
    with broken("second_person"):
        merging.carry_out(row, by=manager())
    carried = merging.carry_out(agreed(row), by=manager())
    assert carried.approval == merging.latest(row)


@pytest.mark.django_db(transaction=True)
def test_a_draft_is_handed_in_or_moved_but_not_both():
    """Over real connections: while somebody holds a draft the merge moves nothing; who waits for the merge finds the draft
    at the record that stays."""
    kept, gone = pair()
    draft = programs.application(company=gone)
    row, who = agreed(begun(kept, gone)), manager()

    def merge() -> Any:
        try:
            return merging.carry_out(row, by=who)
        finally:
            connections.close_all()

    def hold() -> Any:
        with transaction.atomic():
            return intake_rules.lock(draft).company_id

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Application.objects.select_for_update().get(pk=draft.pk)
        with broken("busy"):
            pool.submit(merge).result(timeout=30)
    assert not Succession.objects.exists()
    assert after(lambda: merging.carry_out(row, by=who), hold) == kept.pk


@pytest.mark.django_db(transaction=True)
def test_who_waited_for_the_merge_judges_the_certificate_where_it_went():
    kept, gone = pair()
    certificate = register.certificate(gone, state="unchecked", file=stored())
    row, who, officer = agreed(begun(kept, gone)), manager(), people.officer()

    def judge() -> Any:
        agency = people.agency()
        return facts.judge_certificate(
            certificate, accept=True, agency=agency, by=officer
        ).certificate.company_id

    assert after(lambda: merging.carry_out(row, by=who), judge) == kept.pk


@pytest.mark.django_db(transaction=True)
def test_an_offer_that_waited_for_the_merge_finds_that_the_company_takes_part_already():
    """The application stands at a record that was merged before, so that this merge does not hold it."""
    kept, gone = pair()
    first = firm(3, name_ko=kept.name_ko, name_en=kept.name_en)
    first.contacts.update(email="ceo@firm.example", phone="02-555-0001")
    call = programs.call()
    programs.application(call, first, status="selected")
    merging.carry_out(agreed(begun(gone, first)), by=manager())
    programs.participation(kept, call.program)
    Call.objects.update(released_at=clock.now())
    row, who, officer = agreed(begun(kept, gone)), manager(), people.officer()

    def offer() -> Any:
        call.refresh_from_db()
        found = agreement.offer_all(call, accept_by=clock.today() + dt.timedelta(days=9), by=officer)
        return [*found.made], [why.code for _company, why in found.left_out]

    assert after(lambda: merging.carry_out(row, by=who), offer) == ([], ["takes_part_already"])


def test_who_joins_or_leaves_the_record_that_stays_does_so_at_the_one_given_up(move_clock):
    kept, gone = pair()
    owner = register.member(kept)
    merging.carry_out(agreed(begun(kept, gone)), by=manager())
    editor = people.user("edits@firm.example", name="편집")
    for company in (kept, gone):
        Member.objects.create(company=company, user=editor, role="editor")

    def roles(who: Any) -> list[tuple[Any, str]]:
        rows = Member.objects.filter(user=who, ended_at=None).order_by("company__business_number")
        return [*rows.values_list("company", "role")]

    def both(role: str) -> list[tuple[Any, str]]:
        return [(kept.pk, role), (gone.pk, role)]

    assert (roles(owner), roles(editor)) == (both("owner"), both("editor"))
    joins = people.user("joins@firm.example", name="새이")
    invited = membership.invite(kept, email=joins.email, role="reader", by=owner)
    membership.accept(invited, by=joins)
    assert roles(joins) == both("reader")
    of_gone = Member.objects.get(company=gone, user=joins)
    for verb in (
        lambda: membership.invite(gone, email="x@firm.example", role="owner", by=owner),
        lambda: membership.change_role(of_gone, role="owner", by=owner),
        lambda: membership.end(of_gone, by=owner),
    ):
        with broken("succeeded"):
            verb()
    Member.objects.filter(company=gone).update(ended_at=clock.now())
    with broken("succeeded"):
        taking_in.take_in(
            Company(business_number=gone.business_number, name_ko="새 이름"),
            agency=people.agency(),
            by=people.officer(),
        )
    Member.objects.filter(company=gone).update(ended_at=None)
    membership.change_role(Member.objects.get(company=kept, user=joins), role="editor", by=owner)
    assert roles(joins) == both("editor")
    membership.end(Member.objects.get(company=kept, user=joins), by=owner)
    membership.end(Member.objects.get(company=kept, user=editor), by=editor)
    assert roles(joins) == roles(editor) == []


def test_who_answers_about_a_merge_gives_the_password_there_too():
    kept, gone = pair()
    row = begun(kept, gone)
    question = merging.ask(row, by=manager())
    client = browser(manager(name="2"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    long_ago(client)
    page = reverse("admin:companies_merge_change", args=[row.pk])
    assert "Give your password first" in client.get(page).content.decode()
    sent = client.post(
        reverse("admin:companies_merge_answer", args=[row.pk]), {"grant": "1", "question": str(question.pk)}
    )
    assert sent["Location"] == f"{reverse('account_reauthenticate')}?{urlencode({'next': page})}"
    question.refresh_from_db()
    assert question.answered_at is None


def test_the_list_of_all_questions_answers_one_about_a_merge_as_its_own_page_does():
    kept, gone = pair()
    row = begun(kept, gone)
    first = merging.ask(row, by=manager())
    page = reverse("admin:accounts_approval_answer", args=[first.pk])
    merge_page = reverse("admin:companies_merge_change", args=[row.pk])
    for role, is_offered in (("finance", False), ("manager", True)):
        asks = browser(people.officer(role) if role == "finance" else manager(name="2"))
        asks.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        shown = asks.get(reverse("admin:accounts_approval_change", args=[first.pk])).content.decode()
        assert ("Only a manager of the agency can do this." not in shown) is is_offered
        assert (f'action="{page}"' in shown) is is_offered
        assert f'<a href="{settings.NARU_ADDRESS}{merge_page}"' in shown
    YearlyFigure.objects.create(company=gone, year=2024, employees=3)
    browser(manager(name="2")).post(page, {"grant": "1"})
    second = merging.ask(row, by=manager())
    for who, grant in ((people.officer("finance"), "1"), (manager(), "1"), (manager(name="2"), "1")):
        browser(who).post(page, {"grant": grant})
        told = approvals.gone(first.pk, manager())
        assert told is not None, who
        assert (told.was.answered_at, told.newer) == (None, second), who
    page = reverse("admin:accounts_approval_answer", args=[second.pk])
    browser(people.officer("finance")).post(page, {"grant": "1"})
    second.refresh_from_db()
    assert second.answered_at is None
    browser(manager(name="2")).post(page, {"grant": "1"})
    second.refresh_from_db()
    assert second.is_granted
    assert merging.carry_out(row, by=manager()).approval == second


def test_rows_are_told_apart_by_what_is_stored_and_not_by_how_it_reads():
    """Two provinces whose names read the same are two, in every language."""
    kept, gone = pair()
    twin = Province.objects.create(code="99", name_ko="서울특별시", short_ko="서울", name_en="Seoul")
    Place.objects.filter(company=gone).update(province=twin)
    row = begun(kept, gone)
    found = []
    for language in ("ko", "en"):
        with translation.override(language):
            (place,) = fresh(row).differences
            assert place.kept == place.given_up
            found.append((place.key, place.chosen, place.is_a_choice))
    assert found == [("companies.Place.company:head_office", "", True)] * 2
    with broken("blocked"):
        merging.ask(row, by=manager())
    decided(row, "given_up")
    merging.carry_out(agreed(row), by=manager())
    assert Place.objects.get(company=kept).province_id == twin.pk


def test_the_page_tells_nothing_of_what_other_agencies_have_but_that_there_is_something():
    """The own agency has one ban at the record given up, another one two there and one at the record that stays; the pair
    told apart and the merge of the other agency stand in the way without a word about them."""
    kept, gone = pair()
    other, third = people.agency("BPA"), firm(3)
    row = begun(kept, gone)
    alone = fresh(row).digest
    for agency, company, count in ((people.agency(), gone, 1), (other, gone, 2), (other, kept, 1)):
        for _serial in range(count):
            Ban.objects.create(
                agency=agency, company=company, from_on=DAY, until_on=DAY, reason="x", decided_by=manager()
            )
    programs.participation(gone, programs.program("BPA-1", agency_code="BPA"))
    plan = fresh(row)
    assert plan.digest != alone
    bans = next(each for each in plan.lines if each.model is Ban)
    assert (bans.at_kept, bans.at_given_up, bans.shown_at("kept"), bans.shown_at("given_up")) == (1, 3, 0, 1)
    client = browser(manager())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = reverse("admin:companies_merge_change", args=[row.pk])

    def shown() -> str:
        return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(page).content.decode())))

    said = shown()
    assert "Bans 0 and those of other agencies 1 and those of other agencies moves: 1 A ban goes on" in said
    assert "moves: 3" not in said
    agreed(row)
    merging.carry_out(row, by=manager())
    assert Ban.objects.filter(company=kept).count() == 4
    assert "Bans 1 and those of other agencies 0 0" in shown()
    history = client.get(reverse("admin:companies_merge_history", args=[row.pk])).content.decode()
    assert ("carried out at" in history, "companies.Place.company" in history) == (True, False)
    next_one = begun(kept, third)
    Merge.objects.create(agency=other, kept=firm(5), given_up=third, reason="x", document="x", file=stored(),
                         begun_by=manager("BPA"), dropped_at=clock.now())  # fmt: skip
    open_one = Merge.objects.create(agency=other, kept=firm(6), given_up=kept, reason="x", document="x", file=stored(),
                                    begun_by=manager("BPA"))  # fmt: skip
    with translation.override("en"):
        elsewhere = "BPA Export Agency has something open about the two records and decides on it first."
        assert [(each.sentence, each.route) for each in fresh(next_one).blocks] == [(elsewhere, "")]
        open_one.dropped_at = clock.now()
        open_one.save()
        first, second = sorted([kept, third], key=lambda each: each.pk)
        DistinctPair.objects.create(
            agency=other, first=first, second=second, reason="x", decided_by=manager("BPA")
        )
        assert [(each.sentence, each.route) for each in fresh(next_one).blocks] == [(elsewhere, "")]


def test_nobody_comes_to_own_a_record_given_up_by_proving_its_number(tax_office):
    """Confirmed at once, when asked again, or with a certificate that staff look at."""
    kept, gone = pair()
    earlier = people.user("earlier@other.example")
    asked_later = gone.claims.create(
        user=earlier, method="asked", stated_representative="김가상", stated_opened_on=dt.date(2015, 3, 2)
    )
    row = begun(kept, gone)
    Claim.objects.filter(pk=asked_later.pk).update(state="refused")
    merging.carry_out(agreed(row), by=manager())
    Claim.objects.filter(pk=asked_later.pk).update(state="waiting")
    others = [people.user(f"{number}@other.example") for number in (1, 2)]
    with broken("given_up") as refusal, translation.override("en"):
        registration.claim(stated(2), by=others[0])
    assert "Ask SBA Export Agency" in str(refusal.value.sentence)
    registration.ask_again(asked_later.pk)
    asked_later.refresh_from_db()
    assert (asked_later.state, "SBA" in asked_later.reason) == ("refused", True)
    registration.claim(stated(2, representative="이모름"), by=others[1], certificate=paper())
    all_pass()
    with broken("given_up"):
        registration.grant(Claim.objects.get(user=others[1]), by=people.officer())
    assert not Member.objects.filter(user__in=[earlier, *others]).exists()


def test_who_comes_from_the_record_given_up_only_reads_where_the_other_has_an_owner():
    """The page names everybody with their roles before and after; the owner is written to when it is asked first. Without
    an owner at the record that stays the roles of the other hold."""
    kept, gone = pair()
    owner, theirs = register.member(kept), register.member(gone)
    both = register.member(gone, "reader", email="both@firm.example")
    register.member(kept, "editor", email=both.email)
    row = begun(kept, gone)
    page = reverse("admin:companies_merge_change", args=[row.pk])
    shown = browser(manager()).get(page, headers={"accept-language": "en"}).content.decode()
    text = html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown)))
    for who, roles in ((owner, "owner – owner"), (theirs, "– owner reader"), (both, "editor reader editor")):
        assert f"{who} {who.email} {roles}" in text
    agreed(row)
    Ban.objects.create(
        agency=people.agency(), company=gone, from_on=DAY, until_on=DAY, reason="x", decided_by=manager()
    )
    agreed(row)
    told = Message.objects.filter(subject__contains="병합될 수 있습니다")
    assert [each.recipients for each in told] == [[owner.email]]
    merging.carry_out(row, by=manager())
    for company in (kept, gone):
        assert set(Member.objects.filter(company=company, ended_at=None).values_list("user", "role")) == {
            (owner.pk, "owner"), (theirs.pk, "reader"), (both.pk, "editor")
        }  # fmt: skip
    third = firm(3)
    alone = begun(third, kept)
    decided(alone)
    merging.carry_out(agreed(alone), by=manager())
    assert set(Member.objects.filter(company=third).values_list("user", "role")) == {
        (owner.pk, "owner"), (theirs.pk, "reader"), (both.pk, "editor")
    }  # fmt: skip


def test_a_record_given_up_looks_like_nobody_and_an_organization_follows_to_the_one_that_stays(move_clock):
    """A third record of the same name is told beside the one that stays alone. A provider is tied to the record given up, and
    the company's consent names it."""
    kept, gone = pair()
    third = firm(3, name_ko=kept.name_ko, name_en="Other")
    body, who = people.organization(), people.organization_member()
    ties.partner(body, gone)
    texts.given(gone, texts.text("tp", kind="third_party", receiver=body))
    merging.carry_out(agreed(begun(kept, gone)), by=manager())
    assert [{each.first, each.second} for each in queries.alike(people.officer(), limit=9)[0]] == [
        {kept, third}
    ]
    assert set(Company.objects.visible_to(who)) == {kept, gone}
    assert [each.kind for each in queries.contacts_visible_to(who, kept)] == ["representative"]


def test_a_merge_that_an_agency_left_lying_stands_in_nobodys_way_after_its_last_day(move_clock):
    kept, gone = pair()
    other = people.agency("BPA")
    for company in (kept, gone, firm(3)):
        register.seen_by(company, "BPA")
    theirs = begun(kept, gone, agency=other, by=manager("BPA"))
    ours = begun(Company.objects.get(business_number=register.number(3)), kept)
    assert len(fresh(ours).blocks) == 1
    with broken("not_valid"):
        begun(kept, gone)
    move_clock(theirs.created_at + LASTS - dt.timedelta(minutes=5))
    assert len(fresh(ours).blocks) == 1
    move_clock(theirs.created_at + LASTS + dt.timedelta(days=1))
    assert fresh(ours).blocks == []
    merging.drop(ours, reason="x", by=manager())
    row = begun(kept, gone)
    theirs.refresh_from_db()
    assert theirs.dropped_at is not None
    with broken("not_under_way"):
        merging.ask(theirs, by=manager("BPA"))
    assert merging.carry_out(agreed(row), by=manager()).carried_out_at is not None
