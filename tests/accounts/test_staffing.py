"""Who serves in an agency: appointed, ended and stood in for by its managers."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.domain import organizations, second_person, staffing
from accounts.models import Deputy, Officer, Organization, OrganizationMember, SecondPersonRule
from accounts.roles import officer_roles, organization_ids
from ground import clock
from ground.access import Role
from tests.broken import broken
from tests.companies.test_company_admin import staff
from tests.factories import people

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 6, 1)


@pytest.fixture
def manager(move_clock):
    move_clock(dt.datetime(2025, 6, 1, 12, tzinfo=clock.SEOUL))
    return people.officer("manager")


def appoint(by, email="new@naru.example", **fields) -> Officer:
    people.user(email)
    wanted = {"email": email, "role": "officer", "from_on": DAY, **fields}
    return staffing.appoint(people.agency(), by=by, **wanted)


def test_a_manager_appoints_from_a_day_until_a_day(manager, move_clock):
    officer = appoint(manager, until_on=DAY + dt.timedelta(1))
    assert officer_roles(officer.user) == [(people.agency(), Role.OFFICER)]
    move_clock(dt.datetime(2025, 6, 3, tzinfo=clock.SEOUL))
    assert officer_roles(officer.user) == []


@pytest.mark.parametrize(
    ("role", "agency"), [("officer", "SBA"), ("finance", "SBA"), ("auditor", "SBA"), ("manager", "BPA")]
)
def test_nobody_else_appoints(manager, role, agency):
    with broken("not_manager"):
        appoint(people.officer(role, agency))


def test_who_has_no_account_is_not_appointed_without_a_name(manager):
    with broken("name_missing"):
        staffing.appoint(people.agency(), email="ghost@naru.example", role="officer", from_on=DAY, by=manager)


def test_the_same_role_twice_at_a_time_is_refused(manager):
    appoint(manager)
    with broken("not_valid"):
        appoint(manager, from_on=DAY + dt.timedelta(10))
    with broken("period_order"):
        appoint(manager, role="finance", until_on=DAY - dt.timedelta(1))


def test_an_agency_never_loses_its_last_manager(manager):
    own = Officer.objects.get(user=manager)
    with broken("last_manager"):
        staffing.end_service(own, until_on=DAY, by=manager)
    appoint(manager, email="second@naru.example", role="manager", until_on=DAY + dt.timedelta(5))
    with broken("last_manager"):
        staffing.end_service(own, until_on=DAY + dt.timedelta(5), by=manager)
    staffing.end_service(own, until_on=DAY, by=manager)
    assert Officer.objects.get(pk=own.pk).until_on == DAY


def test_a_deputy_has_the_role_for_the_absence_only(manager, move_clock):
    officer = appoint(manager)
    deputy = people.user("deputy@naru.example")
    made = staffing.deputize(officer, email=deputy.email, from_on=DAY, until_on=DAY, by=manager)
    assert officer_roles(deputy) == [(people.agency(), Role.OFFICER)]
    with broken("own_deputy"):
        staffing.deputize(officer, email=officer.user.email, from_on=DAY, until_on=DAY, by=manager)
    with broken("period_order"):
        staffing.move_deputy(made, from_on=DAY, until_on=DAY - dt.timedelta(1), by=manager)
    with broken("not_manager"):
        staffing.move_deputy(made, from_on=DAY, until_on=DAY, by=people.officer("manager", "BPA"))
    move_clock(dt.datetime(2025, 6, 2, tzinfo=clock.SEOUL))
    assert officer_roles(deputy) == []


# Organizations


FACTS = {"kind": "provider", "name_ko": "강물물류"}


def test_only_managers_of_the_keeping_agency_let_people_in(manager):
    kept = organizations.found(people.agency(), facts={**FACTS, "country": people.country()}, by=manager)
    person = people.user("new@body.example")
    for by in (people.officer("manager", "BPA"), people.officer("officer"), person):
        with broken("not_manager"):
            organizations.let_in(kept, email=person.email, by=by)
    member = organizations.let_in(kept, email=person.email, by=manager)
    assert organization_ids(person) == [kept.pk]
    with broken("member_already"):
        organizations.let_in(kept, email=person.email, by=manager)
    organizations.let_out(member, by=manager)
    assert organization_ids(person) == []
    with broken("ended"):
        organizations.let_out(member, by=manager)


def test_an_organization_kept_by_nobody_is_not_a_manager_s(manager):
    shared = people.organization()
    with broken("not_keeper"):
        organizations.let_in(shared, email=manager.email, by=manager)
    with broken("not_keeper"):
        organizations.edit(shared, facts={"name_ko": "x"}, by=manager)


def test_the_kind_of_an_organization_stays(manager):
    kept = organizations.found(people.agency(), facts={**FACTS, "country": people.country()}, by=manager)
    organizations.edit(kept, facts={"kind": "supervising", "name_en": "River"}, by=manager)
    kept.refresh_from_db()
    assert (kept.kind, kept.name_en) == ("provider", "River")


def test_who_sees_which_organization(manager):
    own = organizations.found(people.agency(), facts={**FACTS, "country": people.country()}, by=manager)
    shared = people.organization("partner", "공용")
    foreign = Organization.objects.create(
        kind="provider", name_ko="남의", country=people.country(), kept_by=people.agency("BPA")
    )
    assert set(Organization.objects.visible_to(people.officer("auditor"))) == {own, shared}
    assert set(Organization.objects.visible_to(people.user("op@naru.example", is_operator=True))) == {
        own,
        shared,
        foreign,
    }
    assert set(Organization.objects.visible_to(people.organization_member("partner", "공용"))) == {shared}
    assert set(Organization.objects.visible_to(people.user("nobody@naru.example"))) == set()


# The table of second persons


def test_a_manager_sets_the_table_and_four_kinds_stay(manager):
    agency = people.agency()
    second_person.set_rule(agency, decision="publishing", is_needed=True, by=manager)
    second_person.set_rule(agency, decision="publishing", is_needed=False, by=manager)
    assert [(r.decision, r.is_needed) for r in SecondPersonRule.objects.all()] == [("publishing", False)]
    with broken("not_valid"):
        second_person.set_rule(agency, decision="payment", is_needed=False, by=manager)
    with broken("not_manager"):
        second_person.set_rule(agency, decision="publishing", is_needed=True, by=people.officer("officer"))


# The pages


def at(page: str, *arguments) -> str:
    return reverse(f"admin:accounts_{page}", args=arguments)


def test_the_pages_of_officers(manager):
    people.user("new@naru.example", name="새사람")
    people.officer("officer", "BPA")
    client = staff("manager")
    typed = {
        "agency": people.agency().pk, "email": "ghost@naru.example", "role": "officer", "from_on": "2025-06-01",
    }  # fmt: skip
    response = client.post(at("officer_add"), typed)
    assert "Nobody signs in with this address" in response.content.decode()
    assert client.post(at("officer_add"), {**typed, "email": "new@naru.example"}).status_code == 302
    officer = Officer.objects.get(user__email="new@naru.example")
    content = client.get(at("officer_changelist")).content.decode()
    assert "새사람" in content
    assert "BPA officer" not in content
    assert client.post(at("officer_change", officer.pk), {"until_on": "2025-07-01"}).status_code == 302
    officer.refresh_from_db()
    assert officer.until_on == dt.date(2025, 7, 1)
    own = Officer.objects.get(user=manager)
    response = client.post(at("officer_change", own.pk), {"until_on": "2025-06-01"})
    assert "without a manager" in response.content.decode()


def test_a_manager_reaches_no_other_agency(manager):
    foreign = people.officer("officer", "BPA").officers.get()
    client = staff("manager")
    assert client.get(at("officer_change", foreign.pk)).status_code == 404
    assert client.post(at("officer_change", foreign.pk), {"until_on": "2025-06-01"}).status_code == 404
    people.user("new@naru.example")
    typed = {
        "agency": people.agency("BPA").pk, "email": "new@naru.example", "role": "manager", "from_on": "2025-06-01",
    }  # fmt: skip
    assert client.post(at("officer_add"), typed).status_code == 200
    assert not Officer.objects.filter(user__email="new@naru.example").exists()
    typed = {
        "officer": foreign.pk,
        "email": "new@naru.example",
        "from_on": "2025-06-01",
        "until_on": "2025-06-02",
    }
    assert client.post(at("deputy_add"), typed).status_code == 200
    assert not Deputy.objects.exists()


@pytest.mark.parametrize("role", ["officer", "finance", "auditor"])
def test_others_of_the_staff_only_read(manager, role):
    officer = Officer.objects.get(user=manager)
    client = staff(role)
    assert client.get(at("officer_change", officer.pk)).status_code == 200
    assert "last day of service" not in client.get(at("officer_change", officer.pk)).content.decode()
    assert client.post(at("officer_change", officer.pk), {"until_on": "2025-06-01"}).status_code == 404
    for page in ("officer", "deputy", "organization", "secondpersonrule"):
        assert client.get(at(f"{page}_changelist")).status_code == 200
        assert client.get(at(f"{page}_add")).status_code == 404


def test_the_operator_reads_all_officers(manager):
    from tests.companies.test_pages import browser

    client = browser(people.user("op@naru.example", is_operator=True))
    people.officer("officer", "BPA")
    content = client.get(at("officer_changelist")).content.decode()
    assert "BPA officer" in content
    assert "SBA manager" in content


def test_the_pages_of_deputies(manager):
    people.user("deputy@naru.example")
    client = staff("manager")
    officer = Officer.objects.get(user=manager)
    typed = {
        "officer": officer.pk,
        "email": "deputy@naru.example",
        "from_on": "2025-06-01",
        "until_on": "2025-06-02",
    }
    assert client.post(at("deputy_add"), typed).status_code == 302
    deputy = Deputy.objects.get()
    assert client.get(at("deputy_change", deputy.pk)).status_code == 200
    client.post(at("deputy_change", deputy.pk), {"from_on": "2025-06-01", "until_on": "2025-06-09"})
    deputy.refresh_from_db()
    assert deputy.until_on == dt.date(2025, 6, 9)


def test_the_pages_of_organizations(manager):
    people.country("CL")
    person = people.user("new@body.example")
    client = staff("manager")
    typed = {"agency": people.agency().pk, "kind": "partner", "name_ko": "파트너", "country": "CL"}
    assert client.post(at("organization_add"), typed).status_code == 302
    made = Organization.objects.get()
    page = at("organization_change", made.pk)
    facts = {"name_ko": "새이름", "country": "CL"}
    response = client.post(page, {**facts, "let_in": "ghost@body.example"})
    assert "Nobody signs in with this address" in response.content.decode()
    made.refresh_from_db()
    assert made.name_ko == "파트너"
    assert client.post(page, {**facts, "let_in": person.email}).status_code == 302
    member = OrganizationMember.objects.get()
    assert person.email in client.get(page).content.decode()
    client.post(page, {**facts, "let_out": [member.pk]})
    member.refresh_from_db()
    assert member.ended_at is not None


def test_people_of_another_agency_s_organization_are_not_shown(manager):
    body = people.organization("provider", "공용")
    people.organization_member("provider", "공용")
    page = at("organization_change", body.pk)
    content = staff("manager").get(page).content.decode()
    assert "공용" in content
    assert "@body.example" not in content
    assert "let somebody sign in" not in content
    assert staff("manager").post(page, {"name_ko": "x", "country": "KR"}).status_code == 200
    body.refresh_from_db()
    assert body.name_ko == "공용"
    body.kept_by = people.agency("BPA")
    body.save()
    assert staff("manager").get(page).status_code == 404


def test_the_pages_of_the_table(manager):
    client = staff("manager")
    typed = {"agency": people.agency().pk, "decision": "payment"}
    assert "always needs a second person" in client.post(at("secondpersonrule_add"), typed).content.decode()
    client.post(at("secondpersonrule_add"), {**typed, "decision": "publishing", "is_needed": "on"})
    rule = SecondPersonRule.objects.get()
    client.post(at("secondpersonrule_change", rule.pk), {})
    rule.refresh_from_db()
    assert rule.is_needed is False


def test_the_table_offers_the_decisions_that_are_asked_for(manager):
    form = staff("manager").get(at("secondpersonrule_add")).context["form"]
    assert [value for value, _label in form.fields["decision"].choices] == [
        "exception",
        "sealing",
        "period_closing",
        "payment",
        "publishing",
        "cancelling",
        "results",
        "succession",
        "countries",
        "merge",
        "statements",
        "regulatory",
        "shared_support",
    ]
